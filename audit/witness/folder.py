"""A witness's folder: whose it is, and for each log what is trusted, what was cosigned, and every fork that was seen.

witness.vkey                    the witness's own key; the folder of one key serves no other
logs/<hex SHA-256 of origin>/
log.json                    the origin and the keys trusted for it
checkpoint                  the newest cosigned checkpoint, ``none`` before the first; never empty
cosigned/<n>                the ones before it (`audit.witness.history`)
forks/<size>-<hex root>.*   ``.cosigned`` and ``.request``: two heads that no one log can have, both signed by it
lock                        held while a request is decided, between processes too
"""

from __future__ import annotations

import fcntl
import hashlib
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from audit.disk import Disk
from audit.witness.history import History
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.note import parse_vkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.kernel.note import VerifierKey

OWNER_ONLY = 0o700
"""A witness's folders are read by nobody else."""

MAX_FORKS = 1000
"""More evidence against one log is not kept: the first fork says all, and a log could fill the disk."""

NONE = b"none\n"
"""What stands in the place of the first cosigned checkpoint: an empty file is one whose contents were lost."""

_NAME = re.compile(r"[0-9a-f]{64}")

MISSING = rule(
    "witness.missing",
    Kind.UNAVAILABLE,
    "{folder} 不是见证人的文件夹；请先用 witness init 建立。丢失了文件夹的见证人必须换新密钥，不能接着签名",
    "{folder} is no witness's folder; make one with witness init. A witness that lost its folder needs a new key: it"
    " no longer knows what it signed",
)
OTHER_KEY = rule(
    "witness.other_key",
    Kind.CONFLICT,
    "{folder} 属于另一个见证人 {vkey}",
    "{folder} belongs to another witness, {vkey}",
)
DAMAGED = rule(
    "witness.damaged",
    Kind.FAULT,
    "见证人关于日志 {origin} 的记录损坏，不再为它签名：{problem}",
    "what the witness knows of the log {origin} is damaged, so it signs nothing for it: {problem}",
    "C2SP tlog-witness",
)


class TrustedLog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A log by its origin line, and the verifier keys of which one has to have signed a checkpoint."""

    origin: str
    vkeys: tuple[str, ...] = ()

    @property
    def keys(self) -> list[VerifierKey]:
        """The trusted keys."""
        return [parse_vkey(vkey) for vkey in self.vkeys]


def origin_hash(origin: str) -> str:
    """Return the name by which a log is known to monitors: the hex SHA-256 of its origin line."""
    return hashlib.sha256(origin.encode()).hexdigest()


class LogFolder:
    """What a witness keeps of one log."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        """Use a folder; it is a log's once `trust` was called."""
        self._folder = folder
        self._disk = disk
        self.history = History(folder / "cosigned", disk)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the log: no other thread and no other process decides about it at the same time."""
        with (self._folder / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed, also by a crash
            yield

    def trusted(self) -> TrustedLog | None:
        """Return what is trusted, or None when the folder is no log's yet."""
        try:
            return msgspec.json.decode((self._folder / "log.json").read_bytes(), type=TrustedLog)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            raise DAMAGED(origin=self._folder.name, problem=f"log.json: {error}") from None

    def trust(self, log: TrustedLog) -> None:
        """Set what is trusted; what was cosigned stays."""
        for name in ("cosigned", "forks"):
            self._disk.make_folder(self._folder / name, OWNER_ONLY)
        if not self._checkpoint.exists() and self.trusted() is None:
            self._disk.put(self._checkpoint, NONE)
        self._disk.put(self._folder / "log.json", msgspec.json.encode(log))

    def newest(self) -> bytes:
        """Return the newest cosigned checkpoint, b"" when there is none yet; raises `witness.damaged`."""
        try:
            note = self._checkpoint.read_bytes()
        except FileNotFoundError:
            raise DAMAGED(
                origin=self._folder.name,
                problem=Phrase(f"{self._checkpoint} 不见了", f"{self._checkpoint} is gone"),
            ) from None
        if not note or (note == NONE and self.history.begun()):
            raise DAMAGED(
                origin=self._folder.name,
                problem=Phrase(f"{self._checkpoint} 空了", f"{self._checkpoint} is empty"),
            )
        return b"" if note == NONE else note

    def replace_newest(self, note: bytes) -> None:
        """Keep a cosigned checkpoint as the newest, durably; a crash leaves the one before."""
        self._disk.put(self._checkpoint, note)

    def keep_fork(self, name: str, cosigned: bytes, request: bytes) -> bool:
        """Keep the evidence of a fork, durably; return whether it is new. It is whole once the request is there."""
        path = self._folder / "forks" / f"{name}.request"
        if path.exists() or self.forks() >= MAX_FORKS:
            return False
        self._disk.put(path.with_suffix(".cosigned"), cosigned)
        self._disk.put(path, request)
        return True

    def forks(self) -> int:
        """Return how many forks were kept."""
        return len(list((self._folder / "forks").glob("*.request")))

    @property
    def _checkpoint(self) -> Path:
        return self._folder / "checkpoint"


class WitnessFolder:
    """The folder of one witness."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Use a folder; `create` makes it a witness's."""
        self._folder = folder
        self._disk = disk or Disk()

    def create(self, vkey: str) -> None:
        """Make this the folder of a new witness; raises `witness.other_key` when it is one already."""
        if self._vkey.exists():
            raise OTHER_KEY(folder=self._folder, vkey=self._vkey.read_text(encoding="utf-8").strip())
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._disk.make_folder(self._logs, OWNER_ONLY)
        self._disk.put(self._vkey, f"{vkey}\n".encode())

    def require(self, vkey: str) -> None:
        """Raise `witness.missing` or `witness.other_key` unless this is the folder of that witness."""
        try:
            read = self._vkey.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise MISSING(folder=self._folder) from None
        if read != vkey:
            raise OTHER_KEY(folder=self._folder, vkey=read)

    def log(self, name: str) -> LogFolder | None:
        """Return a log by its `origin_hash`, or None when it is not known; `name` may be whatever somebody asks for."""
        if not _NAME.fullmatch(name):
            return None
        log = LogFolder(self._logs / name, self._disk)
        return log if log.trusted() else None

    def new_log(self, name: str) -> LogFolder:
        """Return the folder of a log, made if it is not there."""
        self._disk.make_folder(self._logs / name, OWNER_ONLY)
        return LogFolder(self._logs / name, self._disk)

    def logs(self) -> list[LogFolder]:
        """Return every known log, in the order of their names."""
        found = [self.log(path.name) for path in sorted(self._logs.iterdir())]
        return [log for log in found if log]

    @property
    def _vkey(self) -> Path:
        return self._folder / "witness.vkey"

    @property
    def _logs(self) -> Path:
        return self._folder / "logs"
