"""Posting a plan: chunk by chunk, each signed on top of the checkpoint that the chunk before produced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.clock import now
from api.importing.plan import make_plan, signing_keys
from domain.book import Book
from domain.entry import parse_entry, seal
from domain.founding import Log
from domain.ledger import read_entries

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.composition import Service
    from api.identity import Keyring
    from api.importing.folder import ImportFolder
    from api.importing.plan import Step

ENTRIES_PER_CHUNK = 200


@dataclass(frozen=True)
class ImportResult:
    """What an import did: entries and vouchers posted, vouchers that were there already, the book's size after.

    `anchor` is the vkey of the township that signed the first entry: what a verifier should be told to trust.
    """

    book: str
    posted: int
    vouchers: int
    vouchers_there: int
    size: int
    anchor: str


def run_import(
    service: Service,
    folder: ImportFolder,
    keyring: Keyring,
    begin: Callable[[int], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> ImportResult:
    """Check the whole folder, then post what is new; `begin` and `advance` feed a progress bar."""
    book_id = folder.book.id
    origin = folder.book.origin or service.origin(book_id)
    log = Log(origin=origin, vkey=service.log_keys.make(origin).verifier.vkey)
    plan = make_plan(folder, read_entries(service.recorder, book_id), keyring, log)
    begin(len(plan.steps))
    book = Book(book_id)
    for entry in read_entries(service.recorder, book_id):
        book.evolve(entry)
    _post(service, book, keyring, plan.steps, advance)
    service.runner.catch_up([book_id])
    anchor = book.roles.keys[f"{book_id}/township/1"].verifier.vkey
    return ImportResult(book_id, len(plan.steps), plan.vouchers, plan.vouchers_there, book.size, anchor)


def _post(
    service: Service, book: Book, keyring: Keyring, steps: list[Step], advance: Callable[[int], None]
) -> None:
    """Post the steps; the book's opening stands alone, since what follows has to have seen it."""
    start = 0
    while start < len(steps):
        chunk = steps[start : start + (ENTRIES_PER_CHUNK if book.size else 1)]
        service.ledger.post(book.book, _sign(book, keyring, chunk))
        service.runner.catch_up([book.book])
        advance(len(chunk))
        start += len(chunk)


def _sign(book: Book, keyring: Keyring, chunk: list[Step]) -> list[bytes]:
    """Sign a chunk on top of the book's last checkpoint and let the local replica follow."""
    at, seen = now(), book.seen()
    notes = []
    for step in chunk:
        keys = signing_keys(book, keyring, step.roles)
        statement = step.type(at=at, book=book.book, data=step.data, id=step.id, seen=seen)  # type: ignore[call-arg]
        note = seal(statement, keys)  # type: ignore[arg-type]
        book.evolve(parse_entry(note))
        notes.append(note)
    return notes
