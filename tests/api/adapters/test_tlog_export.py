"""An exported folder holds one log: a folder with anything else in it is left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.adapters.tlog_export import export_tlog
from api.identity import Keyring
from api.importing import read_folder, run_import
from audit.source import FolderSource
from audit.verify import verify
from domain.kernel.errors import RuleViolation
from tests.audit.conftest import EXAMPLE, HAMLET, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Service

XIAOHE, HAMLET_BOOK = "N2330881MF0000021R", "N2330881MF0000013Y"


@pytest.fixture
def service_of_two(xiaohe: Service, tmp_path: Path) -> Service:
    """The running program with two books."""
    source = tmp_path / "hamlet"
    source.mkdir()
    for name, text in HAMLET.items():
        (source / name).write_text(text, encoding="utf-8")
    keyring = Keyring(xiaohe.settings.home / "keys" / HAMLET_BOOK, HAMLET_BOOK)
    run_import(xiaohe, read_folder(source), keyring)
    return xiaohe


def export(service: Service, book: str, folder: Path) -> None:
    """Export a book's log."""
    with service.pool.connection() as connection:
        export_tlog(connection, book, folder)


def refusal(service: Service, book: str, folder: Path) -> str:
    """Export, which must be refused without a change to the folder; return what was said."""
    before = read_files(folder)
    with pytest.raises(RuleViolation) as caught:
        export(service, book, folder)
    assert read_files(folder) == before
    return str(caught.value)


def test_another_books_log_is_not_overwritten(service_of_two: Service, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    export(service_of_two, XIAOHE, folder)
    said = refusal(service_of_two, HAMLET_BOOK, folder)
    assert said.startswith("[export.other_log]")
    assert XIAOHE in said
    assert HAMLET_BOOK in said


def test_another_books_log_that_was_half_written_is_not_overwritten(
    service_of_two: Service, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    export(service_of_two, XIAOHE, folder)
    (folder / "checkpoint").unlink()  # it is written last
    assert refusal(service_of_two, HAMLET_BOOK, folder).startswith("[export.other_log]")


@pytest.mark.parametrize("name", ["journal.csv", ".bashrc"])
def test_a_folder_that_holds_other_things_is_left_alone(xiaohe: Service, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / name).write_bytes((EXAMPLE / "journal.csv").read_bytes())
    said = refusal(xiaohe, XIAOHE, folder)
    assert said.startswith("[export.not_a_log]")
    assert name in said


def test_the_same_log_is_exported_again(xiaohe: Service, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    export(xiaohe, XIAOHE, folder)
    first = read_files(folder)
    export(xiaohe, XIAOHE, folder)
    assert read_files(folder) == first
    assert verify(FolderSource(folder)).ok
