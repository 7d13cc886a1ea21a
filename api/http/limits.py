"""A bound on what one address may try in vain, so that nobody guesses, or floods the door with what is refused.

Each address has a bucket of refusals that fills again with time (token bucket). What is accepted, and all that only
reads, costs nothing.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from starlette.requests import Request

from api.http.problems import problem_response
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BURST_MINUTES = 5
"""A full bucket holds the refusals of so many minutes."""

ADDRESSES_MAX = 10_000
"""So many addresses are remembered, the last ones that were refused anything."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})

TOO_MANY = rule(
    "request.too_many",
    Kind.LIMITED,
    "您的地址刚才有太多请求被拒绝，请 {seconds} 秒后再试",
    "too many requests from your address were refused; try again in {seconds} seconds",
    "RFC 6585 section 4",
)


class Refusals:
    """How many more refusals each address has; `per_minute` come back in a minute, 0 sets no bound."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with a full bucket for everybody; `clock` gives seconds."""
        self._per_second = per_minute / 60
        self._full = per_minute * BURST_MINUTES
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str) -> int:
        """Return for how many seconds an address has to wait, 0 for not at all."""
        left = self._now(address)
        return 0 if left >= 1 or not self._full else max(1, round((1 - left) / self._per_second))

    def count(self, address: str) -> None:
        """Take one refusal off an address's bucket."""
        if self._full:
            self._left[address] = (self._now(address) - 1, self._clock())
            self._left.move_to_end(address)
            if len(self._left) > ADDRESSES_MAX:
                self._left.popitem(last=False)

    def _now(self, address: str) -> float:
        left, then = self._left.get(address, (self._full, self._clock()))
        return min(self._full, left + (self._clock() - then) * self._per_second)


class Limited:
    """Answers 429 in the place of the application to an address whose bucket is empty."""

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        """Wrap an application."""
        self._app = app
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if it only reads or its address has not had too many refused; count it if it is."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        seconds = self._refusals.wait_s(address)
        if seconds:
            answer = problem_response(
                Request(scope), TOO_MANY(seconds=seconds), {"Retry-After": str(seconds)}
            )
            await answer(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and 400 <= message["status"] < 500:
                self._refusals.count(address)
            await send(message)

        await self._app(scope, receive, send_counted)
