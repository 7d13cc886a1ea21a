"""The public pages: readable without JavaScript, on a phone, in large text, and on paper."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from psycopg import Connection

from api.composition import Service
from api.disclosures import Selection, Tier
from api.drafting import MAKERS, setting_right
from api.entry_background import read_background
from api.entry_words import words_of
from api.http.parameters import own_query
from api.http.parts import BookId, Database, Index, Services, documented
from api.http.private_words import Private, private_words
from api.http.reports import PERIOD, First, Last, Wanted, shown_period
from api.http.sessions import COOKIE
from api.http.views import ELDER_COOKIE, ICON, STYLE, page
from domain.digests import hidden_in
from domain.entry import Entry, parse_entry
from domain.kernel.period import last_day, parse_period, period_of, previous_period
from domain.kernel.statement import type_name
from domain.roles import role_of
from domain.vouchers import (
    Reversal,
    SaltedVoucher,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    total_fen,
    ways,
)
from projections import journal, log, month, register, sheets, witnessing
from projections.balances import trial_balance

NEWEST = 20
LINES_PER_PAGE = 200
YEAR_SECONDS = 31_536_000

PeriodChoice = Annotated[
    str | None, Query(alias="period", description="YYYY-MM; default: the newest", pattern=PERIOD)
]

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)

PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "a page", "content": {"text/html": {"schema": {"type": "string"}}}},
    **documented(400, 404, 503),
}
"""The answers of a page."""


@router.get("/", responses=PAGE)
def get_home(request: Request, database: Database) -> Response:
    """Show all books."""
    return page(request, "home.html", books=register.books(database))


@router.get("/books/{book}", responses=PAGE)
def get_book(
    request: Request, book: BookId, service: Services, database: Database, period: PeriodChoice = None
) -> Response:
    """Show a village's home: money, the month's in and out, newest vouchers, and the state of the log."""
    row = register.book(database, book)
    periods = month.periods_of(database, book)
    chosen = parse_period(period) if period else (shown_period(database, book) or row.first_period)
    return page(
        request,
        "book.html",
        book=row,
        periods=periods,
        month=month.month_of(database, book, chosen),
        vouchers=journal.newest_vouchers(database, book, NEWEST),
        vouchers_total=journal.count_vouchers(database, book),
        checkpoint=log.latest_checkpoint(database, book),
        witnesses=_witnesses(service, database, book),
        interrupted=service.witnesses.interrupted(database, book),
        day_before=last_day(previous_period(chosen)),
        last_day=last_day(chosen),
    )


def _witnesses(service: Service, database: Connection[Any], book: str) -> witnessing.Witnessing | None:
    policy = service.witnesses.policy_for(book)
    return witnessing.state_of(database, book, policy) if policy else None


@router.get("/books/{book}/entries/{index}", responses=PAGE)
def get_entry_page(
    request: Request, book: BookId, index: Index, service: Services, database: Database
) -> Response:
    """Show an entry at its permanent address: a voucher in full, any other entry in words.

    What was signed is read off the signed bytes themselves, never off a table that was made of them.
    """
    row = register.book(database, book)
    entry = parse_entry(log.entry_at(database, book, index))
    policy = service.witnesses.policy_for(book)
    values: dict[str, Any] = {
        "book": row,
        "index": index,
        "type": type_name(entry.statement),
        "entry": entry,
        "signers": _signers(database, book, entry),
        "checkpoint": log.covering_checkpoint(database, book, index),
        "has_witnesses": policy is not None,
        "witnessed": witnessing.first_over(database, book, policy, index) if policy else None,
        "private": _private(service, database, book, entry),
        "at_work": bool(roles := _roles_at_work(service, request, book)),
        "makes": (makes := not roles.isdisjoint(MAKERS)),
        "rival": setting_right(database, book, entry.statement.id) if makes else None,
    }
    if not isinstance(entry.statement, (VoucherPosted, VoucherReversed)):
        words = words_of(entry.statement, read_background(database, row))
        at = datetime.fromisoformat(entry.statement.at)
        return page(request, "entry.html", words=words, at=at, **values)
    return page(request, "voucher.html", **values, **_voucher(database, row, index, entry.statement.data))


def _voucher(
    database: Database, row: register.BookRow, index: int, voucher: Voucher | Reversal
) -> dict[str, Any]:
    """Return what the page of a voucher shows; `place` has its number and what reversed it, which no voucher says."""
    posted, red = (None, voucher) if isinstance(voucher, Reversal) else (voucher, None)
    book, place = row.book, journal.voucher_at(database, row.book, index)
    said = place._replace(
        reverses_id=red.reverses if red else None, corrects_id=posted.corrects if posted else None
    )
    is_reversed = place.reversed_by is not None
    roll = voucher.roll if isinstance(voucher, SaltedVoucher) else ""
    return {
        "voucher": voucher,
        "source": posted.source if posted else "",
        "resolution": posted.resolution if posted else "",
        "amount_fen": total_fen(voucher.lines),
        "period": period_of(voucher.date),
        "place": place,
        "ways": ways(voucher.date, row.next_to_close, is_reversed=is_reversed) if posted else (),
        "names": register.account_names(database, book),
        "corrected": "、".join(journal.corrected(database, book, [place.id])[place.id].by),
        "links": journal.links_of(database, book, [said])[index],
        "roll": log.entry_of_roll(database, book, roll) if roll else None,
    }


def _private(service: Services, database: Database, book: str, entry: Entry) -> list[Private]:
    """Return in words what an entry keeps out of the log, with the values that are public."""
    hidden = list(hidden_in(entry.statement))
    if not hidden:
        return []
    selection = Selection(digests=[one.digest for one in hidden])
    kept = service.disclosures.read(database, book, Tier.public, selection)
    said = {one.digest: (one.said.name, one.said.value) for one in kept}
    return private_words(hidden, said, log.erased_in(database, book).digests)


def _roles_at_work(service: Service, request: Request, book: str) -> set[str]:
    """Return in which roles who asks is at work in a book: such may see its originals, and some make vouchers."""
    token = request.cookies.get(COOKIE)
    desks = service.sessions.desks(token) if token else []  # most readers are not at work
    return {role_of(desk.key) for desk in desks if desk.book == book}


def _signers(database: Connection[Any], book: str, entry: Entry) -> list[register.KeyRow]:
    keys = {key.name: key for key in register.keys(database, book)}
    return [keys[signature.name] for signature in entry.signatures]


@router.get("/books/{book}/trial-balance", responses=PAGE)
def get_trial_balance_page(
    request: Request, book: BookId, database: Database, last: Last, first: First = None
) -> Response:
    """Show the trial balance (科目余额表), default of the newest period."""
    row = register.book(database, book)
    report = trial_balance(database, book, last, first)
    published = sheets.published_at(database, book, last) if report.first == last else None
    periods = month.periods_of(database, book)
    return page(
        request,
        "trial_balance.html",
        book=row,
        report=report,
        periods=periods,
        published=published,
        day_before=last_day(previous_period(report.first)),
        last_day=last_day(report.period),
    )


@router.get("/books/{book}/journal", responses=PAGE)
def get_journal_page(request: Request, book: BookId, database: Database, wanted: Wanted) -> Response:
    """Show the journal (序时账), filtered, with downloads of exactly what is shown."""
    row = register.book(database, book)
    shown = min(wanted.limit, LINES_PER_PAGE)
    found = journal.journal(database, book, dataclasses.replace(wanted, limit=shown + 1))
    return page(
        request,
        "journal.html",
        book=row,
        wanted=request.query_params,
        lines=found[:shown],
        before=moved(request, max(0, wanted.offset - shown)) if wanted.offset else "",
        after=moved(request, wanted.offset + shown) if len(found) > shown else "",
        query=own_query(request, "offset", "limit"),
    )


def moved(request: Request, offset: int) -> str:
    """Return the address of the same page from another row on."""
    return f"?{request.url.include_query_params(offset=offset).query}"


@router.get("/books/{book}/signers", responses=PAGE)
def get_signers_page(request: Request, book: BookId, service: Services, database: Database) -> Response:
    """Show who may sign, with which key, from which entry on, and how anyone verifies the book."""
    row = register.book(database, book)
    keys = register.keys(database, book)
    log_keys = register.log_keys(database.cursor(), book)
    site = str(request.base_url).rstrip("/")
    return page(
        request,
        "signers.html",
        book=row,
        keys=keys,
        log_keys=log_keys,
        site=site,
        witnesses=_witnesses(service, database, book),
        interrupted=service.witnesses.interrupted(database, book),
    )


@router.get("/elder", include_in_schema=False)
def set_elder(to: str = "/", *, on: bool = True) -> Response:
    """Remember the reader's choice of large text and go back to the page."""
    here = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
    answer = RedirectResponse(here, status_code=303)
    if on:
        answer.set_cookie(ELDER_COOKIE, "1", max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    else:
        answer.delete_cookie(ELDER_COOKIE)
    return answer


@router.get("/static/{version}/sunledger.css", include_in_schema=False)
def get_style(version: str) -> Response:
    """Return the one style sheet; its address changes with its content."""
    del version
    cache = {"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"}
    return Response(STYLE, media_type="text/css; charset=utf-8", headers=cache)


@router.get("/static/{version}/icon.svg", include_in_schema=False)
def get_icon(version: str) -> Response:
    """Return the icon of the pages."""
    del version
    cache = {"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"}
    return Response(ICON, media_type="image/svg+xml", headers=cache)
