"""The disclosures of all books: kept encrypted beside the log, checked against their digests, forgotten on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.disclosures.boxes import TAKE_TURN, TURN, lock, unlock
from api.disclosures.given import check_public
from api.disclosures.leaves import keep_leaves
from api.disclosures.rules import ERASED, KEPT_OTHERWISE, NO_ENTRY, NO_SUCH_DIGEST
from api.disclosures.tiers import READABLE, Tier
from api.disclosures.waiting import WaitingDisclosures
from domain.digests import check_name, hidden_in
from domain.entry import parse_entry
from domain.kernel.disclosure import Disclosed, digest_of, parse_disclosure
from domain.rolls import ROW, RollCommitted, check_rows, in_order
from projections import log

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.disclosures.given import Given
    from api.disclosures.keys import SubjectKeys
    from domain.kernel.statement import Statement

SELECT_ENTRY = "SELECT state FROM events WHERE originator_id = %s AND originator_version = %s"
SELECT_KEPT = """
    SELECT digest, tier, subject FROM disclosures WHERE book = %s AND digest = ANY(%s)
"""
SELECT_WAITING = """
    SELECT digest, tier, subject FROM draft_disclosures WHERE book = %s AND digest = ANY(%s)
"""
INSERT = """
    INSERT INTO disclosures (book, digest, entry, place, tier, subject, box) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
SELECT = """
    SELECT entry, place, digest, tier, subject, box FROM disclosures
    WHERE book = %(book)s AND tier = ANY(%(tiers)s)
      AND (%(digests)s::text[] IS NULL OR digest = ANY(%(digests)s))
      AND (%(entry)s::bigint IS NULL OR entry = %(entry)s)
      AND (%(subject)s::bytea IS NULL OR subject = %(subject)s)
      AND entry < %(before)s
    ORDER BY entry, place, digest
"""
DELETE = "DELETE FROM disclosures WHERE book = %s AND digest = ANY(%s) RETURNING subject"
SELECT_ROWS = """
    SELECT digest FROM disclosures
    WHERE book = %s AND (entry, place) IN (SELECT * FROM unnest(%s::bigint[], %s::integer[]))
"""
SELECT_LEFT = """
    SELECT subject FROM disclosures WHERE book = %(book)s AND subject = ANY(%(subjects)s)
    UNION
    SELECT subject FROM draft_disclosures WHERE book = %(book)s AND subject = ANY(%(subjects)s)
"""
SELECT_BOOKS = "SELECT DISTINCT book FROM disclosures"


class Selection(NamedTuple):
    """Which disclosures: of a subject, of an entry, behind some digests; None for all. In entries `before` a size."""

    subject: str | None = None
    entry: int | None = None
    digests: list[str] | None = None
    before: int = 2**62


class Kept(NamedTuple):
    """A disclosure that is kept, opened and checked against its digest; `place` is a line or the number of a row."""

    entry: int
    place: int
    digest: str
    tier: Tier
    subject: str
    disclosure: str
    said: Disclosed


EVERYTHING = Selection()


