"""What belongs to an earlier year and is booked through 321 or 322, where it stands on the statement as a distribution.

Errors are corrected prospectively (未来适用法, 财会〔2023〕14号): by a blue voucher (会计基础工作规范 art. 51(5)) on
the income and expense of the year in which they are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import RESULT, UNDISTRIBUTED
from domain.closing.distributing import OTHERWISE, TO_MEMBERS
from domain.closing.mixing import strangers
from domain.closing.month_end import Remark
from domain.closing.recipients import CALLED
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import DISTRIBUTION, ends_on
from domain.closing.undoing import undo
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from domain.closing.month_end import Distributing, MonthEnd

PRIOR_YEAR = rule(
    "closing.prior_year",
    Kind.REFUSED,
    "凭证 {number}「{summary}」更正的是以前年度的 {original}，却记在本年收益或收益分配（321、322）上，今年的收益及收益"
    "分配表会当作分配，在{shown}。以前年度的差错按未来适用法更正，记入今年的收入、支出科目（501 至 521），不调整 321、"
    "322；请{undo}它，另制一张蓝字更正凭证：少记的支出记支出科目的借方，多记的记贷方，收入相反",
    "voucher {number} '{summary}' sets right {original}, of an earlier year, through the result or its distribution "
    "(321, 322), so that this year's statement of income shows it as distributed: {shown}. An error of an earlier year"
    " is corrected prospectively: it belongs to this year's income and expense (501 to 521), not on 321 or 322. Please"
    " {undo} it and make one blue voucher: an expense that was booked too low is debited, one too high credited,"
    " income the other way round",
    f"{ACCOUNTING}: 未来适用法; 会计基础工作规范 art. 51(5)",
)
UNFOUNDED = rule(
    "closing.unfounded_distribution",
    Kind.REFUSED,
    "凭证 {number}「{summary}」没有写依据的决议，也不经 322 下的分配明细，把 {own} 和 {accounts}{parties}直接记在一起，"
    "今年的收益及收益分配表会当作分配，在{shown}。若是以前年度的费用、收入或差错（如供应商的账单），按未来适用法记入"
    "今年的收入、支出科目（501 至 521），不记 321、322；确是分配的，记 322 下的分配明细，写明决议；收回以前多分的，写明"
    "更正的是哪张凭证。要改的，请{undo}它，重做",
    "voucher {number} '{summary}' names no resolution, and books {own} against {accounts}{parties} past the details of "
    "322 that say what is distributed, so that this year's statement of income shows it as distributed: {shown}. If it "
    "is an expense, income or error of an earlier year, such as a supplier's bill, it belongs prospectively to this "
    "year's income and expense (501 to 521), not on 321 or 322; if it is a distribution, on a detail of 322 for it, "
    "with its resolution; if it takes back what was given too much, name the voucher that it sets right. To change it, "
    "{undo} it and make it anew",
    f"{ACCOUNTING}: 未来适用法; 会计基础工作规范 art. 51(5)",
)

OUTSIDE, SHARES = "211", "301"
"""应付款, which is mostly of others than members, and 资本, to which what is distributed may be added."""


def check_prior_years(month: MonthEnd) -> Iterator[Remark]:
    """No voucher sets an earlier year's error right through 321 or 322, or may do so, unless it was reversed."""
    for voucher in month.distributing:
        yield from corrects_through(voucher)
        yield from unfounded(voucher, month.names)


def corrects_through(voucher: Distributing) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that sets right one of an earlier year, and stands as a distribution."""
    amounts = {key: sum(voucher.shown[key].values()) for key in CALLED if key in voucher.shown}
    if voucher.corrects and amounts:
        shown = _shown(amounts)
        facts = {
            "number": voucher.number,
            "summary": voucher.summary,
            "original": voucher.corrects,
            "undo": undo(voucher.entry),
        }
        yield Remark(stops=False, violation=PRIOR_YEAR(**facts, shown=shown), entry=voucher.entry)


def unfounded(voucher: Distributing, names: Mapping[str, str]) -> Iterator[Remark]:
    """Yield what is remarked on a voucher that may be of an earlier year's business, and stands as a distribution.

    It rests on nothing that it names, and has 本年收益 or 未分配收益 itself, not a detail for what is distributed,
    against what a distribution seldom moves: payables, or those of members the other way round.
    """
    lines = [line for line in voucher.lines if line.account.startswith(UNDISTRIBUTED)]
    odd = _odd(voucher.shown)
    accounts = {line.account for line in voucher.lines}
    if voucher.founded or voucher.corrects or not odd or not _is_past_details(accounts, names):
        return
    against = {code for by in odd.values() for code in by}
    parties = sorted({line.party for line in voucher.lines if line.account in against and line.party})
    violation = UNFOUNDED(
        number=voucher.number,
        summary=voucher.summary,
        own="、".join(f"{code} {names.get(code, '')}" for code in sorted({line.account for line in lines})),
        accounts="、".join(sorted(against)),
        parties=Phrase("".join(f"「{one}」" for one in parties), "".join(f" '{one}'" for one in parties)),
        shown=_shown({key: sum(by.values()) for key, by in odd.items()}),
        undo=undo(voucher.entry),
    )
    yield Remark(stops=False, violation=violation, entry=voucher.entry)


def _odd(shown: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return what a distribution seldom moves of what a voucher adds to the lines of members and others, in fen."""
    members = shown.get(TO_MEMBERS, {}).items()
    others = shown.get(OTHERWISE, {}).items()
    odd = {
        TO_MEMBERS: {code: fen for code, fen in members if fen < 0 or code.startswith(OUTSIDE)},
        OTHERWISE: {code: fen for code, fen in others if not code.startswith(SHARES)},
    }
    return {key: by for key, by in odd.items() if any(by.values())}


def _is_past_details(accounts: Iterable[str], names: Mapping[str, str]) -> bool:
    """Return whether a voucher of these accounts distributes past all details that would say so, and does only that.

    One that mixes things is told as that; of a book without details of 收益分配 nothing can be said.
    """
    codes = tuple(accounts)
    own = [code for code in codes if code.startswith(DISTRIBUTION)]
    past = all(code != DISTRIBUTION and ends_on(code, names.get(code, "")) for code in own)
    return past and not strangers(codes) and not any(code.startswith(RESULT) for code in codes)


def _shown(amounts: Mapping[str, int]) -> Phrase:
    """Return on which lines of the statement of income how much stands, given in fen by the lines' keys."""
    told = {key: format_fen(fen) for key, fen in amounts.items()}
    return Phrase(
        "、".join(f"「{CALLED[key].zh}」列 {amount} 元" for key, amount in told.items()),
        ", ".join(f"{amount} yuan as '{CALLED[key].en}'" for key, amount in told.items()),
    )
