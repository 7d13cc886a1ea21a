"""The financial statements over HTTP: a page, JSON, CSV and XLSX under one address with different suffixes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from psycopg import Connection
from pydantic import BaseModel

from api import statements
from api.composition import Service
from api.http.pages import PAGE
from api.http.parts import BookId, Database, Services, documented
from api.http.reports import CSV_TYPE, XLSX_TYPE, First, Last, download, file_of
from api.http.views import page
from api.statements import Statement
from domain.kernel.period import a_year_before, last_day
from projections import month, register
from projections.budget import budget
from projections.statements import balance_sheet, cross_checks, income_details, income_statement, notes

router = APIRouter(prefix="/books/{book}", tags=["statements"])


class ReportBody(BaseModel):
    """What every report says of itself: its book and period, and from how many entries under which root it is made."""

    book: str
    name: str
    period: str
    entries: int
    root: str


class SheetLineBody(BaseModel):
    """A line of a balance sheet in fen, with the accounts that make it; none for a sum of other lines."""

    key: str
    name: str
    name_en: str
    role: str
    accounts: list[str]
    closing_fen: int
    opening_fen: int


class BalanceSheetBody(ReportBody):
    """A balance sheet: from how many entries under which root; `off_by_fen` is 0 when both sides are equal."""

    assets: list[SheetLineBody]
    claims: list[SheetLineBody]
    off_by_fen: int


class IncomeLineBody(BaseModel):
    """A line of the statement of income in fen: of the year so far, and of the same months of the year before.

    `before_fen` is 0 also where the book began too late to know those.
    """

    key: str
    name: str
    name_en: str
    role: str
    accounts: list[str]
    amount_fen: int
    before_fen: int


class IncomeStatementBody(ReportBody):
    """A statement of income and its distribution; `off_by_fen` is 0 when it ends on the balance sheet's figure.

    `from` is there when it was asked for.
    """

    model_config = {"extra": "allow"}

    lines: list[IncomeLineBody]
    off_by_fen: int


class DetailRowBody(BaseModel):
    """What a detail account earned or spent in the month and in the year so far, in fen."""

    account: str
    name: str
    is_income: bool
    month_fen: int
    year_fen: int


class IncomeDetailsBody(ReportBody):
    """Income and expense by detail account, and income less expense; `from` is there when it was asked for."""

    model_config = {"extra": "allow"}

    rows: list[DetailRowBody]
    difference_month_fen: int
    difference_year_fen: int


class CrossCheckBody(BaseModel):
    """Two figures of different statements that must be equal, in fen; `off_by_fen` is the left less the right."""

    key: str
    name: str
    name_en: str
    left: str
    left_fen: int
    right: str
    right_fen: int
    off_by_fen: int


class CrossChecksBody(ReportBody):
    """The cross-checks between the statements of a period."""

    checks: list[CrossCheckBody]


class MovementBody(BaseModel):
    """An account in the year so far, in fen, on its own side."""

    account: str
    name: str
    opening_fen: int
    increase_fen: int
    decrease_fen: int
    closing_fen: int


class NoteBody(BaseModel):
    """A note; `kind` tells where it comes from: declared, movements, nominal, or written by a person."""

    number: str
    title: str
    title_en: str
    kind: str
    rows: list[MovementBody]


class NotesBody(ReportBody):
    """The skeleton of the notes to the statements, in the prescribed order."""

    notes: list[NoteBody]


class BudgetRowBody(BaseModel):
    """An account of the plan, or beyond it with nothing planned, in fen: the plan, and what moved in month and year."""

    account: str
    name: str
    is_income: bool
    planned_fen: int
    month_fen: int
    year_fen: int


class BudgetBody(ReportBody):
    """How the plan that entry `adopted` put into force is carried out; 404 when the year has none."""

    adopted: int
    rows: list[BudgetRowBody]


def _used(database: Connection[Any], book: str) -> set[str]:
    return {account.code for account in register.accounts(database, book)}


@router.get("/balance-sheet", responses=PAGE, response_class=HTMLResponse)
def get_balance_sheet_page(request: Request, book: BookId, database: Database, last: Last) -> Response:
    """Show the balance sheet (资产负债表), default of the newest period."""
    report = balance_sheet(database, book, last)
    return page(
        request,
        "balance_sheet.html",
        book=register.book(database, book),
        report=report,
        beginning=statements.beginning_head(report.opened_on),
        said=statements.sheet_beginning(report.opened_on),
        periods=month.periods_of(database, book),
        last_day=last_day(last),
        used=_used(database, book),
    )


@router.get("/income-statement", responses=PAGE, response_class=HTMLResponse)
def get_income_statement_page(
    request: Request, book: BookId, database: Database, last: Last, first: First = None
) -> Response:
    """Show the statement of income (收益及收益分配表) of the year, or from `first`, up to a period."""
    report = income_statement(database, book, last, first)
    return page(
        request,
        "income_statement.html",
        book=register.book(database, book),
        report=report,
        head=statements.income_columns(report)[1].header,
        placed=statements.placed(report),
        periods=month.periods_of(database, book),
        last_day=last_day(last),
        day_before=last_day(a_year_before(last)),
        since=f"&from={first}" if first else "",
        since_before=f"&from={a_year_before(first)}" if first else "",
    )


@router.get("/income-details", responses=PAGE, response_class=HTMLResponse)
def get_income_details_page(
    request: Request, book: BookId, database: Database, last: Last, first: First = None
) -> Response:
    """Show income and expense by detail account (收支明细表) of a period, or from `first` to it, and of its year."""
    report = income_details(database, book, last, first)
    return page(
        request,
        "income_details.html",
        book=register.book(database, book),
        report=report,
        table=statements.detail_table(report),
        since=f"&from={first}" if first else "",
        periods=month.periods_of(database, book),
    )


@router.get("/budget", responses=PAGE, response_class=HTMLResponse)
def get_budget_page(request: Request, book: BookId, database: Database, last: Last) -> Response:
    """Show the year's plan and how it is carried out (收支计划执行情况表) up to a period."""
    row = register.book(database, book)
    planned = statements.BUDGET.is_of(database, book, last)
    report = budget(database, book, last) if planned else None
    return page(
        request,
        "budget.html",
        book=row,
        period=last,
        report=report,
        parts_of=statements.budget_parts(report.rows) if report else [],
        periods=month.periods_of(database, book),
    )


