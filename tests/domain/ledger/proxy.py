"""A proxy between the ledger and PostgreSQL that can lose one COMMIT, on its way there or the reply to it."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"
CHUNK_BYTES = 65_536
COMMIT = b"COMMIT\x00"
"""How psycopg sends it: the text of a query message, then a zero."""

Loss = Literal["request", "reply"]


class Proxy:
    """Listens on a Unix socket in `folder` and forwards each connection to `server`; a context manager.

    `lose` arms it: the next COMMIT is not forwarded ("request"), or it is and the server's answer is not
    ("reply"); either way the client then finds its connection closed.
    """

    def __init__(self, folder: Path, server: Path) -> None:
        """Forward to the socket `server`."""
        self.folder = folder
        self._server = server
        self._armed: Loss | None = None
        self._spare = 0
        self._meanwhile: Callable[[], object] = lambda: None
        self.lost = 0
        self._open: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET_NAME))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept, name="proxy")]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        (self.folder / SOCKET_NAME).unlink()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def lose(self, loss: Loss, *, spare: int = 0, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Lose the next COMMIT after the `spare` first ones.

        `meanwhile` is called when the server is done with the transaction and the client does not know it yet.
        """
        self._armed, self._spare, self._meanwhile = loss, spare, meanwhile

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), name="proxy-connection")
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with closing(client), closing(server), selectors.DefaultSelector() as selector, suppress(OSError):
            server.connect(str(self._server))
            self._open |= {client, server}
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while self._forward(selector, client):
                pass
        self._open -= {client, server}

    def _forward(self, selector: selectors.BaseSelector, client: socket.socket) -> bool:
        """Forward what has come from either side; False ends the connection."""
        for key, _ in selector.select():
            source, target = key.fileobj, key.data
            assert isinstance(source, socket.socket)
            data = source.recv(CHUNK_BYTES)
            if not data:
                return False
            if source is client and COMMIT in data and (loss := self._loss()):
                if loss == "reply":
                    target.sendall(data)
                    target.recv(CHUNK_BYTES)  # the server has committed when it answers
                target.close()  # else it rolls back
                self._meanwhile()
                self.lost += 1
                return False
            target.sendall(data)
        return True

    def _loss(self) -> Loss | None:
        """Return what to do with a COMMIT."""
        if self._armed and self._spare:
            self._spare -= 1
            return None
        loss, self._armed = self._armed, None
        return loss
