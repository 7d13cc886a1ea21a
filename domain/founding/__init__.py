"""Opening a book (建账): the organisation, the chart, the log's origin and key, the first keys."""

from domain.founding.events import BookOpened, Log, Opened, Organisation, Origin
from domain.founding.rules import check_log, decide_open
from domain.founding.state import Founding

__all__ = ["BookOpened", "Founding", "Log", "Opened", "Organisation", "Origin", "check_log", "decide_open"]
