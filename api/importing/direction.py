"""One column of amounts beside one that says where each stands (方向), read as the two columns that it means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.importing.cells import bare, parse_amount
from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from api.adapters.spreadsheet import Row, Rows

BAD_DIRECTION = rule(
    "import.direction",
    Kind.MALFORMED,
    "方向应为借、贷或平（debit、credit），读到「{read}」",
    "a direction is 借, 贷 or 平 (debit, credit, blank for nothing); read '{read}'",
)
LEVEL_AMOUNT = rule(
    "import.level_amount",
    Kind.MALFORMED,
    "方向是平，金额应为零或空白，读到「{read}」；有余额的请写明借或贷",
    "the direction is 平, so the amount should be zero or blank; read '{read}'. Write on which side a balance stands",
)

LEVEL = "level"
_DIRECTIONS = {
    "debit": ("借", "借方", "debit", "dr", "d"),
    "credit": ("贷", "貸", "贷方", "貸方", "credit", "cr", "c"),
    LEVEL: ("平",),
}
_SIDES = {written: side for side, names in _DIRECTIONS.items() for written in names}


def sided(read: Rows) -> Rows:
    """Return the rows with each amount below the side that its direction names, where a table has directions."""
    return read._replace(rows=list(map(_sided, read.rows)), outside=tuple(map(_sided, read.outside)))


def _sided(row: Row) -> Row:
    if "direction" not in row.cells:
        return row
    amount, header = row.cells["amount"], row.headers["amount"]
    side = _side(row.cells["direction"])
    sides = {name: amount if name == side else "" for name in ("debit", "credit")}
    return replace(
        row, cells={**row.cells, **sides}, headers={**row.headers, "debit": header, "credit": header}
    )


def direction_problem(row: Row) -> tuple[RuleViolation, str] | None:
    """Return what is wrong with a row's direction, and in which field; None of a good one and where there is none."""
    if row.cells.get("debit") or row.cells.get("credit") or "direction" not in row.cells:
        return None
    direction, amount = row.cells["direction"], row.cells["amount"]
    if not _side(direction) and (direction or not _is_nothing(amount)):
        return BAD_DIRECTION(read=direction), "direction"
    return None if _is_nothing(amount) else (LEVEL_AMOUNT(read=amount), "amount")


def written_field(row: Row, field: str) -> str:
    """Return the field below which something is written: with a direction one column has the amounts of both sides."""
    return "amount" if field in {"debit", "credit"} and "amount" in row.cells else field


def _is_nothing(amount: str) -> bool:
    try:
        return parse_amount(amount) == 0
    except RuleViolation:
        return False


def _side(read: str) -> str:
    return _SIDES.get(bare(read).casefold(), "")
