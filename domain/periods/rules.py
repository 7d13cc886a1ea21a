"""When a period takes vouchers and when it may close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule
from domain.kernel.period import check_near, is_date, parse_date, parse_period, period_of
from domain.roles import Key, require_roles

if TYPE_CHECKING:
    from domain.periods.events import PeriodClosed
    from domain.periods.state import Periods

BEFORE_FIRST = rule(
    "period.before_first",
    Kind.REFUSED,
    "{date} 早于本账套的第一个会计期间 {first}",
    "{date} lies before the book's first period {first}",
    "会计法 art. 11",
)
CLOSED = rule(
    "period.closed",
    Kind.CONFLICT,
    "{period} 已结账，不能再记；请用下一个未结账期间 {open}",
    "{period} is closed and takes nothing; the oldest open period is {open}",
    "财会〔2013〕20号 art. 10",
)
OUT_OF_ORDER = rule(
    "period.out_of_order",
    Kind.CONFLICT,
    "应按顺序结账：下一个是 {expected}，读到 {period}",
    "periods close in order: the next is {expected}, read {period}",
    "会计基础工作规范 art. 63",
)

NOT_BEGUN = rule(
    "period.not_begun",
    Kind.REFUSED,
    "{period} 在签名时（{at}）还没有开始，不能结账；请核对年份和月份",
    "{period} has not begun when it is signed ({at}), so it cannot be closed; check year and month",
    "财会〔2023〕14号: 按月结账",
)


def require_open(periods: Periods, date: str, at: str) -> str:
    """Return the period of a date (`YYYY-MM-DD`) that takes postings signed at `at`; raises what forbids it."""
    if not is_date(date):
        parse_date(date)
    period = date[:7]
    if period < periods.first:
        raise BEFORE_FIRST(date=date, first=periods.first)
    if period <= periods.closed_through:
        raise CLOSED(period=period, open=periods.next_to_close)
    check_near(period, at)
    return period


def decide_close(periods: Periods, statement: PeriodClosed, signers: list[Key]) -> None:
    """The oldest open period closes, no sooner than it begins; accountant and head sign."""
    period = parse_period(statement.data.period)
    if period <= periods.closed_through:
        raise CLOSED(period=period, open=periods.next_to_close)
    if period != periods.next_to_close:
        raise OUT_OF_ORDER(expected=periods.next_to_close, period=period)
    if period > period_of(statement.at):
        raise NOT_BEGUN(period=period, at=statement.at)
    require_roles(signers, ["accountant", "head"])
