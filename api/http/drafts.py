"""Drafts over HTTP: made, changed, signed, refused and withdrawn by those who are at work in the book."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.closing import despite
from api.disclosures import Tier
from api.drafting import (
    DESPITE_MAX,
    KINDS,
    ByKey,
    Despite,
    OnDesk,
    Wanted,
    read_request,
    remarks_on,
)
from api.http.attachments import InvoiceBody
from api.http.entries import NOTE_TYPE, read_body
from api.http.named import NamedBody, ids_in, named_in
from api.http.parts import Services, documented
from api.http.sessions import AtWork, FromHere
from api.posting import read_data
from domain.kernel.statement import PLAIN
from domain.periods import Closing, PeriodClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.composition import Service
    from api.disclosures import Given
    from api.sessions import Session
    from domain.closing import Remark
    from domain.kernel.errors import RuleViolation


def kept_by_nobody(response: Response) -> None:
    """Keep an answer out of caches."""
    response.headers["Cache-Control"] = "no-store"  # a draft may name people


router = APIRouter(prefix="/books/{book}/drafts", tags=["drafts"], dependencies=[Depends(kept_by_nobody)])

DraftId = Annotated[
    str, Path(description="the draft's id, a ULID", pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$", max_length=26)
]


class ProblemBody(BaseModel):
    """What the rules object to, by the rule's code, in Chinese and English."""

    rule: str
    zh: str
    en: str


class RemarkBody(ProblemBody):
    """What is to be known before one signs; `stops`: what was to be set right before a closing."""

    stops: bool


class MendBody(BaseModel):
    """The roles that are to change or withdraw a draft, and how that is said in Chinese and English."""

    roles: list[str]
    zh: str
    en: str


class ByKeyBody(BaseModel):
    """The key by which somebody did something to a draft, and what is said of that in Chinese and English."""

    key: str
    zh: str
    en: str


class StepBody(BaseModel):
    """What was done: made, changed, signed, dropped (a signature, by a change), refused, withdrawn, posted."""

    step: str
    revision: int
    key: str
    words: str
    at: datetime


class DisclosureBody(BaseModel):
    """A value behind a digest: base64url of [salt, name, value] (RFC 9901), whom it is about, for whom it is."""

    disclosure: str
    subject: str
    tier: Tier


class DraftBody(BaseModel):
    """A draft: its exact `text`, the statement in it, who signed, the roles that must sign and that are missing.

    `signatures` are the keys whose signatures count, `lapsed` those that signed it and have ended since, unless their
    holders signed anew.
    `asks` are the roles whose signature it waits for, nobody's while it is refused or could not be posted: those that
    are missing, and the cashier of a voucher of cash, who does not hold it up; `signers` the keys by which they sign
    now. `state` is open, posted or withdrawn; `entry` where it stands in the log; `problem` what else the rules object
    to; `refused` the keys that refuse its present text, `refusals` who that is and why, `gone` those of them whose
    holders have no key any more: nobody takes the refusal back for them; `mend` who is to change or withdraw it, null
    where it waits for signatures; `remarks` what is to be known before it is signed, for example that it spends beyond
    the year's plan. `invoices` is what those among its documents say, `named` what the ids in its text are, `people`
    the public names of those who did something by a key, by that key. `disclosures` are the values behind the digests
    of its text, for whoever makes vouchers or is to sign it.
    """

    book: str
    id: str
    revision: int
    state: str
    entry: int | None
    made_by: str
    text: str
    statement: dict[str, Any]
    signatures: list[str]
    lapsed: list[ByKeyBody]
    demanded: list[str]
    missing: list[str]
    asks: list[str]
    signers: list[str]
    refused: list[str]
    refusals: list[ByKeyBody]
    gone: list[str]
    mend: MendBody | None
    problem: ProblemBody | None
    remarks: list[RemarkBody]
    invoices: list[InvoiceBody]
    named: list[NamedBody]
    people: dict[str, str]
    disclosures: list[DisclosureBody]
    steps: list[StepBody]


class DraftsBody(BaseModel):
    """The drafts that wait, the oldest first."""

    book: str
    drafts: list[DraftBody]


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why one does not sign a revision."""

    revision: int
    reason: Annotated[str, msgspec.Meta(pattern=PLAIN)]


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which revision is taken back."""

    revision: int


