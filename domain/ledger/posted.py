"""Several notes posted together, all or none: a refusal says which of them it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from domain.entry import HEADER
from domain.kernel.errors import RuleViolation
from domain.kernel.ulid import is_ulid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


class _Named(msgspec.Struct):
    id: str


def of_each(notes: Sequence[bytes], results: Iterable[T]) -> list[T]:
    """Return what is made of each note in turn; of several, a refusal gets the place of the one that it is about."""
    made: list[T] = []
    try:
        for result in results:
            made.append(result)  # noqa: PERF402 -- how many were made is the place of the one that is refused
    except RuleViolation as refusal:
        if len(notes) == 1:
            raise
        raise _placed(refusal, len(made), notes[len(made)]) from None
    return made


def _placed(refusal: RuleViolation, position: int, note: bytes) -> RuleViolation:
    """Return a refusal with the note's position, from 0, and the id of its entry where that can be read."""
    facts: dict[str, object] = {**refusal.facts, "position": position}
    known = _id_of(note)
    if known:
        facts["id"] = known
    zh = f"第 {position} 条（从 0 数起{f'，编号 {known}' if known else ''}）：{refusal.zh}"
    en = f"entry {position} of those posted, counted from 0{f' (id {known})' if known else ''}: {refusal.en}"
    return RuleViolation(refusal.rule, zh, en, facts)


def _id_of(note: bytes) -> str:
    try:
        known = msgspec.json.decode(note.removeprefix(HEADER).partition(b"\n")[0], type=_Named).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return known if is_ulid(known) else ""
