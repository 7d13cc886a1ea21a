"""History (来历): the entries that make a figure, as of any date and as known on any other; two sizes compared."""

from projections.history.difference import Excerpt, difference, kept_size
from projections.history.query import History, Wanted, history

__all__ = [
    "Excerpt",
    "History",
    "Wanted",
    "difference",
    "history",
    "kept_size",
]
