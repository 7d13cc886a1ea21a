"""What is to be known of a statement before it is signed, over HTTP: of one that is signed at once, and no draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.drafting import SIGNERS_MAX, Unkept, read_request, remarks_on
from api.http.drafts import ProblemBody, RemarkBody, kept_by_nobody, problem_said, remarked, takes
from api.http.entries import read_body
from api.http.named import NamedBody, named_in
from api.http.parts import Services, documented
from api.http.sessions import AtWork, FromHere

if TYPE_CHECKING:
    from api.composition import Service
    from api.sessions import Session

router = APIRouter(prefix="/books/{book}/remarks", tags=["drafts"], dependencies=[Depends(kept_by_nobody)])

_TEXT = {"type": "string", "description": "the statement's exact text, as it is to be signed"}
_KEYS = {
    "type": "array",
    "maxItems": SIGNERS_MAX,
    "items": {"type": "string"},
    "description": "the names of the keys that are about to sign it",
}


class RemarksBody(BaseModel):
    """What the desk says of a statement, were it a draft: `problem`, `remarks` and `named` as `DraftBody` has them.

    `entry` is where it stands in the log, null for what is not posted yet; of what is, nothing is remarked.
    """

    book: str
    entry: int | None
    problem: ProblemBody | None
    remarks: list[RemarkBody]
    named: list[NamedBody]


@router.post(
    "",
    dependencies=[FromHere],
    responses=documented(400, 403, 404, 422, 503),
    openapi_extra=takes("what is about to be signed, and by whom", text=_TEXT, keys=_KEYS),
)
async def post_question(request: Request, session: AtWork, service: Services) -> RemarksBody:
    """Say what is to be known of a statement before it is signed; nothing of it is kept."""
    asked = read_request(await read_body(request), Unkept)
    return await run_in_threadpool(_answer, service, session, asked)


def _answer(service: Service, session: Session, asked: Unkept) -> RemarksBody:
    found = service.drafts.unkept(session, asked)
    policy = service.drafts.policy(session.book)
    with service.pool.connection() as connection:
        remarks = remarks_on(connection, session.book, [found], policy)[found.waiting.id]
        named = named_in(connection, session.book, [found])
    return RemarksBody(
        book=session.book,
        entry=found.waiting.entry,
        problem=problem_said(found.review.problem),
        remarks=[remarked(one) for one in remarks],
        named=[*named.values()],
    )
