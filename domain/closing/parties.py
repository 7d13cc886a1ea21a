"""Checks of what stands on receivables and payables with each counterparty (往来单位) that is named in public.

The balance sheet nets what one account of 112 and 211 owes and is owed; of 113 内部往来 it shows both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.closing.month_end import Remark
from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.closing.month_end import MonthEnd, PartyBalance

OUTSIDE = ("112", "211")
"""应收款、应付款: what others owe, and what is owed to them."""

WRONG_PARTY = rule(
    "closing.wrong_party",
    Kind.REFUSED,
    "{account} {name}中往来单位「{party}」却在{side} {balance} 元（这样的单位共 {count} 个），与科目的方向相反；"
    "查对是否记错单位，多收多付的退还或转出",
    "on {account} {name} the counterparty '{party}' has a {side} balance of {balance} yuan ({count} such"
    " counterparties), against the account's side; look for a wrong name, and pay back or transfer what is too much",
    f"{ACCOUNTING} 应收款、应付款",
)
UNNAMED = Phrase("（未写明往来单位）", "(none named in public)")
"""What is left of an account besides its counterparties: it counts as one more."""


def check_parties(month: MonthEnd) -> Iterator[Remark]:
    """Each counterparty of 112 and 211 stands on the account's side, where the account as a whole does."""
    closing = {row.account: row.closing_fen for row in month.rows}
    for account, parties in _by_account(month, OUTSIDE):
        sign = 1 if month.sides[account] == "debit" else -1
        wrong = [one for one in parties if one.balance_fen * sign < 0]
        if wrong and closing.get(account, 0) * sign >= 0:
            yield _wrong_party(month.names[account], wrong)


def _by_account(month: MonthEnd, top: tuple[str, ...]) -> Iterator[tuple[str, list[PartyBalance]]]:
    """Yield the counterparties of each account at or below some, the accounts too whose balances cancel out."""
    for account in sorted({one.account for one in month.parties if one.account.startswith(top)}):
        yield account, [one for one in month.parties if one.account == account]


def _wrong_party(name: str, wrong: list[PartyBalance]) -> Remark:
    worst = max(wrong, key=lambda one: abs(one.balance_fen))
    side = Phrase("借方", "debit") if worst.balance_fen > 0 else Phrase("贷方", "credit")
    facts = {"party": worst.party or UNNAMED, "side": side, "balance": format_fen(abs(worst.balance_fen))}
    violation = WRONG_PARTY(account=worst.account, name=name, **facts, count=len(wrong))
    return Remark(stops=False, violation=violation, account=worst.account)
