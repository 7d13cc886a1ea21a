"""How far an audit has come: what the entries so far make, from which a later audit of the same log goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.figures import Figures
from domain.book import Book

if TYPE_CHECKING:
    from domain.entry import Entry


@dataclass
class Replay:
    """The replayed `book`, the `figures` folded beside it, and the `first` entry; a new one stands before that."""

    book: Book = field(default_factory=lambda: Book(""))
    figures: Figures = field(default_factory=Figures)
    first: Entry | None = None

    @property
    def size(self) -> int:
        """How many entries were replayed."""
        return self.book.size
