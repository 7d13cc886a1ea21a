"""Voucher templates over HTTP, for those who are at work in the book."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.drafting import KeptTemplate, Template, read_request
from api.http.drafts import takes
from api.http.entries import read_body
from api.http.parts import Services, documented
from api.http.sessions import AtWork, FromHere

router = APIRouter(prefix="/books/{book}/templates", tags=["drafts"])

TemplateId = Annotated[
    str, Path(description="the template's id, a ULID", pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$", max_length=26)
]
MadeOf = Annotated[
    str,
    Query(
        description="the id of the draft whose voucher it is made of, and which is the one of its period, if any",
        pattern=r"^([0-9A-HJKMNP-TV-Z]{26})?$",
        max_length=26,
    ),
]
Revision = Annotated[int, Query(ge=1, le=2**31 - 1, description="the revision that was seen")]


class TemplateBody(BaseModel):
    """A voucher to begin with: `every` month, quarter or year from `first_period` on, on `day`, or "" for whenever."""

    id: str
    revision: int
    changed_by: str
    changed_at: datetime
    name: str
    every: str
    first_period: str
    day: int
    summary: str
    resolution: str
    lines: list[dict[str, Any]]


class TemplatesBody(BaseModel):
    """The templates of a book, the oldest first."""

    book: str
    templates: list[TemplateBody]


_TEXT = {"type": "string", "maxLength": 200}
_CONTENT = takes(
    "the template; amounts may be missing",
    {
        "resolution": _TEXT,
        "every": {"enum": ["", "month", "quarter", "year"]},
        "first_period": {"type": "string", "description": "from which period on it comes, YYYY-MM"},
        "day": {"type": "integer", "minimum": 1, "maximum": 31},
    },
    name=_TEXT,
    summary=_TEXT,
    lines={"type": "array", "minItems": 1, "items": {"type": "object"}},
)
_ANSWERS = documented(400, 403, 404, 409, 422, 503)


@router.get("", responses=documented(400, 403, 404, 503))
def get_templates(session: AtWork, service: Services) -> TemplatesBody:
    """Return the voucher templates."""
    found = service.templates.all(session.book)
    return TemplatesBody(book=session.book, templates=[_body(one) for one in found])


@router.post("", status_code=201, dependencies=[FromHere], responses=_ANSWERS, openapi_extra=_CONTENT)
async def post_template(
    request: Request, session: AtWork, service: Services, draft: MadeOf = ""
) -> TemplateBody:
    """Keep a template, perhaps made of a draft."""
    template = read_request(await read_body(request), Template)
    return _body(await run_in_threadpool(service.templates.make, session, template, draft))


@router.put("/{template}", dependencies=[FromHere], responses=_ANSWERS, openapi_extra=_CONTENT)
async def put_template(
    template: TemplateId, revision: Revision, request: Request, session: AtWork, service: Services
) -> TemplateBody:
    """Change a template."""
    content = read_request(await read_body(request), Template)
    return _body(await run_in_threadpool(service.templates.change, session, template, revision, content))


@router.delete("/{template}", status_code=204, dependencies=[FromHere], responses=_ANSWERS)
def delete_template(template: TemplateId, revision: Revision, session: AtWork, service: Services) -> Response:
    """Delete a template; what was made of it stays."""
    service.templates.delete(session, template, revision)
    return Response(status_code=204)


def _body(kept: KeptTemplate) -> TemplateBody:
    return TemplateBody(
        id=kept.id,
        revision=kept.revision,
        changed_by=kept.changed_by,
        changed_at=kept.changed_at,
        **msgspec.to_builtins(kept.template),
    )
