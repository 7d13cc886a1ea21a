"""The workspace (工作台): pages for those who keep the book, behind a session; they sign in their browsers."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel

from api.clock import now
from api.drafting import MAKERS, OnDesk
from api.http.drafts import DraftId
from api.http.pages import PAGE, YEAR_SECONDS
from api.http.parts import MAX_INDEX, BookId, Database, Services, documented
from api.http.problems import NOT_FOUND
from api.http.sessions import COOKIE
from api.http.views import FOLDER, SECURITY_HEADERS, page
from api.sessions import Session
from audit.browser import module, modules_for
from domain.chart import MEASURED
from domain.kernel.errors import Kind, RuleViolation
from domain.kernel.period import last_day, period_of
from domain.periods import Closing
from domain.roles import ROLES, role_of
from domain.vouchers import Reversal, Voucher, total_fen
from projections import journal, register
from projections.closing import checklist, transfers

if TYPE_CHECKING:
    from psycopg import Connection

    from api.composition import Service

BANK = "102"
"""银行存款, with all its details."""

SHARED = modules_for("money", "checkpoint", "tiles", "disclosure")
"""What the pages share with the verification page, with all that it imports."""

SCRIPT_POLICY = SECURITY_HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"

Copied = Annotated[
    int | None, Query(ge=0, le=MAX_INDEX, description="the entry of the voucher that is copied")
]

OfTemplate = Annotated[
    str, Query(max_length=26, pattern=r"^[0-9A-HJKMNP-TV-Z]*$", description="the template to begin with")
]
OfDate = Annotated[
    str, Query(max_length=10, pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="its date")
]

router = APIRouter(tags=["pages"], default_response_class=Response)


class AccountBody(BaseModel):
    """An account of a book: its code, its name, and whether it takes postings.

    `measured` tells whether its lines have quantities, `unit` in which unit they are so far.
    """

    code: str
    name: str
    leaf: bool
    measured: bool
    unit: str


class AccountsBody(BaseModel):
    """The accounts of a book, by code."""

    book: str
    accounts: list[AccountBody]


class Row(NamedTuple):
    """A draft in a list: what it is, of which date and amount, who signed, who is missing, and what stands against."""

    id: str
    summary: str
    date: str
    amount_fen: int | None
    signed: list[str]
    missing: list[str]
    remark: str


@cache
def scripts() -> dict[str, bytes]:
    """Return the scripts of the workspace by their paths."""
    own = {
        f"work/{path.name}": path.read_bytes() for path in sorted((FOLDER / "static" / "work").glob("*.js"))
    }
    return own | {f"verify/{name}.js": module(name).encode() for name in SHARED}


@cache
def scripts_version() -> str:
    """Return what stands in the scripts' addresses: it changes with their content."""
    return hashlib.sha256(b"".join(scripts().values())).hexdigest()[:12]


@router.get("/static/{version}/{folder}/{name}.js", include_in_schema=False)
def get_script(version: str, folder: str, name: str) -> Response:
    """Return a script of the workspace; its address changes with its content."""
    found = scripts().get(f"{folder}/{name}.js")
    if found is None:
        raise NOT_FOUND(path=f"/static/{version}/{folder}/{name}.js")
    headers = {
        "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/books/{book}/accounts.json", response_class=JSONResponse, responses=documented(400, 404, 503))
def get_accounts(book: BookId, database: Database) -> AccountsBody:
    """Return the accounts of a book."""
    names = register.account_names(database, book)
    above = {code[:-2] for code in names}
    units = register.units(database, book)
    found = [
        AccountBody(
            code=code,
            name=names[code],
            leaf=code not in above,
            measured=code.startswith(MEASURED),
            unit=units.get(code, ""),
        )
        for code in sorted(names)
    ]
    return AccountsBody(book=book, accounts=found)


@router.get("/work", responses=PAGE)
def get_work(request: Request, service: Services, database: Database) -> Response:
    """Show where one signs in, and the books one is at work in."""
    desks = service.sessions.desks(request.cookies.get(COOKIE, ""))
    names = {row.book: row.name for row in register.books(database)} if desks else {}
    return work_page(request, "work.html", desks=desks, names=names)


@router.get("/books/{book}/work", responses=PAGE)
def get_desk(request: Request, book: BookId, service: Services, database: Database) -> Response:
    """Show what waits for whoever is at work, and what for others."""
    session = session_or_none(request, service, book)
    if session is None:
        return sign_in(request)
    waiting = service.drafts.waiting(book)
    mine = [one for one in waiting if session.key.role in one.review.missing]
    others = [one for one in waiting if session.key.role not in one.review.missing]
    period = service.drafts.next_to_close(book)
    remarks = _remarks(database, book, period)
    stops = sum(remark.stops for remark in remarks)
    token = request.cookies.get(COOKIE, "")
    return work_page(
        request,
        "desk.html",
        book=register.book(database, book),
        session=session,
        desks=service.sessions.desks(token),
        names={row.book: row.name for row in register.books(database)},
        makes=session.key.role in MAKERS,
        mine=[_row(one, session.key.name) for one in mine],
        others=[_row(one, session.key.name) for one in others],
        period=period,
        proposed=_proposed(database, book, period, waiting),
        templates=service.templates.all(book),
        banks=_banks(service, database, book, period),
        due={one.id for one in service.templates.due(book, period)},
        unsigned=sum(_is_dated_by(one, period) for one in waiting),
        stops=stops,
        warns=len(remarks) - stops,
    )


