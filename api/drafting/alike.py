"""Drafts that say the very same as another: two people at two desks had the same slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.drafting.naming import holder
from domain.closing import Likeness, likeness
from domain.drafts import Draft
from domain.kernel.errors import Phrase
from domain.vouchers import Voucher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

SELECT_TEXTS = "SELECT id, text, made_by FROM drafts WHERE book = %s AND state = 'open' ORDER BY id"


def waiting_alike(
    connection: Connection[Any], book: str, vouchers: Mapping[str, Voucher], people: Mapping[str, str]
) -> dict[str, list[Phrase]]:
    """Return by id of the drafts of some vouchers what other drafts that say the same are called; none, no key.

    `people` are the public names of those who made them, by their keys.
    """
    days = {f'"date":"{voucher.date}"'.encode() for voucher in vouchers.values()}
    found: dict[Likeness, list[tuple[str, str]]] = {}
    for id_, text, made_by in connection.execute(SELECT_TEXTS, (book,)).fetchall():
        if not any(day in text for day in days):
            continue
        data = Draft(bytes(text)).statement.data
        own = likeness(data) if isinstance(data, Voucher) else None
        if own:
            found.setdefault(own, []).append((id_, made_by))
    alike = {
        id_: [_called(voucher, holder(maker, people)) for other, maker in found.get(own, []) if other != id_]
        for id_, voucher in vouchers.items()
        if (own := likeness(voucher))
    }
    return {id_: others for id_, others in alike.items() if others}


def _called(voucher: Voucher, maker: Phrase) -> Phrase:
    """Return what a person knows a draft by that says what this voucher says: date, summary, and who made it."""
    return Phrase(
        f"{voucher.date}「{voucher.summary}」（待签，{maker.zh}制单）",
        f"'{voucher.summary}' of {voucher.date} (to be signed, made by the {maker.en})",
    )
