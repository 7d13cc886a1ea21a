"""The HTTP application."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from fastapi import FastAPI

from api.http import entries, pages, problems, reports, tlog

if TYPE_CHECKING:
    from api.composition import Service

DESCRIPTION = """
A village's signed, append-only account book and its public transparency log.
Every error is a problem document (RFC 9457) whose `rule` is a stable code.
"""


WAITERS_MAX = 200
"""Posters who wait for their proof have threads of their own, so that they hold up nobody else."""


def create_app(service: Service) -> FastAPI:
    """Return the application on a running service."""
    app = FastAPI(
        title="sunledger 阳光账本", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None
    )
    app.state.service = service
    app.state.waiters = ThreadPoolExecutor(WAITERS_MAX, thread_name_prefix="wait")
    problems.install(app)
    for router in (entries.router, tlog.router, reports.router, pages.router):
        app.include_router(router)
    return app
