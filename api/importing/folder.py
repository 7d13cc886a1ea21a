"""A folder with book.toml, opening.csv and journal.csv (or .xlsx), read and checked cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from api.adapters.header import Column, Layout
from api.adapters.notices import other_files
from api.adapters.spreadsheet import Row, Rows, read_table, unread_tables
from api.clock import now
from api.importing.book_file import FILE, BookFile, read_book
from api.importing.cells import (
    joined_code,
    parse_amount,
    parse_code,
    parse_count,
    parse_day,
    parse_filled,
    parse_quantity,
    parse_text,
    parse_unit,
)
from api.importing.direction import direction_problem, sided
from api.importing.filling import told_filled
from api.importing.kinds import with_kind
from api.importing.parents import without_parents
from api.importing.problems import ImportRefused, Problem, parsed
from api.importing.serials import dated
from api.importing.shape import check_outside, lines_of
from api.importing.told import (
    beside,
    codes_joined,
    dated_ahead,
    distributions_at_opening,
    passed_over,
    result_at_opening,
    totals_that_disagree,
    without_attachments,
)
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

T = TypeVar("T")

NO_FOLDER = rule(
    "import.no_folder",
    Kind.MALFORMED,
    "{folder} {problem}；请给出一个村的文件夹，里面有 book.toml、opening 和 journal",
    "{folder} {problem}; name the folder of a village, which holds book.toml, opening and journal",
)

CODE = Column("code", "科目编码", "code", ("科目代码", "科目编号", "会计科目编码", "会计科目代码"))
NAME = Column("name", "科目名称", "name", ("科目", "会计科目", "会计科目名称"))
DATE = Column("date", "日期", "date", ("凭证日期", "记账日期", "制单日期"))
KIND = Column("kind", "凭证字", "kind", ("凭证类型", "凭证类别", "凭证种类", "凭证类", "字"), optional=True)
NUMBER = Column(
    "number", "凭证号", "number", ("凭证编号", "凭证字号", "凭证号码", "凭证号数", "记账凭证号", "号")
)
BESIDE = (
    Column(
        "party",
        "往来单位",
        "party",
        ("往来单位名称", "往来户", "往来户名", "客商", "客商名称"),
        optional=True,
    ),
    Column("project", "项目", "project", ("项目名称", "核算项目", "核算项目名称"), optional=True),
    Column("quantity", "数量", "quantity", optional=True),
    Column("unit", "计量单位", "unit", ("数量单位",), optional=True),
)
"""What a line may have beside account and amounts (辅助核算、数量): read where a table has it."""

OPENING_COLUMNS = (
    CODE,
    NAME,
    Column(
        "debit", "借方余额", "debit", ("期初借方余额", "期初借方", "借方期初余额", "年初借方余额", "年初借方")
    ),
    Column(
        "credit",
        "贷方余额",
        "credit",
        ("期初贷方余额", "期初贷方", "贷方期初余额", "年初贷方余额", "年初贷方"),
    ),
    *BESIDE,
)
JOURNAL_COLUMNS = (
    DATE,
    KIND,
    NUMBER,
    Column("summary", "摘要", "summary", ("摘要说明", "内容摘要", "业务摘要")),
    CODE,
    NAME,
    Column("debit", "借方金额", "debit", ("借方", "借方发生额")),
    Column("credit", "贷方金额", "credit", ("贷方", "贷方发生额")),
    Column(
        "attachments",
        "附件数",
        "attachments",
        ("附单据数", "附件张数", "附单据张数", "附单据", "附件", "单据数"),
        spared=True,
    ),
    *BESIDE,
)
OPENING_BY_DIRECTION = (
    Column("direction", "期初方向", "direction", ("方向", "余额方向", "借贷方向", "借贷", "期初余额方向")),
    Column(
        "amount",
        "期初余额",
        "amount",
        ("余额", "年初余额", "金额", "期初金额", "期初本币余额", "期初余额本币"),
    ),
)
JOURNAL_BY_DIRECTION = (
    Column("direction", "方向", "direction", ("借贷方向", "借贷", "借/贷", "借贷标志")),
    Column(
        "amount", "金额", "amount", ("发生额", "发生金额", "本币金额", "本位币金额", "人民币金额", "记账金额")
    ),
)
"""What a table may have instead of a column for each side. 方向 alone is told by what is more exactly named first."""


def _layout(
    columns: tuple[Column, ...], sides: tuple[Column, ...], foreign: tuple[Column, ...] = ()
) -> Layout:
    """Return the layout of a table with debit and credit, and beside it the one with direction and amount."""
    by_side = {"debit": sides, "credit": ()}
    other = [one for column in columns for one in by_side.get(column.field, (column,))]
    by_direction = Layout(other, foreign, ("amount",), ("code", "amount"))
    return Layout(columns, foreign, other=by_direction, told_by="direction")


LAYOUTS = {
    "opening": _layout(OPENING_COLUMNS, OPENING_BY_DIRECTION, (DATE, NUMBER)),
    "journal": _layout(JOURNAL_COLUMNS, JOURNAL_BY_DIRECTION),
}
"""The tables by the stem of their file; in English a journal has every column that opening balances have."""


@dataclass(frozen=True)
class Amounts:
    """A row of opening.csv or journal.csv with its values; amounts in fen, quantities in thousandths of the unit.

    `number` has the voucher's kind (凭证字) before it, `unkinded` is what stands in its own cell.
    """

    row: Row
    code: str
    name: str
    debit_fen: int
    credit_fen: int
    date: str = ""
    number: str = ""
    unkinded: str = ""
    summary: str = ""
    attachments: int = 0
    party: str = ""
    project: str = ""
    quantity_milli: int = 0
    unit: str = ""


@dataclass(frozen=True)
class ImportFolder:
    """All that a folder says; `notices` tell what of it was not read, or was though a person may not expect it."""

    book: BookFile
    opening: list[Amounts]
    journal: list[Amounts]
    notices: tuple[Phrase, ...] = ()


def read_folder(folder: Path) -> ImportFolder:
    """Read the three files; raises `import.no_folder`, or `ImportRefused` with every problem found in them."""
    if not folder.is_dir():
        is_file = Phrase("是文件，不是文件夹", "is a file and no folder")
        problem = is_file if folder.exists() else Phrase("不存在", "is not there")
        raise NO_FOLDER(folder=folder, problem=problem)
    problems: list[Problem] = []
    notices: list[Phrase] = []
    book = _guard(problems, FILE, lambda: read_book(folder))
    called = book.columns if book else {}
    opening = amounts_of(_read_rows(folder, "opening", called, problems), problems, notices)
    if book:
        notices += result_at_opening(opening, book.opened)
        notices += distributions_at_opening(opening, book)
    journal = amounts_of(_read_rows(folder, "journal", called, problems), problems, notices)
    notices += dated_ahead(journal, now()[:10])
    unread = unread_tables(folder, tuple(LAYOUTS))
    if unread:
        notices.append(other_files(unread))
    if problems or book is None:
        raise ImportRefused(problems, tuple(notices))
    return ImportFolder(book, opening, journal, tuple(notices))


def _guard(problems: list[Problem], file: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except RuleViolation as violation:
        problems.append(Problem.of(violation, file))
        return None


def _read_rows(
    folder: Path, stem: str, called: Mapping[str, Mapping[str, str]], problems: list[Problem]
) -> Rows:
    layout = LAYOUTS[stem].called(called.get(stem, {}), f"{FILE} [{stem}]")
    read = _guard(problems, f"{stem}.csv/.xlsx", lambda: read_table(folder, stem, layout)) or Rows([])
    problems += [Problem.of(violation, stem) for violation in read.problems]
    return sided(dated(read))


def amounts_of(read: Rows, problems: list[Problem], notices: list[Phrase]) -> list[Amounts]:
    """Return the values of a table's lines, and add what is wrong with them and what was passed over."""
    known = len(problems)
    lines = lines_of(read.rows, problems)
    check_outside(read.outside, problems)
    amounts = [_Cells(row, problems).amounts() for row in lines.rows]
    notices += [
        *read.notices,
        *passed_over(lines),
        *told_filled(lines.rows),
        *codes_joined(lines.rows),
        *beside(lines.rows),
        *without_attachments(lines.rows),
    ]
    if len(problems) == known and not any("date" in row.cells for row in lines.rows):
        amounts = without_parents(amounts, problems, notices)
    if not problems:
        notices += totals_that_disagree(lines, amounts)
    return amounts


