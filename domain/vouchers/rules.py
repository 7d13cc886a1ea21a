"""When a voucher may be posted or reversed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.accounts import Accounts, require_leaves
from domain.kernel.errors import EntryId, Kind, rule
from domain.kernel.money import format_fen
from domain.periods import Periods, require_open
from domain.privacy import Privacy, require_new
from domain.roles import Key, require_roles
from domain.rolls import Rolls, require_booked
from domain.vouchers.invoices import check_invoices
from domain.vouchers.lines import check_balanced, lines_digest, mirrored, tiered_fen

if TYPE_CHECKING:
    from domain.policy import Policy
    from domain.vouchers.events import (
        Line,
        SaltedVoucherPosted,
        SaltedVoucherReversed,
        VoucherPosted,
        VoucherReversed,
    )
    from domain.vouchers.state import Vouchers

NO_RESOLUTION = rule(
    "policy.no_resolution",
    Kind.REFUSED,
    "金额 {amount} 元的凭证须写明所依据的决议",
    "a voucher of {amount} yuan must name the resolution it rests on",
    "农村集体经济组织法 art. 26",
)
NOTHING_TO_REVERSE = rule(
    "reversal.unknown",
    Kind.REFUSED,
    "没有编号为 {reverses} 的凭证可冲销",
    "there is no voucher {reverses} to reverse",
    "会计基础工作规范 art. 51(5)",
)
REVERSED_TWICE = rule(
    "reversal.twice",
    Kind.CONFLICT,
    "凭证 {reverses} 已被 {by} 冲销过",
    "voucher {reverses} was reversed already, by {by}",
    "会计基础工作规范 art. 51(5)",
)
REVERSAL_REVERSED = rule(
    "reversal.of_reversal",
    Kind.REFUSED,
    "{reverses} 本身是冲销凭证，请另记一张凭证",
    "{reverses} is itself a reversal; post a new voucher instead",
    "会计基础工作规范 art. 51(5)",
)
NOT_MIRROR = rule(
    "reversal.not_mirror",
    Kind.REFUSED,
    "冲销凭证的分录须与原凭证 {reverses} 逐行相同、金额为红字",
    "a reversal has the lines of {reverses}, one by one, with every amount negated",
    "会计基础工作规范 art. 51(5)",
)

BEFORE_ORIGINAL = rule(
    "reversal.before_original",
    Kind.REFUSED,
    "冲销凭证的日期 {date} 早于原凭证 {reverses} 的日期 {original}",
    "the reversal's date {date} lies before {original}, the date of {reverses}",
    "会计基础工作规范 art. 51(5)",
)

NOTHING_TO_CORRECT = rule(
    "correction.unknown",
    Kind.REFUSED,
    "本账套没有可更正的凭证 {corrects}；请写明已入账的那张凭证",
    "this book has no voucher {corrects} to set right; name one that is posted",
    "会计基础工作规范 art. 51(5)",
)
REVERSAL_CORRECTED = rule(
    "correction.of_reversal",
    Kind.REFUSED,
    "{corrects} 是冲销凭证，不能更正；请写明它所冲销的那张凭证",
    "{corrects} is a reversal, which is not set right; name the voucher that it cancels",
    "会计基础工作规范 art. 51(5)",
)
CORRECTED_BEFORE = rule(
    "correction.before_original",
    Kind.REFUSED,
    "更正凭证的日期 {date} 早于原凭证 {corrects} 的日期 {original}；请改为当日或以后",
    "the date {date} lies before {original}, that of the voucher {corrects} which is set right; take a later one",
    "会计基础工作规范 art. 51(5)",
)


def _check_lines(lines: list[Line], accounts: Accounts) -> int:
    """Raise unless the lines balance and go to leaf accounts; return the voucher's amount."""
    amount = check_balanced(lines)
    require_leaves(accounts, lines)
    return amount


def decide_post(
    statement: VoucherPosted,
    signers: list[Key],
    vouchers: Vouchers,
    accounts: Accounts,
    periods: Periods,
    policy: Policy,
) -> None:
    """A voucher balances, goes to leaf accounts in an open period, books no invoice again; the tier's roles sign.

    What it says that it sets right is an earlier voucher.
    """
    voucher = statement.data
    require_open(periods, voucher.date, statement.at)
    amount = _check_lines(voucher.lines, accounts)
    if voucher.attachments.invoices:
        check_invoices(voucher.attachments.invoices, vouchers)
    if voucher.corrects:
        _check_corrected(voucher.corrects, voucher.date, vouchers)
    tier = policy.tier(tiered_fen(voucher.lines, amount))
    require_roles(signers, tier.roles)
    if tier.resolution and not voucher.resolution:
        raise NO_RESOLUTION(amount=format_fen(amount))


def _check_corrected(corrects: str, date: str, vouchers: Vouchers) -> None:
    """Raise unless what a voucher of a date sets right is an earlier voucher, no reversal, and not of a later date."""
    original, named = vouchers.posted.get(corrects), EntryId(corrects)
    if original is None:
        raise NOTHING_TO_CORRECT(corrects=named)
    if original.reversal:
        raise REVERSAL_CORRECTED(corrects=named)
    if date < original.date:
        raise CORRECTED_BEFORE(date=date, corrects=named, original=original.date)


def decide_reverse(
    statement: VoucherReversed,
    signers: list[Key],
    vouchers: Vouchers,
    accounts: Accounts,
    periods: Periods,
) -> None:
    """A reversal mirrors a voucher once, not before it, in an open period, signed by at least that voucher's roles."""
    reversal, named = statement.data, EntryId(statement.data.reverses)
    original = vouchers.posted.get(reversal.reverses)
    if original is None:
        raise NOTHING_TO_REVERSE(reverses=named)
    if original.reversal:
        raise REVERSAL_REVERSED(reverses=named)
    if reversal.reverses in vouchers.reversed_by:
        raise REVERSED_TWICE(reverses=named, by=EntryId(vouchers.reversed_by[reversal.reverses]))
    require_open(periods, reversal.date, statement.at)
    if reversal.date < original.date:
        raise BEFORE_ORIGINAL(date=reversal.date, reverses=named, original=original.date)
    _check_lines(reversal.lines, accounts)
    if lines_digest(mirrored(reversal.lines)) != original.digest:
        raise NOT_MIRROR(reverses=named)
    require_roles(signers, sorted(original.roles))


def decide_salted(statement: SaltedVoucherPosted, privacy: Privacy, rolls: Rolls) -> None:
    """Beyond what every voucher keeps: its digests are new in the book, and it books the whole of the roll it names."""
    voucher = statement.data
    require_new(privacy, voucher.digests, *(line.digests for line in voucher.lines))
    if voucher.roll:
        require_booked(rolls, voucher.roll, voucher.lines)


def decide_salted_reversal(statement: SaltedVoucherReversed, privacy: Privacy) -> None:
    """Beyond what every reversal keeps: the digests that are its own, not its lines', are new in the book."""
    require_new(privacy, statement.data.digests)