def _banks(service: Service, database: Connection[Any], book: str, period: str) -> list[tuple[str, str, str]]:
    """Return the bank accounts whose statements do not reach a period's end: code, name, and how far they reach."""
    through = service.banks.read_through(book)
    reach = [(code, name, through.get(code, "")) for code, name in leaves_below(database, book, (BANK,))]
    return [(code, name, day) for code, name, day in reach if day < last_day(period)]


def leaves_below(database: Connection[Any], book: str, tops: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return code and name of the accounts at or below some of level 1 that take postings."""
    accounts = register.accounts(database, book)
    return [(one.code, one.name) for one in accounts if one.leaf and one.code.startswith(tops)]


def _is_dated_by(found: OnDesk, period: str) -> bool:
    """Whether a draft is a voucher that a period's closing would keep out of the book for good."""
    data = found.waiting.draft.statement.data
    return isinstance(data, (Voucher, Reversal)) and period_of(data.date) <= period


def _remarks(database: Connection[Any], book: str, period: str) -> list[Any]:
    """Return what the checklist remarks on a period; nothing on one that has no voucher yet."""
    try:
        return list(checklist(database, book, period).remarks)
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE:
            raise
        return []


def _proposed(
    database: Connection[Any], book: str, period: str, waiting: list[OnDesk]
) -> list[dict[str, Any]]:
    """Return the vouchers that a period's end still wants, as their drafts would have them; none that waits already."""
    try:
        vouchers = transfers(database, book, period).vouchers
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE:
            raise
        return []
    drafted = [one.waiting.draft.statement.data for one in waiting]
    return [msgspec.to_builtins(voucher) for voucher in vouchers if voucher not in drafted]


@router.get("/books/{book}/work/drafts/{draft}", responses=PAGE)
def get_draft_page(
    request: Request, book: BookId, draft: DraftId, service: Services, database: Database
) -> Response:
    """Show a draft; what it says is read off its bytes in the browser, where it is signed."""
    session = session_or_none(request, service, book)
    if session is None:
        return sign_in(request)
    service.drafts.draft(book, draft)
    return work_page(request, "draft.html", book=register.book(database, book), draft=draft, session=session)


@router.get("/books/{book}/work/drafts/{draft}/change", responses=PAGE)
def get_change_page(
    request: Request, book: BookId, draft: DraftId, service: Services, database: Database
) -> Response:
    """Show the form with a draft in it, to be changed."""
    session = session_or_none(request, service, book)
    if session is None:
        return sign_in(request)
    service.drafts.draft(book, draft).waiting.require_open()
    return form_page(request, database, session, draft=draft)


@router.get("/books/{book}/work/new", responses=PAGE)
def get_new_page(
    request: Request,
    book: BookId,
    service: Services,
    database: Database,
    copy: Copied = None,
    template: OfTemplate = "",
    date: OfDate = "",
) -> Response:
    """Show the form for a new voucher, perhaps as a copy of one that is posted, or from a template."""
    session = session_or_none(request, service, book)
    if session is None:
        return sign_in(request)
    given = {"copy": "" if copy is None else str(copy), "of_template": template, "today": date or now()[:10]}
    return form_page(request, database, session, **given)


def form_page(request: Request, database: Connection[Any], session: Session, **given: str) -> Response:
    """Return the form for a voucher, with what is given of it."""
    row = register.book(database, session.book)
    blank = {"draft": "", "copy": "", "of_template": "", "summary": "", "blank": "", "today": now()[:10]}
    offered = {
        "parties": journal.named(database, session.book, "party"),
        "projects": journal.named(database, session.book, "project"),
    }
    return work_page(request, "voucher_form.html", book=row, session=session, **offered, **(blank | given))


def work_page(request: Request, template: str, **values: object) -> Response:
    """Return a page that runs the scripts of this server, and is kept by nobody."""
    answer = page(request, template, 200, roles=ROLES, scripts_version=scripts_version(), **values)
    answer.headers["Content-Security-Policy"] = SCRIPT_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def session_or_none(request: Request, service: Service, book: str) -> Session | None:
    """Return who is at work in a book, or None."""
    try:
        return service.sessions.at(book, request.cookies.get(COOKIE, ""))
    except RuleViolation as violation:
        if violation.rule.kind is not Kind.FORBIDDEN:
            raise
        return None


def sign_in(request: Request) -> Response:
    """Send a reader to where one signs in, and back."""
    return RedirectResponse(f"/work?to={quote(request.url.path)}", status_code=303)


def _row(found: OnDesk, key: str) -> Row:
    """Return a draft's row in the list of whoever works with a key."""
    waiting, said = found.waiting, found.review
    data = waiting.draft.statement.data
    voucher = data if isinstance(data, (Voucher, Reversal)) else None
    if voucher:
        summary, date = voucher.summary, voucher.date
    elif isinstance(data, Closing):
        summary, date = f"结账 {data.period}", waiting.draft.statement.at[:10]
    else:
        summary, date = "其他记录", waiting.draft.statement.at[:10]
    return Row(
        waiting.id,
        summary,
        date,
        total_fen(voucher.lines) if voucher else None,
        [ROLES[role_of(one.name)] for one in waiting.draft.signatures],
        [ROLES[role] for role in said.missing],
        _remark(found, key),
    )


def _remark(found: OnDesk, key: str) -> str:
    """Return what is to be known first of a draft: that it was changed after one had signed, was refused, is wrong."""
    if found.dropped(key):
        return "您签过以后改动了，请重看重签"
    if found.refused:
        return "被拒签"
    return found.review.problem.zh if found.review.problem else ""
