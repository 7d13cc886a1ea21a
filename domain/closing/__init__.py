"""The end of a month and of a year (结账): what to know before a period is closed, and the vouchers that transfer."""

from domain.closing.alike import Likeness, likeness
from domain.closing.checklist import check_draft, check_month
from domain.closing.checks import DEPRECIATED, banks_in_use, spending_remarks, untransferred
from domain.closing.corrected import corrected_twice
from domain.closing.counterparties import new_parties, other_names
from domain.closing.distributing import ACTS, distributed, shown_on, year_runs
from domain.closing.distribution import (
    MEMBERS,
    OTHERS,
    RESERVE,
    Shares,
    Wish,
    distribution_vouchers,
    parse_ratio,
    shares,
)
from domain.closing.excess import excess_of, is_excess, is_transfer
from domain.closing.households import Share, check_count, check_sum, split_evenly, split_said
from domain.closing.legality import over_distributed
from domain.closing.mixing import DISTRIBUTIONS, TRANSFERS, amiss
from domain.closing.month_end import (
    Around,
    Cancelled,
    Corrected,
    Correction,
    Dip,
    Distributing,
    Lacking,
    MonthEnd,
    MonthVoucher,
    PartyBalance,
    Remark,
    Stock,
)
from domain.closing.opened import distributed_at_opening, income_at_opening
from domain.closing.parties import OUTSIDE
from domain.closing.recipients import said_otherwise
from domain.closing.rules import OPENED_RESULT, RESULT_LEFT
from domain.closing.transfers import DISTRIBUTION, RESULT_ACCOUNT, transfer_vouchers
from domain.closing.undoing import UNSIGNED

__all__ = [
    "ACTS",
    "DEPRECIATED",
    "DISTRIBUTION",
    "DISTRIBUTIONS",
    "MEMBERS",
    "OPENED_RESULT",
    "OTHERS",
    "OUTSIDE",
    "RESERVE",
    "RESULT_ACCOUNT",
    "RESULT_LEFT",
    "TRANSFERS",
    "UNSIGNED",
    "Around",
    "Cancelled",
    "Corrected",
    "Correction",
    "Dip",
    "Distributing",
    "Lacking",
    "Likeness",
    "MonthEnd",
    "MonthVoucher",
    "PartyBalance",
    "Remark",
    "Share",
    "Shares",
    "Stock",
    "Wish",
    "amiss",
    "banks_in_use",
    "check_count",
    "check_draft",
    "check_month",
    "check_sum",
    "corrected_twice",
    "distributed",
    "distributed_at_opening",
    "distribution_vouchers",
    "excess_of",
    "income_at_opening",
    "is_excess",
    "is_transfer",
    "likeness",
    "new_parties",
    "other_names",
    "over_distributed",
    "parse_ratio",
    "said_otherwise",
    "shares",
    "shown_on",
    "spending_remarks",
    "split_evenly",
    "split_said",
    "transfer_vouchers",
    "untransferred",
    "year_runs",
]
