"""The monitor (监察): follows many books, verifies only what is new, and remembers how far it has come."""

from audit.monitor.budget import BUDGET_S, opened_for
from audit.monitor.listing import read_list
from audit.monitor.monitor import Outcome, follow
from audit.monitor.store import StateStore

__all__ = ["BUDGET_S", "Outcome", "StateStore", "follow", "opened_for", "read_list"]
