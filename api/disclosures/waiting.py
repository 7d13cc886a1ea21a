"""The disclosures of drafts: kept as those of entries are, until the draft is posted or withdrawn (待签凭证的披露)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from api.disclosures.boxes import TAKE_TURN, TURN, lock, unlock
from domain.digests import hidden_in
from domain.kernel.disclosure import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from api.disclosures.given import Given
    from api.disclosures.keys import SubjectKeys
    from domain.kernel.statement import Statement

LOGGER = logging.getLogger(__name__)

INSERT = """
    INSERT INTO draft_disclosures (book, draft, digest, tier, subject, box) VALUES (%s, %s, %s, %s, %s, %s)
"""
SELECT = """
    SELECT draft, digest, tier, subject, box FROM draft_disclosures
    WHERE book = %(book)s AND (%(drafts)s::text[] IS NULL OR draft = ANY(%(drafts)s))
      AND (%(subject)s::bytea IS NULL OR subject = %(subject)s)
    ORDER BY draft, digest
"""
DELETE = "DELETE FROM draft_disclosures WHERE book = %s AND draft = %s RETURNING subject"


class WaitingDisclosures:
    """What is known behind the digests of all drafts."""

    def __init__(self, keys: SubjectKeys) -> None:
        """Lock each value under its subject's key."""
        self._keys = keys

    def keep(self, connection: Connection[Any], book: str, draft: str, given: Iterable[Given]) -> None:
        """Keep the disclosures of a draft's new text beside those of its earlier ones."""
        connection.execute(TAKE_TURN, (TURN, book))
        for one in given:
            digest, tag = digest_of(one.disclosure), self._keys.tag(book, one.subject)
            box = lock(self._keys.make(book, tag), one, _bound(book, draft, digest, one.tier))
            connection.execute(INSERT, (book, draft, digest, one.tier, tag, box))

    def of(self, connection: Connection[Any], book: str, drafts: Sequence[str]) -> dict[str, list[Given]]:
        """Return the disclosures of drafts by their ids, those of earlier texts too."""
        found: dict[str, list[Given]] = {}
        for draft, one in self._read(connection, book, {"drafts": list(drafts), "subject": None}):
            found.setdefault(draft, []).append(one)
        return found

    def about(self, connection: Connection[Any], book: str, subject: str) -> list[tuple[str, Given]]:
        """Return what is held on a person in drafts, each with the draft's id."""
        return self._read(connection, book, {"drafts": None, "subject": self._keys.tag(book, subject)})

    def drop(self, connection: Connection[Any], book: str, draft: str) -> set[bytes]:
        """Keep nothing of a draft any more; return the tags of those whom it was about."""
        return {bytes(tag) for (tag,) in connection.execute(DELETE, (book, draft)).fetchall()}

    def _read(
        self, connection: Connection[Any], book: str, wanted: dict[str, object]
    ) -> list[tuple[str, Given]]:
        rows = connection.execute(SELECT, {"book": book} | wanted).fetchall()
        found = []
        for draft, digest, tier, tag, box in rows:
            key = self._keys.find(book, bytes(tag))
            one = unlock(key, bytes(box), _bound(book, draft, digest, tier), tier) if key else None
            if one and digest_of(one.disclosure) == digest:
                found.append((draft, one))
            else:
                LOGGER.error("待签凭证的披露打不开 / cannot be opened: %s %s %s", book, draft, digest)
        return found


def belonging(statement: Statement, given: Iterable[Given]) -> list[Given]:
    """Return those disclosures whose digests stand in an entry."""
    digests = {one.digest for one in hidden_in(statement)}
    return [one for one in given if digest_of(one.disclosure) in digests]


def _bound(book: str, draft: str, digest: str, tier: str) -> bytes:
    return f"sunledger.draft_disclosure/v1\n{book}\n{draft}\n{digest}\n{tier}".encode()
