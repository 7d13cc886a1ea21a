"""Which values of a book stand outside its log, and which of them were erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.privacy.events import Erasure


@dataclass
class Privacy:
    """The digests of a book with the entry where each stands; what was erased, with the entry that says so.

    A row of a roll is named by the roll's id and its number.
    """

    digests: dict[str, int] = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)
    erased_rows: dict[tuple[str, int], int] = field(default_factory=dict)

    def hide(self, entry: int, *lists: Iterable[str]) -> None:
        """Remember the digests that an entry brings."""
        for digests in lists:
            self.digests.update(dict.fromkeys(digests, entry))

    def erase(self, entry: int, erasure: Erasure) -> None:
        """Remember what an entry erases."""
        self.erased.update(dict.fromkeys(erasure.digests, entry))
        self.erased_rows.update({(row.roll, row.row): entry for row in erasure.rows})
