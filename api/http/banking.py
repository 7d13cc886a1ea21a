"""Bank and cash over HTTP (银行对账、现金盘点), for those who are at work in the book, and nobody else."""

from __future__ import annotations

import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.banking import (
    KeptDecision,
    KeptImport,
    Opening,
    SourceFile,
    count_table,
    read_as_before,
    read_columns,
    reconciliation_object,
    reconciliation_table,
)
from api.drafting import MAKERS, require_maker
from api.http.entries import read_body
from api.http.pages import PAGE
from api.http.parts import BookId, Database, Services, documented, takes_file
from api.http.reports import CSV_TYPE, XLSX_TYPE, download, file_of
from api.http.sessions import AtWork, FromHere
from api.http.workspace import AtDesk, answered, leaves_below, work_page
from api.importing import ImportRefused
from domain.chart import CASH, MONEY_ACCOUNTS
from domain.kernel.errors import Kind, rule
from domain.kernel.money import parse_fen
from domain.reconciliation import Reconciliation
from projections import register

if TYPE_CHECKING:
    from api.adapters.tables import Table
    from api.composition import Service

PROBLEMS_SHOWN = 20

REFUSED = rule(
    "bank.refused",
    Kind.MALFORMED,
    "对账单有 {count} 处有误，一行也没有读入：{problems}",
    "the statement has {count} problems, and none of it was read in: {problems}",
    "会计基础工作规范 art. 62",
)

router = APIRouter(tags=["bank"])
statements = APIRouter(prefix="/books/{book}/bank/{account}")

COLUMNS_MAX = 500
"""The characters in which the headers of a statement are said."""

Account = Annotated[str, Path(description="an account of money", pattern=r"^[0-9]{3,9}$")]
Day = Annotated[str, Query(description="at the end of which day, YYYY-MM-DD", max_length=10)]
Yuan = Annotated[
    str, Query(description="the statement's balance in yuan; not needed where it says so", max_length=30)
]
_CSV, _XLSX = (file_of(kind) | documented(403, 422) for kind in (CSV_TYPE, XLSX_TYPE))


class NoticeBody(BaseModel):
    """What is to be said of a file that was read, in Chinese and English."""

    zh: str
    en: str


class TakenBody(BaseModel):
    """How many lines of a statement are new, how many were read before; its number, and what is to be said of it."""

    new: int
    known: int
    number: int
    notices: list[NoticeBody]


class ImportBody(BaseModel):
    """A file that was read in: its lines, from which day to which; by which key and when, and undone by which.

    `sha256` is null of what was read before it was kept, `read_by` of what was read at the server, without a key.
    """

    number: int
    file: str
    sha256: str | None
    lines: int
    first: str
    last: str
    through: str | None
    read_by: str | None
    read_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class ImportsBody(BaseModel):
    """The files that were read into an account, the oldest first, those too that were undone."""

    imports: list[ImportBody]


class UndoneBody(BaseModel):
    """An import that was undone: how many lines left that no other has, how many decisions about them lapsed.

    `notice` says both, to whoever undid it.
    """

    undone: ImportBody
    lines: int
    decisions: int
    notice: NoticeBody


class BankLineBody(BaseModel):
    """A line of the bank; fen, what was received positive. A number below zero: outstanding at the opening."""

    number: int
    date: str
    amount_fen: int
    text: str


class BookLineBody(BaseModel):
    """A line of the book; fen, debits positive. An entry below zero: outstanding at the opening.

    `waiting` are lines of the ledger that were outstanding when the statements began.
    """

    entry: int
    line: int
    date: str
    amount_fen: int
    text: str
    waiting: bool


class MatchBody(BaseModel):
    """One transaction of both: its lines, the most days between two, whether no other could be meant.

    `decision` is the number of the decision by which it was accepted, 0 of a suggestion.
    """

    bank: list[BankLineBody]
    book: list[BookLineBody]
    days: int
    certain: bool
    decision: int


