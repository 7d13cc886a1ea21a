"""Bundles (公示包): a whole log in one file, to be carried away and verified without a network.

A ZIP archive of the files that a server would serve, by their paths (``checkpoint``, ``log.vkey``, ``tile/…``), and
of the published balances and statements (``trial-balance/<period>.json``, …), with the page that verifies it
(``verify.html``) and proof files (``proof/<index>.tlog-proof``). Members are stored without compression and with one
date, so that one log gives one sequence of bytes and a small program can read it; and the archive has one meaning to
every program (`audit/zip.py`).
"""

from __future__ import annotations

import os
import re
import weakref
import zipfile
from typing import TYPE_CHECKING

from audit.files import UNREADABLE
from audit.statements import TRIAL_BALANCE
from audit.zip import (
    ATTRIBUTES,
    END_BYTES,
    HEADER_BYTES,
    LINE_BYTES,
    Archive,
    Unsound,
    check_bounds,
    check_member,
)
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

TOO_LARGE = rule(
    "export.bundle_too_large",
    Kind.CONFLICT,
    "公示包装不下这本账：{problem}；请用 sunledger export tlog 导出为文件夹，那里只限单个文件的大小",
    "the book does not fit into a bundle: {problem}; export it as a folder with sunledger export tlog, where only the"
    " size of a single file is bounded",
    "ADR 0020",
)

DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every member, the earliest that the format can hold."""

POLICY, PAGE = "policy", "verify.html"
"""What a bundle carries beside the log: the policy of its witnesses, and a page that verifies bundles."""
PROOF = re.compile(r"proof/(?P<index>0|[1-9][0-9]{0,14})\.tlog-proof")
"""And, ready to be cut out, the proofs of the founding and of each published sheet, by the entry's index."""


def proof_path(index: int) -> str:
    """Return where the proof file of an entry lies."""
    return f"proof/{index}.tlog-proof"


def write_bundle(path: Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write a bundle of (path, bytes) and return the number of members; a file that is there is replaced whole.

    Raises `export.bundle_too_large` for what no reader of bundles would take, and leaves what is there.
    """
    partial = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
            for name, data in _bounded(files):
                archive.writestr(member_of(name), data)
                count += 1
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _bounded(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield files as long as they fit into one bundle; raises `export.bundle_too_large`."""
    size = END_BYTES
    for count, (name, data) in enumerate(files, 1):
        size += HEADER_BYTES + LINE_BYTES + 2 * len(name.encode()) + len(data)
        try:
            check_bounds(count, size)
        except Unsound as unsound:
            raise TOO_LARGE(problem=unsound.said) from None
        try:
            check_member(len(data))
        except Unsound as unsound:
            said = Phrase(f"文件 {name} {unsound.said.zh}", f"the file {name} has {unsound.said.en}")
            raise TOO_LARGE(problem=said) from None
        yield name, data


def member_of(name: str) -> zipfile.ZipInfo:
    """Return what is said of a member beside its bytes: the same of each, wherever it is written."""
    member = zipfile.ZipInfo(name, DATE)
    member.external_attr = ATTRIBUTES
    return member


class BundleSource:
    """A bundle as the place where a log is read from (`audit.source.Source`)."""

    name = ""

    def __init__(self, path: Path) -> None:
        """Open a bundle; raises `audit.unreadable` for what is none, or could be read in two ways (`audit/zip.py`)."""
        try:
            file = path.open("rb")
            weakref.finalize(self, file.close)
            self._archive = Archive(file)
        except OSError as error:
            raise UNREADABLE(place=path, problem=error) from None
        except Unsound as unsound:
            raise UNREADABLE(place=path, problem=unsound.said) from None
        self._fetched: set[str] = set()

    @property
    def names(self) -> list[str]:
        """The paths of all members, in their order."""
        return list(self._archive.members)

    @property
    def rest(self) -> list[str]:
        """The paths of the members that were not fetched so far."""
        return [name for name in self.names if name not in self._fetched]

    def fetch(self, path: str) -> bytes:
        """Return a member; raises `FileNotFoundError`, or `audit.unreadable` when it is damaged or too large."""
        if path not in self._archive.members:
            raise FileNotFoundError(path)
        self._fetched.add(path)
        try:
            return self._archive.read(path)
        except OSError as error:
            raise UNREADABLE(place=path, problem=error) from None
        except Unsound as unsound:
            raise UNREADABLE(place=path, problem=unsound.said) from None

    def publishes(self, form: str) -> bool:
        """Say so of the trial balance, which every bundle has, and of any form of which a member is there."""
        return form == TRIAL_BALANCE.name or bool(self.months(form))

    def months(self, form: str) -> list[str]:
        """Return the names of a form's members."""
        names = (name for name in self._archive.members if name.startswith(f"{form}/"))
        return [name.removeprefix(f"{form}/").removesuffix(".json") for name in names]

    def published(self, form: str, period: str) -> bytes | None:
        """Return ``<form>/<period>.json`` if it is there."""
        try:
            return self.fetch(f"{form}/{period}.json")
        except FileNotFoundError:
            return None
