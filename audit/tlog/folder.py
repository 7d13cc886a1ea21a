"""A log in a folder of static files (C2SP tlog-tiles), which any web server can serve and any program can write.

    checkpoint      the newest signed checkpoint
    log.vkey        the log's key
    tile/…          tiles and entry bundles; what lies under a path never changes
    growing         only while entries are appended: the head that is about to be signed, and the size before it
    lock            held by the one process that writes

Entries are appended in this order, each step durable before the next: the tiles to new paths; all of them read back
and the root computed again; the signed checkpoint beside the key (ADR 0017); the checkpoint in its place. A crash
between any two of them leaves the log as it was, or as it was to be, and the next to open it clears up. No second
history is signed: a folder that lacks what its key has signed is refused.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from audit.disk import Disk
from audit.source import FolderSource
from audit.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_decimal,
    sign_checkpoint,
)
from audit.tlog.growth import grow, new_tiles
from audit.tlog.proof import check_consistency, consistency_proof
from audit.tlog.tiles import ENTRIES, TileReader, decode_bundle
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import EMPTY_ROOT, leaf_hash
from domain.kernel.note import parse_vkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from domain.kernel.note import SigningKey

CHECKPOINT, VKEY, GROWING, LOCK = "checkpoint", "log.vkey", "growing", "lock"

_SPEC = "C2SP tlog-tiles; ADR 0025"
NO_LOG = rule(
    "tlog.no_log",
    Kind.UNKNOWN,
    "{folder} 里没有日志（缺 log.vkey）；请先建立",
    "there is no log in {folder} (log.vkey is missing); make one first",
    _SPEC,
)
LOG_EXISTS = rule(
    "tlog.log_exists",
    Kind.CONFLICT,
    "{folder} 里已有日志 {vkey}，不会被覆盖",
    "{folder} holds the log {vkey} already; it is not overwritten",
    _SPEC,
)
NO_KEY = rule(
    "tlog.no_key",
    Kind.FORBIDDEN,
    "这里没有日志 {origin} 的私钥，或者与 log.vkey 不符；请在保存该私钥的机器上、用同样的 SUNLEDGER_HOME 运行",
    "the private key of the log {origin} is not here, or is not that of log.vkey; run this where the key is kept, with"
    " the same SUNLEDGER_HOME",
    _SPEC,
)
BUSY = rule(
    "tlog.busy",
    Kind.CONFLICT,
    "另一个程序正在写 {folder} 里的日志；请等它结束",
    "another program is writing the log in {folder}; wait until it ends",
    _SPEC,
)
ROLLED_BACK = rule(
    "tlog.rolled_back",
    Kind.UNAVAILABLE,
    "{folder} 里的日志只有 {size} 条，而它的密钥已签署过 {signed} 条：文件夹被回退（例如恢复了旧备份），不再签署；"
    "请从网站或任何副本取回缺少的文件",
    "the log in {folder} has {size} entries, but its key has signed {signed}: the folder was rolled back, as by"
    " restoring an old backup, and nothing is signed; bring the missing files back from the web server or any copy",
    "C2SP tlog-checkpoint: a log never signs two histories",
)
OTHER_HISTORY = rule(
    "tlog.other_history",
    Kind.UNAVAILABLE,
    "{folder} 里的日志与它的密钥签署过的 {signed} 条不是同一历史，不再签署；请与副本比较，找回原来的文件",
    "the log in {folder} is not the history of {signed} entries that its key has signed; nothing is signed; compare it"
    " with a copy and bring the original files back",
    "C2SP tlog-checkpoint: a log never signs two histories",
)
DAMAGED = rule(
    "tlog.damaged",
    Kind.UNAVAILABLE,
    "{folder} 里的日志已损坏，不再签署：{problem}；请从副本取回原来的文件",
    "the log in {folder} is damaged, and nothing is signed: {problem}; bring the original files back from a copy",
    _SPEC,
)
MEMORY_DAMAGED = rule(
    "tlog.memory_damaged",
    Kind.UNAVAILABLE,
    "日志 {origin} 的密钥旁所存的最后检查点已损坏，不再签署：{problem}；请用网站上最新的检查点替换它",
    "the last checkpoint kept beside the key of the log {origin} is damaged, and nothing is signed: {problem}; put the"
    " newest one that the web server has in its place",
    "C2SP tlog-checkpoint: a log never signs two histories",
)


class LogKeys(Protocol):
    """Where the keys of logs are kept, each with the newest checkpoint that it signed."""

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key of a log, or None when it is not held here."""

    def last_signed(self, origin: str) -> bytes:
        """Return the newest checkpoint that the key signed, b"" when it signed none."""

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Keep a checkpoint durably before anybody sees it."""


def create_log(folder: Path, key: SigningKey, keys: LogKeys, disk: Disk | None = None) -> None:
    """Make an empty log in a folder, and sign that it is empty; raises `tlog.log_exists`.

    A run that ends midway is completed by the next. `keys` hold the key already.
    """
    if (folder / CHECKPOINT).exists() or ((folder / VKEY).exists() and _vkey(folder) != key.verifier.vkey):
        raise LOG_EXISTS(folder=folder, vkey=_vkey(folder))
    (disk or Disk()).put(folder / VKEY, f"{key.verifier.vkey}\n".encode())
    with open_log(folder, keys, disk):
        pass


@contextmanager
def open_log(folder: Path, keys: LogKeys, disk: Disk | None = None) -> Iterator[LogWriter]:
    """Open the log in a folder for writing, by this process alone; clears up after a crash.

    Raises `tlog.no_log`, `tlog.no_key`, `tlog.busy`, and what forbids to sign: `tlog.rolled_back`,
    `tlog.other_history`, `tlog.damaged`, `tlog.memory_damaged`.
    """
    vkey = _vkey(folder)
    key = keys.key_of(parse_vkey(vkey).name)
    if key is None or key.verifier.vkey != vkey:
        raise NO_KEY(origin=parse_vkey(vkey).name)
    with (folder / LOCK).open("ab") as lock:
        try:
            fcntl.flock(
                lock, fcntl.LOCK_EX | fcntl.LOCK_NB
            )  # let go when the file is closed, also by a crash
        except OSError:
            raise BUSY(folder=folder) from None
        yield LogWriter(folder, key, keys, disk or Disk())


def _vkey(folder: Path) -> str:
    try:
        return (folder / VKEY).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NO_LOG(folder=folder) from None


class LogWriter:
    """A log that is open for writing; `checkpoint` is its head, as it was signed last."""

    def __init__(self, folder: Path, key: SigningKey, keys: LogKeys, disk: Disk) -> None:
        """Check that the folder is what the key signed last, and clear up after a crash; `open_log` holds the lock."""
        self._folder = folder
        self._key = key
        self._keys = keys
        self._disk = disk
        self.source = FolderSource(folder)
        self.checkpoint = self._recover()

    def append(self, entries: Sequence[bytes]) -> Checkpoint:
        """Append entries, sign the new head, publish it and return it; without entries nothing is done."""
        if not entries:
            return self.checkpoint
        old = self.checkpoint
        new = old.size + len(entries)
        files = {tile.path: data for tile, data in grow(old.size, entries, self.source.fetch)}
        for path in files:
            if (self._folder / path).exists():
                raise DAMAGED(
                    folder=self._folder, problem=Phrase(f"{path} 不应存在", f"{path} ought not to be there")
                )
        planned = TileReader(new, lambda path: files[path] if path in files else self.source.fetch(path))
        head = Checkpoint(old.origin, new, planned.root())
        _require_extension(old, head, planned)
        self._disk.put(self._folder / GROWING, b"%d\n" % old.size + head.text)
        for path, data in files.items():
            self._disk.put(self._folder / path, data)
        self._read_back(old, head)
        self._publish(head)
        return head

    def _read_back(self, old: Checkpoint, head: Checkpoint) -> None:
        """Read from the disk what was written and compute all hashes again: a bit may have flipped on the way."""
        reader = TileReader(head.size, self.source.fetch)
        for tile in new_tiles(old.size, head.size):
            if tile.level == ENTRIES:
                entries = decode_bundle(self.source.fetch(tile.path), tile.width)
                hashes = [reader.subtree(0, tile.start + place) for place in range(tile.width)]
                if [leaf_hash(entry) for entry in entries] != hashes:
                    raise DAMAGED(
                        folder=self._folder,
                        problem=Phrase(f"{tile.path} 与瓦片不符", f"{tile.path} differs from the tiles"),
                    )
        if reader.root() != head.root:
            raise DAMAGED(folder=self._folder, problem=Phrase("根不同", "the root is another"))

    def _publish(self, head: Checkpoint) -> None:
        """Sign a head, keep it beside the key, then put it in its place."""
        note = sign_checkpoint(head, self._key)
        self._keys.remember_signed(head.origin, note)
        self._disk.put(self._folder / CHECKPOINT, note)
        self._disk.drop(self._folder / GROWING)
        self.checkpoint = head

    def _recover(self) -> Checkpoint:
        """Return the head that was signed last, after the folder and the memory beside the key; both are of one log."""
        shown, signed = self._shown(), self._signed()
        newest = max((head for head in (shown, signed) if head), key=lambda head: head.size, default=None)
        if newest is None:
            self._publish(Checkpoint(self._key.name, 0, EMPTY_ROOT))
            return self.checkpoint
        self._require_whole(shown, newest)
        for head in (shown, signed):
            if head:
                self._require_history(head, newest)
        if signed != newest:
            self._keys.remember_signed(newest.origin, sign_checkpoint(newest, self._key))
        if shown != newest:
            self._disk.put(self._folder / CHECKPOINT, self._keys.last_signed(newest.origin))
        self._clear_up(newest)
        return newest

    def _shown(self) -> Checkpoint | None:
        try:
            return open_checkpoint(self.source.fetch(CHECKPOINT), self._key.verifier)
        except FileNotFoundError:
            return None
        except RuleViolation as violation:
            raise DAMAGED(folder=self._folder, problem=f"checkpoint: {violation}") from None

    def _signed(self) -> Checkpoint | None:
        kept = self._keys.last_signed(self._key.name)
        try:
            return open_checkpoint(kept, self._key.verifier) if kept else None
        except RuleViolation as violation:
            raise MEMORY_DAMAGED(origin=self._key.name, problem=violation) from None

    def _require_whole(self, shown: Checkpoint | None, newest: Checkpoint) -> None:
        """Raise unless the folder's tiles give the newest signed root, as they do after a crash before it was shown."""
        size = shown.size if shown else 0
        try:
            root = self._root_at(newest.size)
        except (FileNotFoundError, RuleViolation) as problem:
            if size < newest.size:
                raise ROLLED_BACK(folder=self._folder, size=size, signed=newest.size) from None
            raise DAMAGED(folder=self._folder, problem=problem) from None
        if root != newest.root:
            raise OTHER_HISTORY(folder=self._folder, signed=newest.size)

    def _require_history(self, head: Checkpoint, newest: Checkpoint) -> None:
        try:
            _require_extension(head, newest, TileReader(newest.size, self.source.fetch))
        except (FileNotFoundError, RuleViolation):
            raise OTHER_HISTORY(folder=self._folder, signed=newest.size) from None

    def _root_at(self, size: int) -> bytes:
        return TileReader(size, self.source.fetch).root()

    def _clear_up(self, signed: Checkpoint) -> None:
        """Take away what a crash left of entries that were never signed; without the note of it nothing is touched."""
        try:
            before, _, text = self.source.fetch(GROWING).partition(b"\n")
            growing = parse_checkpoint(text)
        except FileNotFoundError:
            return
        except RuleViolation as violation:
            raise DAMAGED(folder=self._folder, problem=f"{GROWING}: {violation}") from None
        if parse_decimal(before) == signed.size:
            for tile in new_tiles(signed.size, growing.size):
                self._disk.drop(self._folder / tile.path)
        self._disk.drop(self._folder / GROWING)


def _require_extension(old: Checkpoint, new: Checkpoint, reader: TileReader) -> None:
    """Raise `tlog.bad_proof` unless the new head extends the old one."""
    if old.size:
        proof = consistency_proof(old.size, new.size, reader)
        check_consistency(old.size, old.root, new.size, new.root, proof)
