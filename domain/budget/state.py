"""Which plans are in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from domain.budget.events import Budget


class Adopted(NamedTuple):
    """A plan and the entry that adopted it."""

    budget: Budget
    entry: int


@dataclass
class Budgets:
    """The newest plan of each year."""

    by_year: dict[str, Adopted] = field(default_factory=dict)

    def adopt(self, budget: Budget, index: int) -> None:
        """Let entry `index` put a plan into force."""
        self.by_year[budget.year] = Adopted(budget, index)
