"""What is told of a draft that distributes a year's income (收益分配), before it is signed: its order and its limit.

The figures are those of the year's statement of income, as the closing's checklist has them: ADR 0038, ADR 0041.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import RESULT, UNDISTRIBUTED, parent_code
from domain.closing import legality
from domain.closing.distribution import LAW, NO_LOSS, SHORT_OF_RESERVE
from domain.closing.mixing import transfers
from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.closing.transfers import leaves_below
from domain.closing.undoing import UNSIGNED
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, last_day, period_of
from domain.statements import Flow, Year, income_layout, income_statement
from domain.vouchers import SaltedVoucher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from domain.closing.month_end import Around
    from domain.statements import IncomeLayout
    from domain.vouchers import Line, Voucher

AGAIN = rule(
    "closing.distributed_again",
    Kind.REFUSED,
    "今年已{act} {done} 元（凭证 {numbers}），这一张又是 {more} 元，连同它共 {total} 元，入账前的未分配收益是 {left} 元"
    f"；请核对决议，确是另一次才签名，重复的{UNSIGNED.zh}",
    "{done} yuan were {act} this year (vouchers {numbers}), and this one is of {more} more, {total} with it; before it"
    " {left} yuan are undistributed. Check the resolution: sign it only if it is another one, and"
    f" {UNSIGNED.en} a double",
    LAW,
)
RESERVE_BEYOND = rule(
    "closing.reserve_beyond",
    Kind.REFUSED,
    "连同这一张，到 {period} 末今年提取公积公益金 {given} 元，而年初未分配收益和今年至今的净收益弥补亏损、减去已分配的"
    "，可提取的只有 {available} 元；请核对比例和金额，"
    f"{legality.CORRECT.zh}",
    "with this voucher, {given} yuan are set aside for the reserve this year by the end of {period}, and of what was"
    " brought forward and of this year's net surplus so far {available} could be, after losses and what was"
    f" distributed; check ratio and amount, and {legality.CORRECT.en}",
    LAW,
)

ONE_HOUSEHOLD = rule(
    "closing.one_household",
    Kind.REFUSED,
    "向成员分配的 {amount} 元全记在 {account} {name} 一个科目上，同一级另有 {count} 个明细（如 {others}）：各户有明细的"
    "，各户的份额记各户的科目，或在分录上写明各户，请在签名以前改好；{account} 是全体成员合用的，各户的份额用清册写明",
    "all {amount} yuan for members are on the one account {account} {name}, and {count} more details stand beside it "
    "(such as {others}): where each household has its own, its share goes there, or the lines say whose each is; "
    "change it before it is signed. If {account} is of all members together, a roll says what each household gets",
    f"{ACCOUNTING} 内部往来; {LAW}",
)
YEAR_RUNS = rule(
    "closing.year_runs",
    Kind.REFUSED,
    "{year} 年到 {today} 还没有过完，全年的净收益还不知道：分配只能按已入账的凭证计算，余下的收支入账以后，可分的和应提"
    "取的都会不同；请等全年的收支都入账了再提出",
    "on {today} the year {year} is not over, and its net surplus is not known: a distribution can only go by what is"
    " booked by then, and what still comes changes what can be distributed and what is to be set aside; propose it when"
    " all of the year is booked",
    LAW,
)

COVERED, SET_ASIDE, TO_MEMBERS, OTHERWISE = (
    "losses_covered",
    "appropriated",
    "to_members",
    "otherwise_distributed",
)
ACTS = {
    COVERED: Phrase("用公积公益金弥补亏损", "taken from the reserve for losses"),
    SET_ASIDE: Phrase("提取公积公益金", "set aside for the reserve"),
    TO_MEMBERS: Phrase("向成员分配", "distributed to members"),
    OTHERWISE: Phrase("作其他分配", "distributed otherwise"),
}
"""The kinds of distribution, by the keys of their lines on the statement of income."""

NAMED_MAX = 5
"""The most vouchers that are named."""

SHOWN_MAX = 3
"""The most accounts that are named beside one."""


UNITS = ("组", "队", "单位", "企业", "公司", "合作社", "厂", "场", "站", "中心", "委员会", "村委会")
"""How the accounts end that 内部往来 keeps for groups and units of the village, beside those of its members."""


def distributed(chart: str, lines: Iterable[Line]) -> dict[str, int]:
    """Return what a voucher's lines distribute, in fen, by the keys of `ACTS`; below zero where it takes back."""
    return {key: fen for key, by in shown_on(chart, lines).items() if (fen := sum(by.values()))}


