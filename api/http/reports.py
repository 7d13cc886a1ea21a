"""Reports over HTTP: one URL with different suffixes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from psycopg import Connection
from pydantic import BaseModel

from api import reports
from api.adapters.tables import Table, to_csv, to_xlsx
from api.clock import now
from api.http.parts import BookId, Database, Services, documented
from domain.kernel.money import parse_fen
from domain.kernel.period import parse_period
from projections import journal, register
from projections.balances import trial_balance
from projections.journal import JournalFilter
from projections.sheets import figure_proof

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROOF_TYPE = "text/plain; charset=utf-8"
PERIOD = r"^[0-9]{4}-[0-9]{2}$"
PERIOD_OR_BLANK = r"^([0-9]{4}-[0-9]{2})?$"
"""A form sends the fields that were left blank too."""

MAX_LINES = 1_000_000
"""A download holds all that fits the filter; more rows than these no spreadsheet program takes."""

router = APIRouter(prefix="/books/{book}", tags=["reports"])


def last_period(
    book: BookId,
    database: Database,
    period: Annotated[
        str | None, Query(description="the last period, YYYY-MM; default: the newest begun", pattern=PERIOD)
    ] = None,
) -> str:
    """Return the period that is asked for, else the newest that has begun, else the first; raises `book.unknown`."""
    return period or shown_period(database, book) or register.book(database, book).first_period


def shown_period(database: Connection[Any], book: str) -> str:
    """Return the period that is shown when none is asked for, "" when no voucher is there.

    One voucher that is dated ahead does not hide the month that people are in.
    """
    return journal.shown_period(database, book, now()[:7])


Last = Annotated[str, Depends(last_period)]


def first_period(
    first: Annotated[
        str, Query(alias="from", max_length=40, description="the first period, YYYY-MM; default: see there")
    ] = "",
) -> str | None:
    """Return the first period that is asked for, None without; raises `period.malformed`."""
    return parse_period(first) if first else None


First = Annotated[str | None, Depends(first_period)]


class TrialRowBody(BaseModel):
    """An account's line; all amounts in fen."""

    account: str
    name: str
    opening_debit_fen: int
    opening_credit_fen: int
    debit_fen: int
    credit_fen: int
    year_debit_fen: int
    year_credit_fen: int
    closing_debit_fen: int
    closing_credit_fen: int


class TrialBalanceBody(BaseModel):
    """A trial balance: from how many entries under which root, its rows, and the totals of each figure."""

    model_config = {"populate_by_name": True, "extra": "allow"}

    book: str
    name: str
    period: str
    entries: int
    root: str
    rows: list[TrialRowBody]
    totals: dict[str, int]


class JournalLineBody(BaseModel):
    """A line of the journal; amounts in fen, `number` the voucher's in its period (0: opening balances).

    `summary` is the line's own or else the voucher's. `source` is the voucher's number in the system it came from.
    A quantity is in thousandths of its unit. `attachments` are the voucher's originals, null of opening balances.
    """

    entry: int
    line: int
    period: str
    number: int
    date: str | None
    account: str
    name: str
    summary: str
    party: str
    project: str
    debit_fen: int
    credit_fen: int
    source: str
    voucher_summary: str
    quantity_milli: int
    unit: str
    attachments: int | None


class JournalBody(BaseModel):
    """Journal lines."""

    book: str
    lines: list[JournalLineBody]


class KeyBody(BaseModel):
    """A key: good for the entries after `granted` up to `last` (null: still good); `holder` is a salted digest."""

    name: str
    role: str
    holder: str
    person: str
    vkey: str
    granted: int
    last: int | None


class KeysBody(BaseModel):
    """All keys ever granted in a book, by name."""

    book: str
    keys: list[KeyBody]


