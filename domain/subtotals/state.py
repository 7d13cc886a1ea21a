"""Which sub-totals are in force, and those of the published form."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import NamedTuple

from domain.chart import chart
from domain.kernel.errors import Phrase
from domain.subtotals.events import SubtotalsUsed

Places = tuple[tuple[str, str], ...]
"""Accounts, each with the key of its sub-total, where they differ from the published form; () for none."""

NO_PLACES: Places = ()
"""Those of the published form."""

SUBTOTALS = {
    "operating_surplus": Phrase("经营收益", "operating surplus"),
    "total_surplus": Phrase("收益总额", "total surplus"),
    "net_surplus": Phrase("净收益", "net surplus"),
}
"""The sub-totals of income and expense by their keys, each with all of the one before."""


@cache
def official_places(version: str) -> dict[str, str]:
    """Return the sub-total of each account that has one, as the published form has it; raises `chart.unknown`."""
    chart(version)
    file = resources.files(__package__).joinpath(f"subtotals.{version}.csv")
    return dict(list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1:])


def places_with(version: str, places: Places) -> dict[str, str]:
    """Return the sub-total of each account that has one, where a county laid down `places`."""
    return official_places(version) | dict(places)


class InForce(NamedTuple):
    """What a county laid down, and by which entry."""

    used: SubtotalsUsed
    entry: int

    @property
    def places(self) -> Places:
        """The accounts with their sub-totals."""
        return tuple((place.account, place.subtotal) for place in self.used.places)


def places_in(in_force: InForce | None) -> Places:
    """Return the places of what is in force; () of the published form."""
    return in_force.places if in_force else NO_PLACES


@dataclass
class Subtotals:
    """What was laid down last for the statements from each year on."""

    from_year: dict[str, InForce] = field(default_factory=dict)

    def set(self, used: SubtotalsUsed, index: int) -> None:
        """Let entry `index` lay it down."""
        self.from_year[used.year] = InForce(used, index)

    def of(self, year: str) -> InForce | None:
        """Return what is in force for the statements of a year, None for the published form."""
        begun = max((one for one in self.from_year if one <= year), default="")
        return self.from_year.get(begun)

    def places(self, period: str) -> Places:
        """Return the places of a period's statements."""
        return places_in(self.of(period[:4]))
