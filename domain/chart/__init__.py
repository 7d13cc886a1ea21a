"""The official charts of accounts (会计科目表) as data, keyed by chart version."""

from domain.chart.chart import (
    CASH,
    CHARTS,
    KEPT_DAILY,
    LEVELS,
    MEASURED,
    MONEY_ACCOUNTS,
    RESULT,
    UNDISTRIBUTED,
    Chart,
    ChartAccount,
    chart,
    codes_down_to,
    full_name,
    is_account_code,
    parent_code,
)

__all__ = [
    "CASH",
    "CHARTS",
    "KEPT_DAILY",
    "LEVELS",
    "MEASURED",
    "MONEY_ACCOUNTS",
    "RESULT",
    "UNDISTRIBUTED",
    "Chart",
    "ChartAccount",
    "chart",
    "codes_down_to",
    "full_name",
    "is_account_code",
    "parent_code",
]
