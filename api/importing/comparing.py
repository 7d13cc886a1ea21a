"""What a sheet says otherwise than the posted entry: the first cell that differs, with both values."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.vouchers import Voucher, quantity_text

if TYPE_CHECKING:
    from domain.opening import Balances
    from domain.vouchers import Line

_NAMES = {
    "attachments": Phrase("附件数", "the number of attachments"),
    "code": Phrase("科目编码", "the account"),
    "credit": Phrase("贷方", "the credit"),
    "debit": Phrase("借方", "the debit"),
    "number": Phrase("分录行数", "the number of lines"),
    "party": Phrase("往来单位", "the counterparty"),
    "project": Phrase("项目", "the project"),
    "quantity": Phrase("数量", "the quantity"),
    "summary": Phrase("摘要", "the summary"),
    "unit": Phrase("计量单位", "the unit"),
}


class Differing(NamedTuple):
    """A cell that differs: `field` as a path (`lines[2].debit`, counted from 1), and both values as they are shown."""

    field: str
    posted: str
    read: str

    @property
    def what(self) -> Phrase:
        """The cell's name."""
        return _NAMES[self.field.rpartition(".")[2]]


def says_the_same(posted: Voucher | Balances, sheet: Voucher | Balances) -> bool:
    """Tell whether a sheet says what is posted: the same whole with the same lines, in whatever order they stand."""
    return posted == sheet or (
        type(posted) is type(sheet)
        and _without_lines(posted) == _without_lines(sheet)
        and has_the_same_lines(posted, sheet)
    )


def has_the_same_lines(posted: Voucher | Balances, sheet: Voucher | Balances) -> bool:
    """Tell whether two have the same lines, in whatever order, with the summaries that hold for them."""
    return sorted(map(_values, _lines(posted))) == sorted(map(_values, _lines(sheet)))


def first_difference(posted: Voucher | Balances, sheet: Voucher | Balances) -> Differing:
    """Return the first thing that differs between two of which one does not say the other: the lines, then the whole.

    Of the lines that the other does not have, the sheet's first is held against the posted one most like it.
    """
    if len(posted.lines) != len(sheet.lines):
        return Differing("number", str(len(posted.lines)), str(len(sheet.lines)))
    missing = Counter(map(_values, _lines(posted))) - Counter(map(_values, _lines(sheet)))
    surplus = Counter(map(_values, _lines(sheet))) - Counter(map(_values, _lines(posted)))
    for number, read in enumerate(_lines(sheet), start=1):
        if _values(read) in surplus:
            before = min(missing, key=lambda one: len(_changes(one, read)))
            field, value = _changes(before, read)[0]
            return Differing(f"lines[{number}].{field}", value, read[field])
    count = attrgetter("attachments.count")  # balances are nothing but lines
    return Differing("attachments", str(count(posted)), str(count(sheet)))


def _changes(before: tuple[str, ...], read: dict[str, str]) -> list[tuple[str, str]]:
    """Return the fields in which a line is not what it was before, with the values that they had."""
    return [(field, value) for field, value in zip(read, before, strict=True) if read[field] != value]


def _without_lines(one: Voucher | Balances) -> Voucher | Balances:
    """Return the rest of it; a voucher's summary is the first that its lines have."""
    blank = {"lines": [], "summary": ""} if isinstance(one, Voucher) else {"lines": []}
    return structs.replace(one, **blank)


def _lines(one: Voucher | Balances) -> list[dict[str, str]]:
    """Return the cells of each line; a blank summary is the voucher's."""
    return [_cells(line, getattr(one, "summary", "")) for line in one.lines]


def _values(cells: dict[str, str]) -> tuple[str, ...]:
    return tuple(cells.values())


def _cells(line: Line, summary: str) -> dict[str, str]:
    return {
        "code": line.account,
        "debit": format_fen(line.debit_fen),
        "credit": format_fen(line.credit_fen),
        "summary": line.summary or summary,
        "party": line.party,
        "project": line.project,
        "quantity": quantity_text(line.quantity_milli),
        "unit": line.unit,
    }
