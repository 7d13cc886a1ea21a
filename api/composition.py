"""The composition root: the one place that knows the concrete parts and puts them together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.admission import objection
from api.attachments import Attachments
from api.banking import BankDecisions, BankImports, BankOpenings, BankStatements
from api.clock import CHINA
from api.closing import checklist
from api.database import connect, connect_pool, open_database, snapshot
from api.disclosures import DisclosureStore, SubjectKeys
from api.drafting import Closings, DraftingDesk, Templates
from api.identity.logkeys import LogKeyFolder
from api.sessions import Sessions
from api.witnessing import Witnesses
from audit.source import read_policy
from domain.ledger import BookRecorder, Ledger, of_each, open_recorder, read_entries
from migrations import WEB_ROLE, create_read_side
from projections.rebuild import Rebuild, rebuild
from projections.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psycopg_pool import ConnectionPool

    from api.drafting import Enter, Inspect
    from api.settings import Settings
    from domain.kernel.errors import RuleViolation
    from projections.closing import Checklist


@dataclass(frozen=True)
class Service:
    """A running program: the database it is on, the write side, the read side, the logs' keys and witnesses."""

    settings: Settings
    database_url: str
    pool: ConnectionPool[Any]
    recorder: BookRecorder
    ledger: Ledger
    runner: Runner
    log_keys: LogKeyFolder
    witnesses: Witnesses
    disclosures: DisclosureStore
    drafts: DraftingDesk
    sessions: Sessions
    attachments: Attachments
    banks: BankStatements
    bank_imports: BankImports
    bank_decisions: BankDecisions
    bank_openings: BankOpenings
    templates: Templates

    def rebuild(
        self,
        *,
        swap: bool,
        begin: Callable[[int], None] = lambda _: None,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Rebuild:
        """Rebuild every read model beside the live ones, with the rights to make tables."""
        self.runner.catch_up_each()
        with connect(self.database_url) as connection:
            return rebuild(connection, create_read_side, swap=swap, begin=begin, advance=advance)

    def objections(self, notes: Sequence[bytes]) -> list[RuleViolation | None]:
        """Return what stands against taking in each entry from outside; what is stored already came in before."""
        return _objections(self.log_keys, notes)

    def has(self, book: str) -> bool:
        """Tell whether a book is stored here, be it shown already or not."""
        return next(iter(read_entries(self.recorder, book)), None) is not None

    def origin(self, book: str) -> str:
        """Return the origin that a new book's log gets: a scheme-less URL prefix."""
        return f"{self.settings.origin}/books/{book}"


def _objections(log_keys: LogKeyFolder, notes: Sequence[bytes]) -> list[RuleViolation | None]:
    now = datetime.now(CHINA)
    return of_each(notes, (objection(note, log_keys, now) for note in notes))


def _entering(ledger: Ledger, log_keys: LogKeyFolder) -> Enter:
    """Return what posts a draft that is complete, by the same door as any entry."""

    def enter(book: str, note: bytes, size: int | None) -> int:
        (receipt,) = ledger.submit(book, [note], _objections(log_keys, [note]), size).result()
        return receipt.index

    return enter


def _inspecting(pool: ConnectionPool[Any], runner: Runner, originals: Attachments) -> Inspect:
    """Return what reads a checklist for those who sign a closing, over all that is posted by then."""

    def inspect(book: str, period: str) -> Checklist:
        runner.catch_up([book])
        with snapshot(pool) as connection:
            return checklist(connection, book, period, originals, named=True)

    return inspect


@contextmanager
def open_service(settings: Settings) -> Iterator[Service]:
    """Open the database (the embedded one if none is set) and everything on it; close it all when done."""
    with open_database(settings) as url, service_on(settings, url) as service:
        yield service


@contextmanager
def service_on(settings: Settings, url: str) -> Iterator[Service]:
    """Put the parts together on a migrated database."""
    log_keys = LogKeyFolder(settings.home / "logkeys", settings.passphrase_text)
    policy = read_policy(settings.witnesses) if settings.witnesses else None
    with connect_pool(url, WEB_ROLE) as pool:
        witnesses = Witnesses(pool, log_keys, policy)
        runner = Runner(pool, log_keys, witnesses, witnesses.notify)
        recorder = open_recorder(url, role=WEB_ROLE)
        ledger = Ledger(recorder, on_commit=runner.notify, guard=runner.require_sound)
        try:
            disclosures = DisclosureStore(pool, SubjectKeys(settings.home, settings.passphrase_text))
            attachments = Attachments(settings.home / "attachments")
            closings = Closings(_inspecting(pool, runner, attachments), _entering(ledger, log_keys))
            drafts = DraftingDesk(pool, recorder, closings, attachments, disclosures)
            sessions = Sessions(pool, drafts.roles, settings.origin)
            yield Service(
                settings,
                url,
                pool,
                recorder,
                ledger,
                runner,
                log_keys,
                witnesses,
                disclosures,
                drafts,
                sessions,
                attachments,
                BankStatements(pool),
                BankImports(pool),
                BankDecisions(pool),
                BankOpenings(pool),
                Templates(pool),
            )
        finally:
            ledger.close()
            runner.stop()
            witnesses.stop()
            recorder.datastore.close()
