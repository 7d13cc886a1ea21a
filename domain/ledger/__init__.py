"""The write side: the only place that knows `eventsourcing`."""

from domain.ledger.books import SURPLUS, Books, read_entries
from domain.ledger.connection import PROBE_SECONDS, BoundedConnection
from domain.ledger.mapper import EntryMapper, Recorded
from domain.ledger.posted import of_each
from domain.ledger.recorder import RECONNECT_SECONDS, BookRecorder, open_recorder
from domain.ledger.writer import MOVED_ON, Ledger, Receipt

__all__ = [
    "MOVED_ON",
    "PROBE_SECONDS",
    "RECONNECT_SECONDS",
    "SURPLUS",
    "BookRecorder",
    "Books",
    "BoundedConnection",
    "EntryMapper",
    "Ledger",
    "Receipt",
    "Recorded",
    "of_each",
    "open_recorder",
    "read_entries",
]
