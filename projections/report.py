"""What every report of a period says of itself, and what makes it of one moment."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection


@dataclass(frozen=True)
class Report:
    """A report: of which book, with its name, and period; from how many entries under which base64 root."""

    book: str
    name: str
    period: str
    entries: int
    root: str


@contextmanager
def one_moment(connection: Connection[Any]) -> Iterator[None]:
    """Let all queries of a report see one state of the book, whatever comes meanwhile; one may stand in another."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
