"""The sub-totals of the statement of income (收益表小计口径): in which an account counts first, as a county sets it."""

from domain.subtotals.events import Place, SubtotalsSet, SubtotalsUsed
from domain.subtotals.rules import decide_set_subtotals
from domain.subtotals.state import (
    NO_PLACES,
    SUBTOTALS,
    InForce,
    Places,
    Subtotals,
    official_places,
    places_in,
    places_with,
)

__all__ = [
    "NO_PLACES",
    "SUBTOTALS",
    "InForce",
    "Place",
    "Places",
    "Subtotals",
    "SubtotalsSet",
    "SubtotalsUsed",
    "decide_set_subtotals",
    "official_places",
    "places_in",
    "places_with",
]
