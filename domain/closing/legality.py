"""Whether a year's distribution kept the order of the law: losses, then the common reserve, then members and others.

农村集体经济组织法 art. 42, 财农〔2021〕121号 art. 28. The figures are those of the year's statement of income
(收益及收益分配表), by the keys of its lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.distribution import LAW, RESERVE
from domain.closing.month_end import Remark
from domain.closing.undoing import UNSIGNED
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.closing.month_end import MonthEnd

OVER_DISTRIBUTED = rule(
    "closing.over_distributed",
    Kind.REFUSED,
    "今年向成员和其他分配了 {given} 元，弥补亏损、提取公积公益金后可分的只有 {available} 元，未分配收益成了负数；"
    "查明是多分了还是分后才亏损：多分的冲销、收回",
    "{given} yuan were distributed to members and others this year, and after losses and the reserve {available} could"
    " be: the undistributed income is below zero; find out whether too much was given or the loss came later, and"
    " reverse and take back what was too much",
    LAW,
)
OVER_SO_FAR = rule(
    "closing.over_distributed_so_far",
    Kind.REFUSED,
    "{with_it}到 {period} 末今年已向成员和其他分配 {given} 元，而年初未分配收益和今年至今的净收益弥补亏损、提取公积公"
    "益金后可分的只有 {available} 元；{year}请核对决议，多分的{undo}",
    "{with_it}{given} yuan are distributed to members and others this year by the end of {period}, and of what was "
    "brought forward and of this year's net surplus so far {available} could be after losses and the reserve; {year}"
    "check the resolution, and {undo}",
    LAW,
)
NO_RESERVE = rule(
    "closing.no_reserve",
    Kind.REFUSED,
    "{with_it}今年向成员分配了 {given} 元，净收益 {surplus} 元却没有提取公积公益金（{reserve}）；先按章程的比例提取"
    "{post}，再分给成员",
    "{with_it}{given} yuan were distributed to members this year, and nothing of the net surplus of {surplus} was set"
    " aside for the reserve ({reserve}); the charter's part comes first{post}, members after it",
    LAW,
)
NEGATIVE = rule(
    "closing.negative_distribution",
    Kind.REFUSED,
    "今年的收益及收益分配表上「{line}」是 {amount} 元：有凭证把 321 或 322 与{accounts}反方向记在一起。多半是更正"
    "以前年度的差错：这样的更正用蓝字凭证记入今年的收入、支出科目（501 至 521），不经过 322，请冲销后改记；确是收回以前"
    "年度多分的，在附注中说明",
    "'{line}' of this year's statement of income is {amount} yuan: a voucher has 321 or 322 the other way round with"
    " {accounts}. Most likely it corrects an error of an earlier year: that is booked by a blue voucher on this"
    " year's income and expense (501 to 521), not on 322, so reverse it and book it so; if what was given too"
    " much in an earlier year was taken back, say so in the notes",
    "会计基础工作规范 art. 51(5)",
)
LINES = {
    "appropriated": (
        Phrase("提取公积公益金", "appropriated to the reserve"),
        Phrase("公积公益金（311）", "the reserve (311)"),
    ),
    "to_members": (
        Phrase("向成员分配", "distributed to members"),
        Phrase("内部往来、应付款（113、211）", "the accounts of members (113, 211)"),
    ),
    "otherwise_distributed": (
        Phrase("其他", "otherwise distributed"),
        Phrase("其他科目", "other accounts"),
    ),
}
"""The lines of a distribution, none of which goes below zero by distributing: their names and accounts."""

NOTHING = Phrase("", "")
WITH_IT = Phrase("连同这一张，", "with this voucher, ")
OTHER_MONTHS = Phrase(
    "收益按全年分配，余下的月份赚不回来就是多分：",
    "income is distributed by the year, and what its other months do not earn was too much: ",
)
POST_IT = Phrase("、入账", " and is posted")
CORRECT = Phrase(f"{UNSIGNED.zh}，改正", f"{UNSIGNED.en} this one, and correct it")
TAKE_BACK = Phrase("冲销、收回", "reverse and take back what was too much")


def over_distributed(figures: Mapping[str, int]) -> tuple[int, int] | None:
    """Return what was given to members and others and what could be, in fen, if it was more; else None."""
    given = _given_fen(figures)
    if given <= 0 or figures["undistributed"] >= 0:
        return None
    return given, max(figures["distributable"] - figures["appropriated"], 0)


def check_distribution(month: MonthEnd) -> Iterator[Remark]:
    """No more was distributed than could be; at the end of a year, the reserve came before the members."""
    if month.income and ends_year(month.period):
        yield from _year(month.income)
    elif month.income and _given_fen(month.income) > month.given_before_fen:
        yield from beyond_so_far(month.income, month.period)


def beyond_so_far(figures: Mapping[str, int], period: str, *, draft: bool = False) -> Iterator[Remark]:
    """Yield what is remarked when more is distributed than could be by the end of a period, be it by a draft."""
    over = over_distributed(figures)
    if over:
        given, available = (format_fen(fen) for fen in over)
        facts = {"period": period, "given": given, "available": available}
        with_it = WITH_IT if draft else NOTHING
        undo = CORRECT if draft else TAKE_BACK
        year = NOTHING if ends_year(period) else OTHER_MONTHS
        yield Remark(stops=False, violation=OVER_SO_FAR(**facts, with_it=with_it, undo=undo, year=year))


def before_reserve(figures: Mapping[str, int], *, draft: bool = False) -> Iterator[Remark]:
    """Yield what is remarked when members got something of a year's surplus before the reserve, be it by a draft."""
    losses = min(figures["brought_forward"] + figures["losses_covered"], 0)
    of_surplus = figures["net_surplus"] + losses
    if figures["to_members"] > 0 and of_surplus > 0 and figures["appropriated"] <= 0:
        sums = {"given": format_fen(figures["to_members"]), "surplus": format_fen(figures["net_surplus"])}
        told = {"with_it": WITH_IT, "post": POST_IT} if draft else {"with_it": NOTHING, "post": NOTHING}
        yield Remark(stops=False, violation=NO_RESERVE(**sums, **told, reserve=RESERVE))


def _given_fen(figures: Mapping[str, int]) -> int:
    return figures["to_members"] + figures["otherwise_distributed"]


def _year(figures: Mapping[str, int]) -> Iterator[Remark]:
    over = over_distributed(figures)
    if over:
        given, available = (format_fen(fen) for fen in over)
        yield Remark(stops=True, violation=OVER_DISTRIBUTED(given=given, available=available))
    yield from before_reserve(figures)
    for key, (line, accounts) in LINES.items():
        if figures[key] < 0:
            violation = NEGATIVE(line=line, accounts=accounts, amount=format_fen(figures[key]))
            yield Remark(stops=False, violation=violation)
