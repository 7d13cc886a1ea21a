"""Export of a log: the files that a server serves of it, in the C2SP tiles layout, as a folder or as a bundle.

With a policy that is written beside the log, so that the copy says who is to be asked; a verifier trusts only its own.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from api import reports
from api.statements import STATEMENTS
from audit.browser import verifier_page
from audit.bundle import PAGE, POLICY, proof_path, write_bundle
from audit.statements import FORMS, TRIAL_BALANCE
from audit.tlog.tiles import tile_sizes
from domain.kernel.errors import Kind, rule
from domain.kernel.period import periods
from projections import log, register, sheets
from projections.balances import trial_balance
from projections.journal import last_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from psycopg import Connection

    from audit.tlog.policy import Policy

EXPORTED = frozenset(
    {"checkpoint", "disclosures", "log.vkey", POLICY, "tile", *(form.name for form in FORMS)}
)
"""What an exported folder holds, by name."""

OTHER_LOG = rule(
    "export.other_log",
    Kind.CONFLICT,
    "文件夹 {folder} 里已有另一本账的日志（{read}），不能再写入 {expected}；请另选一个文件夹，没有写入任何内容",
    "the folder {folder} holds the log of another book ({read}), not of {expected};"
    " name another folder. Nothing was written",
    "C2SP tlog-tiles",
)
NOT_A_LOG = rule(
    "export.not_a_log",
    Kind.CONFLICT,
    "文件夹 {folder} 里有不属于日志的内容（{name}）；请另选一个空文件夹或新文件夹，没有写入任何内容",
    "the folder {folder} holds what is no part of a log ({name}); name a new or an empty folder. Nothing was written",
)

File = tuple[str, bytes]
"""A file's C2SP path and its bytes."""


class LogFiles(NamedTuple):
    """A log's `size`, and its files in such an order that the checkpoint comes when all that it signs is there."""

    size: int
    files: Iterator[File]


class Beside(NamedTuple):
    """What a copy of a log carries beside it: the `policy` of its witnesses, and its public disclosures.

    `public` gives those of the entries before a size, one a line.
    """

    policy: Policy | None = None
    public: Callable[[int], bytes] = lambda _: b""


NOTHING = Beside()


def log_files(connection: Connection[Any], book: str, beside: Beside = NOTHING) -> LogFiles:
    """Return the files of a book's log, and what is published beside it, as a server at that size serves them."""
    row = register.book(connection, book)
    newest = log.published_checkpoint(connection, book)
    return LogFiles(newest.size, _files(connection, row, newest, beside))


def _files(
    connection: Connection[Any], row: register.BookRow, newest: log.SignedCheckpoint, beside: Beside
) -> Iterator[File]:
    book = row.book
    disclosures = beside.public(newest.size)
    if disclosures:
        yield "disclosures", disclosures
    yield "log.vkey", f"{row.log_vkey}\n".encode()
    if beside.policy:
        yield POLICY, beside.policy.text
    for tile in tile_sizes(newest.size):
        yield tile.path, log.tile_at(connection, book, tile.path)
    for period in periods(row.first_period, last_period(connection, book) or row.first_period):
        for name, report in _published(connection, book, period):
            yield f"{name}/{period}.json", msgspec.json.encode(report)
    yield "checkpoint", newest.note


def _published(connection: Connection[Any], book: str, period: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is published of a period, by name: the trial balance and the statements."""
    yield TRIAL_BALANCE.name, reports.trial_object(trial_balance(connection, book, period))
    for statement in STATEMENTS:
        if statement.is_of(connection, book, period):
            yield statement.name, statement.as_object(statement.ask(connection, book, period))


def export_tlog(
    connection: Connection[Any],
    book: str,
    folder: Path,
    advance: Callable[[int], None] = lambda _: None,
    beside: Beside = NOTHING,
) -> int:
    """Write a book's log below `folder` and return its size; raises `export.other_log`, `export.not_a_log`.

    The folder is new, or empty, or holds an earlier copy of the same log.
    """
    _check_folder(folder, register.book(connection, book).origin)
    size, files = log_files(connection, book, beside)
    for path, data in files:
        _write(folder / path, data)
        advance(1)
    return size


def export_bundle(
    connection: Connection[Any],
    book: str,
    path: Path,
    advance: Callable[[int], None] = lambda _: None,
    beside: Beside = NOTHING,
) -> int:
    """Write a book's log as one file (公示包), with the page that verifies it and proofs; return the log's size."""
    size, files = log_files(connection, book, beside)
    everything = chain([(PAGE, verifier_page())], _proofs(connection, book, size), files)
    write_bundle(path, _told(everything, advance))
    return size


def _proofs(connection: Connection[Any], book: str, size: int) -> Iterator[File]:
    """Yield the proofs of the founding and of each published sheet among the first `size` entries, with the entries.

    They stand under the newest checkpoint, which the bundle carries too.
    """
    for index in (0, *sheets.publishing_entries(connection, book)):
        if index < size:
            note = log.entry_at(connection, book, index)
            yield proof_path(index), log.proof_at(connection, book, index, note)


def _told(files: Iterator[File], advance: Callable[[int], None]) -> Iterator[File]:
    for file in files:
        yield file
        advance(1)


def _check_folder(folder: Path, origin: str) -> None:
    """A folder in which two logs were mixed would show the tiles of one under the checkpoint of the other."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in EXPORTED:
            raise NOT_A_LOG(folder=folder, name=path.name)
    for name, end in (("checkpoint", b"\n"), ("log.vkey", b"+")):  # each begins with the log's origin
        path = folder / name
        read = path.read_bytes().split(end, 1)[0].decode(errors="replace") if path.exists() else origin
        if read != origin:
            raise OTHER_LOG(folder=folder, read=read, expected=origin)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
