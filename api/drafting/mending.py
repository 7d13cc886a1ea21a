"""Who is to change or withdraw a draft that cannot go on as it is: decided here, and said here, for every view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.drafting.rules import MAKERS
from domain.kernel.errors import Phrase
from domain.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MADE = Phrase("制单的", "who made it")
CHANGED = Phrase("改成现稿的", "who changed it last")
"""What somebody has to do with a draft's present text."""

NOBODY = Phrase(
    f"{'、'.join(ROLES[role] for role in MAKERS)}都没有可用的密钥，没有人能改动或撤回；请先授予密钥",
    f"nobody holds a key of {' or '.join(MAKERS)}, who alone change or withdraw it: grant one first",
)
GONE = Phrase("制单的人已没有可用的密钥，", "whoever made it has no key any more: ")


class Author(NamedTuple):
    """The role of somebody who holds a key and wrote a draft, and `MADE` or `CHANGED`."""

    role: str
    how: Phrase


class Mend(NamedTuple):
    """The roles that are to change or withdraw a draft, in the order of `MAKERS`, and how that is said."""

    roles: tuple[str, ...]
    words: Phrase


def mend(authors: Sequence[Author], active: Collection[str]) -> Mend:
    """Return who mends a draft: its authors, and where none has a key any more all that may.

    `active` are the roles of which somebody holds a key.
    """
    if authors:
        own = {one.role for one in authors}
        zh = [f"{one.how.zh}{ROLES[one.role]}" for one in authors]
        en = [f"the {one.role} {one.how.en}" for one in authors]
        return Mend(tuple(role for role in MAKERS if role in own), _waits_for(zh, en))
    roles = tuple(role for role in MAKERS if role in active)
    if not roles:
        return Mend((), NOBODY)
    words = _waits_for([ROLES[role] for role in roles], [f"the {role}" for role in roles])
    return Mend(roles, Phrase(f"{GONE.zh}{words.zh}", f"{GONE.en}{words.en}"))


def _waits_for(zh: Sequence[str], en: Sequence[str]) -> Phrase:
    return Phrase(f"等{'、'.join(zh)}改动或撤回", f"to be changed or withdrawn by {' or '.join(en)}")
