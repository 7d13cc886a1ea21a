"""Bundles (公示包): a whole log in one file, to be carried away and verified without a network.

A ZIP archive of the files that a server would serve, by their paths (``checkpoint``, ``log.vkey``, ``tile/…``), and
of the published balances (``trial-balance/<period>.json``), with the page that verifies it (``verify.html``). Members
are stored without compression and with one date, so that one log gives one sequence of bytes and a small program can
read it.
"""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

from audit import files as bounds
from audit.files import UNREADABLE
from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_MEMBERS = 100_000
"""An archive that lists more is refused unread: a log of 20,000 entries has some 200 files."""

DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every member, the earliest that the format can hold."""

POLICY, PAGE = "policy", "verify.html"
"""What a bundle carries beside the log: the policy of its witnesses, and a page that verifies bundles."""

MAGIC = b"PK"
"""What a bundle begins with."""


def write_bundle(path: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write a bundle of (path, bytes) and return the number of members; a file that is there is replaced whole."""
    partial = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
            for name, data in files:
                archive.writestr(_member(name), data)
                count += 1
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, DATE)
    member.external_attr = 0o644 << 16
    return member


class BundleSource:
    """A bundle as the place where a log is read from (`audit.source.Source`)."""

    name = ""
    promises_balances = True

    def __init__(self, path: Path) -> None:
        """Open a bundle; raises `audit.unreadable` for what is none, names one member twice, or packs them in any way.

        Two members of one name are one thing to one reader and another to the next, so such an archive has no meaning.
        Members that were compressed, or lie over one another, could make a small file an endless one.
        """
        try:
            self._archive = zipfile.ZipFile(path)
            bytes_in_all = path.stat().st_size
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise UNREADABLE(place=path, problem=error) from None
        members = self._archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise UNREADABLE(
                place=path, problem=Phrase(f"超过 {MAX_MEMBERS} 个文件", f"more than {MAX_MEMBERS} members")
            )
        self._members = {member.filename: member for member in members}
        self._fetched: set[str] = set()
        if len(self._members) != len(members):
            raise UNREADABLE(place=path, problem=Phrase("文件名重复", "a member's name stands twice"))
        packed = any(member.compress_type != zipfile.ZIP_STORED for member in members)
        if packed or sum(member.file_size for member in members) > bytes_in_all:
            raise UNREADABLE(
                place=path,
                problem=Phrase("文件经过压缩或互相重叠", "members are compressed, or lie over one another"),
            )

    @property
    def names(self) -> list[str]:
        """The paths of all members, in their order."""
        return list(self._members)

    @property
    def rest(self) -> list[str]:
        """The paths of the members that were not fetched so far."""
        return [name for name in self._members if name not in self._fetched]

    def fetch(self, path: str) -> bytes:
        """Return a member; raises `FileNotFoundError`, or `audit.unreadable` when it is damaged or too large."""
        member = self._members.get(path)
        if member is None:
            raise FileNotFoundError(path)
        self._fetched.add(path)
        try:
            with self._archive.open(member) as file:
                return bounds.read(file, path)
        except (
            OSError,
            EOFError,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise UNREADABLE(place=path, problem=error) from None

    def trial_balance(self, period: str) -> bytes | None:
        """Return ``trial-balance/<period>.json`` if it is there."""
        try:
            return self.fetch(f"trial-balance/{period}.json")
        except FileNotFoundError:
            return None
