"""Vouchers (记账凭证) and their reversals (红字冲销)."""

from domain.vouchers.blank import check_told, may_be_blank
from domain.vouchers.correcting import Way, correcting_summary, ways
from domain.vouchers.events import (
    MAX_LINES,
    UNIT_MAX,
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
from domain.vouchers.lines import (
    amount_fen,
    check_balanced,
    mirrored,
    price_fen,
    price_text,
    quantity_text,
    total_fen,
)
from domain.vouchers.rules import decide_post, decide_reverse, decide_salted, decide_salted_reversal
from domain.vouchers.state import VoucherNumbers, Vouchers, voucher_number

__all__ = [
    "MAX_LINES",
    "UNIT_MAX",
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
    "Way",
    "amount_fen",
    "check_balanced",
    "check_told",
    "correcting_summary",
    "decide_post",
    "decide_reverse",
    "decide_salted",
    "decide_salted_reversal",
    "may_be_blank",
    "mirrored",
    "price_fen",
    "price_text",
    "quantity_text",
    "total_fen",
    "voucher_number",
    "ways",
]