def takes(
    description: str, more: dict[str, dict[str, Any]] | None = None, **properties: dict[str, Any]
) -> dict[str, Any]:
    """Return what OpenAPI says of a JSON body with these properties, all required, and perhaps `more`."""
    schema = {
        "type": "object",
        "properties": properties | (more or {}),
        "required": [*properties],
        "additionalProperties": False,
    }
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"description": description, "required": True, "content": content}}


_TYPE, _DATA = {"enum": [*KINDS]}, {"type": "object", "description": "as docs/entries.md has it"}
_TEMPLATE = {"type": "string", "description": "the voucher template that it was made of"}
_ID = {"type": "string", "description": "the id that it gets, a ULID: sent again, it is the same draft"}
_REVISION = {"type": "integer", "minimum": 1, "description": "the revision that was seen"}
_DESPITE = {
    "type": "string",
    "maxLength": DESPITE_MAX,
    "description": "why a closing's draft is made although its checklist stops it",
}
_REASON = {"type": "string", "minLength": 1, "maxLength": 200}
_ANSWERS = documented(400, 403, 404, 409, 422, 503)


@router.get("", responses=documented(400, 403, 404, 503))
def get_drafts(session: AtWork, service: Services) -> DraftsBody:
    """Return the drafts that wait."""
    found = service.drafts.waiting(session.book)
    return DraftsBody(book=session.book, drafts=_bodies(service, session, found))


@router.get("/{draft}", responses=documented(400, 403, 404, 503))
def get_draft(draft: DraftId, session: AtWork, service: Services) -> DraftBody:
    """Return a draft."""
    return _done(service, session, partial(service.drafts.draft, session.book, draft))


@router.post(
    "",
    status_code=201,
    dependencies=[FromHere],
    responses=_ANSWERS,
    openapi_extra=takes(
        "the entry's type and data",
        {"template": _TEMPLATE, "despite": _DESPITE, "id": _ID},
        type=_TYPE,
        data=_DATA,
    ),
)
async def post_draft(request: Request, session: AtWork, service: Services) -> DraftBody:
    """Make a draft."""
    wanted = read_request(await read_body(request), Wanted)
    return await run_in_threadpool(_done, service, session, partial(_make, service, session, wanted))


@router.put(
    "/{draft}",
    dependencies=[FromHere],
    responses=_ANSWERS,
    openapi_extra=takes(
        "the new content of a revision", {"despite": _DESPITE}, type=_TYPE, data=_DATA, revision=_REVISION
    ),
)
async def put_draft(draft: DraftId, request: Request, session: AtWork, service: Services) -> DraftBody:
    """Change a draft: its signatures fall away."""
    wanted = read_request(await read_body(request), Wanted)
    act = partial(_change, service, session, draft, wanted)
    return await run_in_threadpool(_done, service, session, act)


