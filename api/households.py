"""The households' shares (各户份额) as people have them: typed, pasted from a spreadsheet, a table in CSV or XLSX.

A line has an account, perhaps whose it is, and an amount; a header above may name these in another order. Where there
are accounts alone, all get the same. A line of totals is held against the lines above it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from api.adapters.notices import listed
from api.adapters.spreadsheet import read_file, read_text
from api.household_columns import (
    LAYOUT,
    LETTER,
    SEPARATED,
    TYPED,
    WITH_NAMES,
    code_of,
    name_of,
    of_accounts_alone,
    parted,
)
from api.importing.cells import parse_amount, parse_text
from api.importing.footers import is_footer
from api.importing.problems import ImportRefused, Problem, parsed
from api.importing.shape import OUTSIDE, is_header
from api.importing.told import passed
from api.importing.totals import SUM, Side, Totals, label_of
from domain.chart import is_account_code
from domain.closing import Share, check_count, check_sum, split_evenly
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.money import format_fen, plain_fen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from api.adapters.header import Layout
    from api.adapters.spreadsheet import Row, Rows

BAD_SHARES = rule(
    "distribution.share",
    Kind.MALFORMED,
    "各户份额有 {count} 处要改：{problems}",
    "{count} things are to be set right in the households' shares: {problems}",
)
BAD_ACCOUNT = rule(
    "distribution.share_account",
    Kind.MALFORMED,
    "每户的行以科目编码开头，是 3、5、7 或 9 位数字（如 11301），读到「{read}」；请改成这一户的科目。是表头的写「科目,"
    "户名,金额」，是合计的在这一格只写「合计」，都不是的删去这一行",
    "a household's line begins with its account's code of 3, 5, 7 or 9 digits such as 11301, read '{read}'; correct it."
    " If it is a header, write 科目,户名,金额 (account, household, amount), if a total, 合计 alone in this cell; else"
    " delete the line",
)
TWICE = rule(
    "distribution.share_twice",
    Kind.MALFORMED,
    "科目 {code} 写了两次，先前在{first}；一户只写一行，是同一户的请合成一行，不是的请改科目，几户合用一个科目的，每行"
    "写上户名",
    "account {code} stands there twice, first in {first}; a household has one line: make them one if they are of the"
    " same one, else correct the account, or name the household in each line where several have one account",
)
NO_AMOUNT = rule(
    "distribution.share_no_amount",
    Kind.MALFORMED,
    "这一户没有金额，读到「{read}」；请写这一户分得的金额，不分的删去这一行；各户平均分的，各行都不写金额，"
    "要写户名的在第一行写表头「科目,户名」",
    "the household has no amount, read '{read}'; write what it gets, or delete the line if it gets nothing. Where all"
    " get the same no line has one; names may stand beside the accounts below the header 科目,户名",
)
NOT_POSITIVE = rule(
    "distribution.share_amount",
    Kind.MALFORMED,
    "金额应大于零，读到「{read}」；不分的户请删去这一行",
    "the amount is above zero, read '{read}'; delete the line of a household that gets nothing",
)
WRONG_TOTAL = rule(
    "distribution.share_total",
    Kind.MALFORMED,
    "「{label}」写的是 {told} 元，上面各户相加是 {found} 元；请核对各户的金额和户数，改到相等",
    "'{label}' says {told} yuan, and the households above add up to {found}; see whether one is missing or an amount"
    " wrong, and make them equal",
)
NO_SHARES = rule(
    "distribution.no_shares",
    Kind.MALFORMED,
    "{file} 里一户也没有；每行写一个科目和它的金额，如 11301,1200.00",
    "{file} has no household; write an account and its amount in each line, such as 11301,1200.00",
)
NO_FILE = rule(
    "distribution.file",
    Kind.MALFORMED,
    "{file} 读不了：各户份额表要是 .xlsx、.csv 或文本文件；请用表格程序打开，另存为 .xlsx 或「CSV UTF-8」",
    "{file} cannot be read: the households' shares are in an .xlsx, .csv or text file; open it in a spreadsheet program"
    " and save it as .xlsx or 'CSV UTF-8'",
)

READ = {"", ".csv", ".tsv", ".txt", ".xlsx"}
"""The endings of files that are read."""
NAME = "各户份额"
"""What the text is called that was typed or pasted."""
SHOWN_MAX = 3
"""The most problems that a page or an answer tells at once."""
NAMING_MENDS = {"import.column", "import.column_twice", "import.header"}
"""By these a header is not understood."""
REMEDY = Phrase(
    "。各户份额的表头写「科目,户名,金额」，没有户名的写「科目,金额」，平均分的只写「科目」或「科目,户名」；"
    "不写表头的，每行以科目编码开头，如 11301,1200.00",
    ". The header is 科目,户名,金额 (account, household, amount), without 户名 where there are no names, without"
    " 金额 where all get the same; without a header each line begins with an account's code, such as 11301,1200.00",
)

_DIGIT, _PART = re.compile(r"\d"), re.compile("小|sub", re.IGNORECASE)
"""What an amount has, and what says that a total is one of a part."""


class Table(NamedTuple):
    """What each account gets, and what is to be said of the file that says so."""

    shares: tuple[Share, ...]
    notices: tuple[Phrase, ...] = ()


class Line(NamedTuple):
    """A household's line: its account, its amount in fen, 0 without one, and whose it is, "" where that is not said."""

    row: Row
    account: str
    fen: int
    party: str


