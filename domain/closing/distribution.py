"""The distribution of a year's income (收益分配) in its legal order, as vouchers to be signed.

Losses of earlier years come first, from the year's own surplus and, if so decided, from the common reserve; then what
the charter sets aside for the reserve (公积公益金); then members; then others: 财农〔2021〕121号 art. 28,
农村集体经济组织法 art. 42.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from domain.closing.counterparties import by_counterparty
from domain.closing.households import TWO_TARGETS, Share
from domain.closing.transfers import DISTRIBUTION, NO_ACCOUNT, leaves_below
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, last_day
from domain.vouchers import Attachments, Line, Voucher

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

LAW = "财农〔2021〕121号 art. 28; 农村集体经济组织法 art. 42"
RESERVE = "311"
WHOLE = 10_000
"""A ratio is in hundredths of a percent."""

NOT_DECEMBER = rule(
    "distribution.not_december",
    Kind.REFUSED,
    "收益分配在年末进行，{period} 不是十二月",
    "income is distributed at the end of a year, and {period} is no December",
    LAW,
)
BAD_RATIO = rule(
    "distribution.ratio",
    Kind.MALFORMED,
    "提取比例应为 0 到 100 的百分数，最多两位小数（如 30 或 12.5），读到「{read}」",
    "a ratio is a percentage from 0 to 100 with two decimals at most, such as 30 or 12.5; read '{read}'",
    LAW,
)
NO_RATIO = rule(
    "distribution.no_ratio",
    Kind.REFUSED,
    "没有写公积公益金的提取比例，本年收益 {base} 元也还没有提取过；请照章程填写比例，成员大会决定不提取的写 0",
    "no ratio for the reserve was given, and nothing was set aside yet of this year's {base} yuan; give the charter's"
    " ratio, or 0 if the assembly decided to set nothing aside",
    LAW,
)
NEGATIVE = rule(
    "distribution.negative",
    Kind.REFUSED,
    "{what}不能是负数，读到 {amount} 元",
    "{what} is not below zero; read {amount} yuan",
    LAW,
)
BEYOND = rule(
    "distribution.beyond",
    Kind.REFUSED,
    "要分 {wanted} 元，可分的只有 {available} 元：先弥补亏损、提取公积公益金，余下的才能分给成员和其他",
    "{wanted} yuan are to be distributed, and {available} can be: losses and the reserve come first, members and others"
    " get what is left",
    LAW,
)
NO_LOSS = rule(
    "distribution.no_loss",
    Kind.REFUSED,
    "未弥补的亏损是 {loss} 元，不能用公积公益金弥补 {cover} 元",
    "the loss that is not covered is {loss} yuan, so {cover} cannot be taken from the reserve for it",
    LAW,
)
NO_TARGET = rule(
    "distribution.account",
    Kind.REFUSED,
    "「{what}」应记到本账套 {wanted} 下的一个末级科目，读到「{account}」：没有选、本账套没有，或它不是末级；请选一个，"
    "没有的先增设",
    "'{what}' goes to an account below {wanted} that takes postings in this book; read '{account}': none was chosen, "
    "the book has none such, or it has details below it. Choose one; if there is none, add it first",
    LAW,
)
WRONG_RECIPIENT = rule(
    "distribution.recipient",
    Kind.REFUSED,
    "「{what}」不能记到 {account}：收益及收益分配表按对方科目分辨分给了谁，记到 {account} 就会列在「{shown}」。确是「"
    "{what}」的，记到 {wanted} 下的末级科目，没有合适的先增设明细；其实是「{shown}」的，填在那一栏",
    "'{what}' cannot go to {account}: the statement of income tells by the other account who gets it, and would show it"
    " as '{shown}'. If it is '{what}', choose an account below {wanted} that takes postings, and add a detail if none"
    " fits; if it is '{shown}', fill that in instead",
    f"{LAW}; 财会〔2023〕14号 收益及收益分配表",
)

SHORT_OF_RESERVE = rule(
    "distribution.reserve",
    Kind.REFUSED,
    "公积公益金 {account} 只有 {balance} 元，不能拿出 {cover} 元弥补亏损",
    "the reserve {account} has {balance} yuan, so {cover} cannot be taken from it for a loss",
    LAW,
)

_RATIO = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?\s*%?", re.ASCII)

COVERED = Phrase("其他转入", "other transfers in")
APPROPRIATED = Phrase("提取公积公益金", "appropriated to the reserve")
TO_MEMBERS = Phrase("向成员分配", "distributed to members")
OTHERWISE = Phrase("其他", "otherwise distributed")
"""What the vouchers are of, as the details of 收益分配 are called that they go through."""

THROUGH = {
    COVERED: ("其他转入", "弥补亏损", "各项分配", "未分配收益"),
    APPROPRIATED: ("提取公积公益金", "各项分配"),
    TO_MEMBERS: ("向成员分配", "各项分配"),
    OTHERWISE: ("其他", "其他分配", "各项分配"),
}
"""By which names the detail account is found, the best first."""

SUMMARIES = {
    COVERED: "公积公益金弥补亏损",
    APPROPRIATED: "提取公积公益金",
    TO_MEMBERS: "向成员分配收益",
    OTHERWISE: "其他分配",
}
RESERVE_NAMES = ("公积公益金", "收益提取", "提取公积公益金")
"""What the detail account of 公积公益金 is called that gets what is set aside of income."""

MEMBERS = ("113", "211")
OTHERS = ("212", "213", "214", "221", "231", "241", "301")
"""Where what is distributed goes. By these the statement of income tells members from others."""

RECIPIENTS = {TO_MEMBERS: MEMBERS, OTHERWISE: OTHERS}
"""Who gets something, as the statement of income calls it, by the accounts that it goes to."""


class Wish(NamedTuple):
    """What the members decided: the charter's ratio for the reserve (of `WHOLE`), amounts in fen, and where they go.

    Without a ratio (None) nothing goes to the reserve, and nothing can go to members and others before it was given.

    `cover_fen` is what the reserve gives to cover a loss, `reserve_to` its account where several may be meant;
    `earlier_fen` is how much of what was set aside this year is of earlier years' income; `resolution` names the
    decision. `households` are those that members' part is split among, where it is not all for `members_to`.
    """

    ratio: int | None
    members_fen: int = 0
    members_to: str = ""
    other_fen: int = 0
    other_to: str = ""
    cover_fen: int = 0
    reserve_to: str = ""
    earlier_fen: int = 0
    resolution: str = ""
    households: tuple[Share, ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        """What members get, by account."""
        return self.households or (Share(self.members_to, self.members_fen),)

    @property
    def shared_fen(self) -> int:
        """All that members get."""
        return sum(share.fen for share in self.shares)


class Shares(NamedTuple):
    """What can be distributed and into what it goes, in fen.

    `base_fen` is what the ratio is of, `appropriated_fen` what was set aside of it already, `distributed_fen` all that
    was distributed this year.
    """

    net_surplus_fen: int
    brought_forward_fen: int
    covered_fen: int
    appropriated_fen: int
    distributed_fen: int
    base_fen: int
    available_fen: int
    reserve_fen: int
    members_fen: int
    other_fen: int

    @property
    def left_fen(self) -> int:
        """What stays undistributed (未分配收益)."""
        return self.available_fen - self.reserve_fen - self.members_fen - self.other_fen


def parse_ratio(read: str) -> int | None:
    """Return a percentage in hundredths of a percent, None for a blank; full-width forms count as well.

    Raises `distribution.ratio`.
    """
    text = unicodedata.normalize("NFKC", read).strip()
    if not text:
        return None
    found = _RATIO.fullmatch(text)
    ratio = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else WHOLE + 1
    if ratio > WHOLE:
        raise BAD_RATIO(read=read[:40])
    return ratio


def shares(figures: Mapping[str, int], wish: Wish) -> Shares:
    """Return what a year's income goes into, from the figures of its statement of income by the lines' keys.

    The reserve gets its part of the year's net surplus, as far as that is not needed for losses of earlier years, less
    what it was given already. Raises `distribution.negative`, `distribution.no_loss`, `distribution.no_ratio`,
    `distribution.beyond`, `distribution.two_targets`.
    """
    if wish.households and wish.members_to:
        raise TWO_TARGETS(account=wish.members_to)
    asked = (wish.shared_fen, wish.other_fen, wish.cover_fen, wish.earlier_fen)
    for what, fen in zip((TO_MEMBERS, OTHERWISE, COVERED, APPROPRIATED), asked, strict=True):
        if fen < 0:
            raise NEGATIVE(what=what, amount=format_fen(fen))
    loss = max(-figures["undistributed"], 0)
    if wish.cover_fen > loss:
        raise NO_LOSS(loss=format_fen(loss), cover=format_fen(wish.cover_fen))
    covered = figures["losses_covered"] + wish.cover_fen
    before = min(figures["brought_forward"] + covered, 0)
    base = max(figures["net_surplus"] + before, 0)
    appropriated = max(figures["appropriated"] - wish.earlier_fen, 0)
    if wish.ratio is None and base and not appropriated and (wish.shared_fen or wish.other_fen):
        raise NO_RATIO(base=format_fen(base))
    reserve = max((2 * base * (wish.ratio or 0) + WHOLE) // (2 * WHOLE) - appropriated, 0)
    available = figures["undistributed"] + wish.cover_fen
    wanted = reserve + wish.shared_fen + wish.other_fen
    if wanted > max(available, 0):
        raise BEYOND(wanted=format_fen(wanted), available=format_fen(max(available, 0)))
    done = figures["appropriated"] + figures["to_members"] + figures["otherwise_distributed"]
    return Shares(
        figures["net_surplus"],
        figures["brought_forward"],
        covered,
        appropriated,
        done,
        base,
        available,
        reserve,
        wish.shared_fen,
        wish.other_fen,
    )


def distribution_vouchers(
    found: Shares,
    accounts: Mapping[str, str],
    balances: Mapping[str, int],
    period: str,
    wish: Wish,
    kept: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[Voucher]:
    """Return the vouchers, dated the last day of a December, in the legal order; those of nothing are left out.

    `accounts` are all names by code, `balances` debits less credits in fen at the period's end, `kept` the
    counterparties of each account that is kept by these. Raises `distribution.not_december`, `distribution.account`,
    `distribution.reserve`, `closing.no_account`, and what `by_counterparty` does.
    """
    if not ends_year(period):
        raise NOT_DECEMBER(period=period)
    books = _Accounts(accounts)
    reserve = books.reserve(wish.reserve_to) if wish.cover_fen or found.reserve_fen else ""
    held = -balances.get(reserve, 0)
    if wish.cover_fen > max(held, 0):
        facts = {"balance": format_fen(held), "cover": format_fen(wish.cover_fen)}
        raise SHORT_OF_RESERVE(account=reserve, **facts)
    return [
        Voucher(
            attachments=Attachments(),
            date=last_day(period),
            lines=books.moved(what, to, below),
            resolution=wish.resolution,
            summary=SUMMARIES[what],
        )
        for what, to, below in (
            (COVERED, (Share(reserve, -wish.cover_fen),), (RESERVE,)),
            (APPROPRIATED, (Share(reserve, found.reserve_fen),), (RESERVE,)),
            (TO_MEMBERS, by_counterparty(wish.shares, kept, accounts), MEMBERS),
            (OTHERWISE, (Share(wish.other_to, found.other_fen),), OTHERS),
        )
        if any(share.fen for share in to)
    ]


class _Accounts:
    """The accounts that take postings, and those among them through which income is distributed."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def moved(self, what: Phrase, to: Sequence[Share], below: tuple[str, ...]) -> list[Line]:
        """Return what moves shares from the undistributed income to accounts; if they are below zero, back from it."""
        for share in to:
            self._check(what, share.account, below)
        through = self._below(DISTRIBUTION, THROUGH[what], what)
        lines = [
            Line(account=share.account, credit_fen=share.fen, party=share.party)
            if share.fen > 0
            else Line(account=share.account, debit_fen=-share.fen)
            for share in to
        ]
        whole_fen = sum(share.fen for share in to)
        if whole_fen < 0:
            return [*lines, Line(account=through, credit_fen=-whole_fen)]
        return [Line(account=through, debit_fen=whole_fen), *lines]

    def _check(self, what: Phrase, to: str, below: tuple[str, ...]) -> None:
        """Raise `distribution.recipient` or `distribution.account` unless that kind of distribution goes there."""
        for other, accounts in RECIPIENTS.items():
            if what in RECIPIENTS and other != what and to.startswith(accounts):
                raise WRONG_RECIPIENT(what=what, account=to, shown=other, wanted=", ".join(below))
        if to not in leaves_below(to, self._names) or not to.startswith(below):
            raise NO_TARGET(what=what, account=to, wanted=", ".join(below))

    def reserve(self, wanted: str) -> str:
        """Return the account of the common reserve: the one that is wanted, or the obvious one."""
        return wanted or self._below(RESERVE, RESERVE_NAMES, Phrase(RESERVE_NAMES[0], "common reserve"))

    def _below(self, top: str, named: tuple[str, ...], wanted: Phrase) -> str:
        """Return the leaf at or below an account of the best of some names, or the only one there is."""
        leaves = leaves_below(top, self._names)
        found = [code for name in named for code in leaves if self._names[code] == name] or leaves
        if not found or (len(found) > 1 and self._names[found[0]] not in named):
            raise NO_ACCOUNT(account=top, wanted=wanted)
        return found[0]
