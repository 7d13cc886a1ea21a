"""The sub-totals of the statement of income (收益表小计口径) that a county laid down."""

from projections.subtotals.fold import fold
from projections.subtotals.query import places_of, subtotals_of

__all__ = ["fold", "places_of", "subtotals_of"]