def read_households(file: Path, whole_fen: int) -> Table:
    """Return what each account gets by a file, of `whole_fen` or by amounts of their own.

    Raises what is wrong with the file or the whole of it, or `ImportRefused` with all that is wrong in its rows.
    """
    if file.suffix.lower() not in READ:
        raise NO_FILE(file=file.name)
    layout = LAYOUT if file.suffix.lower() == ".xlsx" else SEPARATED
    return _table(_read(file.name, layout, lambda layout: read_file(file, layout)), whole_fen)


def parse_households(text: str, whole_fen: int) -> tuple[Share, ...]:
    """Return what each account gets by a text that was typed or pasted, none by a blank one.

    Raises `distribution.share` with what is wrong in its lines, or `distribution.*` of the whole.
    """
    if not text.strip():
        return ()
    try:
        read = _read(NAME, TYPED, lambda layout: read_text(NAME, text, layout))
        return _table(read, whole_fen).shares
    except ImportRefused as refused:
        told = [problem.told for problem in refused.problems[:SHOWN_MAX]]
        said = Phrase("；".join(one.zh for one in told), "; ".join(one.en for one in told))
        raise BAD_SHARES(count=len(refused.problems), problems=said) from None


def typed(shares: Iterable[Share]) -> str:
    """Return shares as the text that `parse_households` reads them from."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(WITH_NAMES)
    for share in shares:
        write((share.account, share.party, plain_fen(share.fen)))
    return text.getvalue()


def _read(file: str, layout: Layout, read: Callable[[Layout], Rows]) -> Rows:
    """Return the rows with amounts, or of accounts alone where no other column has anything."""
    try:
        found = read(layout)
        if found.problems:
            alone = read(of_accounts_alone(layout))
            found = found if alone.problems or alone.unread else alone
    except RuleViolation as violation:
        raise ImportRefused([Problem.of(violation, file)]) from None
    if found.problems:
        raise ImportRefused([_with_remedy(Problem.of(one, file)) for one in found.problems], found.notices)
    return found._replace(file=file)


def _with_remedy(problem: Problem) -> Problem:
    if problem.rule not in NAMING_MENDS:
        return problem
    return replace(problem, zh=problem.zh + REMEDY.zh, en=problem.en + REMEDY.en)


def _table(read: Rows, whole_fen: int) -> Table:
    problems = [_outside(row) for row in read.outside if is_account_code(code_of(row.cells["code"]))]
    rows, totals, others = _sorted(read.rows)
    lines = [line for row in rows for line in _line(row, problems)]
    problems += [*_twice(lines), *_lacking(rows)]
    if problems:
        raise ImportRefused(problems, read.notices)
    if not lines:
        raise NO_SHARES(file=read.file)
    shares = _shares(lines, whole_fen)
    problems = _disagreeing(totals, rows, shares)
    if problems:
        raise ImportRefused(problems, read.notices)
    check_sum(shares, whole_fen)
    return Table(shares, (*read.notices, *_told(read, [*(one.row for one in totals), *others])))


def _outside(row: Row) -> Problem:
    return Problem.at(OUTSIDE(expected=",".join(row.headers.values())), row, "code")


def _sorted(read: Sequence[Row]) -> tuple[list[Row], list[Totals], list[Row]]:
    """Return the rows of households, those of totals, and others that are passed over; what has a code is none."""
    rows: list[Row] = []
    totals: list[Totals] = []
    others: list[Row] = []
    for one in read:
        row, label = _labelled(one)
        said = (row.cells["code"], row.cells.get("name", ""), row.first)
        if is_account_code(code_of(row.cells["code"])):
            rows.append(row)
        elif label and (label == "code" or not row.cells["code"]):
            totals.append(Totals(row, label, len(rows)))
        elif is_header(row) or is_footer(row, ("amount",), said):
            others.append(row)
        else:
            rows.append(row)
    return rows, totals, others


def _labelled(row: Row) -> tuple[Row, str]:
    """Return a row, and the field that says that it is one of totals, "" when it is none.

    What stands first may say so, as its summary, in a column that is not read (序号).
    """
    label = label_of(row)
    if label:
        return row, label
    summed = replace(row, cells={**row.cells, "summary": row.first})
    label = label_of(summed)
    return (summed, label) if label else (row, "")


def _line(row: Row, problems: list[Problem]) -> list[Line]:
    """Return the row's line, or none of one that is wrong."""
    account = parsed(row, "code", _account, problems)
    amount = row.cells.get("amount", "")
    beside = parsed(row, "code", lambda read: parse_text(name_of(read)), problems)
    name = parsed(row, "name", lambda read: _name(row, read, amount), problems) if "name" in row.cells else ""
    fen = parsed(row, "amount", _fen, problems) if amount else 0
    if account is None or beside is None or name is None or fen is None:
        return []
    return [Line(row, account, fen, name or beside)]


