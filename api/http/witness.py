"""The witness over HTTP after C2SP tlog-witness: the door for requests, and what it cosigned for those who monitor it.

Answers are plain text as the specification has them, so that any log's client can drive it; what refuses a request
says in both languages what is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.problems import BAD_REQUEST, FAULT, NOT_ALLOWED, NOT_FOUND, RETRY_AFTER_SECONDS, STATUS
from audit.tlog.witness_request import MAX_REQUEST_BYTES
from audit.witness import Witness, refused
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

LOGGER = logging.getLogger(__name__)

OPEN = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
"""A page that verifies in the browser compares what a log shows it with what its witnesses saw."""

DISK = rule(
    "witness.disk",
    Kind.UNAVAILABLE,
    "见证人的磁盘写不进去，因此没有签名，请稍后再试",
    "the witness cannot write to its disk, so it signed nothing; try again later",
    "C2SP tlog-witness",
)


def create_witness_app(witness: Witness, now: Callable[[], int]) -> Starlette:
    """Return the application of a witness; `now` gives the time in POSIX seconds."""

    async def add_checkpoint(request: Request) -> Response:
        body = await _read(request)
        answer = await run_in_threadpool(lambda: witness.answer(body, now()))
        return _text(
            answer.body, STATUS[answer.refusal.rule.kind] if answer.refusal else 200, answer.media_type
        )

    def checkpoint(request: Request) -> Response:
        return _text(witness.checkpoint(request.path_params["name"]), headers=OPEN)

    def index(_: Request) -> Response:
        vkey = witness.verifier.vkey
        return _text(f"阳光账本见证人 / a witness (C2SP tlog-witness)\n{vkey}\n".encode(), headers=OPEN)

    routes = [
        Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
        Route("/{name}/checkpoint", checkpoint),
        Route("/", index),
    ]
    handlers = {RuleViolation: _violated, HTTPException: _not_here, OSError: _disk, Exception: _failed}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False  # the specification knows no redirection
    return app


async def _read(request: Request) -> bytes:
    """Read a body, but no further than shows that it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            break
    return bytes(body)


def _text(
    body: bytes,
    status: int = 200,
    media_type: str = "text/plain; charset=utf-8",
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an answer; the type is set by hand, since Starlette would add a charset to every text."""
    return Response(body, status, {"Content-Type": media_type, **(headers or {})})


def _refusal(violation: RuleViolation) -> Response:
    answer = refused(violation)
    status = STATUS[violation.rule.kind]
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if violation.rule.kind is Kind.UNAVAILABLE else {}
    return _text(answer.body, status, answer.media_type, headers)


def _violated(_: Request, error: Exception) -> Response:
    return _refusal(error) if isinstance(error, RuleViolation) else _failed(_, error)


def _not_here(request: Request, error: Exception) -> Response:
    path, method = request.url.path, request.method
    status = error.status_code if isinstance(error, HTTPException) else 0
    if status == STATUS[Kind.METHOD]:
        return _refusal(NOT_ALLOWED(path=path, method=method))
    if status == STATUS[Kind.UNKNOWN]:
        return _refusal(NOT_FOUND(path=path))
    return _refusal(BAD_REQUEST(field="request", read=method, problem=Phrase("无法读懂", str(error))))


def _disk(_: Request, error: Exception) -> Response:
    LOGGER.error("disk: %s", error)
    return _refusal(DISK())


def _failed(request: Request, error: Exception) -> Response:
    LOGGER.error("%s %s: %r", request.method, request.url.path, error)
    return _refusal(FAULT())
