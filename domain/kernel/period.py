"""Accounting periods (会计期间) and dates, as the strings that stand in entries: cheap and in order.

A period is ``YYYY-MM``, a date ``YYYY-MM-DD``, a moment RFC 3339 with seconds and offset.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache

from domain.kernel.errors import Kind, rule

BAD_PERIOD = rule(
    "period.malformed",
    Kind.MALFORMED,
    "会计期间应为 YYYY-MM（如 2026-03），年份从 1949 到 2099，读到「{read}」",
    "a period is YYYY-MM such as 2026-03, of the years 1949 to 2099; read '{read}'",
)
BAD_DATE = rule(
    "date.malformed",
    Kind.MALFORMED,
    "日期应为真实的 YYYY-MM-DD（如 2026-03-05），年份从 1949 到 2099，读到「{read}」",
    "a date is a real YYYY-MM-DD such as 2026-03-05, of the years 1949 to 2099; read '{read}'",
)

TOO_FAR_AHEAD = rule(
    "period.too_far_ahead",
    Kind.REFUSED,
    "{period} 离签名时间 {at} 太远：最晚到 {latest}（其后 {limit} 个月）；请核对年份",
    "{period} lies too far after the time of signing {at}: at the latest {latest} ({limit} months on); check the year",
)

PERIODS_AHEAD_MAX = 12
"""How many months after the month of signing a date may lie: each month has balances of its own until then."""

_PERIOD = re.compile(r"(?:19[5-9]|20[0-9]|194(?=9))[0-9]-(?:0[1-9]|1[0-2])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
YEARS = range(1949, 2100)
"""Accounts begin with the People's Republic; beyond this century is a slip, and periods must end somewhere."""
LAST_PERIOD = f"{YEARS[-1]}-12"


def is_period(text: str) -> bool:
    """Tell whether `text` is a period from 1949 to 2099."""
    return _PERIOD.fullmatch(text) is not None


def parse_period(text: str) -> str:
    """Return the period; raises `period.malformed`."""
    if not is_period(text):
        raise BAD_PERIOD(read=text[:40])
    return text


@lru_cache(maxsize=16_384)
def is_date(text: str) -> bool:
    """Tell whether `text` is a real date from 1949 to 2099. Cached: vouchers share few dates."""
    if not _DATE.fullmatch(text) or not text.isascii():
        return False
    try:
        return date.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def parse_date(text: str) -> str:
    """Return the date; raises `date.malformed`."""
    if not is_date(text):
        raise BAD_DATE(read=text[:40])
    return text


@lru_cache(maxsize=16_384)
def is_timestamp(text: str) -> bool:
    """Tell whether `text` is a moment after RFC 3339 with seconds and offset: 2026-03-05T10:12:33+08:00."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def period_of(day: str) -> str:
    """Return the period of a date."""
    return day[:7]


def next_period(period: str) -> str:
    """Return the period after."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def previous_period(period: str) -> str:
    """Return the period before."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year - (month == 1):04d}-{(month - 2) % 12 + 1:02d}"


@lru_cache(maxsize=1024)
def latest_period(month: str) -> str:
    """Return the last period that may be written about in a month; after the last of all, every one may be."""
    month = min(month, LAST_PERIOD)
    for _ in range(PERIODS_AHEAD_MAX):
        month = next_period(month)
    return month


def check_near(period: str, at: str) -> None:
    """Raise `period.too_far_ahead` if a period lies further ahead of the moment of signing than anyone plans."""
    latest = latest_period(at[:7])
    if period > latest:
        raise TOO_FAR_AHEAD(period=period, at=at, latest=latest, limit=PERIODS_AHEAD_MAX)


def periods(first: str, last: str) -> list[str]:
    """Return the periods from `first` to `last`, both included; none when `first` comes after `last`."""
    found = []
    while first <= last:
        found.append(first)
        first = next_period(first)
    return found


def year_start(period: str) -> str:
    """Return January of the period's year."""
    return f"{period[:4]}-01"


def opened_on(first: str, period: str) -> str:
    """Return the day on which a book of that first period was opened in the midst of a period's year; "" if not so."""
    return f"{first}-01" if first[:4] == period[:4] and first != year_start(period) else ""


def a_year_before(period: str) -> str:
    """Return the same month of the year before."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


def ends_year(period: str) -> bool:
    """Tell whether a period is December, after which the year ends."""
    return period.endswith("-12")


def last_day(period: str) -> str:
    """Return the last date of a period."""
    return f"{period}-{monthrange(int(period[:4]), int(period[5:]))[1]:02d}"