def _name(row: Row, read: str, amount: str) -> str:
    """Return whose line it is; what has no letter is no name, and perhaps a part of the amount but in a workbook."""
    if LETTER.search(read):
        return parse_text(read)
    if read and (not row.sheet or not amount):
        raise parted((read, amount))
    return ""


def _account(read: str) -> str:
    code = code_of(read)
    if not is_account_code(code):
        raise BAD_ACCOUNT(read=read)
    return code


def _fen(read: str) -> int:
    if not _DIGIT.search(read):
        raise NO_AMOUNT(read=read)
    fen = parse_amount(read)
    if fen <= 0:
        raise NOT_POSITIVE(read=read)
    return fen


def _twice(lines: Sequence[Line]) -> list[Problem]:
    """Return the households that stand there twice: an account's line, or one of those that name whose it is."""
    first: dict[tuple[str, str], Row] = {}
    problems = []
    for row, account, _, party in lines:
        found = first.setdefault((account, party), row)
        if found is not row:
            code = f"{account} {party}".strip()
            problems.append(Problem.at(TWICE(code=code, first=found.place), row, "code"))
    return problems


def _lacking(rows: Sequence[Row]) -> list[Problem]:
    """Return the households without an amount, where others have one."""
    if not any(row.cells.get("amount") for row in rows):
        return []
    without = [row for row in rows if not row.cells["amount"] and is_account_code(code_of(row.cells["code"]))]
    return [Problem.at(NO_AMOUNT(read=""), row, "amount") for row in without]


def _shares(lines: Sequence[Line], whole_fen: int) -> tuple[Share, ...]:
    check_count(len(lines))
    if lines[0].fen:
        return tuple(Share(line.account, line.fen, line.party) for line in lines)
    parts = split_evenly([line.account for line in lines], whole_fen)
    return tuple(part._replace(party=line.party) for part, line in zip(parts, lines, strict=True))


def _disagreeing(totals: Sequence[Totals], rows: Sequence[Row], shares: Sequence[Share]) -> list[Problem]:
    """Return the totals that are not the sum of the households above: all, those of the sheet, or since another."""
    problems: list[Problem] = []
    side, done = Side(), 0
    for row, label, after in totals:
        for place in range(done, after):
            if place and rows[place].sheet != rows[place - 1].sheet:
                side.begin()
            side.total += shares[place].fen
        done = after
        field = _summed(row, label)
        told = parsed(row, field, parse_amount, problems) if field else None
        if told is not None and not side.agrees(told):
            found_fen = side.total - (side.last if _PART.search(row.cells[label]) else 0)
            said = {"told": format_fen(told), "found": format_fen(found_fen)}
            problems.append(Problem.at(WRONG_TOTAL(label=row.cells[label], **said), row, field))
        side.begin(summed=bool(field))
    return problems


def _summed(row: Row, label: str) -> str:
    """Return the field in which a row of totals has its sum, "" of one without; it may stand below the names."""
    if not SUM.search(row.cells[label]):
        return ""
    fields = ("amount", "name") if label == "code" else ("amount",)
    return next(
        (name for name in fields if "amount" in row.cells and _DIGIT.search(row.cells.get(name, ""))), ""
    )


def _told(read: Rows, passed_over: Sequence[Row]) -> list[Phrase]:
    """Say which rows and columns were not read."""
    told = (
        [passed(passed_over, Phrase("合计、页脚等行", "totals, page feet and the like"), "户")]
        if passed_over
        else []
    )
    if read.unread:
        zh, en = listed([one.header for one in read.unread])
        told.append(
            Phrase(f"{read.file} 中这些列没有读：{zh}", f"{read.file}: these columns were not read: {en}")
        )
    return told