@router.post(
    "/{draft}/signatures",
    dependencies=[FromHere],
    responses=_ANSWERS,
    openapi_extra={
        "requestBody": {
            "description": "the draft's text, signed as a note by the key that is at work",
            "required": True,
            "content": {NOTE_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
async def post_signature(draft: DraftId, request: Request, session: AtWork, service: Services) -> DraftBody:
    """Sign a draft; with the last signature that is missing it is posted."""
    note = await read_body(request)
    return await run_in_threadpool(
        _done, service, session, partial(service.drafts.sign, session, draft, note)
    )


@router.post(
    "/{draft}/refusals",
    dependencies=[FromHere],
    responses=_ANSWERS,
    openapi_extra=takes("why one does not sign", revision=_REVISION, reason=_REASON),
)
async def post_refusal(draft: DraftId, request: Request, session: AtWork, service: Services) -> DraftBody:
    """Refuse to sign a draft, with a reason."""
    said = read_request(await read_body(request), Refusal)
    act = partial(service.drafts.refuse, session, draft, said.revision, said.reason)
    return await run_in_threadpool(_done, service, session, act)


@router.post(
    "/{draft}/withdrawal",
    dependencies=[FromHere],
    responses=_ANSWERS,
    openapi_extra=takes("which revision is taken back", revision=_REVISION),
)
async def post_withdrawal(draft: DraftId, request: Request, session: AtWork, service: Services) -> DraftBody:
    """Take a draft back."""
    said = read_request(await read_body(request), Withdrawal)
    act = partial(service.drafts.withdraw, session, draft, said.revision)
    return await run_in_threadpool(_done, service, session, act)


def _make(service: Service, session: Session, wanted: Wanted) -> OnDesk:
    """Make a draft; that of a closing only if the month's checklist lets it, or despite it."""
    return service.drafts.make(session, wanted, _despite(service, session.book, wanted))


def _despite(service: Service, book: str, wanted: Wanted) -> Despite:
    """Return what a draft of a closing is made despite, nothing of any other; raises `closing.stopped`."""
    if KINDS.get(wanted.type) is not PeriodClosed:
        return Despite()
    period = read_data(wanted.type, bytes(wanted.data), Closing).period
    remarks = service.drafts.closings.remarks(book, period)
    stops = tuple(remark.violation.zh for remark in remarks if remark.stops)
    return Despite(despite(len(stops), period, wanted.despite), stops)


def _change(service: Service, session: Session, id_: str, wanted: Wanted) -> OnDesk:
    """Change a draft, as one is made."""
    return service.drafts.change(session, id_, wanted, _despite(service, session.book, wanted))


def _done(service: Service, session: Session, act: Callable[[], OnDesk]) -> DraftBody:
    """Do something with a draft, and return it as it is then."""
    return _bodies(service, session, [act()])[0]


def _bodies(service: Service, session: Session, drafts: list[OnDesk]) -> list[DraftBody]:
    """Return drafts with what is to be known of them."""
    policy = service.drafts.policy(session.book)
    with service.pool.connection() as connection:
        remarks = remarks_on(connection, session.book, drafts, policy)
        named = named_in(connection, session.book, drafts)
    given = service.drafts.disclosures(session, drafts)
    return [
        _body(
            session.book,
            one,
            _Told(
                remarks[one.waiting.id],
                given.get(one.waiting.id, []),
                [named[id_] for id_ in ids_in(one) if id_ in named],
            ),
        )
        for one in drafts
    ]


class _Told(NamedTuple):
    """What is told of a draft beside what it is: remarks, private values, and entries that it names."""

    remarks: list[Remark]
    given: list[Given]
    named: list[NamedBody]


def _body(book: str, found: OnDesk, told: _Told) -> DraftBody:
    waiting, said = found.waiting, found.review
    return DraftBody(
        book=book,
        id=waiting.id,
        revision=waiting.revision,
        state=waiting.state,
        entry=waiting.entry,
        made_by=waiting.made_by,
        text=waiting.draft.text.decode(),
        statement=msgspec.json.decode(waiting.draft.text.split(b"\n")[1]),
        signatures=found.signed,
        lapsed=[*map(_by_key, found.lapsed)],
        demanded=list(said.demanded),
        missing=list(said.missing),
        asks=list(found.asks),
        signers=found.signers,
        refused=[step.key for step in found.refused],
        refusals=[*map(_by_key, found.refusals)],
        gone=found.gone,
        mend=_mend(found),
        problem=problem_said(said.problem),
        remarks=[remarked(one) for one in told.remarks],
        invoices=[InvoiceBody(**msgspec.to_builtins(one._asdict())) for one in found.invoices],
        named=told.named,
        people=found.people,
        disclosures=[
            DisclosureBody(disclosure=one.disclosure, subject=one.subject, tier=one.tier)
            for one in told.given
        ],
        steps=[
            StepBody(step=one.step, revision=one.revision, key=one.key, words=one.words, at=one.at)
            for one in waiting.steps
        ],
    )


def _by_key(said: ByKey) -> ByKeyBody:
    return ByKeyBody(key=said.key, zh=said.words.zh, en=said.words.en)


def _mend(found: OnDesk) -> MendBody | None:
    to_mend = found.mend
    return to_mend and MendBody(roles=list(to_mend.roles), zh=to_mend.words.zh, en=to_mend.words.en)


def problem_said(violation: RuleViolation | None) -> ProblemBody | None:
    """Return what the rules object to, if they do."""
    if violation is None:
        return None
    return ProblemBody(rule=violation.rule.code, zh=violation.zh, en=violation.en)


def remarked(remark: Remark) -> RemarkBody:
    """Return what is to be known before one signs."""
    said = remark.violation
    return RemarkBody(rule=said.rule.code, zh=said.zh, en=said.en, stops=remark.stops)
