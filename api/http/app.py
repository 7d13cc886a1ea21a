"""The HTTP application."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI

from api.http import (
    attachments,
    bank_decisions,
    banking,
    closing,
    correcting,
    county,
    difference,
    disclosures,
    distribution,
    drafts,
    entries,
    history,
    ledgers,
    limits,
    packing,
    pages,
    pdf,
    problems,
    remarks,
    reports,
    sessions,
    slips,
    statements,
    tlog,
    verifier,
    voucher_templates,
    witnessing,
    work,
    workspace,
)
from api.http.parameters import WithoutPassedOn, check_parameters
from api.http.parts import documented

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.composition import Service

DESCRIPTION = """
A village's signed, append-only account book and its public transparency log.
Every error is a problem document (RFC 9457) whose `rule` is a stable code; a method that an address does not take gets
405 (`request.method`), a parameter that it does not take 400 (`request.parameter`), but for pages, which pass over what
they do not know, and a `from` that WeChat appended. A slash at an address's end is redirected (307) to the address
without it.
"""


WAITERS_MAX = 200
"""Posters who wait for their proof have threads of their own, so that they hold up nobody else."""


class Application(FastAPI):
    """FastAPI, describing the answers it really gives: a malformed request gets 400 and a problem document."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document without the framework's own 422; whatever writes may be answered with 429."""
        schema = super().openapi()
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                if method.upper() not in limits.READING:
                    operation["responses"]["429"] = documented(429)[429]
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
        for name in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
        return schema


class HeadAsGet:
    """Answers HEAD as GET without the body (RFC 9110 section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a HEAD request on as GET and keep its body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_head)


def create_app(service: Service) -> FastAPI:
    """Return the application on a running service."""
    app = Application(
        title="sunledger 阳光账本",
        version="1",
        description=DESCRIPTION,
        dependencies=[Depends(check_parameters)],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the framework's redirect believes the request's Host header
    )
    app.state.service = service
    app.state.printing = asyncio.Semaphore(1)
    app.state.waiters = ThreadPoolExecutor(WAITERS_MAX, thread_name_prefix="wait")
    app.add_middleware(WithoutPassedOn)
    app.add_middleware(packing.Packed)
    app.add_middleware(HeadAsGet)
    app.add_middleware(verifier.OpenToReaders)
    app.add_middleware(limits.Limited, refusals=limits.Refusals(service.settings.refusals_per_minute))
    problems.install(app)
    workspace.install(app)
    for part in (
        entries,
        disclosures,
        sessions,
        drafts,
        remarks,
        pdf,
        voucher_templates,
        bank_decisions,
        banking,
        attachments,
        tlog,
        witnessing,
        county,
        reports,
        statements,
        ledgers,
        closing,
        distribution,
        correcting,
        history,
        difference,
        pages,
        slips,
        work,
        workspace,
        verifier,
    ):
        app.include_router(part.router)
    return app
