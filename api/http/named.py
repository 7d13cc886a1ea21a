"""The entries that a draft's text names by their ids, as a person knows them: by number, date, summary and amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from api.drafting import Known
from domain.kernel.errors import Phrase
from domain.vouchers import voucher_number
from projections import journal, log

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
    ids = {id_ for one in drafts for id_ in ids_in(one)}
    found = {}
    for id_, one in journal.vouchers_by_id(connection, book, sorted(ids)).items() if ids else ():
        number, date = voucher_number(one.period, one.number), one.date.isoformat()
        words = Known(date, Phrase(one.summary, one.summary), one.amount_fen).words
        found[id_] = NamedBody(
            id=id_, entry=one.entry, zh=f"{number}，{words.zh}", en=f"{number}, {words.en}"
        )
    for id_ in ids - found.keys():
        entry = log.entry_of_roll(connection, book, id_)
        if entry is not None:
            found[id_] = NamedBody(id=id_, entry=entry, zh=f"第 {entry} 号记录", en=f"entry {entry}")
    return found
