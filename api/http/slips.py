"""The vouchers of a period as they are printed and filed (记账凭证), several to a sheet of A4."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from api.http.pages import PAGE, moved
from api.http.parts import BookId, Database
from api.http.reports import Last
from api.http.views import page
from domain.chart import full_name
from domain.entry import parse_entry
from domain.roles import role_of
from domain.vouchers import Reversal, SaltedVoucherPosted, Voucher, VoucherPosted, VoucherReversed, total_fen
from projections import journal, log, month, register
from projections.journal import VoucherRow

SLIPS_PER_PAGE = 60
OFFICES = (
    ("accountant", "记账"),
    ("cashier", "出纳"),
    ("head", "审批"),
    ("supervisor", "监督"),
    ("township", "乡镇"),
)
"""Whose signatures a printed voucher has places for (会计基础工作规范 art. 51(4))."""

router = APIRouter(tags=["pages"], default_response_class=Response)


class Slip(NamedTuple):
    """A voucher to be printed: its place in the journal, what was signed, and by office who signed."""

    place: VoucherRow
    voucher: Voucher | Reversal
    amount_fen: int
    signed: dict[str, str]
    has_private: bool


@router.get("/books/{book}/vouchers", responses=PAGE)
def get_vouchers_page(
    request: Request,
    book: BookId,
    database: Database,
    last: Last,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Show the vouchers of a period by number, each as it is printed, read off the signed bytes."""
    names = register.account_names(database, book)
    people = register.people(database, book)
    places = journal.vouchers_of(database, book, last, SLIPS_PER_PAGE + 1, offset)
    return page(
        request,
        "slips.html",
        book=register.book(database, book),
        period=last,
        periods=month.periods_of(database, book),
        slips=[_slip(database, book, place, people) for place in places[:SLIPS_PER_PAGE]],
        offices=OFFICES,
        name=lambda code: full_name(code, names),
        before=moved(request, max(0, offset - SLIPS_PER_PAGE)) if offset else "",
        after=moved(request, offset + SLIPS_PER_PAGE) if len(places) > SLIPS_PER_PAGE else "",
    )


def _slip(database: Database, book: str, place: VoucherRow, people: dict[str, str]) -> Slip:
    entry = parse_entry(log.entry_at(database, book, place.entry))
    assert isinstance(entry.statement, (VoucherPosted, VoucherReversed))  # noqa: S101 -- the journal says so
    signed: dict[str, str] = {}
    for one in entry.signatures:
        office, number = role_of(one.name), one.name.rsplit("/", 1)[1]
        who = people.get(one.name) or f"{number} 号密钥"
        signed[office] = f"{signed[office]}、{who}" if office in signed else who
    return Slip(
        place,
        entry.statement.data,
        total_fen(entry.statement.data.lines),
        signed,
        isinstance(entry.statement, SaltedVoucherPosted),
    )
