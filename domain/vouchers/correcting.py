"""How an error in a posted voucher is set right, in the words that stand in the summary (会计基础工作规范 art. 51(5)).

In the year of the error a red voucher cancels it (注销) and a blue one is right (订正), or, where an amount alone is
wrong, one more voucher adds the difference (调整). An error of an earlier year is set right by one blue voucher (更正).
"""

from __future__ import annotations

from enum import Enum

from domain.kernel.errors import Phrase
from domain.kernel.period import last_day, period_of
from domain.kernel.statement import TEXT_MAX
from domain.vouchers.events import Reversal, Voucher


class Way(Enum):
    """The ways, by the first words of the summary."""

    CANCEL = "注销"
    RIGHT = "订正"
    ADJUST = "调整"
    LATE = "更正"


FITS = {
    Way.RIGHT: Phrase(
        "原凭证已用红字冲掉，按全部金额另制一张", "red cancelled the voucher: make it anew, whole"
    ),
    Way.ADJUST: Phrase(
        "原凭证没有冲销，只能补差额；要按全部金额另制，先冲销它，冲销的凭证入账以后再来",
        "the voucher was not cancelled: add the difference alone; to make it anew, have its reversal posted first",
    ),
    Way.LATE: Phrase(
        "原凭证属于以前年度，用一张蓝字凭证更正差额",
        "the voucher is of an earlier year: one blue one sets it right",
    ),
}
"""Why a way fits that is taken in the place of another."""


def original_of(voucher: Voucher | Reversal) -> str:
    """Return the id of the voucher that one cancels or sets right; "" of one that does neither."""
    return voucher.reverses if isinstance(voucher, Reversal) else voucher.corrects


def ways(date: str, open_period: str, *, is_reversed: bool) -> tuple[Way, ...]:
    """Return how a voucher of a date can be set right while `open_period` is the oldest that is open."""
    if is_reversed:
        return (Way.RIGHT,)
    if date[:4] < open_period[:4]:
        return (Way.LATE,)
    return (Way.CANCEL, Way.ADJUST)


def correcting_date(date: str, open_period: str, today: str) -> str:
    """Return the date to propose for what sets a voucher of a date right; `open_period` is the oldest that is open.

    It lies in the voucher's own period while that is open, so that the error and its end are in one month and year,
    else in the oldest that is: on `today` where that is in it, or on the day of it that is the nearest.
    """
    period = max(period_of(date), open_period)
    return min(max(today, date, f"{period}-01"), last_day(period))


def way_of(original: str, date: str, *, was_reversed: bool) -> Way:
    """Return how a voucher of a date set right one of the date `original`, as its red voucher and the years tell."""
    if was_reversed:
        return Way.RIGHT
    return Way.ADJUST if date[:4] == original[:4] else Way.LATE


def correcting_summary(way: Way, date: str, number: str, summary: str) -> str:
    """Return the summary of a voucher that sets another of a date and number right, cut to what fits."""
    year, month, day = (int(part) for part in date.split("-"))
    when = f"{year}年{month}月{day}日" if way is Way.LATE else f"{month}月{day}日"
    what = "号凭证金额" if way is Way.ADJUST else "号凭证"
    return f"{way.value}{when}{number}{what}：{summary}"[:TEXT_MAX]