class DisclosureStore:
    """What is known behind the digests of all books; each value is under its subject's key."""

    def __init__(self, pool: ConnectionPool[Any], keys: SubjectKeys) -> None:
        """Use the table `disclosures` through `pool`, and the subjects' `keys`; `waiting` are those of drafts."""
        self._pool = pool
        self._keys = keys
        self.waiting = WaitingDisclosures(keys)

    def keep(self, book: str, entry: int, given: Sequence[Given]) -> int:
        """Keep the disclosures of an entry, all or none, and return how many are new; raises `disclosure.*`, `row.*`.

        Of a roll all rows are given, since only together they have its root. The same again changes nothing; another
        tier or subject for what is kept is refused: whoever was told a value cannot make it known to more. What anybody
        may read has no personal number in it; a draft's values were looked at when it was made.
        """
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(TAKE_TURN, (TURN, book))
            statement = _statement(connection, book, entry)
            places = _places(statement, [one.disclosure for one in given])
            _require_not_erased(log.erased_in(connection, book), entry, places)
            known, waiting = (
                {
                    digest: (tier, bytes(subject))
                    for digest, tier, subject in connection.execute(select, (book, list(places))).fetchall()
                }
                for select in (SELECT_KEPT, SELECT_WAITING)
            )
            new = [one for one in given if not self._is_kept(book, one, known)]
            for one in new:
                if not self._is_kept(book, one, waiting):  # what a draft holds is for whom the draft says
                    check_public(one)
            if new:
                keep_leaves(connection, book, entry, statement, [one.disclosure for one in given])
            for one in new:
                digest = digest_of(one.disclosure)
                tag = self._keys.tag(book, one.subject)
                box = lock(self._keys.make(book, tag), one, _bound(book, entry, digest, one.tier))
                connection.execute(INSERT, (book, digest, entry, places[digest], one.tier, tag, box))
        return len(new)

    def _is_kept(self, book: str, one: Given, known: dict[str, tuple[str, bytes]]) -> bool:
        digest = digest_of(one.disclosure)
        if digest not in known:
            return False
        if known[digest] != (one.tier, self._keys.tag(book, one.subject)):
            raise KEPT_OTHERWISE(digest=digest)
        return True

    def read(
        self, connection: Connection[Any], book: str, reader: Tier, wanted: Selection = EVERYTHING
    ) -> Iterator[Kept]:
        """Yield what a kind of reader may read of a book, checked against its digest.

        What was erased is never shown, even if it were still in the table.
        """
        tag = None if wanted.subject is None else self._keys.tag(book, wanted.subject)
        values = wanted._asdict() | {"book": book, "subject": tag, "tiers": sorted(READABLE[reader])}
        rows = connection.execute(SELECT, values).fetchall()
        erased = log.erased_in(connection, book) if rows else log.Erased({}, {})
        for index, place, digest, tier, tag, box in rows:
            if digest in erased.digests or (index, place) in erased.rows:
                continue
            key = self._keys.find(book, bytes(tag))
            one = unlock(key, bytes(box), _bound(book, index, digest, tier), tier) if key else None
            if one and digest_of(one.disclosure) == digest:
                said = parse_disclosure(one.disclosure)
                yield Kept(index, place, digest, one.tier, one.subject, one.disclosure, said)

    def public(self, connection: Connection[Any], book: str, before: int) -> bytes:
        """Return the public disclosures of the entries before a size, one a line; rows of rolls are not among them."""
        kept = self.read(connection, book, Tier.public, Selection(before=before))
        return "".join(f"{one.disclosure}\n" for one in kept if one.said.name != ROW).encode()

    def forget(self, book: str) -> int:
        """Delete what the book's log says was erased, with the keys that lock nothing any more; return how many."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(TAKE_TURN, (TURN, book))
            erased = log.erased_in(connection, book)
            places = list(erased.rows)
            rows = connection.execute(
                SELECT_ROWS, (book, [entry for entry, _ in places], [row for _, row in places])
            ).fetchall()
            digests = [*erased.digests, *(digest for (digest,) in rows)]
            deleted = [bytes(tag) for (tag,) in connection.execute(DELETE, (book, digests)).fetchall()]
            asked = {"book": book, "subjects": deleted}
            left = {bytes(tag) for (tag,) in connection.execute(SELECT_LEFT, asked).fetchall()}
            for tag in {*deleted} - left:
                self._keys.destroy(book, tag)
        return len(deleted)

    def forget_keys(self, book: str, tags: set[bytes]) -> None:
        """Destroy the keys of those subjects of whom nothing is held any more."""
        if not tags:
            return
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(TAKE_TURN, (TURN, book))
            asked = {"book": book, "subjects": list(tags)}
            left = {bytes(tag) for (tag,) in connection.execute(SELECT_LEFT, asked).fetchall()}
            for tag in tags - left:
                self._keys.destroy(book, tag)

    def forget_all(self) -> None:
        """Delete what any book says was erased: a run that ended between the entry and the deletion is completed."""
        with self._pool.connection() as connection:
            books = [book for (book,) in connection.execute(SELECT_BOOKS).fetchall()]
        for book in books:
            self.forget(book)


def _statement(connection: Connection[Any], book: str, entry: int) -> Statement:
    row = connection.execute(SELECT_ENTRY, (book, entry)).fetchone()
    if row is None:
        raise NO_ENTRY(book=book, index=entry)
    return parse_entry(bytes(row[0])).statement


def _places(statement: Statement, disclosures: Sequence[str]) -> dict[str, int]:
    """Return the place of each disclosure by its digest; raises unless each belongs to the entry."""
    if isinstance(statement, RollCommitted):
        check_rows(statement.data, disclosures)
        return {digest_of(row): number for number, row in enumerate(in_order(disclosures))}
    hidden = {one.digest: one for one in hidden_in(statement)}
    places = {}
    for one in disclosures:
        digest = digest_of(one)
        if digest not in hidden:
            raise NO_SUCH_DIGEST(digest=digest)
        check_name(hidden[digest], parse_disclosure(one))
        places[digest] = hidden[digest].line
    return places


def _require_not_erased(erased: log.Erased, entry: int, places: dict[str, int]) -> None:
    for digest, place in places.items():
        by = erased.digests.get(digest, erased.rows.get((entry, place)))
        if by is not None:
            raise ERASED(digest=digest, entry=by)


def _bound(book: str, entry: int, digest: str, tier: str) -> bytes:
    """Return what a box is bound to, so that nobody who can write to the table makes a value known to more."""
    return f"sunledger.disclosure/v1\n{book}\n{entry}\n{digest}\n{tier}".encode()
