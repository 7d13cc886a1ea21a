"""The workspace (工作台): pages for those who keep the book, behind a session; they sign in their browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.clock import now
from api.closing import checklist
from api.drafting import MAKERS, OnDesk, asked, known
from api.entry_words import ENTRY_TYPES
from api.http.drafts import DraftId
from api.http.pages import PAGE
from api.http.parts import MAX_INDEX, BookId, Database, Services, documented
from api.http.sessions import COOKIE
from api.http.workspace import AtDesk, AtMaking, answered, form_page, leaves_below, work_page
from api.initials import initials
from domain.chart import MEASURED
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.period import last_day
from domain.kernel.statement import type_name
from domain.roles import ROLES, role_of
from domain.vouchers import VoucherPosted
from projections import month, register
from projections.balances import standing
from projections.closing import transfers

if TYPE_CHECKING:
    from psycopg import Connection

    from api.composition import Service
    from domain.roles import Key

BANK = "102"
"""银行存款, with all its details."""

Copied = Annotated[
    int | None, Query(ge=0, le=MAX_INDEX, description="the entry of the voucher that is copied")
]

OfTemplate = Annotated[
    str, Query(max_length=26, pattern=r"^[0-9A-HJKMNP-TV-Z]*$", description="the template to begin with")
]
OfDate = Annotated[
    str, Query(max_length=10, pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="its date")
]

NO_FORM = rule(
    "draft.no_form",
    Kind.REFUSED,
    "这张待签的是「{kind}」，不是凭证，不在制单的页面改动；请撤回它，再从制它的地方另制一张"
    "（或用命令行 sunledger draft change）",
    "the draft is of another kind ({kind}) than the form for vouchers can change; withdraw it and make it anew where it"
    " was made (or use sunledger draft change)",
    "ADR 0029",
)

router = APIRouter(tags=["pages"], default_response_class=Response)


class AccountBody(BaseModel):
    """An account of a book: its code, its name, and whether it takes postings.

    `initials` are the letters in pinyin of the characters of its name, each with all its readings; `measured` tells
    whether its lines have quantities, `unit` in which unit they are so far, `balance_fen` what stands on it after all
    that was posted, debits less credits.
    """

    code: str
    name: str
    initials: list[str]
    leaf: bool
    measured: bool
    unit: str
    balance_fen: int


class AccountsBody(BaseModel):
    """The accounts of a book, by code."""

    book: str
    accounts: list[AccountBody]


class Village(NamedTuple):
    """A village where one is at work: by which key, how many drafts it is to sign and to mend, the month to close."""

    book: str
    name: str
    key: str
    to_sign: int
    to_mend: int
    to_close: str

    @property
    def waits(self) -> bool:
        """Tell whether something waits there for whoever works with the key."""
        return bool(self.to_sign or self.to_mend)


class Row(NamedTuple):
    """A draft in a list: what it is, of which date and amount, who signed and is missing, and what is against it.

    `lapsed` is said of those whose key has ended since they signed: their signatures count no more.
    `mend` says who is to change or withdraw it, None where it waits for signatures.
    """

    id: str
    what: Phrase
    date: str
    amount_fen: int | None
    signed: list[str]
    lapsed: list[Phrase]
    missing: list[str]
    mend: Phrase | None
    remark: Phrase | RuleViolation | None


class Desk(NamedTuple):
    """What waits: for one's signature, for one to change or withdraw it, and for others."""

    mine: list[Row]
    mend: list[Row]
    others: list[Row]


@router.get("/books/{book}/accounts.json", response_class=JSONResponse, responses=documented(400, 404, 503))
def get_accounts(book: BookId, database: Database) -> AccountsBody:
    """Return the accounts of a book."""
    names = register.account_names(database, book)
    above = {code[:-2] for code in names}
    units = register.units(database, book)
    balances = standing(database, register.book(database, book))
    found = [
        AccountBody(
            code=code,
            name=names[code],
            initials=[*initials(names[code])],
            leaf=code not in above,
            measured=code.startswith(MEASURED),
            unit=units.get(code, ""),
            balance_fen=balances.get(code, 0),
        )
        for code in sorted(names)
    ]
    return AccountsBody(book=book, accounts=found)


@router.get("/work", responses=PAGE)
def get_work(request: Request, service: Services, database: Database) -> Response:
    """Show where one signs in, and the books one is at work in."""
    villages = _villages(service, database, request.cookies.get(COOKIE, ""))
    names = {row.book: row.name for row in register.books(database)}
    return work_page(request, "work.html", villages=villages, names=names)


@router.get("/books/{book}/work", responses=PAGE)
def get_desk(
    request: Request, book: BookId, session: AtDesk, service: Services, database: Database
) -> Response:
    """Show what waits for whoever is at work, and what for others."""
    waiting = service.drafts.waiting(book)
    desk = _parted(waiting, session.key)
    period = service.drafts.next_to_close(book)
    remarks = _remarks(service, database, book, period)
    stops = sum(remark.stops for remark in remarks)
    villages = _villages(service, database, request.cookies.get(COOKIE, ""), besides=book)
    return work_page(
        request,
        "desk.html",
        book=register.book(database, book),
        session=session,
        villages=villages,
        glance=month.glance_of(database, book, period),
        makes=session.key.role in MAKERS,
        desk=desk,
        period=period,
        proposed=_proposed(database, book, period, waiting),
        templates=service.templates.all(book),
        banks=_banks(service, database, book, period),
        due={one.id for one in service.templates.due(book, period)},
        unsigned=sum("" < one.waiting.period <= period for one in waiting),
        stops=stops,
        warns=len(remarks) - stops,
    )


