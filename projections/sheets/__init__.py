"""Published sheets (公开表): which entry signs a month's figures, and the proof of one of them."""

from projections.sheets.fold import fold
from projections.sheets.query import figure_proof, published_at, publishing_entries

__all__ = ["figure_proof", "fold", "published_at", "publishing_entries"]
