"""Converting a village's opening balances from the chart of 2004 to that of 2024: a folder in, a folder out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.adapters.header import Column, Layout
from api.adapters.spreadsheet import read_file
from api.adapters.tables import Sum, Table, TableColumn, to_csv
from api.importing.book_file import read_book
from api.importing.cells import parse_amount, parse_code
from api.importing.columns import LAYOUTS
from api.importing.folder import COMPARISON, amounts_of
from api.importing.opening_table import read_opening
from api.importing.problems import ImportRefused, Problem, parsed
from api.importing.told import result_at_opening
from api.importing.year_begun import income_left
from domain.chart.conversion import OLD, Converted, convert, obstacles
from domain.chart.places import LEVEL_1, NEW, Beside, OldBalance, Share
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.organisation import check_organisation
from domain.vouchers import quantity_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from api.adapters.spreadsheet import Rows
    from api.importing.book_file import BookFile
    from domain.kernel.errors import RuleViolation

MAPPING = Layout(
    (
        Column("old", "原科目编码", "old", ("旧科目编码", "原编码")),
        Column("new", "新科目编码", "new", ("科目编码", "新编码")),
        Column("amount", "金额", "amount", ("拆分金额",), optional=True),
        Column("name", "新科目名称", "name", ("新名称",), optional=True),
        Column("party", "往来单位", "party", ("往来单位名称",), optional=True),
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
IN_FORCE = "2024-01"
"""The first period of the system of 2023, whose chart is the new one (财会〔2023〕14号)."""

TOO_EARLY = rule(
    "convert.opened",
    Kind.REFUSED,
    "book.toml 的 opened 是 {read}，新科目从 {since} 起施行；请在旧账文件夹的 book.toml 中把 opened 改为新账的第一个月"
    "（{since} 或以后），期初余额填这个月初的余额",
    "opened is {read} in book.toml, and the new chart is in force from {since}; set opened in the old folder's "
    "book.toml to the first month of the new book ({since} or later), and give the balances at its beginning",
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

NOT_OLD = rule(
    "convert.chart",
    Kind.REFUSED,
    'book.toml 的 chart 是 {read}；要转换的旧账写 chart = "{expected}"。已经是新科目的账不要再转换，有的编码换了意思',
    'chart is {read} in book.toml; that of old books to convert is "{expected}". Books on the new chart must not be'
    " converted again, as some codes mean another account there",
    "财会〔2023〕20号",
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
JOURNAL = Table("序时账", tuple(TableColumn(column.zh) for column in LAYOUTS["journal"].wanted), [])
"""The journal of a book that begins with these balances: none yet."""

BESIDE = {"party": "往来单位", "project": "项目", "quantity_milli": "数量", "unit": "计量单位"}
"""The columns of what a balance may have beside its account; those that no row has are left out."""


class Conversion(NamedTuple):
    """What was converted: how many new accounts, and the sum of each side before and after, in fen.

    `notices` tell what of the old balances was not read, or was though a person may not expect it.
    """

    accounts: int
    debit_fen: int
    credit_fen: int
    notices: tuple[Phrase, ...] = ()


def convert_folder(folder: Path, target: Path, mapping: Path | None = None) -> Conversion:
    """Write book.toml and opening.csv on the new chart into a new folder, and conversion.csv with both trial balances.

    Raises `convert.*`, `organisation.*`, what is wrong with a file, or `ImportRefused` with all that is wrong in rows,
    or all that keeps them from being converted.
    """
    if target.exists():
        raise NOT_EMPTY(folder=target)
    book = folder / "book.toml"
    if not book.is_file():
        raise NO_BOOK_FILE(folder=folder)
    village = read_book(folder)
    check_organisation(village.id)
    notices: list[Phrase] = []
    read = read_opening(folder, village.columns["opening"], village.opened)
    old = _balances(read, village.opened, notices)
    chosen = _chosen(read_file(mapping, MAPPING)) if mapping else {}
    problems = [
        *(Problem.of(violation, book.name) for violation in _unfit(village)),
        *(Problem.of(violation, folder.name) for violation in [*_unbalanced(old), *obstacles(old, chosen)]),
    ]
    if problems:
        raise ImportRefused(problems, tuple(notices))
    made = convert(old, chosen)
    left = income_left([(one.code, one.fen) for one in made], village.opened)
    if left:
        raise ImportRefused([Problem.of(left, folder.name)], tuple(notices))
    notices += [*_added(made), *_not_called(made), *_called_alike(made)]
    target.mkdir(parents=True)
    text = book.read_text(encoding="utf-8-sig").replace(OLD, NEW)
    (target / "book.toml").write_text(text, encoding="utf-8")
    (target / "opening.csv").write_bytes(to_csv(_opening(made)))
    (target / "journal.csv").write_bytes(to_csv(JOURNAL))
    (target / COMPARISON).write_bytes(to_csv(_comparison(made)))
    return Conversion(len({one.code for one in made}), *_sides(made), tuple(notices))


def _added(made: list[Converted]) -> Iterator[Phrase]:
    """Tell which balances come to 收益分配 from other accounts, since that changes what may be distributed."""
    for one in made:
        if one.is_added:
            fen, (old, name) = format_fen(abs(one.fen)), one.old[:2]
            side = Phrase("借方", "debit") if one.fen > 0 else Phrase("贷方", "credit")
            yield Phrase(
                f"{old} {name} {side.zh} {fen} 元转入 {one.code} {one.name}，可分配的收益因此改变；"
                "要转入别的科目，在对照表中写明",
                f"{old} {name}, {fen} yuan in {side.en}, goes to {one.code} {one.name}, which changes what may be "
                "distributed; name another account in the mapping if it should",
            )


def _not_called(made: list[Converted]) -> Iterator[Phrase]:
    """Tell which names of the mapping no account has: what is added to 收益分配, and a level-1 account's own name."""
    for one in made:
        if one.asked and one.asked != one.name:
            old, name = one.old[:2]
            yield Phrase(
                f"对照表给 {old} {name} 写的新科目名称「{one.asked}」没有用上，它转入 {one.code} {one.name}；要单设明细"
                "科目的，在对照表中写明那个明细科目的编码",
                f"the name '{one.asked}' that the mapping gives {old} {name} is not used: it goes to {one.code} "
                f"{one.name}; if it should be a detail account of its own, write its code in the mapping",
            )