class GapBody(BaseModel):
    """Where statements are missing: behind the day `after` and before `before`, between two files or within one.

    `moved_fen` is what the bank's balance went up or (below zero) down by in it.
    """

    after: str
    before: str
    file_before: str
    file_after: str
    moved_fen: int


class ReconciliationBody(BaseModel):
    """The reconciliation (银行存款余额调节表) in fen; `difference_fen` is 0 when both agree once all is counted.

    `before_fen` of it was there before `begins`, when book and bank began to be held against one another. `stated_fen`
    is the bank's balance by the statements that were read in, if they tell it; another may have been given.
    """

    account: str
    date: str
    book_fen: int
    bank_fen: int
    stated_fen: int | None
    bank_received_fen: int
    bank_paid_fen: int
    book_received_fen: int
    book_paid_fen: int
    book_adjusted_fen: int
    bank_adjusted_fen: int
    difference_fen: int
    begins: str
    before_fen: int
    gaps: list[GapBody]
    only_bank: list[BankLineBody]
    only_book: list[BookLineBody]
    matches: list[MatchBody]


@statements.post(
    "/statements",
    status_code=201,
    dependencies=[FromHere],
    responses=documented(400, 403, 404, 422, 503),
    openapi_extra=takes_file("the statement, .csv or .xlsx"),
)
async def post_statement(
    account: Account,
    request: Request,
    session: AtWork,
    service: Services,
    name: Annotated[str, Query(max_length=255, description="the file's name")],
    columns: Annotated[
        str,
        Query(
            max_length=COLUMNS_MAX,
            description="headers that are not the usual ones, date=…,received=…; remembered",
        ),
    ] = "",
    through: Annotated[
        str, Query(max_length=10, description="up to which day it goes, if that is behind its last line")
    ] = "",
) -> TakenBody:
    """Read a bank's statement in; what was read before is not kept twice."""
    require_maker(session)
    data = await read_body(request)
    given = read_columns(columns)

    def take_in() -> TakenBody:
        remembered = service.banks.headers(session.book, account)
        with tempfile.TemporaryDirectory() as folder:
            file = FilePath(folder) / f"statement{FilePath(name).suffix.lower()}"
            file.write_bytes(data)
            try:
                read = read_as_before(file, given, remembered)
            except ImportRefused as refused:
                told = [str(problem) for problem in refused.problems[:PROBLEMS_SHOWN]]
                raise REFUSED(count=len(refused.problems), problems="；".join(told)) from None
        source = SourceFile(name, sha256(data).hexdigest(), session.key.name)
        taken = service.banks.take_in(session.book, account, read.lines, source, through)
        if given:
            service.banks.remember_headers(session.book, account, given)
        notices = [NoticeBody(zh=one.zh, en=one.en) for one in (*read.notices, *taken.notices)]
        return TakenBody(new=taken.new, known=taken.known, number=taken.number, notices=notices)

    return await run_in_threadpool(take_in)


@statements.get("/statements", responses=documented(400, 403, 404, 422, 503))
def get_statements(account: Account, session: AtWork, service: Services) -> ImportsBody:
    """Return the files that were read into an account."""
    found = service.bank_imports.all(session.book, account)
    return ImportsBody(imports=[_import(one) for one in found])


@statements.delete(
    "/statements/{number}", dependencies=[FromHere], responses=documented(400, 403, 404, 422, 503)
)
def delete_statement(
    account: Account,
    number: Annotated[int, Path(description="the import's number", ge=1, le=2**31 - 1)],
    session: AtWork,
    service: Services,
) -> UndoneBody:
    """Undo an import: lines that no other has leave; it stays in the list, with who undid it and when."""
    done = service.bank_imports.undo(session, account, number)
    notice = NoticeBody(zh=done.told.zh, en=done.told.en)
    return UndoneBody(undone=_import(done.kept), lines=done.lines, decisions=done.decisions, notice=notice)


