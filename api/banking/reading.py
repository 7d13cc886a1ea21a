"""Reading a bank's statement (银行对账单) from CSV or XLSX: the days, what came in and went out, and for what.

A bank writes from its own side: what it calls 贷方 came in, what it calls 借方 went out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from api.adapters.notices import listed
from api.adapters.spreadsheet import read_file
from api.banking.layouts import AMOUNTS, DIRECTED, FIELDS, LABELS, LAYOUT, SIGNED
from api.clock import now
from api.importing.cells import bare, parse_amount, parse_day, parse_text
from api.importing.footers import is_footer
from api.importing.problems import ImportRefused, Problem, parsed
from api.importing.told import passed
from api.importing.totals import TOTALS
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.reconciliation import follows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from api.adapters.spreadsheet import Row, Rows

CAME_IN = {"贷", "贷方", "收", "收入", "收款", "转入", "存入", "进", "入", "c", "cr", "credit"}
WENT_OUT = {"借", "借方", "支", "支出", "付", "付款", "转出", "支取", "出", "d", "dr", "debit"}

ONE_SIDE = rule(
    "bank.one_side",
    Kind.MALFORMED,
    "收入和支出须恰好填一个，这一行是 {received} 和 {paid}",
    "exactly one of received and paid is expected; this row has {received} and {paid}",
)
BAD_DIRECTION = rule(
    "bank.direction",
    Kind.MALFORMED,
    "收支方向应为 贷、收、收入、C（收入）或 借、支、支出、D（支出），读到「{read}」",
    "the direction is 贷, 收, 收入 or C for what came in, 借, 支, 支出 or D for what went out; read '{read}'",
)
NIL = rule(
    "bank.amount",
    Kind.MALFORMED,
    "金额不能空着，也不能是零，读到「{read}」；不是交易的行请删去",
    "an amount is neither blank nor nil; read '{read}'. Delete the row if it is no transaction",
)
SIGN_UNCLEAR = rule(
    "bank.sign_unclear",
    Kind.MALFORMED,
    "支出都写成了负数，看不出「{read}」是支出，还是红字冲正以前的支出，余额也没有说明：是支出，请都去掉负号；"
    "是冲正，请改成收入、写正数",
    "all that went out is below nil, and no balance tells whether '{read}' went out or takes back what did: leave out"
    " the minus signs if it went out; write it above nil as received if it was taken back",
)
DATED_AHEAD = rule(
    "bank.dated_ahead",
    Kind.MALFORMED,
    "日期 {read} 晚于今天（{today}），银行还不会有这一行；请核对年份和月份，改好再读入",
    "the date {read} lies after today ({today}): the bank cannot have the line yet. Check year and month, and read the"
    " statement in again",
    "会计基础工作规范 art. 62",
)
NO_LINES = rule(
    "bank.no_lines",
    Kind.MALFORMED,
    "{file} 里没有一行交易",
    "{file} has no line of a transaction",
)

NO_FILE = rule(
    "bank.file",
    Kind.MALFORMED,
    "{file} 不是 .csv 或 .xlsx 文件，或者不存在；.xls、.pdf 的对账单请先另存为 .xlsx 或「CSV UTF-8」",
    "{file} is no .csv or .xlsx file, or is not there; save a statement in .xls or .pdf as .xlsx or 'CSV UTF-8' first",
)

BAD_COLUMNS = rule(
    "bank.columns",
    Kind.MALFORMED,
    "列名应写成「字段=表头」，用逗号隔开，字段有 {fields}；读到「{read}」",
    "columns are written as field=header with commas between them, the fields being {fields}; read '{read}'",
)

NAMING_MENDS = {"import.column", "import.column_twice", "import.header"}
"""By these a file's header is not understood."""

NAMED_IN = "--columns"
"""Where a person names the headers of a statement."""

_SIDED = re.compile(r"(?P<side>[借贷]?)\s*(?P<amount>.*?)\s*(?P<behind>[借贷]?)")
"""A balance, perhaps with the side on which it stands."""


