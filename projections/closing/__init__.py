"""The end of a period (结账): the checklist, and the vouchers that are to transfer income and expense."""

from projections.closing.query import (
    Checklist,
    Distribution,
    Transfers,
    checklist,
    distribution,
    draft_remarks,
    transfers,
)

__all__ = [
    "Checklist",
    "Distribution",
    "Transfers",
    "checklist",
    "distribution",
    "draft_remarks",
    "transfers",
]
