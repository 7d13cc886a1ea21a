"""A month in a villager's terms (本月收支): the money that came in and went out, and what for."""

from projections.month.query import Month, Purpose, month_of, periods_of

__all__ = ["Month", "Purpose", "month_of", "periods_of"]
