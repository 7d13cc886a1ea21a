"""A month in a villager's terms (本月收支): the money that came in and went out, and what for."""

from projections.month.query import Glance, Month, Purpose, glance_of, month_of, periods_of

__all__ = ["Glance", "Month", "Purpose", "glance_of", "month_of", "periods_of"]
