"""A signature on a draft whose key has ended since: what is said of it, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.drafting.naming import ByKey
from domain.kernel.errors import Phrase
from domain.roles import ROLES, role_of

if TYPE_CHECKING:
    from collections.abc import Collection

NOTHING = Phrase("", "")
ANEW = Phrase("，须用现在的密钥重签", ", and is to be signed anew by the key of now")


def lapse(key: str, who: Phrase, then: Phrase) -> ByKey:
    """Return what is said of the signature of somebody, and `then` what is to be done, if anything."""
    words = Phrase(
        f"{who.zh}的签名已失效（密钥已更换或停用），不再算数{then.zh}",
        f"signed by the {who.en}, whose key has ended since: it counts no more{then.en}",
    )
    return ByKey(key, words)


def what_then(key: str, successor: str, active: Collection[str], asked: Collection[str]) -> Phrase:
    """Return what is to be done about the signature of a key that has ended, and who can do it.

    `successor` is the key by which its holder signs now, `active` are the keys that may sign, `asked` the roles that
    are asked to.
    """
    role = role_of(key)
    if role not in {role_of(name) for name in active}:
        return Phrase(
            f"；没有人持有{ROLES[role]}的密钥，要{ROLES[role]}再签，须先授予密钥",
            f"; nobody holds a key of the {role}: grant one first, for the {role} to sign anew",
        )
    if role not in asked:
        return NOTHING
    if successor in active:
        return ANEW
    return Phrase(f"，须由现在的{ROLES[role]}签", f", and the {role} of now is to sign")
