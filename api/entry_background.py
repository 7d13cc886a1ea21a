"""What the words of entries are made of, and refer to: names of accounts and of keys' holders, periods in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.chart import codes_down_to
from domain.kernel.errors import Phrase
from domain.kernel.period import is_period
from domain.roles import ROLES, role_of
from projections import register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import Connection

    from domain.book import Book


Cell = str | int | Phrase
"""A text as it was written, an amount in fen, or words of this page."""

Fact = tuple[Phrase, str | Phrase]
"""What is told, and how."""


@dataclass(frozen=True)
class Table:
    """A table of a page: its caption, headings, rows, and the totals of its amounts, if it has any."""

    caption: Phrase
    headings: tuple[Phrase, ...]
    rows: Sequence[tuple[Cell, ...]]
    totals: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Words:
    """What an entry's page shows: a sentence that says what the entry does, facts, and a table."""

    lead: Phrase
    facts: list[Fact]
    table: Table | None = None


def period_words(period: str) -> str:
    """Return 2026年3月 for 2026-03; what is no period, which the rules refuse, stays as it is."""
    if not is_period(period):
        return period
    return f"{period[:4]}年{int(period[5:])}月"


@dataclass(frozen=True)
class Background:
    """What the words refer to: the book's first period, its accounts' names by code, its keys' holders by key name.

    What is not known of them, as where no server is asked, is "" or not there: the words do without it.
    """

    first_period: str
    accounts: Mapping[str, str]
    holders: Mapping[str, str]

    def account(self, code: str) -> str:
        """Return an account's code and its names from level 1 down, if they are known: 10201 银行存款/基本户."""
        names = [self.accounts.get(one, "") for one in codes_down_to(code)]
        return f"{code} {'/'.join(names)}" if names and all(names) else code

    def key(self, name: str) -> str:
        """Return whose key it is and which: 会计 张三，<book>/accountant/1."""
        role = role_of(name)
        who = " ".join(filter(None, (ROLES.get(role, role), self.holders.get(name, ""))))
        return f"{who}，{name}" if who else name


def read_background(connection: Connection[Any], row: register.BookRow) -> Background:
    """Return the background of a book's entries."""
    return Background(
        first_period=row.first_period,
        accounts=register.account_names(connection, row.book),
        holders=register.people(connection, row.book),
    )


def background_of(book: Book) -> Background:
    """Return the background of a book's entries, from its replay."""
    return Background(
        first_period=book.periods.first,
        accounts=book.accounts.names,
        holders=book.roles.people,
    )
