"""Bank reconciliation (银行对账): which lines of a bank's statement are which of the book's, and what is left over."""

from domain.reconciliation.balances import follows, stood_at_end, stood_before
from domain.reconciliation.gaps import Gap, StatementFile, ends_with, find_gaps
from domain.reconciliation.lines import WINDOW_DAYS, BankLine, BookLine, Decision, Match, sides
from domain.reconciliation.matching import match
from domain.reconciliation.outstanding import find_outstanding
from domain.reconciliation.reconciliation import Reconciliation, reconcile

__all__ = [
    "WINDOW_DAYS",
    "BankLine",
    "BookLine",
    "Decision",
    "Gap",
    "Match",
    "Reconciliation",
    "StatementFile",
    "ends_with",
    "find_gaps",
    "find_outstanding",
    "follows",
    "match",
    "reconcile",
    "sides",
    "stood_at_end",
    "stood_before",
]
