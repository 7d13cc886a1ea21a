"""The vouchers that stand and transfer or distribute (结转、分配), with what the statement of income shows of them."""

from projections.distributing.query import posted_distributing, prior

__all__ = ["posted_distributing", "prior"]