def _called_alike(made: list[Converted]) -> Iterator[Phrase]:
    """Tell which detail accounts of one level-1 account have the same name, if the mapping wrote it."""
    found: dict[tuple[str, str], list[Converted]] = {}
    for one in made:
        found.setdefault((one.code[:LEVEL_1], one.name), []).append(one)
    for (_, name), alike in found.items():
        codes = sorted({one.code for one in alike})
        if len(codes) > 1 and any(one.asked == name for one in alike):
            yield Phrase(
                f"{'、'.join(codes)} 都叫「{name}」；是同一个明细科目的，在对照表中都写同一个编码，不是的，名称"
                "写得不同",
                f"{', '.join(codes)} are all called '{name}'; if they are one detail account, write one code for all "
                "in the mapping, if not, names that differ",
            )


def _unfit(book: BookFile) -> Iterator[RuleViolation]:
    """Refuse a book that is not on the old chart, or would begin on the new one before that is in force."""
    if book.chart != OLD:
        yield NOT_OLD(read=book.chart, expected=OLD)
    if book.opened < IN_FORCE:
        yield TOO_EARLY(read=book.opened, since=IN_FORCE)


def _unbalanced(old: list[OldBalance]) -> Iterator[RuleViolation]:
    """Refuse old balances whose sides are not equal."""
    off = sum(balance.fen for balance in old)
    if off:
        yield UNBALANCED(off=format_fen(off))


def _balances(read: Rows, opened: str, notices: list[Phrase]) -> list[OldBalance]:
    """Return the old balances with all that stands beside them, and add what is to be told of them."""
    problems = [Problem.of(violation, "opening") for violation in read.problems]
    rows = amounts_of(read, problems, notices)
    problems += [
        Problem.at(BOTH_SIDES(), one.row, "credit") for one in rows if one.debit_fen and one.credit_fen
    ]
    if problems:
        raise ImportRefused(problems, tuple(notices))
    notices += result_at_opening(rows, opened)
    return [
        OldBalance(
            one.code,
            one.name,
            one.debit_fen - one.credit_fen,
            Beside(one.party, one.project, one.quantity_milli, one.unit if one.quantity_milli else ""),
        )
        for one in rows
    ]


def _chosen(read: Rows) -> Mapping[str, list[Share]]:
    """Return where a mapping says that old accounts go: rows of one old account are its shares."""
    problems = [Problem.of(violation, "mapping") for violation in read.problems]
    chosen: dict[str, list[Share]] = {}
    for row in read.rows:
        old, new = (parsed(row, side, parse_code, problems) for side in ("old", "new"))
        fen = parsed(row, "amount", parse_amount, problems) if row.cells.get("amount") else None
        if old and new:
            name, party = (row.cells.get(side, "") for side in ("name", "party"))
            chosen.setdefault(old, []).append(Share(new, fen, name, party))
    if problems:
        raise ImportRefused(problems, read.notices)
    return chosen


def _opening(made: list[Converted]) -> Table:
    """Return the opening balances: a row for each account and what stands beside it, of all that is added to it."""
    beside = _beside(made)
    columns = (*COLUMNS[4:8], *(TableColumn(BESIDE[name]) for name in beside))
    rows: dict[tuple[str, ...], int] = {}
    for one in made:
        place = (one.code, one.name, *_said(one, beside))
        rows[place] = rows.get(place, 0) + one.fen
    return Table(
        "期初余额",
        columns,
        [(code, name, *_amounts(fen), *said) for (code, name, *said), fen in rows.items() if fen],
    )


def _comparison(made: list[Converted]) -> Table:
    """Return the trial balances before and after, line by line."""
    beside = _beside(made)
    rows: list[tuple[object, ...]] = [
        (
            *(one.old.code, one.old.name, *_amounts(one.fen)),
            *(one.code, one.name, *_amounts(one.fen)),
            *_said(one, beside),
        )
        for one in made
    ]
    sums = [Sum(fen, len(made)) for fen in _sides(made)]
    total = ("", "合计", *sums, "", "合计", *sums, *("" for _ in beside))
    columns = (*COLUMNS, *(TableColumn(BESIDE[name]) for name in beside))
    return Table("新旧科目对照表", columns, [*rows, total])


def _beside(made: list[Converted]) -> list[str]:
    """Return which fields beside the accounts are filled in any row."""
    return [name for name in BESIDE if any(getattr(one.old.beside, name) for one in made)]


def _said(one: Converted, fields: list[str]) -> list[str]:
    values = {name: getattr(one.old.beside, name) for name in fields}
    return [quantity_text(value) if name == "quantity_milli" else value for name, value in values.items()]


def _amounts(fen: int) -> tuple[int | None, int | None]:
    return (fen, None) if fen > 0 else (None, -fen)


def _sides(made: list[Converted]) -> tuple[int, int]:
    debit = sum(one.fen for one in made if one.fen > 0)
    return debit, debit - sum(one.fen for one in made)
