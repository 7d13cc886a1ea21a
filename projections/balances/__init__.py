"""Balances per account and period, and the trial balance (科目余额表)."""

from projections.balances.fold import fold
from projections.balances.parties import AuxiliaryBalance, auxiliary_balances, party_balances
from projections.balances.query import (
    BACKWARDS,
    TrialBalance,
    check_span,
    is_known_from,
    standing,
    trial_balance,
)

__all__ = [
    "BACKWARDS",
    "AuxiliaryBalance",
    "TrialBalance",
    "auxiliary_balances",
    "check_span",
    "fold",
    "is_known_from",
    "party_balances",
    "standing",
    "trial_balance",
]
