"""Query: what stood with each project, came in, went out and is left, from the journal's lines.

Of the funds that are kept by project: 一事一议资金 (231) and 专项应付款 (241). What a project receives is credited to
it, what is spent of it debited; red amounts take back. Lines without a project stand together, so that the rows of an
account are its balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.chart import full_name
from domain.kernel.period import parse_period, year_start
from projections import register
from projections.balances import check_span
from projections.log import root_at
from projections.report import Report, one_moment

if TYPE_CHECKING:
    from psycopg import Connection

ACCOUNTS = ("231", "241")

SELECT_PROJECTS = """
    SELECT account, project,
           coalesce(sum(credit_fen - debit_fen) FILTER (WHERE period < %(first)s), 0)::bigint AS opening_fen,
           coalesce(sum(credit_fen) FILTER (WHERE period >= %(first)s), 0)::bigint AS in_fen,
           coalesce(sum(debit_fen) FILTER (WHERE period >= %(first)s), 0)::bigint AS out_fen
    FROM journal
    WHERE book = %(book)s AND left(account, 3) = ANY(%(accounts)s) AND period <= %(last)s
    GROUP BY account, project
    ORDER BY account, project
"""


class ProjectRow(NamedTuple):
    """A project of an account ("": none was named): fen at the beginning, in and out since, above zero for funds."""

    account: str
    project: str
    opening_fen: int
    in_fen: int
    out_fen: int

    @property
    def closing_fen(self) -> int:
        """What is left."""
        return self.opening_fen + self.in_fen - self.out_fen


@dataclass(frozen=True)
class ProjectReport(Report):
    """The projects of a book from `first` to a period; `names` are the full names of the accounts in `rows`."""

    first: str
    rows: list[ProjectRow]
    names: dict[str, str]


def projects(
    connection: Connection[Any], book_id: str, period: str, first: str | None = None
) -> ProjectReport:
    """Return the balances of `first` (default: the year's January) to a period; raises `book.unknown`, `period.*`.

    A project of which nothing stood and nothing moved is left out.
    """
    last = parse_period(period)
    with one_moment(connection):
        book = register.book(connection, book_id)
        since = max(parse_period(first) if first else year_start(last), book.first_period)
        check_span(book, since, last)
        asked = {"book": book_id, "accounts": list(ACCOUNTS), "first": since, "last": last}
        found = [ProjectRow(*row) for row in connection.execute(SELECT_PROJECTS, asked).fetchall()]
        names = register.account_names(connection, book_id)
        root = root_at(connection, book_id, book.entries)
    rows = [row for row in found if any(row[2:])]
    return ProjectReport(
        book=book_id,
        name=book.name,
        period=last,
        entries=book.entries,
        root=root,
        first=since,
        rows=rows,
        names={row.account: full_name(row.account, names) for row in rows},
    )