class _Cells:
    """One row's cells, parsed; what does not parse becomes a problem and a neutral value."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        self._row = row
        self._problems = problems

    def amounts(self) -> Amounts:
        in_journal = "date" in self._row.cells
        number = self._parse("number", parse_filled, "") if in_journal else ""
        kind = self._parse("kind", parse_text, "") if in_journal else ""
        wrong = direction_problem(self._row)
        if wrong:
            self._problems.append(Problem.at(wrong[0], self._row, wrong[1]))
        return Amounts(
            row=self._row,
            code=self._parse("code", lambda read: parse_code(joined_code(read)), ""),
            name=self._parse("name", parse_text, ""),
            debit_fen=self._parse("debit", parse_amount, 0),
            credit_fen=self._parse("credit", parse_amount, 0),
            date=self._parse("date", parse_day, "") if in_journal else "",
            number=with_kind(number, kind),
            unkinded=number,
            summary=self._parse("summary", parse_text, "") if in_journal else "",
            attachments=self._parse("attachments", parse_count, 0) if in_journal else 0,
            party=self._parse("party", parse_text, ""),
            project=self._parse("project", parse_text, ""),
            quantity_milli=self._parse("quantity", parse_quantity, 0) if "unit" in self._row.cells else 0,
            unit=self._parse("unit", parse_unit, ""),
        )

    def _parse(self, name: str, parse: Callable[[str], T], neutral: T) -> T:
        if name not in self._row.cells:  # an optional column that is not there
            return neutral
        value = parsed(self._row, name, parse, self._problems)
        return neutral if value is None else value
