"""Who is to change or withdraw a draft that cannot go on as it is: decided here, and said here, for every view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.drafting.rules import MAKERS
from domain.kernel.errors import Phrase
from domain.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection

NOBODY = Phrase(
    f"{'、'.join(ROLES[role] for role in MAKERS)}都没有可用的密钥，没有人能改动或撤回；请先授予密钥",
    f"nobody holds a key of {' or '.join(MAKERS)}, who alone change or withdraw it: grant one first",
)
MAKER_GONE = Phrase("制单的人已没有可用的密钥，", "whoever made it has no key any more: ")


class Mend(NamedTuple):
    """The roles that are to change or withdraw a draft, in the order of `MAKERS`, and how that is said."""

    roles: tuple[str, ...]
    words: Phrase


def mend(maker: str, active: Collection[str]) -> Mend:
    """Return who mends what a role made, "" if that one has no key any more: then all of `active` that may.

    `active` are the roles of which somebody holds a key.
    """
    if maker:
        words = Phrase(
            f"等制单的{ROLES[maker]}改动或撤回", f"to be changed or withdrawn by the {maker} who made it"
        )
        return Mend((maker,), words)
    roles = tuple(role for role in MAKERS if role in active)
    if not roles:
        return Mend((), NOBODY)
    by = Phrase("、".join(ROLES[role] for role in roles), " or ".join(f"the {role}" for role in roles))
    words = Phrase(f"等{by.zh}改动或撤回", f"to be changed or withdrawn by {by.en}")
    return Mend(roles, Phrase(f"{MAKER_GONE.zh}{words.zh}", f"{MAKER_GONE.en}{words.en}"))
