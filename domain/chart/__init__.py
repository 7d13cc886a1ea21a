"""The official charts of accounts (会计科目表) as data, keyed by chart version."""

from domain.chart.chart import (
    CHARTS,
    MONEY_ACCOUNTS,
    Chart,
    ChartAccount,
    chart,
    is_account_code,
    parent_code,
)

__all__ = ["CHARTS", "MONEY_ACCOUNTS", "Chart", "ChartAccount", "chart", "is_account_code", "parent_code"]
