"""A village whose every byte follows from names: small logs to forge, the same in each run, and their bundles."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias, cast

from msgspec import structs

from audit.bundle import write_bundle
from audit.replay import Replay
from audit.statements import FORMS, TRIAL_BALANCE
from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.tiles import ENTRIES, encode_bundle, tile_hashes, tile_sizes
from audit.verify import verify
from domain.book import Book
from domain.entry import parse_entry, seal
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey, format_note, parse_note
from domain.kernel.ulid import derive
from domain.roles import KeyGrant, possession_text
from tests.audit.published import published_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.entry import AnyStatement
    from domain.kernel.statement import Seen, Statement

BOOK = "N2330881MF0000021R"
ORIGIN = f"village.example/books/{BOOK}"
AT = "2026-03-05T10:12:33+08:00"


def key(name: str) -> SigningKey:
    """Return the key whose seed is the hash of its name."""
    return SigningKey(name, sha256(name.encode()).digest())


def office(role: str, number: int = 1, book: str = BOOK) -> SigningKey:
    """Return the key of an office holder."""
    return key(f"{book}/{role}/{number}")


def holder(person: str) -> str:
    """Return the digest that stands for a person."""
    return base64.urlsafe_b64encode(sha256(person.encode()).digest()).decode().rstrip("=")


def grant(signer: SigningKey, person: str) -> KeyGrant:
    """Return the grant of a key to a person, with its proof of possession."""
    vkey, digest = signer.verifier.vkey, holder(person)
    proof = base64.b64encode(signer.sign_raw(possession_text(vkey, digest))).decode()
    return KeyGrant(holder=digest, name=person, proof=proof, vkey=vkey)


def falsified(note: bytes, name: str) -> bytes:
    """Return an entry in which the signature that bears a key's name and id is by another hand."""
    text, signatures = parse_note(note)
    by_another = SigningKey(name, bytes(32)).sign_raw(text)
    lines = [
        structs.replace(line, signature=by_another) if line.name == name else line for line in signatures
    ]
    return format_note(text, lines)


@dataclass(frozen=True)
class Log:
    """A log: entries, key, whether balances (and `statements`) are published, what is altered (None: taken away)."""

    entries: tuple[bytes, ...] = ()
    key: SigningKey = field(default_factory=lambda: key(ORIGIN))
    published: bool = False
    statements: bool = False
    altered: dict[str, bytes | None] = field(default_factory=dict)

    def book(self) -> Book:
        """Return the book that the entries make."""
        book = Book(BOOK)
        for note in self.entries:
            book.evolve(parse_entry(note))
        return book

    def statement(self, kind: type[Statement], data: object, seen: Seen | None = None) -> AnyStatement:
        """Return a statement that follows all entries."""
        book = self.book()
        id_ = derive(0, "vector", str(book.size))
        made = kind(at=AT, book=BOOK, data=data, id=id_, seen=seen or book.seen())  # type: ignore[call-arg]
        return cast("AnyStatement", made)

    def then(
        self, kind: type[Statement], data: object, *signers: SigningKey, seen: Seen | None = None
    ) -> Log:
        """Return the log with one more entry."""
        return self.plus(seal(self.statement(kind, data, seen), signers))

    def plus(self, *notes: bytes) -> Log:
        """Return the log with these entries behind its own."""
        return replace(self, entries=(*self.entries, *notes))

    def with_entry(self, index: int, change: Callable[[bytes], bytes]) -> Log:
        """Return the log with one entry changed."""
        entries = list(self.entries)
        entries[index] = change(entries[index])
        assert entries[index] != self.entries[index]
        return replace(self, entries=tuple(entries))

    def alter(self, path: str, data: bytes | None) -> Log:
        """Return the log with a file in place of its own."""
        return replace(self, altered=self.altered | {path: data})

    def publish(self, *, statements: bool = False) -> Log:
        """Return the log with its balances published, perhaps with the statements."""
        return replace(self, published=True, statements=statements)

    def tree(self) -> Tree:
        """Return the Merkle tree over the entries."""
        tree = Tree()
        for note in self.entries:
            tree.append(leaf_hash(note))
        return tree

    def checkpoint(self, size: int | None = None, signer: SigningKey | None = None) -> bytes:
        """Return the checkpoint over the first entries."""
        tree = self.tree()
        head = Checkpoint(self.key.name, tree.size if size is None else size, tree.root(size))
        return sign_checkpoint(head, signer or self.key)

    def files(self) -> dict[str, bytes]:
        """Return every file of the log by its path."""
        tree = self.tree()
        files = {"log.vkey": f"{self.key.verifier.vkey}\n".encode()}
        for tile in tile_sizes(tree.size):
            notes = self.entries[tile.start : tile.start + tile.width]
            files[tile.path] = encode_bundle(notes) if tile.level == ENTRIES else tile_hashes(tile, tree)
        files |= self._balances() if self.published else {}
        files["checkpoint"] = self.checkpoint()
        merged = {**files, **self.altered}
        return {path: data for path, data in merged.items() if data is not None}

    def _balances(self) -> dict[str, bytes]:
        """Return what an honest clerk would publish of whatever the entries are."""
        replay = Replay()
        verify(_Unpublished(self), replay=replay)
        return published_files(replay, FORMS if self.statements else [TRIAL_BALANCE])

    def bundle(self, path: Path) -> Path:
        """Write the log as a bundle and return its path."""
        write_bundle(path, self.files().items())
        return path


Forgery: TypeAlias = "tuple[str, Log, *tuple[tuple[str, int | None], ...]]"
"""A name, the log, and findings."""


@dataclass(frozen=True)
class _Unpublished:
    """The log's entries as a source without published balances."""

    log: Log
    name: str = ""

    def fetch(self, path: str) -> bytes:
        """Return a file."""
        tree = self.log.tree()
        for tile in tile_sizes(tree.size):
            if tile.path == path and tile.level == ENTRIES:
                return encode_bundle(self.log.entries[tile.start : tile.start + tile.width])
        if path == "checkpoint":
            return self.log.checkpoint()
        raise FileNotFoundError(path)

    def publishes(self, form: str) -> bool:
        """Say of no form that it is published."""
        del form
        return False

    def months(self, form: str) -> list[str]:
        """Name none."""
        del form
        return []

    def published(self, form: str, period: str) -> None:
        """Return nothing: it was never published."""
