"""What the first entry fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.founding.events import Log, Organisation

if TYPE_CHECKING:
    from domain.founding.events import Opened


@dataclass
class Founding:
    """The organisation and the log of a book; None until it is opened."""

    organisation: Organisation | None = None
    log: Log | None = None
    chart: str = ""

    def open(self, opened: Opened) -> None:
        """Remember what `book.opened` said."""
        self.organisation = opened.organisation
        self.log = opened.log
        self.chart = opened.chart
