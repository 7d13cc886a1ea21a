"""The ledgers over HTTP: of an account, and the general ledger; a page, JSON, CSV and XLSX of each."""

from __future__ import annotations

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import east_asian_width

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from api import ledgers
from api.http.pages import PAGE
from api.http.parameters import own_query
from api.http.parts import BookId, Database, documented
from api.http.reports import CSV_TYPE, XLSX_TYPE, First, Last, download, file_of
from api.http.statements import ReportBody, offer
from api.http.views import page
from domain.ledger_account import paged
from projections import month, register
from projections.ageing import ageing
from projections.ledgers import LedgerFilter, account_ledger, general_ledger
from projections.projects import projects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ledger_account import LedgerRow
    from projections.ledgers import AccountLedger

PRINTED_LINES = 26
"""The lines of a ledger that fit on an A4 page with its heading."""
LINE_EM, GOODS_LINE_EM = (30, 7), (5, 4)
"""How many characters a line of 摘要 and of 对方科目 holds, and beside quantities (sunledger.css, `.sheet`)."""

router = APIRouter(prefix="/books/{book}", tags=["ledgers"])


class LedgerRowBody(BaseModel):
    """A row in fen: `kind` opening, line, day, month, year or closing; `balance_fen` is debits less credits after it.

    `contra` are the codes of the accounts on the voucher's other side. Quantities, in thousandths of the ledger's unit,
    are those of the debits (`came_milli`) and credits, and what is left.
    """

    kind: str
    period: str
    date: str | None
    voucher: str | None
    entry: int | None
    summary: str
    account: str | None
    contra: list[str]
    party: str
    project: str
    debit_fen: int
    credit_fen: int
    balance_fen: int
    came_milli: int
    went_milli: int
    left_milli: int


class LedgerBody(BaseModel):
    """An account's ledger, with all below it, from the book's first `entries` entries under `root`.

    `unit` is that of its quantities, "" where none are told.
    """

    model_config = {"populate_by_name": True, "extra": "allow"}

    book: str
    name: str
    account: str
    account_name: str
    party: str
    project: str
    unit: str
    period: str
    entries: int
    root: str
    rows: list[LedgerRowBody]


class GeneralRowBody(BaseModel):
    """A month's or the year's sums of an account in fen, and the balance (debits less credits) after them."""

    kind: str
    period: str
    summary: str
    debit_fen: int
    credit_fen: int
    balance_fen: int


class GeneralAccountBody(BaseModel):
    """A level-1 account of the general ledger."""

    account: str
    name: str
    rows: list[GeneralRowBody]


class GeneralLedgerBody(ReportBody):
    """The general ledger of the year up to a period."""

    accounts: list[GeneralAccountBody]


Account = Annotated[str, Path(description="an account, with all below it", pattern=r"^[0-9]{3,9}$")]
TEXT = r"^[^\x00-\x1f\x7f]*$"


class AgedRowBody(BaseModel):
    """What is open of an account and a counterparty, in fen: what others owe positive; `by_age` youngest first."""

    account: str
    name: str
    party: str
    balance_fen: int
    by_age: list[int]
    oldest: str


class AgeingBody(ReportBody):
    """Receivables and payables by age; `years` are the ages at which `by_age` parts."""

    years: list[int]
    rows: list[AgedRowBody]


class ProjectRowBody(BaseModel):
    """A project of an account ("": none was named), in fen: at the beginning, in, out and what is left."""

    account: str
    name: str
    project: str
    opening_fen: int
    in_fen: int
    out_fen: int
    closing_fen: int


class ProjectsBody(ReportBody):
    """The balances of the projects of 231 and 241 from `first` to the period."""

    first: str
    rows: list[ProjectRowBody]


def filter_of(
    last: Last,
    first: First = None,
    party: Annotated[
        str, Query(max_length=200, pattern=TEXT, description="only this counterparty's lines")
    ] = "",
    project: Annotated[
        str, Query(max_length=200, pattern=TEXT, description="only this project's lines")
    ] = "",
) -> LedgerFilter:
    """Return which lines the query asks for."""
    return LedgerFilter(last, first or "", party, project)


Wanted = Annotated[LedgerFilter, Depends(filter_of)]


@router.get("/ledger/{account}.json", response_model=LedgerBody, responses=documented(400, 404, 503))
def get_ledger(book: BookId, account: Account, wanted: Wanted, database: Database) -> dict[str, Any]:
    """Return an account's ledger (明细账; of cash and banks 日记账), from January on by default."""
    return ledgers.ledger_object(account_ledger(database, book, account, wanted))


