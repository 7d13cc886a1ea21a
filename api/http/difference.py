"""The difference between two sizes of a book: a page, JSON, CSV and XLSX under one address with different suffixes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from psycopg import Connection
from pydantic import BaseModel

from api import history as histories
from api.adapters.tables import Table
from api.entry_background import Background, read_background
from api.entry_words import added_lines
from api.http.history import ROWS_PER_PAGE, SignerBody
from api.http.pages import PAGE, moved
from api.http.parts import MAX_INDEX, BookId, Database, Services, documented
from api.http.reports import CSV_TYPE, XLSX_TYPE, download, file_of
from api.http.views import page
from domain.difference import MAX_ENTRIES, Difference, Part
from projections import register
from projections.history import Excerpt, difference

NEWEST = 20
"""A page that is asked for no size begins so many entries before the newest."""

router = APIRouter(prefix="/books/{book}", tags=["history"])


class HeadBody(BaseModel):
    """A size of the log, its base64 root, and when a checkpoint first covered all of it (null: none has)."""

    size: int
    root: str
    signed_at: str | None


class AddedBody(BaseModel):
    """An entry between the two sizes, with one line that says what it is."""

    entry: int
    type: str
    words: str
    signers: list[SignerBody]
    reverses: int | None
    reversed_by: int | None
    recorded_at: str | None
    witnessed_at: str | None


class ChangeBody(BaseModel):
    """How an account changed, in fen; balances are debits less credits."""

    account: str
    name: str
    before_fen: int
    debit_fen: int
    credit_fen: int
    after_fen: int


class DifferenceBody(BaseModel):
    """What came into a book between two sizes: `count` entries, those from `offset` on, and all accounts they moved."""

    model_config = {"populate_by_name": True, "extra": "allow"}

    book: str
    name: str
    to: HeadBody
    count: int
    offset: int
    entries: list[AddedBody]
    accounts: list[ChangeBody]
    debit_fen: int
    credit_fen: int


First = Annotated[
    int | None, Query(alias="from", ge=0, le=MAX_INDEX, description="the earlier size, in entries")
]
Last = Annotated[
    int | None, Query(alias="to", ge=0, le=MAX_INDEX, description="the later size; default: the newest")
]
Limit = Annotated[int, Query(ge=1, le=MAX_ENTRIES)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/diff.json", response_model=DifferenceBody, responses=documented(400, 404, 503))
def get_difference(
    book: BookId,
    service: Services,
    database: Database,
    first: First = 0,
    last: Last = None,
    limit: Limit = MAX_ENTRIES,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return what came into a book between two sizes, entry by entry and account by account."""
    policy_for = service.witnesses.policy_for
    found = difference(
        database, book, (first or 0, last), Excerpt(limit=limit, offset=offset), policy_for=policy_for
    )
    background = _background(database, book)
    return histories.difference_object(found, added_lines(found, background), background.holders)


def _background(database: Connection[Any], book: str) -> Background:
    return read_background(database, register.book(database, book))


def _entries_table(database: Connection[Any], found: Difference) -> Table:
    background = _background(database, found.book)
    return histories.added_table(found, added_lines(found, background), background.holders)


@router.get("/diff.csv", response_class=Response, responses=file_of(CSV_TYPE))
def get_difference_csv(
    book: BookId,
    service: Services,
    database: Database,
    part: Part = Part.entries,
    first: First = 0,
    last: Last = None,
) -> Response:
    """Return one of the two tables as CSV: the entries, or the accounts."""
    policy_for = service.witnesses.policy_for
    found = difference(database, book, (first or 0, last), Excerpt({part}), policy_for=policy_for)
    table = histories.changes_table(found) if part is Part.accounts else _entries_table(database, found)
    name = f"diff-{part.value}-{book}-{found.first.size}-{found.last.size}.csv"
    return download([table], CSV_TYPE, name)


@router.get("/diff.xlsx", response_class=Response, responses=file_of(XLSX_TYPE))
def get_difference_xlsx(
    book: BookId, service: Services, database: Database, first: First = 0, last: Last = None
) -> Response:
    """Return a workbook of two sheets: the accounts, and the entries."""
    found = difference(database, book, (first or 0, last), policy_for=service.witnesses.policy_for)
    name = f"diff-{book}-{found.first.size}-{found.last.size}.xlsx"
    tables = [histories.changes_table(found), _entries_table(database, found)]
    return download(tables, XLSX_TYPE, name)


@router.get("/diff", responses=PAGE, response_class=HTMLResponse)
def get_difference_page(
    request: Request,
    book: BookId,
    service: Services,
    database: Database,
    first: First = None,
    last: Last = None,
    offset: Offset = 0,
) -> Response:
    """Show what came into a book between two sizes; by default its newest entries."""
    row = register.book(database, book)
    end = row.entries if last is None else last
    begin = max(0, end - NEWEST) if first is None else first
    policy_for = service.witnesses.policy_for
    found = difference(
        database, book, (begin, end), Excerpt(limit=ROWS_PER_PAGE, offset=offset), policy_for=policy_for
    )
    background = read_background(database, row)
    return page(
        request,
        "diff.html",
        book=row,
        found=found,
        lines=added_lines(found, background),
        people=background.holders,
        before=moved(request, max(0, offset - ROWS_PER_PAGE)) if offset else "",
        after=moved(request, offset + ROWS_PER_PAGE) if offset + ROWS_PER_PAGE < found.count else "",
        query=f"from={begin}&to={end}",
    )
