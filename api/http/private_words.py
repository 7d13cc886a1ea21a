"""What an entry keeps out of the log, in a villager's words: disclosed, withheld or erased; never "invalid"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.outside import NAMES
from domain.digests import HOLDER
from domain.kernel.canonical import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.digests import Hidden
    from domain.kernel.canonical import Json

DISCLOSED = "公开的内容，与所签的摘要相符"
WITHHELD = "未公开；签名人签过它的摘要"
ERASED = "已依法删除，见第 {entry} 号记录；签名和证明仍然有效"


class Private(NamedTuple):
    """One digest in words: the `line` where it stands (0: the entry itself), what is told of it, and how it is."""

    line: int
    text: str
    state: str
    erased_by: int | None = None


def private_words(
    hidden: Iterable[Hidden], said: Mapping[str, tuple[str, Json]], erased: Mapping[str, int]
) -> list[Private]:
    """Return every digest in words; `said` gives name and value of those that are public, by digest.

    Of the keys' holders only those that are disclosed or erased: the table of keys tells of the others.
    """
    told = [one for one in hidden if one.clear != {HOLDER} or one.digest in said or one.digest in erased]
    return [_words(one, said.get(one.digest), erased.get(one.digest)) for one in told]


def _words(one: Hidden, said: tuple[str, Json] | None, erased: int | None) -> Private:
    if erased is not None:
        return Private(one.line, "一项内容", ERASED.format(entry=erased), erased)
    if said is None:
        return Private(one.line, "一项内容", WITHHELD)
    name, value = said
    shown = value if isinstance(value, str) else encode(value).decode()
    return Private(one.line, f"{NAMES.get(name, name)}：{shown}", DISCLOSED)
