"""What every route needs: the service, a connection, and the parameters' types with their documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from psycopg import Connection
from pydantic import BeforeValidator

from api.composition import Service
from api.database import snapshot
from api.http.problems import Problem
from domain.kernel.errors import Phrase

MAX_INDEX = 2**63 - 1
INTEGER = re.compile("-?(?:0|[1-9][0-9]*)", re.ASCII)


def service_of(request: Request) -> Service:
    """Return the running service."""
    service: Service = request.app.state.service
    return service


def connection_of(request: Request) -> Iterator[Connection[Any]]:
    """Lend a connection for one request, in one snapshot: what an answer puts together belongs together."""
    with snapshot(service_of(request).pool) as connection:
        yield connection


Services = Annotated[Service, Depends(service_of)]
Database = Annotated[Connection[Any], Depends(connection_of)]
BookId = Annotated[
    str,
    Path(description="the organisation's unified social credit code", pattern=r"^[0-9A-Z]{18}$"),
]


_ONE_SPELLING = Phrase("应为不带前导零的整数", "an integer without leading zeros expected")


def one_spelling(read: object) -> object:
    """Refuse other spellings of an integer (01, +1, 1.0): one thing has one address."""
    if isinstance(read, str) and not INTEGER.fullmatch(read):
        raise ValueError(_ONE_SPELLING)
    return read


Index = Annotated[
    int,
    BeforeValidator(one_spelling),
    Path(description="the entry's index in the log, from 0", ge=0, le=MAX_INDEX),
]

_TEXT = {
    400: "the request or the entry is malformed",
    403: "a signature is missing, wrong, or of a key that may not",
    404: "there is no such thing",
    409: "it contradicts what is there already",
    422: "a rule refuses it",
    429: "too many requests of this address were refused",
    503: "the database is away or full; try again after Retry-After seconds",
}


BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
"""What OpenAPI says of a file, as a request or an answer has it."""


def takes_file(description: str) -> dict[str, Any]:
    """Return what OpenAPI says of a request whose body is a file."""
    return {"requestBody": {"description": description, "required": True, "content": BYTES}}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the problem documents that a route may answer with."""
    schema = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": _TEXT[status], "content": schema} for status in statuses}
