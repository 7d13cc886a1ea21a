"""What a sheet says otherwise than the posted entry: the first cell that differs, with both values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.vouchers import Voucher, quantity_text

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return _said_by_lines(posted) == _said_by_lines(sheet)


def _without_lines(one: Voucher | Balances) -> Voucher | Balances:
    """Return the rest of it; a voucher's summary is the first that its lines have."""
    blank = {"lines": [], "summary": ""} if isinstance(one, Voucher) else {"lines": []}
    return structs.replace(one, **blank)


def _said_by_lines(one: Voucher | Balances) -> list[tuple[str, ...]]:
    whole = getattr(one, "summary", "")
    return sorted(
        tuple(_cells(structs.replace(line, summary=line.summary or whole)).values()) for line in one.lines
    )


def first_difference(posted: Voucher | Balances, sheet: Voucher | Balances) -> Differing:
    """Return the first thing that differs between two that are not equal: the lines, then the voucher as a whole."""
    if len(posted.lines) != len(sheet.lines):
        return Differing("number", str(len(posted.lines)), str(len(sheet.lines)))
    return _differing_line(posted.lines, sheet.lines) or _differing_whole(posted, sheet)


def _differing_line(posted: Sequence[Line], sheet: Sequence[Line]) -> Differing | None:
    for number, lines in enumerate(zip(posted, sheet, strict=True), start=1):
        before, now = map(_cells, lines)
        for field, value in before.items():
            if now[field] != value:
                return Differing(f"lines[{number}].{field}", value, now[field])
    return None


def _cells(line: Line) -> dict[str, str]:
    return {
        "code": line.account,
        "debit": format_fen(line.debit_fen),
        "credit": format_fen(line.credit_fen),
        "summary": line.summary,
        "party": line.party,
        "project": line.project,
        "quantity": quantity_text(line.quantity_milli),
        "unit": line.unit,
    }


def _differing_whole(posted: Voucher | Balances, sheet: Voucher | Balances) -> Differing:
    if isinstance(posted, Voucher) and isinstance(sheet, Voucher) and posted.summary == sheet.summary:
        return Differing("attachments", str(posted.attachments.count), str(sheet.attachments.count))
    return Differing("summary", getattr(posted, "summary", ""), getattr(sheet, "summary", ""))
