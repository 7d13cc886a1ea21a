"""Between entries and stored events: the entry's bytes are the event's state, verbatim."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.entry import TYPES, Entry, parse_entry
from domain.kernel.errors import Kind, rule
from domain.kernel.statement import type_name

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol

FOREIGN_TOPIC = rule(
    "store.topic",
    Kind.UNAVAILABLE,
    "数据库中 {book} 第 {index} 号记录的类型标记「{topic}」与内容不符，数据可能被改动",
    "entry {index} of {book} is stored under the topic '{topic}', which is not its own: the data was changed",
    "ADR 0008: topics are a closed registry",
)


class Recorded(NamedTuple):
    """An entry at its place: book, index, entry."""

    originator_id: str
    originator_version: int
    entry: Entry


class EntryMapper(Mapper[str]):
    """Writes an entry's bytes as they are and reads them strictly; topics are the registered type names.

    The stock mapper imports whatever module path stands in a row; this one knows a closed list.
    """

    def __init__(self) -> None:
        """The transcoder is never used: nothing is re-serialised."""
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Return the event row of a recorded entry."""
        recorded = cast("Recorded", domain_event)
        return StoredEvent(
            recorded.originator_id,
            recorded.originator_version,
            type_name(recorded.entry.statement),
            recorded.entry.note,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """Return the entry that a row holds; raises when it is not canonical or not of the row's topic."""
        entry = parse_entry(stored_event.state)
        if TYPES.get(stored_event.topic) is not type(entry.statement):
            raise FOREIGN_TOPIC(
                book=stored_event.originator_id,
                index=stored_event.originator_version,
                topic=stored_event.topic,
            )
        book = cast("str", stored_event.originator_id)
        recorded = Recorded(book, stored_event.originator_version, entry)
        return cast("DomainEventProtocol[str]", recorded)
