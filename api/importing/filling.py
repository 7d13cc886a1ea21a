"""What a journal has written once for several rows (merged cells): date, number and summary from the row above.

They are taken from the row directly above, and only where that is surely of the same voucher: whatever is written in
both is the same, and the rows above do not balance yet, after which another voucher may begin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.adapters.notices import listed
from api.importing.cells import parse_amount
from api.importing.problems import Problem
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.adapters.spreadsheet import Row

WRITTEN_ONCE = rule(
    "import.written_once",
    Kind.MALFORMED,
    "从这一行起共有 {count} 行的「{columns}」是空白，看不出是不是上面那张凭证的：隔着空行或合计行，上面的各行已经平衡，"
    "或写着别的日期、凭证号；请把内容填到每一行",
    "in {count} rows, of which this is the first, '{columns}' is blank, and it cannot be told whether they belong to "
    "the voucher above: a blank row or a total lies between, the rows above balance already, or another date or number "
    "is written; fill the content into every row",
)

NEEDED = ("date", "kind", "number")
"""The fields that every row of a journal has to have; the kind of a voucher where it has a column of its own."""


class _Voucher:
    """The rows of a voucher so far: the last of them, and what they are off balance."""

    def __init__(self) -> None:
        self.last: Row | None = None
        self.off_fen = 0
        self.doubtful = False

    def goes_on(self, row: Row) -> bool:
        """Tell whether a row directly below surely belongs to it, by what is written in both."""
        last = self.last
        return (
            last is not None
            and row.number == last.number + 1
            and all(row.cells[name] in {"", last.cells[name]} for name in NEEDED if name in row.cells)
        )

    def add(self, row: Row, *, doubtful: bool) -> None:
        """Take a row on, or begin anew with it."""
        same = self.goes_on(row)
        self.off_fen = (self.off_fen if same else 0) + _fen(row)
        self.last, self.doubtful = row, doubtful


def filled_down(rows: Sequence[Row], problems: list[Problem]) -> list[Row]:
    """Return the rows of one sheet with what is blank from above; where that would be a guess it is a problem too."""
    if not rows or "date" not in rows[0].cells:
        return list(rows)
    voucher, above = _Voucher(), dict[str, str]()
    filled: list[Row] = []
    refused: list[tuple[Row, list[str]]] = []
    for row in rows:
        missing = [name for name in NEEDED if name in above and not row.cells[name]]
        above |= {name: row.cells[name] for name in NEEDED if row.cells.get(name)}
        sure = bool(missing) and voucher.goes_on(row) and bool(voucher.off_fen) and not voucher.doubtful
        if missing and not sure:
            refused.append((row, missing))
        made = _with(row, {name: above[name] for name in missing})
        made = _with_summary(made, voucher)
        voucher.add(made, doubtful=bool(missing) and not sure)
        filled.append(made)
    if refused:
        first, missing = refused[0]
        columns = [name for name in NEEDED if any(name in names for _, names in refused)]
        named = "、".join(first.headers[name] for name in columns)
        problems.append(Problem.at(WRITTEN_ONCE(count=len(refused), columns=named), first, missing[0]))
    return filled


def told_filled(rows: Iterable[Row]) -> list[Phrase]:
    """Name the rows that have anything from above, and what."""
    filled = [row for row in rows if row.filled]
    if not filled:
        return []
    file, names = (
        filled[0].file,
        [name for name in (*NEEDED, "summary") if any(name in row.filled for row in filled)],
    )
    columns = [filled[0].headers[name] for name in names]
    zh = listed([row.place.zh for row in filled])[0]
    en = listed([row.place.en for row in filled])[1]
    return [
        Phrase(
            f"{file} 中有 {len(filled)} 行的「{'、'.join(columns)}」是空白，按同一张凭证的上一行读取，请核对：{zh}",
            f"{file}: {len(filled)} rows have blanks in '{', '.join(columns)}', which were read as in the row above of "
            f"the same voucher; check them: {en}",
        )
    ]


def _with(row: Row, cells: dict[str, str]) -> Row:
    return replace(row, cells={**row.cells, **cells}, filled=(*row.filled, *cells)) if cells else row


def _with_summary(row: Row, voucher: _Voucher) -> Row:
    """Return a row with the summary of the one above, where it has none and goes on with the same voucher."""
    if row.cells["summary"] or not voucher.goes_on(row):
        return row
    summary = voucher.last.cells["summary"] if voucher.last else ""
    return _with(row, {"summary": summary}) if summary else row


def _fen(row: Row) -> int:
    """Return what a row adds to the debits of its voucher; what does not parse is told elsewhere."""
    try:
        return parse_amount(row.cells["debit"]) - parse_amount(row.cells["credit"])
    except RuleViolation:
        return 0
