"""The end of a month and of a year (结账): what to know before a period is closed, and the vouchers that transfer."""

from domain.closing.checks import Dip, MonthEnd, MonthVoucher, Remark, check_month, spending_remarks
from domain.closing.transfers import transfer_vouchers

__all__ = [
    "Dip",
    "MonthEnd",
    "MonthVoucher",
    "Remark",
    "check_month",
    "spending_remarks",
    "transfer_vouchers",
]
