"""What a book's log says was erased, read from the entries themselves: no read model can bring it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from domain.entry import parse_entry
from domain.privacy import SubjectErased
from domain.rolls import RollCommitted

if TYPE_CHECKING:
    from psycopg import Connection

SELECT_ABOUT_PRIVACY = """
    SELECT originator_version, state FROM events
    WHERE originator_id = %s AND topic IN ('roll.committed/1', 'subject.erased/1') ORDER BY originator_version
"""


class Erased(NamedTuple):
    """The erased digests, and the erased rows by (entry of the roll, number), each with the entry that erases it."""

    digests: dict[str, int]
    rows: dict[tuple[int, int], int]


SELECT_ROLLS = """
    SELECT originator_version, state FROM events
    WHERE originator_id = %s AND topic = 'roll.committed/1' AND topic IN ('roll.committed/1', 'subject.erased/1')
"""


def entry_of_roll(connection: Connection[Any], book: str, id_: str) -> int | None:
    """Return the entry that commits to the roll of that id, None when there is none."""
    for index, state in connection.execute(SELECT_ROLLS, (book,)).fetchall():
        if parse_entry(bytes(state)).statement.id == id_:
            return int(index)
    return None


def erased_in(connection: Connection[Any], book: str) -> Erased:
    """Return what the log of a book says was erased."""
    erased = Erased({}, {})
    rolls: dict[str, int] = {}
    for index, state in connection.execute(SELECT_ABOUT_PRIVACY, (book,)).fetchall():
        statement = parse_entry(bytes(state)).statement
        if isinstance(statement, RollCommitted):
            rolls[statement.id] = index
        elif isinstance(statement, SubjectErased):
            erased.digests.update(dict.fromkeys(statement.data.digests, index))
            erased.rows.update({(rolls[row.roll], row.row): index for row in statement.data.rows})
    return erased
