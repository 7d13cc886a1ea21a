"""The end of a month and of a year (结账): what to know before a period is closed, and the vouchers that transfer."""

from domain.closing.checks import (
    RESULT_ACCOUNT,
    check_month,
    spending_remarks,
    untransferred,
)
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
from domain.closing.month_end import Dip, MonthEnd, MonthVoucher, Remark, Stock
from domain.closing.rules import OPENED_RESULT
from domain.closing.transfers import transfer_vouchers

__all__ = [
    "MEMBERS",
    "OPENED_RESULT",
    "OTHERS",
    "RESERVE",
    "RESULT_ACCOUNT",
    "Dip",
    "MonthEnd",
    "MonthVoucher",
    "Remark",
    "Shares",
    "Stock",
    "Wish",
    "check_month",
    "distribution_vouchers",
    "parse_ratio",
    "shares",
    "spending_remarks",
    "transfer_vouchers",
    "untransferred",
]
