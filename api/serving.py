"""Serving: the HTTP application on a port, with the projection runner beside it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

from api.http import create_app
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from api.composition import Service

PORTS_TRIED = 50

NO_PORT = rule(
    "serve.port",
    Kind.UNAVAILABLE,
    "{host} 上从 {port} 起的端口都被占用",
    "every port of {host} from {port} on is taken",
)


def free_port(host: str, port: int) -> socket.socket:
    """Return a bound socket on `port` or the next free one; raises `serve.port`."""
    for candidate in range(port, port + PORTS_TRIED):
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, candidate))
        except OSError:
            bound.close()
        else:
            return bound
    raise NO_PORT(host=host, port=port)


def serve_forever(service: Service, host: str, port: int) -> None:
    """Serve until interrupted."""
    bound = free_port(host, port)
    print(f"http://{host}:{bound.getsockname()[1]}/", flush=True)  # noqa: T201
    service.runner.start()
    config = uvicorn.Config(create_app(service), log_level="warning", timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[bound])