def _import(kept: KeptImport) -> ImportBody:
    return ImportBody(**kept._asdict())


def reconciled(
    account: Account, date: Day, session: AtWork, service: Services, balance: Yuan = ""
) -> Reconciliation:
    """Hold an account against its bank's statement at the end of a day."""
    return service.banks.reconcile(session.book, account, date, parse_fen(balance) if balance else None)


Reconciled = Annotated[Reconciliation, Depends(reconciled)]


@statements.get("/reconciliation.json", responses=documented(400, 403, 404, 422, 503))
def get_reconciliation(account: Account, date: Day, found: Reconciled) -> ReconciliationBody:
    """Return the reconciliation of an account at the end of a day."""
    return ReconciliationBody.model_validate(reconciliation_object(account, date, found))


@statements.get("/reconciliation.csv", response_class=Response, responses=_CSV)
def get_reconciliation_csv(account: Account, date: Day, found: Reconciled) -> Response:
    """Return the reconciliation statement as CSV."""
    return download([reconciliation_table(account, date, found)], CSV_TYPE, f"bank-{account}-{date}.csv")


@statements.get("/reconciliation.xlsx", response_class=Response, responses=_XLSX)
def get_reconciliation_xlsx(account: Account, date: Day, found: Reconciled) -> Response:
    """Return the reconciliation statement as a workbook."""
    return download([reconciliation_table(account, date, found)], XLSX_TYPE, f"bank-{account}-{date}.xlsx")


def held_against(
    service: Service, book: str, account: str, date: str, balance: str
) -> tuple[Reconciliation | None, Table]:
    """Hold an account of money against its bank's statement, or cash against its count, for a page."""
    fen = parse_fen(balance) if balance else None
    if account.startswith(CASH):
        book_fen, _ = service.banks.counted(book, account, date, fen or 0)
        return None, count_table(account, date, book_fen, fen or 0)
    found = service.banks.reconcile(book, account, date, fen)
    return found, reconciliation_table(account, date, found)


@router.get("/books/{book}/work/bank", responses=PAGE)
def get_bank_page(
    request: Request,
    book: BookId,
    session: AtDesk,
    service: Services,
    database: Database,
    account: Annotated[str, Query(pattern=r"^([0-9]{3,9})?$")] = "",
    date: Annotated[str, Query(max_length=10)] = "",
    balance: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    """Show the accounts of money, and one of them held against its bank's statement, or the cash against the count."""
    uncounted = account.startswith(CASH) and not balance
    asked = account and date and not uncounted
    shown, refused = (
        answered(lambda: held_against(service, book, account, date, balance)) if asked else (None, None)
    )
    found, table = shown or (None, None)
    kept, _ = answered(lambda: kept_of(service, book, account)) if account else (None, None)
    imports, decided, openings = kept or ([], [], [])
    return work_page(
        request,
        "bank.html",
        book=register.book(database, book),
        session=session,
        accounts=leaves_below(database, book, MONEY_ACCOUNTS),
        makes=session.key.role in MAKERS,
        through=service.banks.read_through(book),
        columns_max=COLUMNS_MAX,
        account=account,
        date=date,
        balance=balance,
        uncounted=uncounted,
        found=found,
        table=table,
        refused=refused,
        counts=account.startswith(CASH),
        refusals=[one for one in decided if one.stands and not one.decision.accepted],
        openings=openings,
        imports=imports,
    )


def kept_of(
    service: Service, book: str, account: str
) -> tuple[list[KeptImport], list[KeptDecision], list[Opening]]:
    """Return what is kept of an account of money for a page: files, decisions, items outstanding at the opening."""
    return (
        service.bank_imports.all(book, account),
        service.bank_decisions.all(book, account),
        service.bank_openings.all(book, account),
    )


router.include_router(statements)
