"""All that is held on one person, and the entry that erases it (个人信息保护法 art. 45, 47)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.adapters.json_text import json_text
from api.disclosures.rules import DRAFTED, NOBODY
from api.disclosures.store import DisclosureStore, Kept, Selection
from api.disclosures.tiers import WORDS, Tier
from domain.entry import parse_entry
from domain.kernel.canonical import encode
from domain.kernel.disclosure import Disclosed, digest_of, parse_disclosure
from domain.kernel.statement import type_name
from domain.privacy import ErasedRow
from domain.rolls import RollCommitted
from projections import log

if TYPE_CHECKING:
    from psycopg import Connection

    from api.disclosures.given import Given


@dataclass(frozen=True)
class Held:
    """All that is held on a `subject` in a `book`, and the entries where it belongs, as they were signed.

    `waiting` is what drafts hold that are neither posted nor withdrawn, each with the draft's id.
    """

    book: str
    subject: str
    kept: list[Kept]
    notes: dict[int, bytes]
    waiting: list[tuple[str, Given]]

    def as_object(self) -> dict[str, Any]:
        """Return it as a JSON object: each value with its tier and its disclosure, each entry with its bytes."""
        return {
            "book": self.book,
            "subject": self.subject,
            "held": [
                {
                    "entry": one.entry,
                    "place": one.place,
                    "name": one.said.name,
                    "value": one.said.value,
                    "tier": one.tier,
                    "digest": one.digest,
                    "disclosure": one.disclosure,
                }
                for one in self.kept
            ],
            "drafts": [
                {
                    "draft": draft,
                    "name": said.name,
                    "value": said.value,
                    "tier": one.tier,
                    "digest": digest_of(one.disclosure),
                    "disclosure": one.disclosure,
                }
                for draft, one in self.waiting
                for said in [parse_disclosure(one.disclosure)]
            ],
            "entries": [
                {"index": index, "type": _type(note), "note": note.decode()}
                for index, note in self.notes.items()
            ],
        }

    def as_json(self) -> bytes:
        """Return it as indented JSON."""
        return json_text(self.as_object())

    def as_text(self) -> str:
        """Return it in words, for the person."""
        lines = [
            f"账套 {self.book} 中存放的关于「{self.subject}」的全部内容 / all that is held on {self.subject}",
            "",
        ]
        for one in self.kept:
            where = f"第 {one.entry} 号记录（{_type(self.notes[one.entry])}）"
            lines.append(_line(where, one.said, one.tier))
        for draft, given in self.waiting:
            where = f"待签凭证 {draft}（撤回即删除 / gone once it is withdrawn）"
            lines.append(_line(where, parse_disclosure(given.disclosure), given.tier))
        lines += [
            "",
            "上列每一项在公开的记录中只有摘要，看不出内容。您可以要求更正、删除（个人信息保护法第四十四至四十七条）。",
            "Only digests of these stand in the public log. You may ask for correction or erasure.",
        ]
        return "".join(f"{line}\n" for line in lines)


def _line(where: str, said: Disclosed, tier: Tier) -> str:
    value = said.value if isinstance(said.value, str) else encode(said.value).decode()
    return f"{where} {said.name}：{value}　[{WORDS[tier]} {tier}]"


def _type(note: bytes) -> str:
    return type_name(parse_entry(note).statement)


def held_on(store: DisclosureStore, connection: Connection[Any], book: str, subject: str) -> Held:
    """Return all that is held on a person; raises `disclosure.no_subject` when there is nothing."""
    kept = list(store.read(connection, book, Tier.person, Selection(subject=subject)))
    waiting = store.waiting.about(connection, book, subject)
    if not kept and not waiting:
        raise NOBODY(subject=subject, book=book)
    notes = {index: log.entry_at(connection, book, index) for index in sorted({one.entry for one in kept})}
    return Held(book, subject, kept, notes, waiting)


def erasure_of(held: Held, basis: str, note: str) -> dict[str, Any]:
    """Return the data of the entry that erases all of it; raises `disclosure.drafted` while a draft holds some."""
    for draft, _ in held.waiting:
        raise DRAFTED(subject=held.subject, draft=draft)
    statements = {index: parse_entry(text).statement for index, text in held.notes.items()}
    rolls = {index: one.id for index, one in statements.items() if isinstance(one, RollCommitted)}
    rows = [ErasedRow(roll=rolls[one.entry], row=one.place) for one in held.kept if one.entry in rolls]
    digests = sorted(one.digest for one in held.kept if one.entry not in rolls)
    filled = {"digests": digests, "rows": rows, "note": note}
    return {"basis": basis, **{name: value for name, value in filled.items() if value}}
