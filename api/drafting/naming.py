"""What a person knows a draft by: its date, what it says, and its amount; its id is for addresses and programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.entry_words import ENTRY_TYPES
from api.naming import Known
from domain.accounts import NewAccount
from domain.kernel.errors import Phrase
from domain.kernel.statement import type_name
from domain.periods import Closing
from domain.roles import ROLES, role_of
from domain.vouchers import Reversal, Voucher, total_fen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.entry import AnyStatement
    from domain.roles import Key

FOR_GOOD = Phrase(
    "（拒签的人已没有可用的密钥，谁也不能替他收回）",
    " (whoever refused has no key any more, and nobody takes the refusal back for them)",
)
"""What is said behind a refusal whose refuser has no key any more."""

CASH = Phrase("收付现金", "it moves cash")
"""Why the cashier is asked to sign beside those who must."""


class ByKey(NamedTuple):
    """The key by which somebody did something to a draft, and what is said of that."""

    key: str
    words: Phrase


def known(statement: AnyStatement) -> Known:
    """Return what the draft of a statement is known by."""
    data, made = statement.data, statement.at[:10]
    if isinstance(data, (Voucher, Reversal)):
        return Known(data.date, Phrase(data.summary, data.summary), total_fen(data.lines))
    if isinstance(data, Closing):
        return Known(made, Phrase(f"结账 {data.period}", f"closing of {data.period}"), None)
    if isinstance(data, NewAccount):
        account = f"{data.code} {data.name}"
        return Known(made, Phrase(f"增设科目 {account}", f"the account {account} is added"), None)
    return Known(made, ENTRY_TYPES[type_name(statement)], None)


def asked(role: str, person: str = "", *, beside: bool) -> Phrase:
    """Return who is asked to sign: 出纳（收付现金）, where one is asked `beside` those who must, as cash is moved."""
    cash = CASH if beside else Phrase("", "")
    zh, en = "，".join(filter(None, (person, cash.zh))), ", ".join(filter(None, (person, cash.en)))
    return Phrase(f"{ROLES[role]}（{zh}）" if zh else ROLES[role], f"{role} ({en})" if en else role)


def page_of(book: str, draft: str) -> str:
    """Return where a draft is looked at, as a refusal gives it among its facts (`see`)."""
    return f"/books/{book}/work/drafts/{draft}"


def people_of(successors: Mapping[str, Key]) -> dict[str, str]:
    """Return the public names of those who did something by a key of the book, by that key, whatever key they have now.

    `successors` are the keys by which they sign now, by each key's name; whoever has no public name is left out.
    """
    return {name: key.person for name, key in successors.items() if key.person}


def holder(key: str, people: Mapping[str, str]) -> Phrase:
    """Return whose key it is, by office and name: 会计 周会计."""
    role, person = role_of(key), people.get(key, "")
    return Phrase(f"{ROLES[role]} {person}".strip(), f"{role} {person}".strip())


def refusal(key: str, who: Phrase, reason: str, *, for_good: bool) -> ByKey:
    """Return what is said of the refusal of somebody; `for_good` if nobody can take it back."""
    zh, en = (FOR_GOOD.zh, FOR_GOOD.en) if for_good else ("", "")
    return ByKey(key, Phrase(f"{who.zh}拒签：{reason}{zh}", f"refused by the {who.en}{en}"))
