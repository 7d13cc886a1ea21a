"""History (来历): the entries that make a figure, as of any date and as known on any other; two sizes compared."""

from projections.history.difference import difference, kept_size
from projections.history.query import History, Wanted, history

__all__ = [
    "History",
    "Wanted",
    "difference",
    "history",
    "kept_size",
]
