"""Charts of accounts: 《农村集体经济组织会计制度》 财会〔2023〕14号, and the code lengths 3-2-2-2.

Codes change their meaning between chart versions (153, 154, 211, 502 …), so an account is named by
(chart version, code), never by its code alone.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Mapping

CHARTS = ("rural-collective-2024",)
"""The chart versions that ship with the program."""

LEVELS = (3, 5, 7, 9)
"""The lengths of the codes of the four levels."""

UNKNOWN_CHART = rule(
    "chart.unknown",
    Kind.REFUSED,
    "没有名为「{chart}」的会计科目表；可用的有：{known}",
    "there is no chart of accounts named '{chart}'; known charts: {known}",
    "财会〔2023〕14号",
)

_CODE = re.compile(r"[1-9][0-9]{2}(?:[0-9]{2}){0,3}")


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """One line of a chart; `standing` is official, optional (may be added) or suggested (a usual detail)."""

    code: str
    name: str
    name_en: str
    kind: str
    side: str
    standing: str


@dataclass(frozen=True)
class Chart:
    """A chart version: its accounts by code, in the official order."""

    version: str
    accounts: dict[str, ChartAccount]

    @property
    def official(self) -> list[ChartAccount]:
        """The level-1 accounts of the system itself (一级科目), 42 in the chart of 2024."""
        return [account for account in self.accounts.values() if account.standing == "official"]


CASH = "101"
"""库存现金, with all its details."""

KEPT_DAILY = (CASH, "102")
"""Cash and bank deposits, kept as journals (日记账) with balances day by day (会计基础工作规范 art. 57)."""

MEASURED = ("121", "122", "131", "132", "134")
"""What is counted, weighed or measured beside its amount (数量金额式): 库存物资, 包装物, 生物资产, with all details."""

MONEY_ACCOUNTS = (*KEPT_DAILY, "109")
"""What counts as money (货币资金), with all detail accounts: 库存现金， 银行存款， 其他货币资金."""

UNDISTRIBUTED = ("321", "322")
"""The accounts of the undistributed income: a voucher that touches one of them transfers or distributes it."""

RESULT = "5"
"""What the codes of income and expense accounts (损益类) begin with."""


def is_account_code(code: str) -> bool:
    """Whether `code` has the lengths 3-2-2-2 (三位一级科目，其后每级两位)."""
    return _CODE.fullmatch(code) is not None


def parent_code(code: str) -> str | None:
    """Return the code one level up, or None for a level-1 account."""
    return code[:-2] if len(code) > 3 else None


@lru_cache(4096)
def codes_down_to(code: str) -> tuple[str, ...]:
    """Return the codes from level 1 down to `code`: 102, 10201, 1020101."""
    return tuple(code[:length] for length in LEVELS if length <= len(code))


def full_name(code: str, names: Mapping[str, str]) -> str:
    """Return an account's name with those of the accounts above it: 银行存款/基本账户."""
    return "/".join(names[one] for one in codes_down_to(code))


@cache
def chart(version: str) -> Chart:
    """Return the chart of that version; raises `chart.unknown`."""
    if version not in CHARTS:
        raise UNKNOWN_CHART(chart=version, known=", ".join(CHARTS))
    text = resources.files(__package__).joinpath(f"{version}.csv").read_text(encoding="utf-8")
    accounts = (
        ChartAccount(row["code"], row["name_zh"], row["name_en"], row["class"], row["side"], row["standing"])
        for row in csv.DictReader(text.splitlines())
    )
    return Chart(version, {account.code: account for account in accounts})
