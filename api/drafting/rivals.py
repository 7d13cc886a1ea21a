"""What is done once has one draft: a closing, a transfer, a kind of distribution of a year, a reversal, a correction.

Two people at one desk, or one at two, would else each make it, and both would be posted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.clock import local_minute
from api.drafting.naming import holder, known, page_of
from api.drafting.store import open_drafts
from domain.chart import RESULT
from domain.closing import ACTS, distributed, is_transfer
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.period import period_of
from domain.periods import Closing
from domain.vouchers import Reversal, Voucher, original_of
from projections import register

if TYPE_CHECKING:
    from typing import Any

    from psycopg import Connection

    from api.drafting.store import Waiting
    from domain.entry import AnyStatement
    from domain.kernel.errors import RuleViolation

RIVAL = rule(
    "draft.rival",
    Kind.CONFLICT,
    "{what}已有一张待签的：{known}，由{by}于 {at} 制成；请在那一张上签名，它不对就先撤回它",
    "{what} has a draft already: {known}, made by the {by} at {at}; sign that one, or withdraw it first if it is wrong",
    "ADR 0029",
)


def check_no_rival(connection: Connection[Any], book: str, statement: AnyStatement) -> None:
    """Raise `draft.rival` when another open draft does what a statement does, and it is done once."""
    chart = register.book(connection, book).chart
    if not _done_once(statement, chart):
        return
    for other in open_drafts(connection, book):
        if other.id == statement.id:
            continue
        what = _same(statement, other.draft.statement, chart)
        if what:
            raise _rival(connection, book, other, what)


def setting_right(connection: Connection[Any], book: str, original: str) -> RuleViolation | None:
    """Return what is said to whoever would cancel or set right a posted voucher for which a draft does so already."""
    for other in open_drafts(connection, book):
        if other.voucher and original_of(other.voucher) == original:
            return _rival(connection, book, other, _done_to_original(other.voucher))
    return None


def _rival(connection: Connection[Any], book: str, other: Waiting, what: Phrase) -> RuleViolation:
    return RIVAL(
        what=what,
        known=known(other.draft.statement).words,
        by=holder(other.made_by, register.people(connection, book)),
        at=local_minute(other.steps[0].at),
        draft=other.id,
        see=page_of(book, other.id),
    )


def _done_to_original(voucher: Voucher | Reversal) -> Phrase:
    """Return what is done once to a posted voucher: a difference to what is cancelled would stay on the books."""
    if isinstance(voucher, Reversal):
        return Phrase("这张凭证的冲销", "the reversal of this voucher")
    return Phrase("这张凭证的更正", "what sets this voucher right")


def _done_once(statement: AnyStatement, chart: str) -> bool:
    data = statement.data
    if isinstance(data, Voucher):
        return bool(original_of(data)) or is_transfer(data.lines) or bool(_kinds(data, chart))
    return isinstance(data, (Closing, Reversal))


def _kinds(voucher: Voucher, chart: str) -> set[str]:
    """Return which kinds of distribution a voucher is of, by the keys of `ACTS`; none of one that takes back."""
    return {kind for kind, fen in distributed(chart, voucher.lines).items() if fen > 0}


def _same(one: AnyStatement, other: AnyStatement, chart: str) -> Phrase | None:
    """Return what both do that is done once, None if it is not the same."""
    own, others = one.data, other.data
    if isinstance(own, Closing) and own == others:
        return Phrase(f"{own.period} 的结账", f"the closing of {own.period}")
    if not (isinstance(own, (Voucher, Reversal)) and isinstance(others, (Voucher, Reversal))):
        return None
    if original_of(own) and original_of(own) == original_of(others):
        return _done_to_original(others)
    if isinstance(own, Voucher) and isinstance(others, Voucher):
        return _same_distribution(own, others, chart) or _same_transfer(own, others)
    return None


def _same_distribution(one: Voucher, other: Voucher, chart: str) -> Phrase | None:
    """Return which kind of distribution of a year two vouchers are both of, whatever its amount."""
    year = one.date[:4]
    both = _kinds(one, chart) & _kinds(other, chart) if other.date[:4] == year else set()
    if not both:
        return None
    act = next(told for kind, told in ACTS.items() if kind in both)
    return Phrase(f"{year} 年的{act.zh}", f"what is {act.en} in {year}")


def _same_transfer(one: Voucher, other: Voucher) -> Phrase | None:
    """Return what two transfers of a period both move: an account of income or expense, or the very same amounts."""
    period = period_of(one.date)
    if not (is_transfer(one.lines) and is_transfer(other.lines)) or period_of(other.date) != period:
        return None
    results = [
        {line.account for line in each.lines if line.account.startswith(RESULT)} for each in (one, other)
    ]
    if not any(results):
        moves = [
            sorted((line.account, line.party, line.debit_fen, line.credit_fen) for line in each.lines)
            for each in (one, other)
        ]
        return (
            Phrase(f"{period} 的「{one.summary}」", f"'{one.summary}' of {period}")
            if moves[0] == moves[1]
            else None
        )
    both = sorted(results[0] & results[1])
    if not both:
        return None
    return Phrase(
        f"{period} 末科目 {both[0]} 的结转", f"the transfer of account {both[0]} at the end of {period}"
    )
