"""Converting a village's opening balances from the chart of 2004 to that of 2024: a folder in, a folder out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.adapters.header import Column, Layout
from api.adapters.spreadsheet import read_file, read_table
from api.adapters.tables import Sum, Table, TableColumn, to_csv
from api.importing.cells import parse_amount, parse_code, parse_text
from api.importing.folder import LAYOUTS
from api.importing.problems import ImportRefused, Problem, parsed
from api.importing.shape import lines_of
from domain.chart.conversion import NEW, OLD, Converted, OldBalance, convert
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.spreadsheet import Row, Rows

MAPPING = Layout(
    (
        Column("old", "原科目编码", "old", ("旧科目编码", "原编码")),
        Column("new", "新科目编码", "new", ("科目编码", "新编码")),
    ),
    amounts=(),
    booked=("old", "new"),
)
BOTH_SIDES = rule(
    "convert.both_sides",
    Kind.MALFORMED,
    "一个科目的余额只在一方，这一行借贷两方都有",
    "the balance of an account stands on one side; this row has both",
)
UNBALANCED = rule(
    "convert.unbalanced",
    Kind.REFUSED,
    "旧账余额借贷不平，借方合计减贷方合计为 {off} 元；请先在旧账上查清",
    "the old balances are not equal: debits less credits are {off} yuan; find out why in the old books first",
    "财会〔2023〕20号",
)
NO_BOOK_FILE = rule(
    "convert.no_book",
    Kind.MALFORMED,
    "文件夹 {folder} 里没有 book.toml",
    "the folder {folder} has no book.toml",
)
NOT_EMPTY = rule(
    "convert.not_empty",
    Kind.CONFLICT,
    "{folder} 已经存在；请另写一个新文件夹的名字，没有写入任何内容",
    "{folder} is there already; name a new folder. Nothing was written",
)

COLUMNS = (
    TableColumn("原科目编码"),
    TableColumn("原科目名称"),
    TableColumn("原借方余额", money=True),
    TableColumn("原贷方余额", money=True),
    TableColumn("科目编码"),
    TableColumn("科目名称"),
    TableColumn("借方余额", money=True),
    TableColumn("贷方余额", money=True),
)


class Conversion(NamedTuple):
    """What was converted: how many accounts, and the sum of each side before and after, in fen."""

    accounts: int
    debit_fen: int
    credit_fen: int


def convert_folder(folder: Path, target: Path, mapping: Path | None = None) -> Conversion:
    """Write book.toml and opening.csv on the new chart into a new folder, and conversion.csv with both trial balances.

    Raises `convert.*`, what is wrong with a file, or `ImportRefused` with all that is wrong in rows.
    """
    if target.exists():
        raise NOT_EMPTY(folder=target)
    book = folder / "book.toml"
    if not book.is_file():
        raise NO_BOOK_FILE(folder=folder)
    old = _balances(read_table(folder, "opening", LAYOUTS["opening"]))
    off = sum(balance.fen for balance in old)
    if off:
        raise UNBALANCED(off=format_fen(off))
    made = convert(old, _chosen(read_file(mapping, MAPPING)) if mapping else {})
    target.mkdir(parents=True)
    text = book.read_text(encoding="utf-8-sig").replace(OLD, NEW)
    (target / "book.toml").write_text(text, encoding="utf-8")
    (target / "opening.csv").write_bytes(to_csv(_opening(made)))
    (target / "conversion.csv").write_bytes(to_csv(_comparison(made)))
    return Conversion(len(made), *_sides(made))


def _balances(read: Rows) -> list[OldBalance]:
    problems = [Problem.of(violation, "opening") for violation in read.problems]
    rows = lines_of(read.rows, problems).rows
    found = [line for row in rows for line in _balance(row, problems)]
    if problems:
        raise ImportRefused(problems, read.notices)
    return found


def _balance(row: Row, problems: list[Problem]) -> list[OldBalance]:
    code, name = parsed(row, "code", parse_code, problems), parsed(row, "name", parse_text, problems)
    debit, credit = (parsed(row, side, parse_amount, problems) for side in ("debit", "credit"))
    if code is None or name is None or debit is None or credit is None:
        return []
    if debit and credit:
        problems.append(Problem.at(BOTH_SIDES(), row, "credit"))
    return [OldBalance(code, name, debit - credit)]


def _chosen(read: Rows) -> dict[str, str]:
    problems = [Problem.of(violation, "mapping") for violation in read.problems]
    pairs = [
        (parsed(row, "old", parse_code, problems), parsed(row, "new", parse_code, problems))
        for row in read.rows
    ]
    if problems:
        raise ImportRefused(problems, read.notices)
    return {old: new for old, new in pairs if old and new}


def _opening(made: list[Converted]) -> Table:
    columns = (*COLUMNS[4:6], *COLUMNS[6:8])
    return Table("期初余额", columns, [(one.code, one.name, *_amounts(one.old.fen)) for one in made])


def _comparison(made: list[Converted]) -> Table:
    """Return the trial balances before and after, line by line."""
    rows: list[tuple[object, ...]] = [
        (one.old.code, one.old.name, *_amounts(one.old.fen), one.code, one.name, *_amounts(one.old.fen))
        for one in made
    ]
    sums = [Sum(fen, len(made)) for fen in _sides(made)]
    return Table("新旧科目对照表", COLUMNS, [*rows, ("", "合计", *sums, "", "合计", *sums)])


def _amounts(fen: int) -> tuple[int | None, int | None]:
    return (fen, None) if fen > 0 else (None, -fen)


def _sides(made: list[Converted]) -> tuple[int, int]:
    debit = sum(one.old.fen for one in made if one.old.fen > 0)
    return debit, debit - sum(one.old.fen for one in made)
