"""The end of a month and of a year (结账): what to know before a period is closed, and the vouchers that transfer."""

from domain.closing.checks import (
    OPENED_RESULT,
    RESULT_ACCOUNT,
    Dip,
    MonthEnd,
    MonthVoucher,
    Remark,
    Stock,
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
