"""Opening balances (期初余额): once, balanced, before the first voucher."""

from domain.opening.events import Balances, OpeningPosted
from domain.opening.rules import decide_opening
from domain.opening.state import Opening

__all__ = ["Balances", "Opening", "OpeningPosted", "decide_opening"]
