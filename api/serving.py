"""Serving: the HTTP application on a port, with the projection runner and the couriers to the witnesses beside it."""

from __future__ import annotations

import errno
import signal
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from api.composition import Service

PORTS_TRIED = 50
STOP_SECONDS = 5
LOOK_SECONDS = 0.02

NO_PORT = rule(
    "serve.port",
    Kind.UNAVAILABLE,
    "{host} 上从 {port} 起的 {tried} 个端口都被占用",
    "the {tried} ports of {host} from {port} on are all taken",
)
CANNOT_BIND = rule(
    "serve.address",
    Kind.UNAVAILABLE,
    "无法在 {host} 的端口 {port} 上提供服务：{problem}",
    "cannot serve on {host}, port {port}: {problem}",
)
NOT_STARTED = rule(
    "serve.not_started",
    Kind.UNAVAILABLE,
    "网页服务没有启动，请看上面的日志",
    "the server did not start; see the log above",
)


def free_port(host: str, port: int) -> socket.socket:
    """Return a bound socket on `port` or the next free one; raises `serve.port`.

    It names TCP as its protocol: else asyncio leaves Nagle's algorithm on, and every answer but the first of a
    connection waits some 40 ms for the acknowledgement of its own header.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + PORTS_TRIED):
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, candidate))
        except (OSError, OverflowError) as error:
            bound.close()
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                raise CANNOT_BIND(host=host, port=candidate, problem=error) from None
        else:
            return bound
    raise NO_PORT(host=host, port=port, tried=PORTS_TRIED)


def address(bound: socket.socket) -> str:
    """Return the URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen_for_stop() -> threading.Event:
    """Return what SIGINT or SIGTERM sets from now on, so that whatever is open is closed in order."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


@contextmanager
def serving(service: Service, bound: socket.socket) -> Iterator[str]:
    """Serve books in the background, with their runner, and yield the URL; raises `serve.not_started`.

    What a log says is erased is deleted first, should a crash have come between the entry and the deletion.
    """
    from api.http.app import create_app  # noqa: PLC0415 -- it takes half a second, for which only a server waits

    service.disclosures.forget_all()
    service.runner.start()
    service.witnesses.start()
    with serving_app(create_app(service), bound) as url:
        yield url


@contextmanager
def serving_app(app: ASGIApp, bound: socket.socket) -> Iterator[str]:
    """Serve an application in the background and yield the URL; raises `serve.not_started`."""
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="http", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise NOT_STARTED()
            time.sleep(LOOK_SECONDS)
        yield address(bound)
    finally:
        server.should_exit = True
        thread.join()


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=STOP_SECONDS, server_header=False
    )
    return uvicorn.Server(config)
