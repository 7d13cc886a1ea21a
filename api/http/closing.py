"""The end of a period over HTTP: the checklist, and the vouchers that are to transfer; a page, JSON, CSV and XLSX."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from psycopg import Connection
from pydantic import BaseModel

from api import closing
from api.composition import Service
from api.http.pages import PAGE
from api.http.parts import BookId, Database, Services
from api.http.reports import Last
from api.http.statements import ReportBody, offer
from api.http.views import page
from domain.kernel.errors import RuleViolation
from projections import month, register
from projections.closing import Checklist, transfers

router = APIRouter(prefix="/books/{book}", tags=["closing"])


class RemarkBody(BaseModel):
    """What a check remarks, in Chinese and English; `stops`: to be set right, or decided on, before the closing."""

    stops: bool
    rule: str
    zh: str
    en: str
    account: str
    entry: int | None


class ChecklistBody(ReportBody):
    """The checklist of a period's closing; `ready` when it is open and nothing stops it, `open_period` the oldest open.

    Of a period that is `closed`, the remarks are what is found in it now: `stops` is what was to be set right before.
    """

    closed: bool
    open_period: str
    ready: bool
    remarks: list[RemarkBody]


class TransfersBody(ReportBody):
    """The vouchers, as `voucher.posted/1` has them, that are still to transfer income and expense, if it is open."""

    closed: bool
    vouchers: list[dict[str, Any]]


def _checklist(service: Service, database: Connection[Any], book: str, period: str) -> Checklist:
    return closing.checklist(database, book, period, service.attachments)


@router.get("/closing", responses=PAGE, response_class=HTMLResponse)
def get_closing_page(
    request: Request, book: BookId, database: Database, service: Services, last: Last
) -> Response:
    """Show the checklist of a period's closing, and the transfers that it wants."""
    try:
        proposed, refused = transfers(database, book, last).vouchers, None
    except RuleViolation as violation:
        proposed, refused = [], violation
    return page(
        request,
        "closing.html",
        book=register.book(database, book),
        report=_checklist(service, database, book, last),
        vouchers=proposed,
        refused=refused,
        names=register.account_names(database, book),
        periods=month.periods_of(database, book),
    )


offer(
    router,
    closing.CHECKLIST,
    ChecklistBody,
    "what to know before a period is closed (结账检查)",
    _checklist,
)
offer(
    router,
    closing.TRANSFERS,
    TransfersBody,
    "the vouchers that a period's end wants (结转凭证), to be signed",
)
