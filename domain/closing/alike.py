"""Vouchers that say the very same: most likely one piece of business that was booked twice (重复入账)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.closing.month_end import Remark
from domain.closing.undoing import undo
from domain.kernel.errors import Kind, Phrase, rule
from domain.vouchers import SaltedVoucher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.closing.month_end import MonthEnd
    from domain.vouchers import Voucher

IDENTICAL = rule(
    "closing.identical",
    Kind.REFUSED,
    "凭证 {numbers}日期、摘要、科目、往来单位、项目、数量和金额都相同：可能是同一笔业务记了两次；请核对原始凭证，重复"
    "的{undo}，确是两笔的，在摘要中写明区别",
    "the vouchers {numbers}have the same date, summary, accounts, counterparties, projects, quantities and amounts: "
    "probably one piece of business booked twice; look at the originals, and {undo} what is double. If they are two, "
    "let their summaries say how they differ",
    "会计基础工作规范 art. 48, 51; 财会〔2020〕6号",
)
NAMED_MAX = 5
"""The most vouchers of a group that are named."""


class Likeness(NamedTuple):
    """What two vouchers that say the same have in common: date, summary, and the lines in no order of their own."""

    date: str
    summary: str
    lines: tuple[tuple[str | int, ...], ...]


def likeness(voucher: Voucher) -> Likeness | None:
    """Return what tells a voucher from others; None of one whose values stand outside the log, and tell it apart."""
    if isinstance(voucher, SaltedVoucher):
        return None
    lines = (
        (
            line.account,
            line.summary or voucher.summary,
            line.party,
            line.project,
            line.unit,
            line.quantity_milli,
            line.debit_fen,
            line.credit_fen,
        )
        for line in voucher.lines
    )
    return Likeness(voucher.date, voucher.summary, tuple(sorted(lines)))


def identical(numbers: Sequence[str | Phrase], entry: int | None) -> Remark:
    """Return what is remarked on vouchers that say the same, of which `entry` is one, None where that is not booked."""
    violation = IDENTICAL(numbers=_named(numbers), undo=undo(entry))
    return Remark(stops=False, violation=violation, entry=entry)


def _named(numbers: Sequence[str | Phrase]) -> Phrase:
    shown = [one if isinstance(one, Phrase) else Phrase(one, one) for one in numbers[:NAMED_MAX]]
    zh, en = "、".join(one.zh for one in shown), ", ".join(one.en for one in shown)
    count = len(numbers)
    if count > NAMED_MAX:
        return Phrase(f"{zh} 等 {count} 张的", f"{en} and others, {count} in all, ")
    return Phrase(f"{zh} 的", f"{en} ")


def check_alike(month: MonthEnd) -> Iterator[Remark]:
    """No two vouchers of a month say the same, unless one was reversed."""
    for twins in month.alike:
        yield identical([number for _, number in twins], twins[-1][0])


def draft_alike(own: Phrase, others: Iterable[str | Phrase]) -> Iterator[Remark]:
    """Yield what is remarked on a draft, called `own`, which says the same as `others`."""
    others = list(others)
    if others:
        yield identical([own, *others], None)