def file_of(kind: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the answers of a download."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "the file", "content": content}, **documented(400, 404, 503)}


def download(tables: Sequence[Table], kind: str, name: str) -> Response:
    """Return tables as a file: a workbook with a sheet for each, or the first of them as CSV."""
    data = to_csv(tables[0]) if kind == CSV_TYPE else to_xlsx(*tables)
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/trial-balance.json", response_model=TrialBalanceBody, responses=documented(400, 404, 503))
def get_trial_balance(book: BookId, database: Database, last: Last, first: First = None) -> dict[str, Any]:
    """Return the trial balance (科目余额表)."""
    return reports.trial_object(trial_balance(database, book, last, first))


@router.get(
    "/sheets/{period}/proof/{account}",
    response_class=Response,
    responses={
        200: {"content": {PROOF_TYPE: {"schema": {"type": "string"}}}, "description": "a tlog-proof"},
        **documented(400, 404, 503),
    },
)
def get_figure_proof(
    book: BookId,
    period: Annotated[str, Path(description="a published period, YYYY-MM", pattern=PERIOD)],
    account: Annotated[str, Path(description="the account's code", pattern=r"^[0-9]{3,9}$")],
    service: Services,
    database: Database,
) -> Response:
    """Return the proof of an account's row on a published trial balance; it is checked offline."""
    policy = service.witnesses.policy_for(book)
    name = f"{book}-{period}-{account}.tlog-proof"
    return Response(
        figure_proof(database, book, period, account, policy),
        media_type=PROOF_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/trial-balance.csv", response_class=Response, responses=file_of(CSV_TYPE))
def get_trial_balance_csv(book: BookId, database: Database, last: Last, first: First = None) -> Response:
    """Return the trial balance as CSV."""
    table = reports.trial_table(trial_balance(database, book, last, first))
    return download([table], CSV_TYPE, f"trial-balance-{book}-{last}.csv")


@router.get("/trial-balance.xlsx", response_class=Response, responses=file_of(XLSX_TYPE))
def get_trial_balance_xlsx(book: BookId, database: Database, last: Last, first: First = None) -> Response:
    """Return the trial balance as a workbook."""
    table = reports.trial_table(trial_balance(database, book, last, first))
    return download([table], XLSX_TYPE, f"trial-balance-{book}-{last}.xlsx")


def journal_filter(
    first: First = None,
    last: Annotated[str, Query(alias="to", pattern=PERIOD_OR_BLANK)] = "",
    period: Annotated[
        str, Query(pattern=PERIOD_OR_BLANK, description="this period, or from `from`, or to `to`")
    ] = "",
    account: Annotated[str, Query(pattern=r"^[0-9]{0,9}$", description="an account with all below it")] = "",
    text: Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    smallest: Annotated[str, Query(alias="min", max_length=30, description="yuan")] = "",
    largest: Annotated[str, Query(alias="max", max_length=30, description="yuan")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LINES)] = MAX_LINES,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> JournalFilter:
    """Return the filter that the query parameters mean; raises `money.*`, `period.*`."""
    top = parse_fen(largest) if largest else JournalFilter.max_fen
    for one in filter(None, (last, period)):
        parse_period(one)
    first, last = first or period, last or period or JournalFilter.last
    return JournalFilter(first, last, account, text, parse_fen(smallest), top, limit, offset)


Wanted = Annotated[JournalFilter, Depends(journal_filter)]


@router.get("/journal.json", response_model=JournalBody, responses=documented(400, 404, 503))
def get_journal(book: BookId, database: Database, wanted: Wanted) -> dict[str, Any]:
    """Return the lines of the journal (序时账) that fit the filter."""
    register.book(database, book)
    return reports.journal_object(book, journal.journal(database, book, wanted))


@router.get("/journal.csv", response_class=Response, responses=file_of(CSV_TYPE))
def get_journal_csv(book: BookId, database: Database, wanted: Wanted) -> Response:
    """Return exactly the filtered lines as CSV."""
    name = register.book(database, book).name
    table = reports.journal_table(name, journal.journal(database, book, wanted))
    return download([table], CSV_TYPE, f"journal-{book}.csv")


@router.get("/journal.xlsx", response_class=Response, responses=file_of(XLSX_TYPE))
def get_journal_xlsx(book: BookId, database: Database, wanted: Wanted) -> Response:
    """Return exactly the filtered lines as a workbook."""
    name = register.book(database, book).name
    table = reports.journal_table(name, journal.journal(database, book, wanted))
    return download([table], XLSX_TYPE, f"journal-{book}.xlsx")


@router.get("/keys.json", response_model=KeysBody, responses=documented(400, 404, 503))
def get_keys(book: BookId, database: Database) -> dict[str, Any]:
    """Return who may sign, with which key, from which entry on and until which."""
    register.book(database, book)
    return {"book": book, "keys": [row._asdict() for row in register.keys(database, book)]}
