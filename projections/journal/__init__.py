"""The journal (序时账): every voucher and every line, searchable."""

from projections.journal.fold import fold
from projections.journal.links import (
    Link,
    Links,
    cancelled,
    corrected,
    corrected_fen,
    corrections,
    links_of,
    vouchers_by_id,
)
from projections.journal.query import (
    JournalFilter,
    JournalLine,
    VoucherRow,
    count_vouchers,
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
    "Link",
    "Links",
    "VoucherRow",
    "cancelled",
    "corrected",
    "corrected_fen",
    "corrections",
    "count_vouchers",
    "fold",
    "journal",
    "last_period",
    "links_of",
    "named",
    "newest_vouchers",
    "shown_period",
    "voucher_at",
    "vouchers_by_id",
    "vouchers_of",
    "with_files",
]
