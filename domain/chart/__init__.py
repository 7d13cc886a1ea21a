"""The official charts of accounts (会计科目表) as data, keyed by chart version."""

from domain.chart.chart import CHARTS, Chart, ChartAccount, chart, is_account_code, parent_code

__all__ = ["CHARTS", "Chart", "ChartAccount", "chart", "is_account_code", "parent_code"]
