"""The vouchers of a period as they are printed and filed (记账凭证), several to a sheet of A4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from api.drafting import makers
from api.http.pages import PAGE, moved
from api.http.parts import BookId, Database
from api.http.reports import Last
from api.http.views import page
from domain.chart import MONEY_ACCOUNTS, full_name
from domain.entry import parse_entry
from domain.roles import role_of
from domain.vouchers import Reversal, SaltedVoucherPosted, Voucher, VoucherPosted, VoucherReversed, total_fen
from projections import journal, log, month, register
from projections.journal import VoucherRow

if TYPE_CHECKING:
    from domain.entry import Entry

SLIPS_PER_PAGE = 60
MAKER, CHECKER, CHIEF, CASHIER = "制单", "审核", "会计主管", "出纳"


class Place(NamedTuple):
    """A place for a signature, in English, and whose signature in the log stands there."""

    en: str
    office: str = ""


PLACES = {
    MAKER: Place("made by"),
    CHECKER: Place("checked by"),
    "记账": Place("booked by", "accountant"),
    CHIEF: Place("chief accountant"),
    CASHIER: Place("cashier", "cashier"),
    "审批": Place("approved by", "head"),
    "监督": Place("supervisor", "supervisor"),
    "乡镇": Place("township", "township"),
}
"""What a printed voucher has places for, by whom, and whose signature in the log stands there; where no office has it,
or that did not sign, it is signed by hand (会计基础工作规范 art. 51(4)). 出纳 is for vouchers of money alone."""

router = APIRouter(tags=["pages"], default_response_class=Response)


class Slip(NamedTuple):
    """A voucher to be printed: its place in the journal, what was signed, and who signed, by `PLACES`."""

    place: VoucherRow
    voucher: Voucher | Reversal
    amount_fen: int
    signed: dict[str, str]
    has_private: bool
    links: journal.Links


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
        slips=_slips(database, book, places[:SLIPS_PER_PAGE], people),
        places=PLACES,
        site=str(request.base_url).rstrip("/"),
        name=lambda code: full_name(code, names),
        before=moved(request, max(0, offset - SLIPS_PER_PAGE)) if offset else "",
        after=moved(request, offset + SLIPS_PER_PAGE) if len(places) > SLIPS_PER_PAGE else "",
    )


def _slips(database: Database, book: str, places: list[VoucherRow], people: dict[str, str]) -> list[Slip]:
    entries = [parse_entry(log.entry_at(database, book, place.entry)) for place in places]
    made_by = makers(database, book, [entry.statement.id for entry in entries])
    links = journal.links_of(database, book, places)
    return [
        _slip(place, entry, people, made_by.get(entry.statement.id, ""), links[place.entry])
        for place, entry in zip(places, entries, strict=True)
    ]


def _slip(place: VoucherRow, entry: Entry, people: dict[str, str], maker: str, links: journal.Links) -> Slip:
    assert isinstance(entry.statement, (VoucherPosted, VoucherReversed))  # noqa: S101 -- the journal says so
    data = entry.statement.data
    names = {
        one.name: people.get(one.name) or f"{one.name.rsplit('/', 1)[1]} 号密钥" for one in entry.signatures
    }
    signed = {
        label: "、".join(who for key, who in names.items() if role_of(key) == at.office)
        for label, at in PLACES.items()
    }
    signed[MAKER] = names.get(maker, "")  # who made it and did not sign is in no log
    if not signed[CASHIER] and not any(line.account.startswith(MONEY_ACCOUNTS) for line in data.lines):
        del signed[CASHIER]
    return Slip(
        place,
        data,
        total_fen(data.lines),
        signed,
        isinstance(entry.statement, SaltedVoucherPosted),
        links,
    )