@router.get("/notes", responses=PAGE, response_class=HTMLResponse)
def get_notes_page(request: Request, book: BookId, database: Database, last: Last) -> Response:
    """Show the skeleton of the notes to the statements (会计报表附注) of the year up to a period."""
    report = notes(database, book, last)
    return page(
        request,
        "notes.html",
        book=register.book(database, book),
        report=report,
        beginning=statements.beginning_head(report.opened_on),
        said=statements.notes_beginning(report.opened_on),
        words=statements.NOTE_WORDS,
        periods=month.periods_of(database, book),
    )


@router.get("/cross-checks", responses=PAGE, response_class=HTMLResponse)
def get_cross_checks_page(request: Request, book: BookId, database: Database, last: Last) -> Response:
    """Show the cross-checks between the statements (勾稽关系) of a period."""
    return page(
        request,
        "cross_checks.html",
        book=register.book(database, book),
        report=cross_checks(database, book, last),
        periods=month.periods_of(database, book),
    )


Ask = Callable[[Service, Connection[Any], str, str], Any]
"""What asks for a report where the read side alone does not know it all."""


def offer(
    router: APIRouter, statement: Statement, body: type[BaseModel], words: str, ask: Ask | None = None
) -> None:
    """Offer a statement as JSON, CSV and XLSX; `words` say what it is, `ask` asks for it in place of its own."""
    title = statement.name.replace("-", " ")

    def asked(book: BookId, database: Database, period: Last, service: Services) -> Any:  # noqa: ANN401
        return ask(service, database, book, period) if ask else statement.ask(database, book, period)

    def spanned(book: BookId, database: Database, period: Last, first: First = None) -> Any:  # noqa: ANN401
        return statement.ask(database, book, period, first)

    report_of = Depends(spanned if statement.spans else asked)

    @router.get(
        f"/{statement.name}.json",
        name=f"get {title}",
        description=f"Return {words}.",
        response_model=body,
        responses=documented(400, 404, 422, 503),
    )
    def get_json(report: Any = report_of) -> dict[str, Any]:  # noqa: ANN401
        return statement.as_object(report)

    @router.get(
        f"/{statement.name}.csv",
        name=f"get {title} csv",
        description=f"Return {words} as CSV.",
        response_class=Response,
        responses=file_of(CSV_TYPE),
    )
    def get_csv(book: BookId, period: Last, report: Any = report_of) -> Response:  # noqa: ANN401
        table = statement.as_table(report)
        return download([table], CSV_TYPE, f"{statement.name}-{book}-{period}.csv")

    @router.get(
        f"/{statement.name}.xlsx",
        name=f"get {title} xlsx",
        description=f"Return {words} as a workbook.",
        response_class=Response,
        responses=file_of(XLSX_TYPE),
    )
    def get_xlsx(book: BookId, period: Last, report: Any = report_of) -> Response:  # noqa: ANN401
        table = statement.as_table(report)
        return download([table], XLSX_TYPE, f"{statement.name}-{book}-{period}.xlsx")


offer(
    router,
    statements.BALANCE_SHEET,
    BalanceSheetBody,
    "the balance sheet (资产负债表) at the end of a period",
)
offer(
    router,
    statements.INCOME_STATEMENT,
    IncomeStatementBody,
    "the statement of income and its distribution (收益及收益分配表) of the year, or of `from`, up to a period",
)
offer(
    router,
    statements.INCOME_DETAILS,
    IncomeDetailsBody,
    "income and expense by detail account (收支明细表) of a period, or from `from` to it, and of its year so far",
)
offer(
    router,
    statements.CROSS_CHECKS,
    CrossChecksBody,
    "the cross-checks between the statements (勾稽关系) of the year up to a period",
)
offer(
    router,
    statements.BUDGET,
    BudgetBody,
    "the year's plan and how it is carried out (收支计划执行情况表) up to a period",
)
offer(
    router,
    statements.NOTES,
    NotesBody,
    "the skeleton of the notes to the statements (会计报表附注) of the year up to a period",
)
