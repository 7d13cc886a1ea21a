"""What the pages of the workspace share: they are for who is at work, run this server's scripts, and are not cached."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from api.attachments import MAX_BYTES
from api.clock import now
from api.drafting import require_maker
from api.http.pages import YEAR_SECONDS
from api.http.parts import BookId, Services
from api.http.problems import NOT_FOUND
from api.http.sessions import session_of
from api.http.views import FOLDER, SECURITY_HEADERS, page
from api.sessions import Session
from audit.browser import module, modules_for
from domain.kernel.errors import Kind, RuleViolation
from domain.roles import ROLES
from projections import journal, register

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

T = TypeVar("T")

SHARED = modules_for("money", "checkpoint", "tiles", "disclosure")
"""What the pages share with the verification page, with all that it imports."""

SCRIPT_POLICY = SECURITY_HEADERS["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"

router = APIRouter(tags=["pages"], default_response_class=Response)


class NotAtWorkError(Exception):
    """A page was asked for that is for who is at work, by somebody who is not."""


def install(app: FastAPI) -> None:
    """Send whoever asks for a page of the workspace without being at work to where one signs in, and back."""

    @app.exception_handler(NotAtWorkError)
    def send(request: Request, _error: NotAtWorkError) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/work?to={quote(request.url.path + query)}", status_code=303)


def _at_desk(request: Request, book: BookId, service: Services) -> Session:
    try:
        return session_of(request, book, service)
    except RuleViolation as violation:
        if violation.rule.kind is not Kind.FORBIDDEN:
            raise
        raise NotAtWorkError from violation


AtDesk = Annotated[Session, Depends(_at_desk)]
"""Who is at work in a page's book; others are sent to sign in."""


def _making(session: AtDesk) -> Session:
    require_maker(session)
    return session


AtMaking = Annotated[Session, Depends(_making)]
"""Who is at work there and makes vouchers; others who are at work are told that they do not (`draft.not_maker`)."""


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


def form_page(
    request: Request, database: Connection[Any], book: str, session: Session, **given: object
) -> Response:
    """Return the form for a voucher, with what is given of it."""
    told = "corrected", "original", "rival", "asked", "unfit"
    empty = "draft", "copy", "corrects", "of_template", "summary", "blank", "late", *told
    blank = dict.fromkeys(empty, "") | {"today": now()[:10], "attachment_mib": str(MAX_BYTES // 2**20)}
    offered = {
        "parties": journal.named(database, book, "party"),
        "projects": journal.named(database, book, "project"),
    }
    values = blank | offered | given
    return work_page(
        request, "voucher_form.html", book=register.book(database, book), session=session, **values
    )


def work_page(request: Request, template: str, **values: object) -> Response:
    """Return a page that runs the scripts of this server, and is kept by nobody."""
    answer = page(request, template, 200, roles=ROLES, scripts_version=scripts_version(), **values)
    answer.headers["Content-Security-Policy"] = SCRIPT_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def leaves_below(database: Connection[Any], book: str, tops: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return code and name of the accounts at or below some of level 1 that take postings."""
    accounts = register.accounts(database, book)
    return [(one.code, one.name) for one in accounts if one.leaf and one.code.startswith(tops)]


def answered(ask: Callable[[], T]) -> tuple[T | None, RuleViolation | None]:
    """Return what is asked for, or why the rules refuse it, for a page to show; raises what is no refusal."""
    try:
        return ask(), None
    except RuleViolation as violation:
        if violation.rule.kind is Kind.UNAVAILABLE:
            raise
        return None, violation
