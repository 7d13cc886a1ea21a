"""The age of receivables and payables (账龄分析表)."""

from projections.ageing.query import AgeingReport, ageing

__all__ = ["AgeingReport", "ageing"]