_BELOW_NIL = re.compile(r"[-\u2212\uff0d]\s*\S")
"""An amount with a minus sign; a sign alone is how the accounting format shows nil."""

_CURRENCY = re.compile(
    r"(?P<sign>[-+\u2212\uff0d]?)\s*(?:人民币|RMB|CNY|[¥￥])?\s*(?P<amount>[0-9０-９].*?)\s*(?:RMB|CNY)?",
    re.IGNORECASE,
)
"""An amount as banks print it: ¥5,000.00, 人民币 5,000.00 元, CNY 5,000.00."""


class StatementLine(NamedTuple):
    """A transaction as the bank has it: its day, fen that came in (out: below zero), its words.

    `balance_fen` is what stood on the account behind it, None where the statement does not say so.
    """

    date: str
    amount_fen: int
    text: str
    balance_fen: int | None = None


class Statement(NamedTuple):
    """What was read of a statement, the earliest line first, and what is to be said of it."""

    lines: list[StatementLine]
    notices: list[Phrase]


def read_columns(text: str) -> dict[str, str]:
    """Return the headers that stand in `date=交易时间戳,received=入账`, by field; raises `bank.columns`."""
    found = dict[str, str]()
    for part in filter(None, text.split(",")):
        field, equals, header = (word.strip() for word in part.partition("="))
        if not equals or field not in FIELDS or not header or field in found:
            raise BAD_COLUMNS(fields="、".join(FIELDS), read=part)
        found[field] = header
    return found


def read_statement(path: Path, headers: Mapping[str, str]) -> Statement:
    """Return the lines of a statement; `headers` are the names of columns that are not the usual ones.

    Raises what is wrong with the file, or `ImportRefused` with all that is wrong in its rows.
    """
    if not path.is_file() or path.suffix.lower() not in {".csv", ".xlsx"}:
        raise NO_FILE(file=path.name)
    read = _read(path, headers)
    problems = [_with_remedy(Problem.of(violation, path.name)) for violation in read.problems]
    rows = [row for row in read.rows if _is_line(row)]
    lines = [line for row in rows for line in _line(row, problems)]
    if not problems:
        lines = _as_balances_tell(rows, lines, problems)
    if problems:
        raise ImportRefused(problems, read.notices)
    if not lines:
        raise NO_LINES(file=path.name)
    order = _order(lines)
    lines, rows = [lines[place] for place in order], [rows[place] for place in order]
    following = zip(rows[1:], pairwise(lines), strict=True)
    gaps = [row.place for row, (before, line) in following if does_not_follow(before, line)]
    unread = [row.place for row, line in zip(rows, lines, strict=True) if _is_unread(row, line)]
    said = [(gaps, _missing), (unread, _unread)]
    over = [passed(kind, words, "交易") for kind, words in _passed_over(read.rows) if kind]
    return Statement(lines, [*read.notices, *over, *(words(places) for places, words in said if places)])


def _passed_over(rows: Sequence[Row]) -> list[tuple[list[Row], Phrase]]:
    """Return the rows that are no transactions, by what they are."""
    sums = [row for row in rows if _is_sum(row)]
    feet = [row for row in rows if not _is_sum(row) and not _is_line(row)]
    return [
        (sums, Phrase("合计、余额行", "rows of totals and balances")),
        (feet, Phrase("页脚、备注等行", "rows of page feet and remarks")),
    ]


def _with_remedy(problem: Problem) -> Problem:
    """Return what is wrong with a header with what to do, where naming its columns mends it."""
    if problem.rule not in NAMING_MENDS:
        return problem
    zh = "。表头与常见的不同的，写明一次各列的名字，以后记住：网页上填「列名与常见的不同时写一次」，"
    zh += f"命令行加 --columns，如 date=交易时间戳,received=入账（可写的有 {'、'.join(FIELDS)}）"
    en = ". Name the columns once where they are called otherwise, on the page or by --columns, as in"
    en += f" date=交易时间戳,received=入账 (fields: {', '.join(FIELDS)})"
    return replace(problem, zh=problem.zh + zh, en=problem.en + en)


