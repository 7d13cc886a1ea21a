"""What is served goes out at once."""

from __future__ import annotations

import asyncio
import socket

import pytest

from api.serving import free_port


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_answer_in_two_parts_does_not_wait_for_an_acknowledgement(host: str) -> None:
    """Nagle's algorithm is off on each connection that is taken."""

    async def option() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def taken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            found.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with free_port(host, 0) as bound:
            server = await asyncio.start_server(taken, sock=bound)
            _, writer = await asyncio.open_connection(host, bound.getsockname()[1])
            on = await asyncio.wait_for(found, 10)
            writer.close()
            server.close()
            return on

    assert asyncio.run(option()) == 1
