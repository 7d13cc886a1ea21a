"""Which sheets were published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.sheets.events import Sheet


@dataclass
class Sheets:
    """The entry that published each sheet, by sheet and period."""

    published: dict[tuple[str, str], int] = field(default_factory=dict)

    def publish(self, sheet: Sheet, index: int) -> None:
        """Remember that entry `index` published a sheet."""
        self.published[sheet.sheet, sheet.period] = index