def _read(path: Path, headers: Mapping[str, str]) -> Rows:
    """Return the rows of a statement, by the layout of which it has most."""
    layouts = (DIRECTED, LAYOUT) if headers.keys() & {"amount", "direction"} else (LAYOUT, DIRECTED)
    found = read_file(path, layouts[0].called(headers, NAMED_IN))
    if found.problems:
        found = min((found, read_file(path, layouts[1].called(headers, NAMED_IN))), key=_amiss)
    if found.problems and "direction" not in headers:
        return _signed(path, headers) or found
    return found


def _signed(path: Path, headers: Mapping[str, str]) -> Rows | None:
    """Return the rows of a statement whose amounts say by their signs which way they went, None of another."""
    read = read_file(path, SIGNED.called(headers, NAMED_IN))
    below = sum(bool(_BELOW_NIL.match(bare(row.cells["amount"]))) for row in read.rows if _is_line(row))
    if read.problems or not below:
        return None
    said = Phrase(
        f"没有收支方向一列，金额按正负号读：{below} 行负数是支出，其余是收入",
        f"no column of directions: by their signs {below} rows are what went out, the others what came in",
    )
    return read._replace(notices=(*read.notices, said))


def _amiss(read: Rows) -> int:
    """Return how much is wrong with a header: each column counts that is not there."""
    return sum(len(str(problem.facts.get("column", "")).split(", ")) for problem in read.problems)


def _as_balances_tell(
    rows: Sequence[Row], lines: Sequence[StatementLine], problems: list[Problem]
) -> list[StatementLine]:
    """Return the lines as they went, where all that went out is written below nil.

    An amount below nil takes back what went its way (红字冲正), unless all are: then it may be that a bank says twice
    that it went out. Balances tell which; where they do not, that is a problem.
    """
    out = [_goes_out(row) for row in rows]
    if not any(out) or any(line.amount_fen < 0 for line in lines):
        return list(lines)
    turned = [
        line._replace(amount_fen=-line.amount_fen) if goes_out else line
        for goes_out, line in zip(out, lines, strict=True)
    ]
    gaps, gaps_turned = (_gaps([way[place] for place in _order(way)]) for way in (lines, turned))
    if gaps == gaps_turned:
        row = rows[out.index(True)]
        field = "amount" if "amount" in row.cells else "paid"
        problems.append(Problem.at(SIGN_UNCLEAR(read=row.cells[field]), row, field))
    return turned if gaps_turned < gaps else list(lines)


def _goes_out(row: Row) -> bool:
    """Tell whether a good row stands on the side of what went out."""
    if "direction" in row.cells:
        return _sign(row.cells["direction"]) < 0
    return "paid" in row.cells and _amount(row.cells["paid"]) != 0


def _order(lines: Sequence[StatementLine]) -> list[int]:
    """Return the places of lines from the earliest on: a statement may begin with its newest, as may each of its days.

    The days tell for themselves; within one the balances do, which follow from one another.
    """
    places = list(range(len(lines)))
    if lines[0].date > lines[-1].date:
        places.reverse()
    ordered: list[int] = []
    for _, day in groupby(places, key=lambda place: lines[place].date):
        forwards = list(day)
        ways = (forwards, forwards[::-1])
        ordered += min(ways, key=lambda way: _gaps([lines[place] for place in (*ordered[-1:], *way)]))
    return ordered


def _gaps(lines: Sequence[StatementLine]) -> int:
    return sum(does_not_follow(before, line) for before, line in pairwise(lines))


def does_not_follow(before: StatementLine, line: StatementLine) -> bool:
    """Tell whether the balance behind a line does not follow from the one before it."""
    stood_fen = before.balance_fen
    return stood_fen is not None and not follows(stood_fen, [(line.amount_fen, line.balance_fen)])


def _is_unread(row: Row, line: StatementLine) -> bool:
    return bool(row.cells.get("balance")) and line.balance_fen is None