@router.get("/ledger/{account}.csv", response_class=Response, responses=file_of(CSV_TYPE))
def get_ledger_csv(book: BookId, account: Account, wanted: Wanted, database: Database) -> Response:
    """Return an account's ledger as CSV."""
    table = ledgers.ledger_table(account_ledger(database, book, account, wanted))
    return download([table], CSV_TYPE, f"ledger-{book}-{account}-{wanted.period}.csv")


@router.get("/ledger/{account}.xlsx", response_class=Response, responses=file_of(XLSX_TYPE))
def get_ledger_xlsx(book: BookId, account: Account, wanted: Wanted, database: Database) -> Response:
    """Return an account's ledger as a workbook."""
    table = ledgers.ledger_table(account_ledger(database, book, account, wanted))
    return download([table], XLSX_TYPE, f"ledger-{book}-{account}-{wanted.period}.xlsx")


@router.get("/ledger/{account}", responses=PAGE, response_class=HTMLResponse)
def get_ledger_page(
    request: Request,
    book: BookId,
    account: Account,
    wanted: Wanted,
    database: Database,
    printed: Annotated[bool, Query(description="as pages of paper, with 承前页 and 过次页")] = False,  # noqa: FBT002
) -> Response:
    """Show an account's ledger."""
    report = account_ledger(database, book, account, wanted)
    names = register.account_names(database, book)
    lines_of = partial(_lines_of, report, names)
    return page(
        request,
        "ledger.html",
        book=register.book(database, book),
        report=report,
        title=ledgers.title(report),
        sheets=paged(report.rows, PRINTED_LINES, lines_of) if printed else [report.rows],
        printed=printed,
        query=own_query(request, "printed"),
        names=names,
    )


def _lines_of(report: AccountLedger, names: Mapping[str, str], row: LedgerRow) -> int:
    """Return how many lines of its page a row takes: its summary with what it names, or the other accounts."""
    said, contra = [row.summary], []
    if row.line:
        named = f"{row.line.account} {names[row.line.account]}" if row.line.account != report.account else ""
        said += [named, row.line.party, row.line.project]
        contra = [*(names[code] for code in row.line.contra[:3]), *["等 99 个" for _ in row.line.contra[3:4]]]
    summary_em, contra_em = GOODS_LINE_EM if report.unit else LINE_EM
    return max(_lines(" ".join(said), summary_em), _lines("、".join(contra), contra_em), 1)


def _lines(text: str, em: int) -> int:
    return ceil(sum(1.0 if east_asian_width(char) in "WFA" else 0.6 for char in text) / em)


@router.get("/general-ledger", responses=PAGE, response_class=HTMLResponse)
def get_general_ledger_page(request: Request, book: BookId, database: Database, last: Last) -> Response:
    """Show the general ledger (总账) of the year up to a period."""
    return page(
        request,
        "general_ledger.html",
        book=register.book(database, book),
        report=general_ledger(database, book, last),
        periods=month.periods_of(database, book),
    )


@router.get("/ageing", responses=PAGE, response_class=HTMLResponse)
def get_ageing_page(request: Request, book: BookId, database: Database, last: Last) -> Response:
    """Show the age of receivables and payables (账龄分析表) at the end of a period."""
    report = ageing(database, book, last)
    return page(
        request,
        "ageing.html",
        book=register.book(database, book),
        report=report,
        table=ledgers.ageing_table(report),
        ages=ledgers.AGES,
        periods=month.periods_of(database, book),
    )


@router.get("/projects", responses=PAGE, response_class=HTMLResponse)
def get_projects_page(
    request: Request, book: BookId, database: Database, last: Last, first: First = None
) -> Response:
    """Show what stood with each project, came in, went out and is left (项目余额表)."""
    report = projects(database, book, last, first)
    return page(
        request,
        "projects.html",
        book=register.book(database, book),
        report=report,
        table=ledgers.projects_table(report),
        periods=month.periods_of(database, book),
    )


offer(router, ledgers.PROJECTS, ProjectsBody, "the balances by project (项目余额表) of 231 and 241")
offer(router, ledgers.AGEING, AgeingBody, "the age of receivables and payables (账龄分析表)")
offer(
    router, ledgers.GENERAL_LEDGER, GeneralLedgerBody, "the general ledger (总账) of the year up to a period"
)
