"""Opening a book (建账): the organisation, the chart, the log's origin and key, the first keys."""

from domain.founding.events import BookOpened, Log, Opened, Organisation, Origin
from domain.founding.origin import ORIGIN_WRITTEN, check_origin
from domain.founding.rules import check_log, decide_open
from domain.founding.state import Founding

__all__ = [
    "ORIGIN_WRITTEN",
    "BookOpened",
    "Founding",
    "Log",
    "Opened",
    "Organisation",
    "Origin",
    "check_log",
    "check_origin",
    "decide_open",
]
