"""The door for disclosures, and those that are public."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.disclosures import Given, Tier
from api.http.entries import read_body
from api.http.parts import BookId, Database, Services, documented
from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, rule
from domain.kernel.statement import Count
from domain.rolls import MAX_ROWS
from projections import log, register

MALFORMED = rule(
    "disclosure.request",
    Kind.MALFORMED,
    "存放披露的请求有误：{problem}",
    "the request to keep disclosures is malformed: {problem}",
)

LINES_TYPE = "text/plain; charset=utf-8"

router = APIRouter(tags=["disclosures"])


class Disclosures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The disclosures of one entry; of a roll, all its rows."""

    entry: Count
    disclosures: Annotated[list[Given], msgspec.Meta(min_length=1, max_length=MAX_ROWS)]


class Stored(BaseModel):
    """How many of the disclosures were not kept before."""

    stored: int


_GIVEN = {
    "type": "object",
    "required": ["disclosure", "subject", "tier"],
    "additionalProperties": False,
    "properties": {
        "disclosure": {"type": "string", "description": "base64url of [salt, name, value] (RFC 9901)"},
        "subject": {"type": "string", "description": "whom it is about, as the operator names them"},
        "tier": {"enum": [tier.value for tier in Tier], "description": "for whom it is"},
    },
}
_BODY = {
    "requestBody": {
        "description": "the disclosures of one entry; of a roll, all its rows",
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["entry", "disclosures"],
                    "additionalProperties": False,
                    "properties": {
                        "entry": {"type": "integer", "minimum": 0},
                        "disclosures": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MAX_ROWS,
                            "items": _GIVEN,
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/books/{book}/disclosures",
    status_code=201,
    responses={**documented(400, 404, 409, 422, 503)},
    openapi_extra=_BODY,
)
async def post_disclosures(book: BookId, request: Request, service: Services) -> Stored:
    """Keep the values behind an entry's digests; whoever has them proves it by the digests themselves."""
    try:
        wanted = msgspec.json.decode(await read_body(request), type=Disclosures)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MALFORMED(problem=decoding_problem(error)) from None
    stored = await run_in_threadpool(service.disclosures.keep, book, wanted.entry, wanted.disclosures)
    return Stored(stored=stored)


@router.get(
    "/books/{book}/disclosures",
    response_class=Response,
    responses={
        200: {
            "content": {LINES_TYPE: {"schema": {"type": "string"}}},
            "description": "one disclosure a line",
        },
        **documented(400, 404, 503),
    },
)
def get_disclosures(book: BookId, service: Services, database: Database) -> Response:
    """Return the public disclosures of the entries that the newest checkpoint covers, one a line."""
    register.book(database, book)
    size = log.latest_checkpoint(database, book).size
    return Response(service.disclosures.public(database, book, size), media_type=LINES_TYPE)