def shown_on(chart: str, lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """Return what each account of a voucher's lines adds to those of the statement, in fen, by the keys of `ACTS`.

    Nothing of a voucher that neither transfers nor distributes.
    """
    moved = list(lines)
    found: dict[str, dict[str, int]] = {}
    if not transfers(line.account for line in moved):
        return found
    layout = income_layout(chart, {})
    for line in (one for one in moved if not one.account.startswith((RESULT, *UNDISTRIBUTED))):
        for key, fen in _shown(layout, line):
            by = found.setdefault(key, {})
            by[line.account] = by.get(line.account, 0) + fen
    return found


def _shown(layout: IncomeLayout, line: Line) -> Iterator[tuple[str, int]]:
    flow = Flow(line.account, distributes=True, debit_fen=line.debit_fen, credit_fen=line.credit_fen)
    for row in income_statement(layout, Year([flow], 0), Year([], 0)):
        if row.line.key in ACTS and row.amount_fen:
            yield row.line.key, row.amount_fen


def check_distributing(voucher: Voucher, names: Mapping[str, str], around: Around) -> Iterator[Remark]:
    """Yield what is remarked on a draft that distributes: too early, again, before its turn, or too much, or to one."""
    own = {key: fen for key, fen in around.own.items() if fen > 0}
    if not own:
        return
    period = period_of(voucher.date)
    yield from year_runs(period, around.made)
    yield from _to_one(voucher, names, around.shown.get(TO_MEMBERS, {}))
    yield from _again(own, around)
    if COVERED in own:
        yield from _covered(voucher, own[COVERED], around)
    if TO_MEMBERS in own or OTHERWISE in own:
        yield from legality.beyond_so_far(around.income, period, draft=True)
    elif SET_ASIDE in own:
        yield from _reserve_beyond(around.income, period)
    if TO_MEMBERS in own and ends_year(period):
        yield from legality.before_reserve(around.income, draft=True)


def year_runs(period: str, today: str) -> Iterator[Remark]:
    """Yield what is remarked on the distribution of a whole year, of which a period is the last, before it is over."""
    if ends_year(period) and today and today < last_day(period):
        yield Remark(stops=False, violation=YEAR_RUNS(year=period[:4], today=today))


def _to_one(voucher: Voucher, names: Mapping[str, str], shown: Mapping[str, int]) -> Iterator[Remark]:
    """Yield what is remarked when members get something on one detail account, and other members' stand beside it.

    Lines that name several counterparties tell their shares; what stands outside the log may do so.
    """
    places = {(line.account, line.party) for line in voucher.lines if line.account in shown}
    if len(places) != 1 or isinstance(voucher, SaltedVoucher):
        return
    [(account, fen)] = shown.items()
    above = parent_code(account)
    beside = leaves_below(above, names) if above else []
    others = [code for code in beside if code != account and not names[code].endswith(UNITS)]
    if fen > 0 and others:
        facts = {"amount": format_fen(fen), "account": account, "name": names[account], "count": len(others)}
        told = "、".join(f"{code} {names[code]}" for code in others[:SHOWN_MAX])
        violation = ONE_HOUSEHOLD(**facts, others=told)
        yield Remark(stops=False, violation=violation, account=account)


def _left_fen(around: Around) -> int:
    """Return what was undistributed without the draft."""
    own = around.own
    given = sum(own.get(key, 0) for key in (SET_ASIDE, TO_MEMBERS, OTHERWISE))
    return around.income["undistributed"] + given - own.get(COVERED, 0)


def _again(own: Mapping[str, int], around: Around) -> Iterator[Remark]:
    left = format_fen(_left_fen(around))
    for key, fen in own.items():
        total = around.income[key]
        if total > fen:
            numbers = _named(around.earlier.get(key, ()))
            sums = {"done": format_fen(total - fen), "more": format_fen(fen), "total": format_fen(total)}
            yield Remark(stops=False, violation=AGAIN(act=ACTS[key], numbers=numbers, left=left, **sums))


def _named(numbers: Sequence[str]) -> Phrase:
    shown, count = numbers[:NAMED_MAX], len(numbers)
    zh, en = "、".join(shown), ", ".join(shown)
    return Phrase(f"{zh} 等 {count} 张", f"{en} and others, {count}") if count > NAMED_MAX else Phrase(zh, en)


def _covered(voucher: Voucher, fen: int, around: Around) -> Iterator[Remark]:
    """Yield what is remarked on a loss that is covered: it is none so large, or the reserve has not so much."""
    loss = max(-_left_fen(around), 0)
    if fen > loss:
        yield Remark(stops=False, violation=NO_LOSS(loss=format_fen(loss), cover=format_fen(fen)))
    for account, closing in sorted(around.reserves.items()):
        taken = sum(line.debit_fen - line.credit_fen for line in voucher.lines if line.account == account)
        if closing < 0 < taken:
            held = {"balance": format_fen(closing + taken), "cover": format_fen(taken)}
            yield Remark(stops=False, violation=SHORT_OF_RESERVE(account=account, **held), account=account)


def _reserve_beyond(figures: Mapping[str, int], period: str) -> Iterator[Remark]:
    if figures["undistributed"] < 0:
        given = figures[SET_ASIDE]
        available = max(figures["undistributed"] + given, 0)
        sums = {"given": format_fen(given), "available": format_fen(available)}
        yield Remark(stops=False, violation=RESERVE_BEYOND(period=period, **sums))
