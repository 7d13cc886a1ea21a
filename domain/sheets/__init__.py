"""Published sheets (公开表): the figures of a closed month, signed as the sunshine board shows them."""

from domain.sheets.events import Sheet, SheetPublished
from domain.sheets.rows import Row, rows_root, rows_tree
from domain.sheets.rules import decide_publish
from domain.sheets.state import Sheets

__all__ = ["Row", "Sheet", "SheetPublished", "Sheets", "decide_publish", "rows_root", "rows_tree"]
