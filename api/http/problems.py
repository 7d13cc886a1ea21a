"""Errors as RFC 9457 problem documents with the stable code of the rule that was broken."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg_pool
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGGER = logging.getLogger(__name__)

STATUS = {
    Kind.MALFORMED: 400,
    Kind.FORBIDDEN: 403,
    Kind.UNKNOWN: 404,
    Kind.CONFLICT: 409,
    Kind.REFUSED: 422,
    Kind.UNAVAILABLE: 503,
}
RETRY_AFTER_SECONDS = 5

BAD_REQUEST = rule(
    "request.malformed",
    Kind.MALFORMED,
    "请求有误:{field} 为 {read};{problem}",
    "the request is malformed: {field} is {read}; {problem}",
)
TOO_LARGE = rule(
    "request.too_large",
    Kind.MALFORMED,
    "请求超过 {limit} 字节",
    "the request has more than {limit} bytes",
)
NOT_FOUND = rule(
    "request.not_found",
    Kind.UNKNOWN,
    "没有这个地址:{path}",
    "there is nothing at {path}",
)
DATABASE_AWAY = rule(
    "database.away",
    Kind.UNAVAILABLE,
    "数据库暂时不可用,请稍后再试",
    "the database cannot be reached; try again soon",
)


class Problem(BaseModel):
    """A problem document (application/problem+json)."""

    type: str
    title: str
    title_zh: str
    status: int
    rule: str
    detail: str
    detail_zh: str
    facts: dict[str, Any] = {}


def problem_response(violation: RuleViolation, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response for a violation; 503 says when to try again."""
    status = STATUS[violation.rule.kind]
    problem = Problem(
        type=f"urn:sunledger:rule:{violation.rule.code}",
        title=violation.rule.code,
        title_zh=violation.rule.code,
        status=status,
        rule=violation.rule.code,
        detail=violation.en,
        detail_zh=violation.zh,
        facts={name: fact if isinstance(fact, int) else str(fact) for name, fact in violation.facts.items()},
    )
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {}
    return JSONResponse(
        problem.model_dump(exclude={"title_zh"}),
        status_code=status,
        headers={**retry, **(headers or {})},
        media_type="application/problem+json",
    )


def install(app: FastAPI) -> None:
    """Let every error of the application become a problem document."""

    @app.exception_handler(RuleViolation)
    def violated(_: Request, error: RuleViolation) -> Response:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return problem_response(
            BAD_REQUEST(field=field, read=repr(first.get("input"))[:100], problem=first["msg"])
        )

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        violation = NOT_FOUND(path=request.url.path)
        if error.status_code == 404:
            return problem_response(violation)
        return _plain(error)

    @app.exception_handler(psycopg.OperationalError)
    @app.exception_handler(psycopg_pool.PoolTimeout)
    def away(_: Request, error: Exception) -> Response:
        LOGGER.warning("database: %s", error)
        return problem_response(DATABASE_AWAY())


def _plain(error: HTTPException) -> Response:
    code = {405: "request.method"}.get(error.status_code, "request.refused")
    body = {
        "type": f"urn:sunledger:rule:{code}",
        "title": code,
        "status": error.status_code,
        "rule": code,
        "detail": str(error.detail),
        "detail_zh": str(error.detail),
    }
    return JSONResponse(
        body,
        status_code=error.status_code,
        headers=error.headers,
        media_type="application/problem+json",
    )
