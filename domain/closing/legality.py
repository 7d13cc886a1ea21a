"""Whether a year's distribution kept the order of the law: losses, then the common reserve, then members and others.

农村集体经济组织法 art. 42, 财农〔2021〕121号 art. 28. The figures are those of the year's statement of income
(收益及收益分配表), by the keys of its lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.distribution import LAW, RESERVE
from domain.closing.month_end import Remark
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

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
NO_RESERVE = rule(
    "closing.no_reserve",
    Kind.REFUSED,
    "今年向成员分配了 {given} 元，净收益 {surplus} 元却没有提取公积公益金（{reserve}）；先按章程的比例提取，再分给成员",
    "{given} yuan were distributed to members this year, and nothing of the net surplus of {surplus} was set aside for"
    " the reserve ({reserve}); the charter's part comes first, members after it",
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


def over_distributed(figures: Mapping[str, int]) -> tuple[int, int] | None:
    """Return what was given to members and others and what could be, in fen, if it was more; else None."""
    given = figures["to_members"] + figures["otherwise_distributed"]
    if given <= 0 or figures["undistributed"] >= 0:
        return None
    return given, max(figures["distributable"] - figures["appropriated"], 0)


def check_distribution(month: MonthEnd) -> Iterator[Remark]:
    """At the end of a year no more was distributed than could be, and the reserve came before the members."""
    figures = month.income
    if not figures:
        return
    over = over_distributed(figures)
    if over:
        given, available = (format_fen(fen) for fen in over)
        yield Remark(stops=True, violation=OVER_DISTRIBUTED(given=given, available=available))
    losses = min(figures["brought_forward"] + figures["losses_covered"], 0)
    of_surplus = figures["net_surplus"] + losses
    if figures["to_members"] > 0 and of_surplus > 0 and figures["appropriated"] <= 0:
        sums = {"given": format_fen(figures["to_members"]), "surplus": format_fen(figures["net_surplus"])}
        yield Remark(stops=False, violation=NO_RESERVE(**sums, reserve=RESERVE))
    for key, (line, accounts) in LINES.items():
        if figures[key] < 0:
            violation = NEGATIVE(line=line, accounts=accounts, amount=format_fen(figures[key]))
            yield Remark(stops=False, violation=violation)
