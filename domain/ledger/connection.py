"""A connection that does not wait for ever on a database that hangs.

A server that is stopped, or whose disk does not answer, keeps its sockets open: nothing arrives, and no error either.
`statement_timeout` is the server's own clock, which stands still with it, and TCP's timeouts know nothing of a socket
whose other end is merely silent. So the client looks at its own clock. Silence alone says little, since a query may run
long and a lock may be held: after some of it the server is asked whether it still takes a connection.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.rows import Row

if TYPE_CHECKING:
    from collections.abc import Generator

SILENT_SECONDS = 4.0
"""So long nothing may arrive before the server is asked, and again as long before it is asked anew."""
PROBE_SECONDS = 4
"""So long it may take to answer; together with the above, the time after which whoever waits hears that it hangs."""

RV = TypeVar("RV")


class BoundedConnection(psycopg.Connection[Row]):
    """A connection whose every wait ends in `OperationalError`, and the connection with it, when the server hangs.

    What it had sent may still be carried out when the server goes on, as after any lost connection.
    """

    def wait(self, gen: Generator[Any, Any, RV], *args: Any, **named: Any) -> RV:  # noqa: ANN401 -- psycopg's, as is
        """Drive what psycopg sends and receives; every wait of a connection comes through here."""
        return super().wait(self._bounded(gen), *args, **named)

    def _bounded(self, gen: Generator[Any, Any, RV]) -> Generator[Any, Any, RV]:
        """Pass on what `gen` waits for. psycopg sends 0 back each time that nothing was ready for its interval."""
        try:
            wanted = next(gen)
            heard = time.monotonic()
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > SILENT_SECONDS:
                    self._require_answer()
                    heard = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _require_answer(self) -> None:
        info = self.info
        try:
            psycopg.connect(info.dsn, password=info.password, connect_timeout=PROBE_SECONDS).close()
        except psycopg.OperationalError:
            self.close()  # else giving it back to its pool would wait for it once more
            raise psycopg.OperationalError(
                "the database hangs: it answers neither this nor a new connection"
            ) from None
