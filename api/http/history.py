"""The history of a figure: a page, JSON, CSV and XLSX under one address with different suffixes."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from api import history as histories
from api.http.pages import PAGE, moved
from api.http.parameters import own_query
from api.http.parts import BookId, Database, Services, documented
from api.http.reports import CSV_TYPE, XLSX_TYPE, First, download, file_of
from api.http.views import page
from domain.history import span_of
from projections import month, register
from projections.history import Wanted, history
from projections.history.query import MAX_ROWS

ROWS_PER_PAGE = 50

router = APIRouter(prefix="/books/{book}/history", tags=["history"])

Account = Annotated[
    str,
    Path(
        description="an account's code, with all below it, or several joined by + (an asset's cost and depreciation);"
        " money (cash and banks); or the key of a line of the balance sheet or of the statement of income",
        pattern=r"^(?:[0-9a-z_]{1,40}|[0-9]{3,9}(?:\+[0-9]{3,9}){1,9})$",
    ),
]


class SignerBody(BaseModel):
    """Who signed: the key's name, its role, and the holder's name where it is public."""

    key: str
    role: str
    person: str


class HistoryRowBody(BaseModel):
    """What one entry adds, in fen; `balance_fen` is the figure after it. Dateless: the opening balances.

    `recorded_at` is the time of the first checkpoint that covers the entry, by the log's clock, `witnessed_at` when
    such a checkpoint first had the quorum of the policy, by the witnesses' clocks; null: not yet.
    """

    entry: int
    date: str | None
    voucher: str | None
    summary: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    signers: list[SignerBody]
    reverses: int | None
    reversed_by: int | None
    recorded_at: str | None
    witnessed_at: str | None


class ShareBody(BaseModel):
    """A detail account of one that stands on both sides of the sheet: debit balances positive, and on which line.

    `party` is the counterparty whose balance it is, "" with none that is named in public.
    """

    account: str
    party: str
    balance_fen: int
    line: str
    counted: bool


class OnSheetBody(BaseModel):
    """What the figure's statement shows at the end, signed as there; `shares` where an account is on both sides."""

    amount_fen: int
    shares: list[ShareBody]


class HistoryBody(BaseModel):
    """The history of a figure from the book's first `entries` entries under `root`; balances are debits less credits.

    `opening_fen` + `debit_fen` - `credit_fen` = `closing_fen` over all `count` rows; `carried_fen` stands before the
    first row given, which is row `offset`. `on_sheet` is there when the figure is a line of a statement.
    """

    model_config = {"populate_by_name": True, "extra": "allow"}

    book: str
    name: str
    account: str
    account_name: str
    accounts: list[str]
    as_of: str
    known_on: str | None
    entries: int
    root: str
    opening_fen: int
    debit_fen: int
    credit_fen: int
    closing_fen: int
    count: int
    offset: int
    carried_fen: int
    on_sheet: OnSheetBody | None
    rows: list[HistoryRowBody]


def wanted_of(
    as_of: Annotated[
        str,
        Query(max_length=40, description="as of this date (截至): only vouchers dated up to it, YYYY-MM-DD"),
    ] = "",
    known_on: Annotated[
        str,
        Query(
            max_length=40,
            description="as known on (据当时所知): only entries that a checkpoint covered by then; a date (its end in"
            " China) or an RFC 3339 time",
        ),
    ] = "",
    period: Annotated[
        str, Query(max_length=40, description="only this month; what lies before is carried")
    ] = "",
    since: First = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = MAX_ROWS,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Wanted:
    """Return what the query asks for, `from` being the first period of the statement.

    Raises `period.malformed`, `date.malformed`, `history.backwards`, `….moment`.
    """
    return Wanted(span_of(period, as_of, since or ""), histories.moment_of(known_on), limit, offset)


Asked = Annotated[Wanted, Depends(wanted_of)]


@router.get("/{account}.json", response_model=HistoryBody, responses=documented(400, 404, 503))
def get_history(
    book: BookId, account: Account, service: Services, database: Database, wanted: Asked
) -> dict[str, Any]:
    """Return the entries that make a figure (数字的来历), with who signed each and when it was recorded."""
    found = history(database, book, account, wanted, service.witnesses.policy_for)
    return histories.history_object(found, register.people(database, book))


@router.get("/{account}.csv", response_class=Response, responses=file_of(CSV_TYPE))
def get_history_csv(
    book: BookId, account: Account, service: Services, database: Database, wanted: Asked
) -> Response:
    """Return the history as CSV."""
    found = history(database, book, account, wanted, service.witnesses.policy_for)
    table = histories.history_table(found, register.people(database, book))
    return download([table], CSV_TYPE, f"history-{book}-{account}.csv")


@router.get("/{account}.xlsx", response_class=Response, responses=file_of(XLSX_TYPE))
def get_history_xlsx(
    book: BookId, account: Account, service: Services, database: Database, wanted: Asked
) -> Response:
    """Return the history as a workbook."""
    found = history(database, book, account, wanted, service.witnesses.policy_for)
    tables = [histories.history_table(found, register.people(database, book)), *histories.sheet_tables(found)]
    return download(tables, XLSX_TYPE, f"history-{book}-{account}.xlsx")


@router.get("/{account}", responses=PAGE, response_class=HTMLResponse)
def get_history_page(
    request: Request,
    book: BookId,
    account: Account,
    service: Services,
    database: Database,
    wanted: Asked,
) -> Response:
    """Show where a figure comes from, page by page, with the balance carried from page to page (承前)."""
    row = register.book(database, book)
    shown = min(wanted.limit, ROWS_PER_PAGE)
    few = dataclasses.replace(wanted, limit=shown)
    found = history(database, book, account, few, service.witnesses.policy_for)
    return page(
        request,
        "history.html",
        book=row,
        found=found,
        names=register.account_names(database, book),
        as_of=histories.as_of_of(found),
        asked=request.query_params,
        periods=month.periods_of(database, book),
        people=register.people(database, book),
        number=wanted.offset // shown + 1,
        pages=max(1, -(-found.sums.count // shown)),
        before=moved(request, max(0, wanted.offset - shown)) if wanted.offset else "",
        after=moved(request, wanted.offset + shown) if wanted.offset + shown < found.sums.count else "",
        query=own_query(request, "offset", "limit"),
    )
