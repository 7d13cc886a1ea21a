"""Commands without a database server set: they start the embedded one, share it, and the last one stops it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.api.cli.conftest import BOOK, EXAMPLES, SUNLEDGER, Commands
from tests.api.importing.conftest import BOOK as OTHER_BOOK
from tests.api.importing.conftest import BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def alone() -> Iterator[Commands]:
    """The commands with nothing but a home, in a folder that PostgreSQL may enter."""
    home = Path(tempfile.mkdtemp(prefix="sunledger-embedded-"))
    try:
        yield Commands(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_two_commands_at_once_share_the_embedded_database(alone: Commands, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for name, text in (("book.toml", BOOK_TOML), ("opening.csv", OPENING), ("journal.csv", JOURNAL)):
        (other / name).write_text(text, encoding="utf-8")
    imports = [
        subprocess.Popen(
            [str(SUNLEDGER), "import", str(folder)],
            env=alone.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for folder in (EXAMPLES / "xiaohe", other)
    ]
    said = [running.communicate(timeout=180)[1].decode() for running in imports]
    assert [running.returncode for running in imports] == [0, 0], said
    assert not (alone.home / "postgres" / "postmaster.pid").exists()

    assert "19 条记录" in alone.good("export", "tlog", tmp_path / "log", "--book", BOOK)
    assert "8 条记录" in alone.good("export", "tlog", tmp_path / "other-log", "--book", OTHER_BOOK)
    assert "0 处不同" in alone.good("rebuild", "--check")
    assert not (alone.home / "postgres" / "postmaster.pid").exists()
