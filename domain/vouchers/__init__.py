"""Vouchers (记账凭证) and their reversals (红字冲销)."""

from domain.vouchers.events import (
    MAX_LINES,
    Attachments,
    File,
    Invoice,
    Line,
    Reversal,
    SaltedLine,
    SaltedReversal,
    SaltedVoucher,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    Voucher,
    VoucherPosted,
    VoucherReversed,
)
from domain.vouchers.lines import amount_fen, check_balanced, mirrored, total_fen
from domain.vouchers.rules import decide_post, decide_reverse, decide_salted, decide_salted_reversal
from domain.vouchers.state import VoucherNumbers, Vouchers, voucher_number

__all__ = [
    "MAX_LINES",
    "Attachments",
    "File",
    "Invoice",
    "Line",
    "Reversal",
    "SaltedLine",
    "SaltedReversal",
    "SaltedVoucher",
    "SaltedVoucherPosted",
    "SaltedVoucherReversed",
    "Voucher",
    "VoucherNumbers",
    "VoucherPosted",
    "VoucherReversed",
    "Vouchers",
    "amount_fen",
    "check_balanced",
    "decide_post",
    "decide_reverse",
    "decide_salted",
    "decide_salted_reversal",
    "mirrored",
    "total_fen",
    "voucher_number",
]
