"""Query: which vouchers set which right (冲销、订正、调整、更正), as they say themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import class_row

from domain.closing import Cancelled, Corrected, Correction
from domain.kernel.errors import Phrase
from domain.vouchers import Way, voucher_number, way_of
from projections.journal.query import VoucherRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

SELECT_LINKED = """
    SELECT entry, id, type, period, number, date, summary, amount_fen, attachments, source, resolution,
           reverses_id, reversed_by, corrects_id, signers, at
    FROM vouchers
    WHERE book = %(book)s
      AND (id = ANY(%(named)s) OR corrects_id = ANY(%(ids)s) OR reverses_id = ANY(%(ids)s))
    ORDER BY entry
"""
SELECT_CORRECTIONS = """
    SELECT entry, id, type, period, number, date, summary, amount_fen, attachments, source, resolution,
           reverses_id, reversed_by, corrects_id, signers, at
    FROM vouchers
    WHERE book = %s AND period = %s AND (corrects_id IS NOT NULL OR reverses_id IS NOT NULL) AND reversed_by IS NULL
    ORDER BY entry
"""
SELECT_CANCELLED = """
    WITH RECURSIVE reds AS (
        SELECT was.entry, was.id, was.corrects_id, red.period, red.number
        FROM vouchers AS red JOIN vouchers AS was ON was.book = red.book AND was.id = red.reverses_id
        WHERE red.book = %(book)s AND red.period = %(period)s
    ), above AS (
        SELECT entry, id, corrects_id FROM reds
        UNION ALL
        SELECT above.entry, was.id, was.corrects_id
        FROM above JOIN vouchers AS was ON was.book = %(book)s AND was.id = above.corrects_id
    ), below AS (
        SELECT above.entry, root.id AS first, root.id, root.entry AS own, root.reversed_by IS NULL AS stands
        FROM above JOIN vouchers AS root ON root.book = %(book)s AND root.id = above.id
        WHERE above.corrects_id IS NULL
        UNION ALL
        SELECT below.entry, below.first, later.id, later.entry, later.reversed_by IS NULL
        FROM below JOIN vouchers AS later ON later.book = %(book)s AND later.corrects_id = below.id
    ), gone AS (
        SELECT min(entry) AS entry, array_agg(own) AS owns FROM below GROUP BY first HAVING NOT bool_or(stands)
    ), missing AS (
        SELECT entry FROM gone WHERE NOT EXISTS (
            SELECT FROM vouchers AS was JOIN vouchers AS anew USING (book, amount_fen)
            WHERE was.book = %(book)s AND was.entry = ANY(owns) AND anew.entry > was.entry
              AND anew.reversed_by IS NULL AND anew.reverses_id IS NULL AND anew.corrects_id IS NULL
              AND NOT EXISTS (
                  SELECT FROM journal WHERE book = %(book)s AND journal.entry IN (was.entry, anew.entry)
                  GROUP BY account, debit_fen, credit_fen
                  HAVING sum(CASE journal.entry WHEN was.entry THEN 1 ELSE -1 END) <> 0
              )
        )
    )
    SELECT was.entry, was.period, was.number, was.summary, array_agg(DISTINCT account), reds.period, reds.number
    FROM missing JOIN reds USING (entry)
         JOIN vouchers AS was ON was.book = %(book)s AND was.entry = reds.entry
         JOIN journal ON journal.book = was.book AND journal.entry = was.entry
    GROUP BY was.entry, was.period, was.number, was.summary, reds.period, reds.number
    ORDER BY was.entry
"""
"""What a period cancels and nothing sets right: of a voucher and all that set it right, and one another, none stands.

Nor does one that names none and has the accounts and amounts of one of these, line by line, and is later.
"""

SELECT_CORRECTED_FEN = """
    WITH parts AS (
        SELECT corrects_id, greatest(sum(abs(debit_fen)), sum(abs(credit_fen))) AS fen
        FROM vouchers JOIN journal USING (book, entry)
        WHERE book = %s AND corrects_id = ANY(%s) AND reversed_by IS NULL
        GROUP BY corrects_id, entry
    )
    SELECT corrects_id, sum(fen)::bigint FROM parts GROUP BY corrects_id
