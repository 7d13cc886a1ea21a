"""When a sheet may be published: its figures are final, follow from the entries, and three offices sign them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_period
from domain.roles import Key, require_roles
from domain.sheets.rows import rows_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.periods import Periods
    from domain.sheets.events import SheetPublished
    from domain.sheets.rows import Row
    from domain.sheets.state import Sheets

NOT_CLOSED = rule(
    "sheet.not_closed",
    Kind.CONFLICT,
    "{period} 尚未结账，数字还会变动；请先结账再公开",
    "{period} is not closed, so its figures may change; close it before it is published",
    "农经发〔2011〕13号",
)
PUBLISHED_TWICE = rule(
    "sheet.published_twice",
    Kind.CONFLICT,
    "{period} 的这张公开表已由第 {entry} 号记录公开",
    "this sheet of {period} was published already, by entry {entry}",
    "农经发〔2011〕13号",
)
OTHER_FIGURES = rule(
    "sheet.figures",
    Kind.REFUSED,
    "{period} 的公开表与账不符：应有 {rows} 行，根为 {root}",
    "the sheet of {period} does not follow from the entries: it has {rows} rows with the root {root}",
    "农经发〔2011〕13号; alert D03",
)


def decide_publish(
    statement: SheetPublished,
    signers: list[Key],
    periods: Periods,
    sheets: Sheets,
    rows_of: Callable[[str], Sequence[Row]],
) -> None:
    """A closed month's sheet is published once, as the entries give it; accountant, head and supervisor sign.

    `rows_of` computes the rows of the trial balance of a period.
    """
    sheet = statement.data
    period = parse_period(sheet.period)
    if not periods.first <= period <= periods.closed_through:
        raise NOT_CLOSED(period=period)
    if (sheet.sheet, period) in sheets.published:
        raise PUBLISHED_TWICE(period=period, entry=sheets.published[sheet.sheet, period])
    require_roles(signers, ["accountant", "head", "supervisor"])
    rows = rows_of(period)
    if (len(rows), rows_root(rows)) != (sheet.rows, sheet.root):
        raise OTHER_FIGURES(period=period, rows=len(rows), root=rows_root(rows))
