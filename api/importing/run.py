"""Posting a plan: chunk by chunk, each signed on top of the checkpoint that the chunk before produced.

Imports of one book take turns, also from several machines, and keys are saved only when the plan stands: a
refused first import leaves nothing, and one that broke off is completed by the next.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.clock import now
from api.database import connect
from api.importing.plan import make_plan
from api.importing.steps import signing_keys
from domain.book import Book
from domain.closing import excess_of
from domain.entry import parse_entry, seal
from domain.founding import Log
from domain.ledger import read_entries
from domain.vouchers import Voucher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.composition import Service
    from api.identity import Keyring
    from api.importing.folder import ImportFolder
    from api.importing.steps import Step
    from domain.kernel.errors import RuleViolation

ENTRIES_PER_CHUNK = 200
LOGGER = logging.getLogger(__name__)

TURN = 0x73756E6C
"""The class of the advisory locks by which imports take turns; PostgreSQL drops them with the connection."""
TRY_TURN = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
WAIT_TURN = "SELECT pg_advisory_lock(%s, hashtext(%s))"


@dataclass(frozen=True)
class ImportResult:
    """What an import did: entries and vouchers posted, vouchers that were there already, the book's size after.

    `absent` names what is posted and no longer in the sheets, by date and number; `plainer` what was posted without the
    counterparties, projects or quantities that the sheets have now.
    `anchor` is the vkey of the township that signed the first entry: what a verifier should be told to trust.
    `warnings` are what is to be set right of what was posted.
    """

    book: str
    posted: int
    vouchers: int
    vouchers_there: int
    size: int
    anchor: str
    absent: tuple[tuple[str, str], ...]
    plainer: tuple[tuple[str, str], ...] = ()
    warnings: tuple[RuleViolation, ...] = ()


def run_import(
    service: Service,
    folder: ImportFolder,
    keyring: Keyring,
    begin: Callable[[int], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> ImportResult:
    """Check the whole folder, then post what is new; `begin` and `advance` feed a progress bar."""
    with _turn(service.database_url, folder.book.id):
        return _run(service, folder, keyring, begin, advance)


@contextmanager
def _turn(url: str, book_id: str) -> Iterator[None]:
    """Wait until no other import of the book runs: the later one finds what the earlier one posted."""
    with connect(url) as connection:
        [free] = connection.execute(TRY_TURN, (TURN, book_id)).fetchone() or (False,)
        if not free:
            LOGGER.warning(
                "账套 %s 正由另一次导入写入，等它完成后继续 / another import of this book is running; waiting for it",
                book_id,
            )
            connection.execute(WAIT_TURN, (TURN, book_id))
        yield


def _run(
    service: Service,
    folder: ImportFolder,
    keyring: Keyring,
    begin: Callable[[int], None],
    advance: Callable[[int], None],
) -> ImportResult:
    book_id = folder.book.id
    keyring.reload()
    log_key = service.log_keys.draft(folder.book.origin or service.origin(book_id))
    log = Log(origin=log_key.name, vkey=log_key.verifier.vkey)
    plan = make_plan(folder, read_entries(service.recorder, book_id), keyring, log, now())
    book = Book(book_id)
    for entry in read_entries(service.recorder, book_id):
        book.evolve(entry)
    if book.size == 0:
        keyring.save()
        service.log_keys.keep(log_key)
    begin(len(plan.steps))
    _post(service, book, keyring, plan.steps, advance)
    service.runner.catch_up([book_id])
    anchor = book.roles.keys[f"{book_id}/township/1"].verifier.vkey
    return ImportResult(
        book=book_id,
        posted=len(plan.steps),
        vouchers=plan.vouchers,
        vouchers_there=plan.vouchers_there,
        size=book.size,
        anchor=anchor,
        absent=plan.absent,
        plainer=plan.plainer,
        warnings=tuple(_excesses(book, plan.steps)),
    )


def _excesses(book: Book, steps: list[Step]) -> Iterator[RuleViolation]:
    """Yield what is said of the posted transfers that take more than stands there, now that all are posted."""
    for step in steps:
        excess = excess_of(book.balances, step.data, booked=True) if isinstance(step.data, Voucher) else None
        if excess:
            yield excess


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