def _villages(service: Service, database: Connection[Any], token: str, besides: str = "") -> list[Village]:
    """Return the villages where a token is at work, but for the one shown: first those where something waits."""
    desks = [desk for desk in service.sessions.desks(token) if desk.book != besides]
    names = {row.book: row.name for row in register.books(database)} if desks else {}
    found = [
        Village(
            desk.book,
            names.get(desk.book, desk.book),
            desk.key,
            *service.drafts.waits(desk.book, role_of(desk.key)),
        )
        for desk in desks
    ]
    return sorted(found, key=lambda one: not one.waits)


def _banks(service: Service, database: Connection[Any], book: str, period: str) -> list[tuple[str, str, str]]:
    """Return the bank accounts whose statements do not reach a period's end: code, name, and how far they reach."""
    through = service.banks.read_through(book)
    reach = [(code, name, through.get(code, "")) for code, name in leaves_below(database, book, (BANK,))]
    return [(code, name, day) for code, name, day in reach if day < last_day(period)]


def _remarks(service: Service, database: Connection[Any], book: str, period: str) -> list[Any]:
    """Return what the checklist remarks on a period; nothing on one that has no voucher yet."""
    found, _ = answered(lambda: checklist(database, book, period, service.attachments))
    return list(found.remarks) if found else []


def _proposed(
    database: Connection[Any], book: str, period: str, waiting: list[OnDesk]
) -> list[dict[str, Any]]:
    """Return the vouchers that a period's end still wants, as their drafts would have them; none that waits already."""
    found, _ = answered(lambda: transfers(database, book, period))
    vouchers = found.vouchers if found else ()
    drafted = [one.waiting.draft.statement.data for one in waiting]
    return [msgspec.to_builtins(voucher) for voucher in vouchers if voucher not in drafted]


@router.get("/books/{book}/work/drafts/{draft}", responses=PAGE)
def get_draft_page(
    request: Request, book: BookId, draft: DraftId, session: AtDesk, service: Services, database: Database
) -> Response:
    """Show a draft; what it says is read off its bytes in the browser, where it is signed."""
    service.drafts.draft(book, draft)
    return work_page(request, "draft.html", book=register.book(database, book), draft=draft, session=session)


@router.get("/books/{book}/work/drafts/{draft}/change", responses=PAGE)
def get_change_page(
    request: Request, book: BookId, draft: DraftId, session: AtMaking, service: Services, database: Database
) -> Response:
    """Show the form with the draft of a voucher in it, to be changed; raises `draft.no_form` of any other."""
    waiting = service.drafts.draft(book, draft).waiting
    waiting.require_open()
    statement = waiting.draft.statement
    if not isinstance(statement, VoucherPosted):
        raise NO_FORM(kind=ENTRY_TYPES[type_name(statement)])
    return form_page(request, database, book, session, draft=draft)


@router.get("/books/{book}/work/new", responses=PAGE)
def get_new_page(
    request: Request,
    book: BookId,
    session: AtMaking,
    database: Database,
    copy: Copied = None,
    template: OfTemplate = "",
    date: OfDate = "",
) -> Response:
    """Show the form for a new voucher, perhaps as a copy of one that is posted, or from a template."""
    given = {"copy": "" if copy is None else str(copy), "of_template": template, "today": date or now()[:10]}
    return form_page(request, database, book, session, **given)


def _parted(waiting: list[OnDesk], key: Key) -> Desk:
    """Part the drafts by whose turn it is, for whoever works with a key."""
    desk = Desk([], [], [])
    for one in waiting:
        to_mend = one.mend.roles if one.mend else ()
        place = desk.mend if key.role in to_mend else desk.mine if key.role in one.asks else desk.others
        place.append(_row(one, key.name))
    return desk


def _row(found: OnDesk, key: str) -> Row:
    """Return a draft's row in the list of whoever works with a key."""
    waiting, said = found.waiting, found.review
    date, what, amount_fen = known(waiting.draft.statement)
    return Row(
        waiting.id,
        what,
        date,
        amount_fen,
        [ROLES[role_of(name)] for name in found.signed],
        [one.words for one in found.lapsed],
        [asked(role, beside=role not in said.missing).zh for role in said.asked],
        found.mend and found.mend.words,
        _remark(found, key),
    )


def _remark(found: OnDesk, key: str) -> Phrase | RuleViolation | None:
    """Return what is to be known first of a draft: that it was changed after one had answered, or what is wrong.

    Of a refusal the reason, for whoever changes the draft is to set it right.
    """
    if found.dropped(key):
        return Phrase("您签过以后改动了，请重看重签", "changed after you had signed: look, and sign again")
    if found.answered(key):
        return Phrase("您拒签以后改动了，请重看", "changed after you had refused: look again")
    if found.refused:
        said = [one.words for one in found.refusals]
        return Phrase("；".join(one.zh for one in said), "; ".join(one.en for one in said))
    return found.review.problem
