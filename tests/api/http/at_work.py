"""People at work: each with a client of their own, signed in by their key."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from api.drafting import store
from api.sessions import answer
from domain.entry import sign_text
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from domain.kernel.note import SigningKey
    from tests.api.http.conftest import Door


class Person:
    """Who holds a key of the village, at a client of their own."""

    def __init__(self, client: httpx.Client, key: SigningKey) -> None:
        self.client = client
        self.key = key

    def challenge(self) -> bytes:
        """Ask what is to be signed."""
        text: str = self.client.post(f"/books/{BOOK}/sessions/challenge").json()["text"]
        return text.encode()

    def sign_in(self) -> httpx.Response:
        """Sign in."""
        return self.client.post(f"/books/{BOOK}/sessions", content=answer(self.challenge(), self.key))

    def get(self, path: str = "") -> httpx.Response:
        """Get something below the drafts."""
        return self.client.get(f"/books/{BOOK}/drafts{path}")

    def post(self, path: str, content: object) -> httpx.Response:
        """Post something below the drafts."""
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        return self.client.post(f"/books/{BOOK}/drafts{path}", content=body)

    def make(self, data: object, kind: str = "voucher.posted/1") -> dict[str, Any]:
        """Make a draft that is taken in."""
        made = self.post("", {"type": kind, "data": data})
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def change(self, draft: dict[str, Any], data: object) -> httpx.Response:
        """Change the draft as it was seen."""
        content = {"type": "voucher.posted/1", "data": data, "revision": draft["revision"]}
        path = f"/books/{BOOK}/drafts/{draft['id']}"
        return self.client.put(path, content=msgspec.json.encode(content))

    def sign(self, draft: dict[str, Any], key: SigningKey | None = None) -> httpx.Response:
        """Sign the draft as it was seen."""
        note = sign_text(draft["text"].encode(), [key or self.key])
        return self.post(f"/{draft['id']}/signatures", note)

    def refuse(self, draft: dict[str, Any], reason: str = "没有发票") -> httpx.Response:
        """Refuse the draft as it was seen."""
        return self.post(f"/{draft['id']}/refusals", {"revision": draft["revision"], "reason": reason})

    def withdraw(self, draft: dict[str, Any]) -> httpx.Response:
        """Withdraw the draft as it was seen."""
        return self.post(f"/{draft['id']}/withdrawal", {"revision": draft["revision"]})


class Office:
    """The people of the village, signed in when they are first asked for."""

    def __init__(self, door: Door, stack: ExitStack) -> None:
        self.door = door
        self._stack = stack
        self._people: dict[str, Person] = {}

    def stranger(self, role: str) -> Person:
        """Return somebody who is not signed in."""
        client = self._stack.enter_context(httpx.Client(base_url=self.door.url, timeout=60))
        return Person(client, self.door.keyring.key(role))

    def __getitem__(self, role: str) -> Person:
        if role not in self._people:
            person = self.stranger(role)
            assert person.sign_in().status_code == 201
            self._people[role] = person
        return self._people[role]


@contextmanager
def held_log(door: Door) -> Iterator[None]:
    """Hold the head of the village's book, so that whoever posts to it waits."""
    with door.service.pool.connection() as connection, connection.transaction():
        connection.execute("SELECT size FROM heads WHERE book = %s FOR UPDATE", (BOOK,))
        yield


def until_signed(door: Door, draft: dict[str, Any], count: int) -> None:
    """Wait until so many signatures of a draft are kept."""
    for _ in range(500):
        with door.service.pool.connection() as connection:
            if len(store.draft_of(connection, BOOK, draft["id"]).draft.signatures) == count:
                return
        time.sleep(0.02)
    pytest.fail("nobody has signed")
