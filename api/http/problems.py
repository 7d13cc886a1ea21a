"""Errors as RFC 9457 problem documents with the stable code of the rule that was broken."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg_pool
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.http.validation import BY_HAND, IN_PATH, called, parameter_problem
from api.http.views import page, wants_page
from api.naming import in_words
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.organisation import is_organisation
from projections import register

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGGER = logging.getLogger(__name__)

STATUS = {
    Kind.MALFORMED: 400,
    Kind.FORBIDDEN: 403,
    Kind.UNKNOWN: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.REFUSED: 422,
    Kind.LIMITED: 429,
    Kind.FAULT: 500,
    Kind.UNAVAILABLE: 503,
}
HEADINGS = {
    Kind.MALFORMED: Phrase("请求有误", "the request is malformed"),
    Kind.FORBIDDEN: Phrase("没有权限", "not permitted"),
    Kind.UNKNOWN: Phrase("没有找到", "not found"),
    Kind.METHOD: Phrase("不支持这样做", "not supported"),
    Kind.CONFLICT: Phrase("现在不能这样做", "this cannot be done now"),
    Kind.REFUSED: Phrase("不能这样做", "this cannot be done"),
    Kind.LIMITED: Phrase("请求太多", "too many requests"),
    Kind.FAULT: Phrase("程序出错", "a fault of the program"),
    Kind.UNAVAILABLE: Phrase("暂时不可用", "not available for now"),
}
"""What the page of a refusal is called."""

RETRY_AFTER_SECONDS = 5

BAD_REQUEST = rule(
    "request.malformed",
    Kind.MALFORMED,
    "{name}有误，读到 {read}：{problem}；{remedy}",
    "{name} is malformed, {read} was read: {problem}; {remedy}",
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
    "没有这个地址：{path}",
    "there is nothing at {path}",
)
NOT_ALLOWED = rule(
    "request.method",
    Kind.METHOD,
    "{path} 不支持 {method}",
    "{path} does not take {method}",
    "RFC 9110 section 15.5.6",
)
FAULT = rule(
    "request.fault",
    Kind.FAULT,
    "程序出错，已记入日志；没有写入任何内容",
    "a fault of the program, which is in its log; nothing was written",
)
DATABASE_AWAY = rule(
    "database.away",
    Kind.UNAVAILABLE,
    "数据库暂时不可用，请稍后再试",
    "the database cannot be reached; try again soon",
)


class Problem(BaseModel):
    """A problem document (application/problem+json); `rule` is the stable code, `facts` what was read and expected."""

    type: str
    title: str
    status: int
    rule: str
    detail: str
    detail_zh: str
    facts: dict[str, Any] = {}


def problem_response(
    request: Request, violation: RuleViolation, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer to a violation: a page for a browser, else a problem document; 503 says when to try again."""
    status = STATUS[violation.rule.kind]
    extra = dict(headers or {})
    if status == STATUS[Kind.UNAVAILABLE]:
        extra["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if wants_page(request):
        answer = page(
            request,
            "problem.html",
            status,
            heading=HEADINGS[violation.rule.kind],
            told=violation,
            remedy=IN_PATH if violation.rule.kind is Kind.UNKNOWN else None,
            book=_book_of(request, violation),
            at_work="/work" in request.url.path,
        )
        answer.headers.update(extra)
        return answer
    problem = Problem(
        type=f"urn:sunledger:rule:{violation.rule.code}",
        title=violation.rule.code,
        status=status,
        rule=violation.rule.code,
        detail=violation.en,
        detail_zh=violation.zh,
        facts={name: fact if isinstance(fact, int) else str(fact) for name, fact in violation.facts.items()},
    )
    return JSONResponse(problem.model_dump(), status, extra, media_type="application/problem+json")


def _book_of(request: Request, violation: RuleViolation) -> str:
    """Return the book whose page was asked for, "" where the address names none that is there, as far as is known."""
    _, place, book, *_ = [*request.url.path.split("/"), "", ""]
    named = book if place == "books" and is_organisation(book) else ""
    if not named or violation.rule.kind in {Kind.FAULT, Kind.UNAVAILABLE}:
        return named
    try:
        with request.app.state.service.pool.connection() as connection:
            return register.book(connection, named).book
    except (psycopg.OperationalError, psycopg_pool.PoolTimeout):
        return named
    except RuleViolation:
        return ""


def _in_words(request: Request, violation: RuleViolation) -> RuleViolation:
    """Return a refusal with the entries of its book that it names in words, if the database is there to tell them."""
    try:
        return in_words(request.app.state.service.pool, request.path_params.get("book", ""), violation)
    except (psycopg.OperationalError, psycopg_pool.PoolTimeout):
        return violation


def _without_slash(request: Request) -> str:
    """Return the same address without slashes at its end, relative to this server, whatever its Host header says."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/{request.url.path.strip('/')}{query}"


def install(app: FastAPI) -> None:
    """Let every error of the application become a problem document."""

    @app.exception_handler(RuleViolation)
    def violated(request: Request, error: RuleViolation) -> Response:
        return problem_response(request, _in_words(request, error))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        read = repr(first.get("input"))[:100]
        name, remedy = called(first)
        told = BAD_REQUEST(field=field, name=name, read=read, problem=parameter_problem(first), remedy=remedy)
        return problem_response(request, told)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        path, method = request.url.path, request.method
        if error.status_code == STATUS[Kind.METHOD]:
            return problem_response(request, NOT_ALLOWED(path=path, method=method), error.headers)
        if error.status_code == STATUS[Kind.UNKNOWN] and method == "GET" and path.endswith("/"):
            return RedirectResponse(_without_slash(request), 307)
        if error.status_code == STATUS[Kind.UNKNOWN]:
            return problem_response(request, NOT_FOUND(path=path))
        told = BAD_REQUEST(
            field="request",
            name=Phrase("请求", "request"),
            read=method,
            problem=Phrase("无法读懂", error.detail),
            remedy=BY_HAND,
        )
        return problem_response(request, told)

    @app.exception_handler(Exception)
    def failed(request: Request, error: Exception) -> Response:
        LOGGER.error("%s %s: %r", request.method, request.url.path, error)
        return problem_response(request, FAULT())

    @app.exception_handler(psycopg.OperationalError)
    @app.exception_handler(psycopg_pool.PoolTimeout)
    def away(request: Request, error: Exception) -> Response:
        LOGGER.warning("database: %s", error)
        return problem_response(request, DATABASE_AWAY())
