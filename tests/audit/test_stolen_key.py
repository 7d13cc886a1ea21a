"""A thief has the log's key: what `sunledger verify --kept` and `sunledger monitor` say over HTTP."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.kernel.note import SigningKey
from tests.api.cli.conftest import BOOK, Commands
from tests.attack.history import figures
from tests.attack.hostile import hostile_server
from tests.audit.keyed import Keyed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.attack.hostile import HostileServer
    from tests.audit.conftest import Log

pytestmark = pytest.mark.e2e


class Reader:
    """Somebody with the commands, a checkpoint of an earlier visit, and a monitor that remembers."""

    def __init__(self, server: HostileServer, folder: Path) -> None:
        """Read what a server gives at the book's address."""
        self._server, self._folder = server, folder
        self._commands = Commands(folder / "home")

    def keep(self, note: bytes) -> None:
        """Keep a checkpoint."""
        (self._folder / "kept").write_bytes(note)

    def verify(self, files: dict[str, bytes]) -> list[str]:
        """Verify what is served now against the kept checkpoint; return the rules that are broken."""
        self._server.files = files | figures(files)
        kept = ("--kept", self._folder / "kept")
        result = self._commands.run("verify", self._server.address, *kept, "--format", "json")
        findings = json.loads(result.stdout)["findings"]
        assert result.returncode == (1 if findings else 0), result.stderr
        return [found["rule"] for found in findings]

    def monitor(self, files: dict[str, bytes]) -> list[str]:
        """Run the monitor; return the rules that are newly broken."""
        self._server.files = files | figures(files)
        result = self._commands.run("monitor", self._server.address, "--state", self._folder / "state")
        head, *fresh = [json.loads(line) for line in result.stdout.splitlines()]
        assert result.returncode == (0 if head["ok"] else 1), result.stderr
        return [found["rule"] for found in fresh]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with hostile_server(BOOK) as server:
        yield Reader(server, tmp_path)


@pytest.fixture
def first(log: Log) -> Keyed:
    """The small sample village's log: 19 entries, one key."""
    return Keyed(replace(log, published={}), (log.key,))


@pytest.fixture
def elsewhere() -> SigningKey:
    """A key of a new origin."""
    return SigningKey(f"new.example.cn/books/{BOOK}", bytes([3]) * 32)


def test_who_kept_what_the_thief_signed_is_told_so(
    reader: Reader, first: Keyed, elsewhere: SigningKey
) -> None:
    fork = first.voucher(7)
    moved = first.voucher().move(elsewhere, 19)
    reader.keep(fork.files["checkpoint"])
    assert reader.verify(fork.files) == []
    assert reader.verify(moved.files) == ["audit.kept_void"]
    reader.keep(first.files["checkpoint"])
    assert reader.verify(moved.files) == []
    assert reader.verify(moved.voucher().files) == []


def test_who_has_seen_the_move_is_not_led_back(reader: Reader, first: Keyed, elsewhere: SigningKey) -> None:
    moved = first.voucher().move(elsewhere, 19)
    reader.keep(moved.files["checkpoint"])
    assert reader.verify(first.voucher().voucher(7).voucher(8).files) == ["audit.unknown_origin"]
    assert reader.verify(moved.signed_by(first.keys[0])) == ["audit.old_origin"]


def test_a_monitor_tells_a_thief_from_the_village(
    reader: Reader, first: Keyed, elsewhere: SigningKey
) -> None:
    moved = first.voucher().move(elsewhere, 19)
    assert reader.monitor(first.files) == []
    assert reader.monitor(moved.files) == []
    thief = first.voucher().voucher(7).voucher(8)
    assert {"audit.old_origin", "audit.not_extended"} <= set(reader.monitor(thief.files))
    assert reader.monitor(moved.voucher().files) == []


def test_a_retired_key_that_was_stolen_signs_nothing_that_counts(reader: Reader, first: Keyed) -> None:
    old, second = first.keys[0], SigningKey(first.keys[0].name, bytes([2]) * 32)
    both = first.add(second)
    after = both.retire(old).voucher()
    reader.keep(both.files["checkpoint"])
    assert reader.monitor(both.files) == []
    assert reader.verify(after.files) == []
    for read in (reader.verify, reader.monitor):
        assert read(after.signed_by(old)) == ["audit.log_key_ended"]
    assert reader.monitor(after.files) == []
