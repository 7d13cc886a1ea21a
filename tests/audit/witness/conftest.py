"""A log that can fork, and a witness in a folder of its own."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from audit.tlog.cosignature import check_cosignature, witness_verifier
from audit.tlog.proof import consistency_proof
from audit.tlog.witness_request import WitnessRequest
from audit.witness import Witness, WitnessFolder
from audit.witness.folder import origin_hash
from audit.witness.head import Head, parse_head
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey, format_note, parse_note

if TYPE_CHECKING:
    from pathlib import Path

    from audit.disk import Disk

ORIGIN = "ledger.example.cn/440111/shalong"
NOW = 1_767_225_600
TOWN = SigningKey("witness.example.cn/town", b"\x02" * 32)


@dataclass
class Village:
    """A log of one key: every size of it can be asked for, and it can be forked."""

    key: SigningKey = field(default_factory=lambda: SigningKey(ORIGIN, b"\x01" * 32))
    entries: list[bytes] = field(default_factory=list)
    origin: str = ""

    def __post_init__(self) -> None:
        """Build the tree."""
        self.origin = self.origin or self.key.name
        self.tree = Tree()
        for entry in self.entries:
            self.tree.append(leaf_hash(entry))

    @classmethod
    def of_size(cls, size: int, key: SigningKey | None = None) -> Village:
        """Return a log of that many entries."""
        entries = [b"%d" % index for index in range(size)]
        return cls(key or SigningKey(ORIGIN, b"\x01" * 32), entries)

    def grow(self, entries: int, word: bytes = b"") -> None:
        """Add entries; another word makes them other entries."""
        for _ in range(entries):
            entry = b"%d%s" % (len(self.entries), word)
            self.entries.append(entry)
            self.tree.append(leaf_hash(entry))

    def fork(self, at: int, size: int, word: bytes = b"!") -> Village:
        """Return a log of the same key that has the first `at` entries, and others from there on."""
        fork = Village(self.key, self.entries[:at], self.origin)
        fork.grow(size - at, word)
        return fork

    def text(self, size: int, root: bytes | None = None, *extension: str) -> bytes:
        """Return a checkpoint's text."""
        head = Head(self.origin, size, self.tree.root(size) if root is None else root, b"")
        return checkpoint_text(head, *extension)

    def note(self, size: int, *others: SigningKey) -> bytes:
        """Return the signed checkpoint of that size, with lines of other keys behind."""
        text = self.text(size)
        return format_note(text, [self.key.sign(text), *(key.sign(text) for key in others)])

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        """Return the consistency proof, empty from 0 on."""
        return tuple(consistency_proof(old, size, self.tree)) if old else ()

    def request(self, old: int, size: int) -> bytes:
        """Return the request that an honest client would make."""
        return WitnessRequest(old, self.proof(old, size), self.note(size)).encode()


def checkpoint_text(head: Head, *extension: str) -> bytes:
    """Write a checkpoint's text by hand."""
    lines = [head.origin, str(head.size), b64encode(head.root).decode(), *extension]
    return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True)
class Post:
    """A witness and where it keeps what it knows."""

    witness: Witness
    folder: Path

    def ask(self, village: Village, old: int, size: int, now_s: int = NOW) -> str:
        """Send an honest client's request and return the code of the refusal, "" when it was cosigned."""
        return self.send(village.request(old, size), now_s)

    def send(self, body: bytes, now_s: int = NOW) -> str:
        """Send a request and return the code of the refusal, "" when it was cosigned."""
        refusal = self.witness.answer(body, now_s).refusal
        return refusal.rule.code if refusal else ""

    def log_folder(self, origin: str = ORIGIN) -> Path:
        """Return where a log's files lie."""
        return self.folder / "logs" / origin_hash(origin)

    def files(self) -> dict[str, bytes]:
        """Return every file of the folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def newest(self, origin: str = ORIGIN) -> tuple[int, int]:
        """Return the size of the newest cosigned checkpoint and its time; the witness's signature is checked."""
        return size_and_time(self.witness.checkpoint(origin_hash(origin)))

    def forks(self, origin: str = ORIGIN) -> list[str]:
        """Return the names of the evidence."""
        return sorted(path.name for path in (self.log_folder(origin) / "forks").iterdir())


def size_and_time(note: bytes) -> tuple[int, int]:
    """Read a cosigned checkpoint as anybody would who trusts the town's witness."""
    parsed = parse_note(note)
    head = parse_head(parsed.text)
    return head.size, check_cosignature(head, parsed.signatures[-1], witness_verifier(TOWN))


def open_post(folder: Path, *villages: Village, disk: Disk | None = None) -> Post:
    """Make a witness's folder unless it is there, and trust these logs."""
    store = WitnessFolder(folder, disk)
    try:
        store.create(witness_verifier(TOWN).vkey)
    except RuleViolation as violation:
        assert violation.rule.code == "witness.other_key"
    witness = Witness(TOWN, store)
    for village in villages:
        witness.add_log(village.key.verifier.vkey, village.origin)
    return Post(witness, folder)


@pytest.fixture
def village() -> Village:
    """A log of 12 entries."""
    return Village.of_size(12)


@pytest.fixture
def post(tmp_path: Path, village: Village) -> Post:
    """The town's witness, which knows the village's log and has cosigned nothing."""
    return open_post(tmp_path / "witness", village)
