"""When an entry may bring digests, and when what stands behind them may be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.disclosure import is_sorted
from domain.kernel.errors import Kind, rule
from domain.roles import Key, Roles, require_roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.privacy.events import ErasedRow, SubjectErased
    from domain.privacy.state import Privacy
    from domain.rolls import Rolls

UNSORTED = rule(
    "digest.order",
    Kind.REFUSED,
    "_sd 中的摘要须排序且不重复",
    "the digests of `_sd` are sorted, each once, so that their order says nothing",
    "RFC 9901 section 4.2.4.1",
)
REUSED = rule(
    "digest.reused",
    Kind.REFUSED,
    "摘要 {digest} 在本账套中已经用过；每个值须用新的随机盐",
    "the digest {digest} was used in this book before; every value gets a fresh salt",
    "RFC 9901 section 4.1",
)
UNKNOWN = rule(
    "erasure.unknown",
    Kind.REFUSED,
    "本账套没有 {what}，无从删除",
    "there is no {what} in this book that could be erased",
    "个人信息保护法 art. 47",
)
TWICE = rule(
    "erasure.twice",
    Kind.CONFLICT,
    "{what} 已由第 {entry} 号记录注明删除",
    "{what} was erased by entry {entry} already",
    "个人信息保护法 art. 47",
)
NOTHING = rule(
    "erasure.nothing",
    Kind.REFUSED,
    "没有写明要删除哪些内容",
    "it is not said what is erased",
    "个人信息保护法 art. 47",
)

ERASERS = ("township", "head", "supervisor")
"""Who signs an erasure: the head answers for the data, and the two who watch see that it hides no payment."""


def require_new(privacy: Privacy, *lists: Sequence[str]) -> None:
    """Raise `digest.order` or `digest.reused` unless these lists are sorted and all their digests new."""
    seen: set[str] = set()
    for digests in lists:
        if not is_sorted(digests):
            raise UNSORTED()
        for digest in digests:
            if digest in privacy.digests or digest in seen:
                raise REUSED(digest=digest)
            seen.add(digest)


def decide_erase(
    statement: SubjectErased, signers: list[Key], privacy: Privacy, rolls: Rolls, roles: Roles
) -> None:
    """What is erased stands in the book and was not erased before; township, head and supervisor sign."""
    erasure = statement.data
    if not erasure.digests and not erasure.rows:
        raise NOTHING()
    holders = {key.holder for key in roles.keys.values()}
    seen: set[object] = set()
    for digest in erasure.digests:
        if digest not in privacy.digests and digest not in holders:
            raise UNKNOWN(what=digest)
        _require_once(privacy.erased.get(digest), digest, digest in seen)
        seen.add(digest)
    for row in erasure.rows:
        place = (row.roll, row.row)
        _require_row(row, rolls)
        _require_once(privacy.erased_rows.get(place), f"{row.roll}[{row.row}]", place in seen)
        seen.add(place)
    require_roles(signers, ERASERS)


def _require_row(row: ErasedRow, rolls: Rolls) -> None:
    committed = rolls.committed.get(row.roll)
    if committed is None or row.row >= committed.roll.count:
        raise UNKNOWN(what=f"{row.roll}[{row.row}]")


def _require_once(before: int | None, what: str, named: bool) -> None:  # noqa: FBT001 -- what it is stands in its name
    if before is not None or named:
        raise TWICE(what=what, entry="-" if before is None else before)
