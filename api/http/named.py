"""The entries that a draft's text names by their ids, as a person knows them (`api.naming`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from api.naming import entries_called

if TYPE_CHECKING:
    from psycopg import Connection

    from api.drafting import OnDesk


class NamedBody(BaseModel):
    """An entry that a draft's text names by its `id` (reverses, corrects, roll), as a person knows it."""

    id: str
    entry: int
    zh: str
    en: str


def ids_in(found: OnDesk) -> list[str]:
    """Return the ids of entries that a draft's voucher names: what it cancels, sets right, or pays out by a roll."""
    voucher = found.waiting.voucher
    return [id_ for name in ("reverses", "corrects", "roll") if (id_ := getattr(voucher, name, ""))]


def named_in(connection: Connection[Any], book: str, drafts: list[OnDesk]) -> dict[str, NamedBody]:
    """Return the entries that drafts name, by id; nothing of an id that is none of this book."""
    found = entries_called(connection, book, {id_ for one in drafts for id_ in ids_in(one)})
    return {
        id_: NamedBody(id=id_, entry=one.entry, zh=one.words.zh, en=one.words.en)
        for id_, one in found.items()
    }
