"""Three witnesses over HTTP, a policy of two of them, and a village whose log asks them."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from api.composition import service_on
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.settings import Settings
from api.witnessing import Witnesses
from api.witnessing.courier import Pace
from domain.kernel.note import SigningKey
from tests.api.witnessing.strict_witness import StrictWitness, served
from tests.audit.conftest import HAMLET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.composition import Service

BOOK = "N2330881MF0000013Y"
ORIGIN = f"sunledger.localhost/books/{BOOK}"
QUICK = Pace(
    look_seconds=0.3, gather_seconds=0.01, rest_seconds=0.05, rest_seconds_max=0.2, watch_seconds=0.1
)
NAMES = ("town", "county", "peer")


def line(number: int, yuan: int = 9) -> str:
    """Return the two lines of one more voucher of the village, that number of its period."""
    return f"2026-02-20,{number},利息,101,,{yuan}.00,,1\n2026-02-20,{number},利息,301,,,{yuan}.00,1\n"


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


@dataclass
class Village:
    """A village's folder, home and database, and the witnesses that its policy names."""

    home: Path
    url: str
    folder: Path
    witnesses: dict[str, StrictWitness]

    @property
    def policy(self) -> Path:
        """The policy's file."""
        return self.home / "policy"

    def write_policy(self, *lines: str) -> None:
        """Write the policy: all witnesses, and these lines (default: two of all are wanted)."""
        named = [f"witness {name} {one.vkey} {one.url}".strip() for name, one in self.witnesses.items()]
        more = lines or (f"group q {min(2, len(named))} {' '.join(self.witnesses)}", "quorum q")
        self.home.mkdir(exist_ok=True)
        self.policy.write_text("".join(f"{line}\n" for line in (*named, *more)), encoding="utf-8")

    @contextmanager
    def service(self, url: str = "", home: Path | None = None) -> Iterator[Service]:
        """Run the program on the database, or on another one; its threads are not started."""
        url = url or self.url
        settings = Settings(home=home or self.home, database_url=url, witnesses=self.policy)
        with service_on(settings, url) as service:
            yield service

    def import_(self, service: Service, more: str = "") -> int:
        """Import the village with some further lines and return the book's size."""
        self.folder.mkdir(exist_ok=True)
        for name, text in {**HAMLET, "journal.csv": HAMLET["journal.csv"] + more}.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        keyring = Keyring(service.settings.home / "keys", BOOK)
        return run_import(service, read_folder(self.folder), keyring).size

    def trust(self, service: Service) -> None:
        """Let every witness trust the log's key."""
        key = service.log_keys.key_of(ORIGIN)
        assert key is not None
        for witness in self.witnesses.values():
            witness.logs[ORIGIN] = key.verifier

    def rows(self, service: Service, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with service.pool.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(statement.encode()).fetchall()
        return rows

    def cosigned(self, service: Service) -> list[tuple[int, int]]:
        """Return by size how many witnesses have cosigned it."""
        statement = "SELECT size, count(DISTINCT vkey) FROM cosignatures GROUP BY size ORDER BY size"
        return [(size, count) for size, count in self.rows(service, statement)]


@pytest.fixture
def village(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """A village with three witnesses who do not know it yet; two of them are a quorum."""
    monkeypatch.setattr("api.composition.Witnesses", partial(Witnesses, pace=QUICK))
    with ExitStack() as stack:
        keys = {name: SigningKey(f"example.com/{name}", bytes([i]) * 32) for i, name in enumerate(NAMES, 2)}
        witnesses = {name: stack.enter_context(served(StrictWitness(key))) for name, key in keys.items()}
        village = Village(tmp_path / "home", database_url, tmp_path / "village", witnesses)
        village.write_policy()
        yield village
