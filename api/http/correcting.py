"""Pages that set a posted voucher right (更正): its mirror in red, and the form with what takes its place."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from api.clock import now
from api.drafting import setting_right
from api.entry_words import ENTRY_TYPES
from api.http.pages import PAGE
from api.http.parts import BookId, Database, Index
from api.http.workspace import AtMaking, form_page, work_page
from api.posting import OTHER_ENTRY, OTHER_NUMBER
from domain.entry import parse_entry
from domain.kernel.errors import Phrase
from domain.kernel.statement import type_name
from domain.vouchers import (
    FITS,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    VoucherPosted,
    VoucherReversed,
    Way,
    correcting_date,
    correcting_summary,
    mirrored,
    voucher_number,
    ways,
)
from projections import journal, log, register

router = APIRouter(prefix="/books/{book}/work", tags=["pages"], default_response_class=Response)

FROM_CANCELLED = Phrase(
    "红字凭证本身不再冲销：要按对的另记一张，请打开它冲销的那张凭证，点「另制一张对的（订正）」",
    "what is in red is not cancelled again: to book what is right, open the voucher that it cancels, and make the right"
    " one from there",
)


def _posted(database: Database, book: str, index: int) -> VoucherPosted:
    """Return the voucher of an entry; raises `post.other_entry`."""
    statement = parse_entry(log.entry_at(database, book, index)).statement
    if not isinstance(statement, VoucherPosted):
        raise OTHER_ENTRY(
            entry=index,
            zh="可以更正的凭证",
            en="voucher to set right",
            read=ENTRY_TYPES[type_name(statement)],
            remedy=FROM_CANCELLED if isinstance(statement, VoucherReversed) else OTHER_NUMBER,
        )
    return statement


def _summary(place: journal.VoucherRow, way: Way) -> str:
    number = voucher_number(place.period, place.number)
    return correcting_summary(way, place.date.isoformat(), number, place.summary)


@router.get("/reverse/{index}", responses=PAGE)
def get_reverse_page(
    request: Request, book: BookId, index: Index, _session: AtMaking, database: Database
) -> Response:
    """Show the mirror of a voucher in red, to be made a draft; of an earlier year that is closed it wants blue."""
    statement = _posted(database, book, index)
    place = journal.voucher_at(database, book, index)
    links = journal.links_of(database, book, [place])[index]
    mirror = SaltedVoucherReversed if isinstance(statement, SaltedVoucherPosted) else VoucherReversed
    lines = mirrored(statement.data.lines)
    row = register.book(database, book)
    data = {"attachments": {}, "lines": msgspec.to_builtins(lines), "reverses": statement.id}
    return work_page(
        request,
        "reverse.html",
        book=row,
        entry=index,
        number=voucher_number(place.period, place.number),
        corrected="、".join(journal.corrected(database, book, [statement.id])[statement.id].by),
        rival=setting_right(database, book, statement.id),
        red=next((one for one in links.by if one.entry == place.reversed_by), None),
        summary=_summary(place, Way.CANCEL),
        lines=lines,
        data=data,
        type=type_name(mirror),
        date=correcting_date(statement.data.date, row.next_to_close, now()[:10]),
        late=Way.LATE in ways(statement.data.date, row.next_to_close, is_reversed=False),
        names=register.account_names(database, book),
    )


@router.get("/correct/{index}", responses=PAGE)
def get_correct_page(
    request: Request,
    book: BookId,
    index: Index,
    session: AtMaking,
    database: Database,
    way: Annotated[Way | None, Query(description="how it is set right; default: as fits")] = None,
) -> Response:
    """Show the form for the voucher that sets another right: its accounts, its amounts if they are to stand again.

    They stand again where a red voucher cancelled them; a way that does not fit gives place to one that does, and it is
    told why.
    """
    original = _posted(database, book, index)
    place = journal.voucher_at(database, book, index)
    next_to_close = register.book(database, book).next_to_close
    fitting = ways(place.date.isoformat(), next_to_close, is_reversed=place.reversed_by is not None)
    blue = [one for one in fitting if one is not Way.CANCEL]
    taken = way if way in blue else blue[0]
    return form_page(
        request,
        database,
        book,
        session,
        copy=str(index),
        corrects=original.id,
        original={
            "number": voucher_number(place.period, place.number),
            "summary": place.summary,
            "lines": original.data.lines,
            "names": register.account_names(database, book),
        },
        asked=way.value if way else "",
        unfit=FITS[taken] if way not in {None, taken} else "",
        rival=setting_right(database, book, original.id),
        summary=_summary(place, taken),
        corrected="、".join(journal.corrected(database, book, [original.id])[original.id].by),
        today=correcting_date(place.date.isoformat(), next_to_close, now()[:10]),
        blank="" if taken is Way.RIGHT else "1",
        late="1" if taken is Way.LATE else "",
    )
