"""What a person knows a draft by: its date, what it says, and its amount; its id is for addresses and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.entry_words import ENTRY_TYPES
from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.kernel.statement import type_name
from domain.periods import Closing
from domain.roles import ROLES, role_of
from domain.vouchers import Reversal, Voucher, total_fen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.entry import AnyStatement


class Known(NamedTuple):
    """What a draft is known by; an entry that is no voucher has no amount, and the day on which it was made."""

    date: str
    what: Phrase
    amount_fen: int | None

    @property
    def words(self) -> Phrase:
        """Return it in one line: 2026-03-02「付电费」66.00 元."""
        zh, en = f"{self.date}「{self.what.zh}」", f"'{self.what.en}' of {self.date}"
        if self.amount_fen is None:
            return Phrase(zh, en)
        amount = format_fen(self.amount_fen)
        return Phrase(f"{zh}{amount} 元", f"{en} over {amount} yuan")


def known(statement: AnyStatement) -> Known:
    """Return what the draft of a statement is known by."""
    data, made = statement.data, statement.at[:10]
    if isinstance(data, (Voucher, Reversal)):
        return Known(data.date, Phrase(data.summary, data.summary), total_fen(data.lines))
    if isinstance(data, Closing):
        return Known(made, Phrase(f"结账 {data.period}", f"closing of {data.period}"), None)
    return Known(made, ENTRY_TYPES[type_name(statement)], None)


def page_of(book: str, draft: str) -> str:
    """Return where a draft is looked at, as a refusal gives it among its facts (`see`)."""
    return f"/books/{book}/work/drafts/{draft}"


def holder(key: str, people: Mapping[str, str]) -> Phrase:
    """Return whose key it is, by office and name: 会计 周会计."""
    role, person = role_of(key), people.get(key, "")
    return Phrase(f"{ROLES[role]} {person}".strip(), f"{role} {person}".strip())
