"""Bank reconciliation (银行对账): which lines of a bank's statement are which of the book's, and what is left over."""

from domain.reconciliation.matching import BankLine, BookLine, Match, match
from domain.reconciliation.reconciliation import Reconciliation, reconcile

__all__ = ["BankLine", "BookLine", "Match", "Reconciliation", "match", "reconcile"]