def _unread(places: Sequence[Phrase]) -> Phrase:
    zh, en = listed([place.zh for place in places])[0], listed([place.en for place in places])[1]
    return Phrase(
        f"{len(places)} 行的余额看不懂，没有读：{zh}",
        f"the balances of {len(places)} rows could not be read: {en}",
    )


def _missing(places: Sequence[Phrase]) -> Phrase:
    zh, en = listed([place.zh for place in places])[0], listed([place.en for place in places])[1]
    return Phrase(
        f"有 {len(places)} 行的余额接不上前一笔，可能缺了交易或金额有误：{zh}",
        f"in {len(places)} rows the balance does not follow from the line before; lines may be missing: {en}",
    )


def _said(row: Row) -> list[str]:
    """Return the texts by one of which a row may say what it is: its day, its number or its words.

    Without its day it is no transaction, so that its first word tells too, in whichever column.
    """
    texts = [row.cells.get(name, "") for name in LABELS]
    return texts if row.cells["date"] else [*texts, row.first]


def _is_sum(row: Row) -> bool:
    """Tell whether a row is a total or a balance: it says nothing else in place of its day, its number or its words."""
    return any(TOTALS.fullmatch("".join(text.split())) for text in _said(row))


def _is_line(row: Row) -> bool:
    """Tell whether a row may be a transaction: neither a sum nor what stands below the table."""
    return not _is_sum(row) and not is_footer(row, (*AMOUNTS, "amount"), _said(row))


def _line(row: Row, problems: list[Problem]) -> list[StatementLine]:
    """Return the row's line, or none of one that is wrong."""
    date, text = parsed(row, "date", _day, problems), parsed(row, "text", parse_text, problems)
    amount_fen = _one_column(row, problems) if "amount" in row.cells else _two_sided(row, problems)
    if date is None or text is None or amount_fen is None:
        return []
    return [StatementLine(date, amount_fen, text, _balance(row.cells.get("balance", "")))]


def _day(read: str) -> str:
    day, today = parse_day(read), now()[:10]
    if day > today:
        raise DATED_AHEAD(read=read, today=today)
    return day


def _two_sided(row: Row, problems: list[Problem]) -> int | None:
    """Return what came in or (below zero) went out, from a column of each; None of what is wrong."""
    received, paid = (parsed(row, field, _amount, problems) for field in AMOUNTS)
    if received is None or paid is None:
        return None
    if (received == 0) == (paid == 0):
        wrong = ONE_SIDE(received=row.cells["received"] or "-", paid=row.cells["paid"] or "-")
        problems.append(Problem.at(wrong, row, "received"))
        return None
    return received - paid


def _one_column(row: Row, problems: list[Problem]) -> int | None:
    """Return what came in or (below zero) went out, from an amount and its direction, if any; None of what is wrong."""
    amount = parsed(row, "amount", _not_nil, problems)
    sign = parsed(row, "direction", _sign, problems) if "direction" in row.cells else 1
    return None if amount is None or sign is None else amount * sign


def _not_nil(read: str) -> int:
    fen = _amount(read)
    if fen == 0:
        raise NIL(read=read)
    return fen


def _sign(read: str) -> int:
    said = unicodedata.normalize("NFKC", bare(read)).casefold()
    if said not in CAME_IN | WENT_OUT:
        raise BAD_DIRECTION(read=read)
    return 1 if said in CAME_IN else -1


def _amount(read: str) -> int:
    """Return fen of an amount that may have the currency's name or sign before it or behind."""
    found = _CURRENCY.fullmatch(bare(read))
    return parse_amount(f"{found['sign']}{found['amount']}" if found else read)


def _balance(read: str) -> int | None:
    """Return a balance, on the bank's credit side (贷) as a rule; None for a blank and for what cannot be read."""
    found = _SIDED.fullmatch(read)
    if not read or not found:
        return None
    try:
        fen = _amount(found["amount"])
    except RuleViolation:
        return None
    return -fen if "借" in found["side"] + found["behind"] else fen
