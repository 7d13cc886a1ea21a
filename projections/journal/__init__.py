"""The journal (序时账): every voucher and every line, searchable."""

from projections.journal.fold import fold
from projections.journal.query import (
    JournalFilter,
    JournalLine,
    VoucherRow,
    count_vouchers,
    entry_of_voucher,
    journal,
    last_period,
    named,
    newest_vouchers,
    shown_period,
    voucher_at,
    vouchers_of,
    with_files,
)

__all__ = [
    "JournalFilter",
    "JournalLine",
    "VoucherRow",
    "count_vouchers",
    "entry_of_voucher",
    "fold",
    "journal",
    "last_period",
    "named",
    "newest_vouchers",
    "shown_period",
    "voucher_at",
    "vouchers_of",
    "with_files",
]