"""
WORDS = {
    Way.CANCEL: Phrase("冲销", "reversed"),
    Way.RIGHT: Phrase("订正", "set right"),
    Way.ADJUST: Phrase("调整", "adjusted"),
    Way.LATE: Phrase("更正", "set right in a later year"),
}


class Link(NamedTuple):
    """A voucher that stands in a link: its entry, its number, and what the later does to the earlier."""

    entry: int
    number: str
    what: Phrase


class Links(NamedTuple):
    """What a voucher sets right or cancels, if it does, and the vouchers that do so to it, in the order of the log."""

    of: Link | None
    by: list[Link]


def links_of(connection: Connection[Any], book: str, places: Sequence[VoucherRow]) -> dict[int, Links]:
    """Return of each voucher, by its entry, how it is linked with others."""
    named = [id_ for one in places if (id_ := _named(one))]
    values = {"book": book, "named": named, "ids": [one.id for one in places]}
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        found = cursor.execute(SELECT_LINKED, values).fetchall()
    by_id = {one.id: one for one in (*found, *places)}
    return {one.entry: _links(one, by_id, found) for one in places}


def vouchers_by_id(connection: Connection[Any], book: str, ids: Sequence[str]) -> dict[str, VoucherRow]:
    """Return the vouchers among some ids, by id."""
    values: dict[str, Any] = {"book": book, "named": [*ids], "ids": []}
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        return {one.id: one for one in cursor.execute(SELECT_LINKED, values).fetchall()}


def corrected(connection: Connection[Any], book: str, ids: Sequence[str]) -> dict[str, Corrected]:
    """Return what was done to the vouchers among some ids, by id; what was itself reversed sets nothing right."""
    found = _around(connection, book, ids)
    return {one.id: _done(one, found) for one in found if one.id in ids}


def corrected_fen(connection: Connection[Any], book: str, ids: Sequence[str]) -> dict[str, int]:
    """Return what those that set some vouchers right and stand come to, by these vouchers' ids, red as positive."""
    return dict(connection.execute(SELECT_CORRECTED_FEN, (book, [*ids])).fetchall())


def corrections(connection: Connection[Any], book: str, period: str) -> list[Correction]:
    """Return the vouchers of a period that cancel others or set them right, and stand, in the order of the log."""
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        own = cursor.execute(SELECT_CORRECTIONS, (book, period)).fetchall()
    found = _around(connection, book, sorted({id_ for one in own if (id_ := _named(one))}))
    originals = {one.id: one for one in found}
    return [
        Correction(
            one.entry,
            _called(voucher_number(one.period, one.number)),
            one.summary,
            bool(one.reverses_id),
            _done(originals[_named(one) or ""], [each for each in found if each.entry < one.entry]),
        )
        for one in own
    ]


def cancelled(connection: Connection[Any], book: str, period: str) -> list[Cancelled]:
    """Return the vouchers that a period cancels and nothing sets right or books anew, in the order of the log."""
    found = connection.execute(SELECT_CANCELLED, {"book": book, "period": period}).fetchall()
    return [
        Cancelled(entry, voucher_number(of, number), summary, tuple(codes), voucher_number(*red))
        for entry, of, number, summary, codes, *red in found
    ]


def _around(connection: Connection[Any], book: str, ids: Sequence[str]) -> list[VoucherRow]:
    """Return the vouchers of some ids, and those that cancel them or set them right, in the order of the log."""
    values: dict[str, Any] = {"book": book, "named": [*ids], "ids": [*ids]}
    with connection.cursor(row_factory=class_row(VoucherRow)) as cursor:
        return cursor.execute(SELECT_LINKED, values).fetchall() if ids else []


def _done(original: VoucherRow, found: Sequence[VoucherRow]) -> Corrected:
    """Return what those that were found did to a voucher."""
    numbers = {one.entry: voucher_number(one.period, one.number) for one in found}
    return Corrected(
        numbers[original.entry],
        numbers.get(original.reversed_by, "") if original.reversed_by is not None else "",
        tuple(
            numbers[one.entry] for one in found if one.corrects_id == original.id and one.reversed_by is None
        ),
    )


def _called(number: str) -> Phrase:
    return Phrase(f"凭证 {number} ", f"voucher {number}")


def _named(voucher: VoucherRow) -> str | None:
    return voucher.reverses_id or voucher.corrects_id


def _links(voucher: VoucherRow, by_id: dict[str, VoucherRow], found: Sequence[VoucherRow]) -> Links:
    original = by_id.get(_named(voucher) or "")
    return Links(
        original and _link(original, original, voucher),
        [_link(one, voucher, one) for one in found if _named(one) == voucher.id],
    )


def _link(shown: VoucherRow, original: VoucherRow, later: VoucherRow) -> Link:
    """Return the link to `shown`, which is one of the two."""
    number = voucher_number(shown.period, shown.number)
    return Link(shown.entry, number, WORDS[_way(original, later)])


def _way(original: VoucherRow, later: VoucherRow) -> Way:
    if later.reverses_id:
        return Way.CANCEL
    red = original.reversed_by
    was_reversed = red is not None and red < later.entry
    return way_of(original.date.isoformat(), later.date.isoformat(), was_reversed=was_reversed)
