"""The monitor (监察): follows many books, verifies only what is new, and remembers how far it has come."""

from audit.monitor.monitor import MaxAge, Outcome, follow
from audit.monitor.store import StateStore

__all__ = ["MaxAge", "Outcome", "StateStore", "follow"]
