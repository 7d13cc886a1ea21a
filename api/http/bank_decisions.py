"""Decisions on bank matches, and items outstanding at the opening, over HTTP, for those at work in the book."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.banking import LINES_MAX, KeptDecision
from api.drafting import read_request
from api.http.banking import Account
from api.http.drafts import takes
from api.http.entries import read_body
from api.http.parts import Services, documented
from api.http.sessions import AtWork, FromHere
from domain.kernel.errors import Kind, rule

BAD_REQUEST = rule(
    "bank.malformed",
    Kind.MALFORMED,
    "银行对账的请求有误：{problem}",
    "the request about a bank account is malformed: {problem}",
    "ADR 0040",
)

router = APIRouter(prefix="/books/{book}/bank/{account}", tags=["bank"])

Small = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Large = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[int, Path(description="the decision's number", ge=1, le=2**31 - 1)]
Item = Annotated[int, Path(description="the item's number, below zero", ge=-(2**31), le=-1)]


class PlaceBody(BaseModel):
    """Where a line of the book stands; an entry below zero: outstanding at the opening."""

    entry: int
    line: int


class DecisionBody(BaseModel):
    """A decision: whether the lines are one transaction; by which key and when, and if it was taken back by which."""

    number: int
    accepted: bool
    bank: list[int]
    book: list[PlaceBody]
    decided_by: str
    decided_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class DecisionsBody(BaseModel):
    """The decisions on an account, the oldest first, those too that were taken back."""

    decisions: list[DecisionBody]


class OpeningBody(BaseModel):
    """An item outstanding at the opening: which `side` had it already; fen, what was received positive."""

    number: int
    side: Literal["bank", "book"]
    date: str
    amount_fen: int
    text: str
    made_by: str
    made_at: datetime


class OpeningsBody(BaseModel):
    """The items of an account that were outstanding at the opening."""

    openings: list[OpeningBody]


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A line of the book, in a request."""

    entry: Large
    line: Small


class Chosen(msgspec.Struct, forbid_unknown_fields=True):
    """Lines of both sides, and what is decided of them."""

    accepted: bool
    bank: Annotated[list[Small], msgspec.Meta(max_length=LINES_MAX)]
    book: Annotated[list[Place], msgspec.Meta(max_length=LINES_MAX)]


class Entered(msgspec.Struct, forbid_unknown_fields=True):
    """An item outstanding at the opening, as it is entered."""

    side: Literal["bank", "book"]
    date: str
    amount_fen: Large
    text: str


_ANSWERS = documented(400, 403, 404, 409, 422, 503)
_INTEGER = {"type": "integer"}
_CHOSEN = takes(
    "lines of both sides with the same sum, or of one that cancel one another",
    accepted={"type": "boolean", "description": "true: one transaction; false: do not suggest it again"},
    bank={"type": "array", "maxItems": LINES_MAX, "items": _INTEGER, "description": "numbers of bank lines"},
    book={
        "type": "array",
        "maxItems": LINES_MAX,
        "items": {
            "type": "object",
            "properties": {"entry": _INTEGER, "line": _INTEGER},
            "required": ["entry", "line"],
            "additionalProperties": False,
        },
    },
)
_ENTERED = takes(
    "an item that one side had already at the opening",
    side={"enum": ["bank", "book"], "description": "which side had it already"},
    date={"type": "string", "description": "its day, YYYY-MM-DD"},
    amount_fen={"type": "integer", "description": "in fen; received above zero, paid below"},
    text={"type": "string", "maxLength": 200},
)


@router.get("/decisions", responses=documented(400, 403, 404, 422, 503))
def get_decisions(account: Account, session: AtWork, service: Services) -> DecisionsBody:
    """Return what was decided of an account's matches."""
    found = service.bank_decisions.all(session.book, account)
    return DecisionsBody(decisions=[_body(one) for one in found])


@router.post(
    "/decisions", status_code=201, dependencies=[FromHere], responses=_ANSWERS, openapi_extra=_CHOSEN
)
async def post_decision(
    account: Account, request: Request, session: AtWork, service: Services
) -> DecisionBody:
    """Accept lines of both sides as one transaction, or refuse to have them suggested as one."""
    read = read_request(await read_body(request), Chosen, BAD_REQUEST)
    places = {(one.entry, one.line) for one in read.book}

    def decide() -> KeptDecision:
        return service.bank_decisions.decide(session, account, read.bank, places, accepted=read.accepted)

    return _body(await run_in_threadpool(decide))


@router.delete("/decisions/{number}", dependencies=[FromHere], responses=_ANSWERS)
def delete_decision(account: Account, number: Number, session: AtWork, service: Services) -> DecisionBody:
    """Take a decision back; it stays in the list, with who took it back and when."""
    return _body(service.bank_decisions.undo(session, account, number))


@router.get("/openings", responses=documented(400, 403, 404, 422, 503))
def get_openings(account: Account, session: AtWork, service: Services) -> OpeningsBody:
    """Return the items that were outstanding at the opening (期初未达账项)."""
    found = service.bank_openings.all(session.book, account)
    return OpeningsBody(openings=[OpeningBody(**one._asdict()) for one in found])


@router.post(
    "/openings", status_code=201, dependencies=[FromHere], responses=_ANSWERS, openapi_extra=_ENTERED
)
async def post_opening(account: Account, request: Request, session: AtWork, service: Services) -> OpeningBody:
    """Enter an item that was outstanding at the opening."""
    read = read_request(await read_body(request), Entered, BAD_REQUEST)
    given = read.side, read.date, read.amount_fen, read.text
    made = await run_in_threadpool(service.bank_openings.enter, session, account, *given)
    return OpeningBody(**made._asdict())


@router.delete("/openings/{number}", status_code=204, dependencies=[FromHere], responses=_ANSWERS)
def delete_opening(account: Account, number: Item, session: AtWork, service: Services) -> Response:
    """Take an item back."""
    service.bank_openings.undo(session, account, number)
    return Response(status_code=204)


def _body(kept: KeptDecision) -> DecisionBody:
    one = kept.decision
    return DecisionBody(
        number=one.number,
        accepted=one.accepted,
        bank=sorted(one.bank),
        book=[PlaceBody(entry=entry, line=line) for entry, line in sorted(one.book)],
        decided_by=kept.decided_by,
        decided_at=kept.decided_at,
        undone_by=kept.undone_by,
        undone_at=kept.undone_at,
    )
