"""Accounting periods (会计期间): calendar months that close in order and then take nothing."""

from domain.periods.events import Closing, PeriodClosed
from domain.periods.rules import decide_close, require_open
from domain.periods.state import Periods

__all__ = ["Closing", "PeriodClosed", "Periods", "decide_close", "require_open"]
