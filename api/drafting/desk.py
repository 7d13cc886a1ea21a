"""The desk where drafts are made, changed, signed, refused and withdrawn; what is complete goes into the log.

Each act locks its draft, so that of two people who work on one the second is told what the first did. Signatures are
kept before the entry is posted: should the program end in between, the next look at the draft posts it. It is posted
under the same lock, and whoever comes to a draft that nobody is missing from posts it first: what is answered well is
never overtaken by an entry of another text.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from api.disclosures import belonging
from api.drafting import store, templates
from api.drafting.again import is_made, is_signed, used
from api.drafting.changed import changed, since_changed
from api.drafting.closings import MEANWHILE, meanwhile
from api.drafting.composing import Composed, Unkept, Wanted, compose, unkept_text
from api.drafting.invoices import Invoices, parties_of
from api.drafting.naming import people_of
from api.drafting.on_desk import OnDesk
from api.drafting.originals import check_not_booked, check_not_drafted, require_kept, take_turn
from api.drafting.rivals import check_no_rival
from api.drafting.rules import MAKERS, MALFORMED, NOT_SIGNER, TOO_MANY, require_maker
from api.drafting.store import NOTHING, Despite
from api.naming import in_words
from domain.drafts import ALREADY_POSTED, Review, review, sign, standing, unlike
from domain.kernel.errors import Kind, Phrase, RuleViolation
from domain.kernel.note import parse_note
from domain.ledger import Books, read_entries
from domain.periods import Closing
from domain.vouchers import Attachments as Attached
from domain.vouchers import Voucher
from projections.register import NO_BOOK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from api.attachments import Attachments
    from api.disclosures import DisclosureStore, Given
    from api.drafting.closings import Closings
    from api.drafting.store import Waiting
    from api.invoices import InvoiceRead
    from api.sessions import Session
    from domain.book import Book
    from domain.closing import Remark
    from domain.drafts import Draft
    from domain.entry import Entry
    from domain.ledger import BookRecorder
    from domain.policy import Policy
    from domain.roles import Key, Roles

LOGGER = logging.getLogger(__name__)

OPEN_MAX = 1_000
"""Of one book; more would only be a mistake of a program that makes them."""

EARLIER_TEXT = "入账的是改动以前的内容 / an earlier text of it was posted"

REASON_MAX = 200
POSTING_MAX = 4
"""So many acts on drafts are under way at once: each holds a connection while the log may want others."""

BOOKS_MAX = 200
"""Books that are kept in memory to ask their rules."""


class _Look(NamedTuple):
    """Where a draft stands in the log, if it does; what the rules say of it; its note, if it is to be posted now.

    `successors` are the keys by which the holders of the book's keys sign now, by each key's name.
    """

    entry: int | None
    said: Review
    successors: dict[str, Key]
    note: bytes = b""


class Waits(NamedTuple):
    """How many drafts a role is to sign, how many to change or withdraw, and the period that is next to close."""

    to_sign: int
    to_mend: int
    to_close: str


class DraftingDesk:
    """The drafts of all books."""

    def __init__(
        self,
        pool: ConnectionPool[Any],
        recorder: BookRecorder,
        closings: Closings,
        originals: Attachments,
        private: DisclosureStore,
    ) -> None:
        """Use the tables through `pool`, ask the rules of books read from `recorder`; `closings` post what is complete.

        `originals` are the documents that vouchers name, `private` the values behind digests.
        """
        self._originals, self._private = originals, private
        self._invoices = Invoices(originals)
        self._pool = pool
        self._recorder = recorder
        self._books = Books(recorder, BOOKS_MAX)
        self.closings = closings
        self._lock = threading.Lock()  # a book in memory is read forward by one thread at a time
        self._turns = threading.Semaphore(POSTING_MAX)

    def roles(self, book: str) -> Roles:
        """Return the keys of a book as its log has them now; raises `book.unknown`."""
        with self._book(book) as found:
            return found.roles

    def policy(self, book: str) -> Policy:
        """Return the approval policy of a book as its log has it now; raises `book.unknown`."""
        with self._book(book) as found:
            return found.policy

    def next_to_close(self, book: str) -> str:
        """Return the oldest period of a book that is open."""
        with self._book(book) as found:
            return found.periods.next_to_close

    def waits(self, book: str, role: str) -> Waits:
        """Return what waits in a book for a role, from a few queries however many drafts there are."""
        with self._pool.connection() as connection:
            drafts = store.open_drafts(connection, book)
        with self._book(book) as found:
            successors, to_close = found.roles.successors(), found.periods.next_to_close
            reviews = [(one, review(found, one.draft)) for one in drafts if one.id not in found.ids]
        waiting = [OnDesk(one, self._checked(book, one, said)[0], successors) for one, said in reviews]
        to_mend = sum(bool(one.mend and role in one.mend.roles) for one in waiting)
        return Waits(sum(role in one.asks for one in waiting), to_mend, to_close)

    def waiting(self, book: str) -> list[OnDesk]:
        """Return the drafts that wait, the oldest first."""
        with self._pool.connection() as connection:
            found = store.open_drafts(connection, book)
        return [self._settled(book, one) for one in found]

    def draft(self, book: str, id_: str) -> OnDesk:
        """Return a draft; raises `draft.unknown`."""
        with self._pool.connection() as connection:
            found = store.draft_of(connection, book, id_)
        return self._settled(book, found)

    def unkept(self, session: Session, asked: Unkept) -> OnDesk:
        """Return what is about to be signed as its draft would be, kept nowhere; raises as `unkept_text` does."""
        waiting = store.unkept(unkept_text(session.book, asked), session.key.name)
        look = self._look(session.book, waiting)
        if look.entry is not None and self._entry(session.book, look.entry).text == waiting.draft.text:
            return self._closed(session.book, waiting._replace(state="posted", entry=look.entry))
        with self._pool.connection() as connection:
            said = (*look.said.remarks, *used(connection, session.book, waiting.draft))
        look = look._replace(said=look.said._replace(remarks=said))
        keys = self.roles(session.book).keys
        about = {key.role for name in asked.keys if (key := keys.get(name)) and key.last is None}
        return self._open(session.book, waiting, look)._replace(about=about)

    def make(self, session: Session, wanted: Wanted, despite: Despite = NOTHING) -> OnDesk:
        """Keep a new draft, with what it is made despite; raises `draft.not_maker`, `draft.type`, `post.data`."""
        require_maker(session)
        with self._turns, self._pool.connection() as connection, connection.transaction():
            if store.count_open(connection, session.book) >= OPEN_MAX:
                raise TOO_MANY(book=session.book, limit=OPEN_MAX)
            draft, given = self._composed(connection, session.book, wanted)
            with self._book(session.book) as book:
                made = is_made(connection, book, session.key.name, draft)
            if not made:
                store.insert(connection, session.book, draft, session.key.name, despite)
                self._keep(connection, session.book, draft, given)
                if wanted.template:
                    templates.use(connection, session.book, wanted.template, draft)
        return self.draft(session.book, draft.statement.id)

    def change(self, session: Session, id_: str, wanted: Wanted, despite: Despite = NOTHING) -> OnDesk:
        """Give a draft other content; its signatures fall away. Raises as `make` does, and `draft.changed`."""
        require_maker(session)
        with self._at(session.book, id_, wanted.revision) as (connection, was):
            draft, given = self._composed(connection, session.book, wanted, id_)
            self._keep(connection, session.book, draft, given)
            store.change(connection, session.book, was, draft.text, session.key.name, despite)
            templates.move_use(connection, session.book, draft)
        return self.draft(session.book, id_)

    def sign(self, session: Session, id_: str, note: bytes) -> OnDesk:
        """Keep the signature of a note over the draft's text, and post the draft if nobody is missing.

        Raises `draft.other_text`, `draft.not_signer`, `key.*`, `signature.invalid`, `draft.stuck`, `closing.meanwhile`,
        and `draft.posted` unless it was posted with this signature.
        """
        for one in parse_note(note).signatures:
            if one.name != session.key.name:
                raise NOT_SIGNER(key=one.name, session=session.key.name)
        try:
            self._keep_signatures(session.book, id_, note)
        except RuleViolation as violation:
            if violation.rule is not ALREADY_POSTED:
                raise
            with self._pool.connection() as connection:
                was = store.draft_of(connection, session.book, id_)
            if not is_signed(was.draft, note):
                raise
        return self.draft(session.book, id_)

    def _keep_signatures(self, book_id: str, id_: str, note: bytes) -> None:
        with self._at(book_id, id_) as (connection, was):
            with self._book(book_id) as book:
                signed = sign(book, was.draft, note, since_changed(was, people_of(book.roles.successors())))
            self.closings.check(connection, book_id, was)
            store.keep_signatures(connection, book_id, was, signed)

    def refuse(self, session: Session, id_: str, revision: int, reason: str) -> OnDesk:
        """Say why one does not sign; raises `draft.malformed` without a reason."""
        reason = reason.strip()
        if not 0 < len(reason) <= REASON_MAX:
            problem = Phrase(
                f"拒签须写明理由，不超过 {REASON_MAX} 字",
                f"a refusal has a reason, of {REASON_MAX} characters at most",
            )
            raise MALFORMED(problem=problem)
        with self._at(session.book, id_, revision) as (connection, was):
            own = self.roles(session.book).keys_of_holder(session.key.name)
            store.refuse(connection, session.book, was, store.Refusal(session.key.name, own, reason))
        return self.draft(session.book, id_)

    def withdraw(self, session: Session, id_: str, revision: int) -> OnDesk:
        """Take a draft back."""
        require_maker(session)
        with self._at(session.book, id_, revision) as (connection, was):
            store.withdraw(connection, session.book, was, session.key.name)
            tags = self._private.waiting.drop(connection, session.book, id_)
        self._private.forget_keys(session.book, tags)
        return self.draft(session.book, id_)

    def disclosures(self, session: Session, drafts: Sequence[OnDesk]) -> dict[str, list[Given]]:
        """Return the values behind the digests of drafts, by id, for whoever makes vouchers or is to sign the draft."""
        role = session.key.role
        open_ = {one.waiting.id: one for one in drafts if role in MAKERS or role in one.review.demanded}
        if not open_:
            return {}
        with self._pool.connection() as connection:
            found = self._private.waiting.of(connection, session.book, [*open_])
        return {id_: belonging(open_[id_].waiting.draft.statement, given) for id_, given in found.items()}

    def _hand_in(self, book: str, entry: int, one: Given) -> None:
        """Keep a value behind a digest of an entry; one that is refused holds nothing up, for it would for ever."""
        try:
            self._private.keep(book, entry, [one])
        except RuleViolation as violation:
            if violation.rule.kind is Kind.UNAVAILABLE:
                raise
            LOGGER.exception("待签凭证的披露未存 / not kept: %s %s %s", book, entry, violation.rule.code)

    def _keep(self, connection: Connection[Any], book: str, draft: Draft, given: list[Given]) -> None:
        if given:
            self._private.waiting.keep(connection, book, draft.statement.id, given)

    def _composed(self, connection: Connection[Any], book: str, wanted: Wanted, id_: str = "") -> Composed:
        """Return the draft of what is wanted, whose originals are all kept, and booked nowhere else."""
        composed = compose(connection, book, wanted, id_)
        draft = composed.draft
        take_turn(connection, book)
        check_no_rival(connection, book, draft.statement)
        data = draft.statement.data
        attached = data.attachments if isinstance(data, Voucher) else Attached()
        if attached.files or attached.invoices:
            require_kept(self._originals, book, attached)
            check_not_drafted(connection, book, attached.invoices, draft.statement.id)
            with self._book(book) as found:
                check_not_booked(connection, found, attached.files, draft.statement.id)
        return composed

    @contextmanager
    def _at(
        self, book: str, id_: str, revision: int | None = None
    ) -> Iterator[tuple[Connection[Any], Waiting]]:
        """Lend an open draft, locked, in a transaction.

        Raises `draft.posted` when it is, or was only to be posted, and `draft.changed` when it is of another revision.
        """
        with self._locked(book, id_) as (connection, was):
            was.require_open()
            look = self._entered(connection, book, was)
            entry, problem = look.entry, look.said.problem
            if problem and problem.rule.kind is Kind.UNAVAILABLE:  # nobody knows whether it was posted
                raise problem
            if entry is None:
                if revision is not None and revision != was.revision:
                    raise changed(was, revision, people_of(self.roles(book).successors()))
                yield connection, was
                return
        self._posted(book, id_, entry)
        raise ALREADY_POSTED(entry=entry)

    @contextmanager
    def _locked(self, book: str, id_: str) -> Iterator[tuple[Connection[Any], Waiting]]:
        """Lend a draft that nobody else can change or post until the transaction ends."""
        with self._turns, self._pool.connection() as connection, connection.transaction():
            yield connection, store.draft_of(connection, book, id_, lock=True)

    @contextmanager
    def _book(self, book_id: str) -> Iterator[Book]:
        with self._lock:
            book = self._books.at(book_id)
            if not book.size:
                raise NO_BOOK(book=book_id)
            yield book

    def _settled(self, book_id: str, waiting: Waiting) -> OnDesk:
        """Return a draft with what the rules say; if nobody is missing, it is posted now."""
        look, was = self._look(book_id, waiting), waiting
        if look.note:
            with self._locked(book_id, waiting.id) as (connection, was):
                look = self._entered(connection, book_id, was)
        if was.state != "open":
            return self._closed(book_id, was)
        if look.entry is not None:
            return self._posted(book_id, was.id, look.entry)
        return self._open(book_id, was, look)

    def _look(self, book_id: str, waiting: Waiting) -> _Look:
        if waiting.state != "open":
            return _Look(waiting.entry, Review((), (), None), {})
        with self._book(book_id) as book:
            entry, found = book.ids.get(waiting.id), review(book, waiting.draft)
            ready = entry is None and found.complete
            note = standing(book, waiting.draft).note if ready else b""
            return _Look(entry, found, book.roles.successors(), note)

    def _entered(self, connection: Connection[Any], book_id: str, was: Waiting) -> _Look:
        """Post a draft that is locked if nobody is missing, and look where it stands then."""
        look = self._look(book_id, was)
        if not look.note:
            return look
        try:
            return look._replace(entry=self.closings.post(connection, book_id, was, look.note))
        except RuleViolation as violation:  # the book has moved on between the look and the post
            return look._replace(said=look.said._replace(problem=violation))

    def _posted(self, book: str, id_: str, entry: int) -> OnDesk:
        """Remember where a draft stands in the log; whoever had all signatures of an earlier text could post that."""
        posted = self._entry(book, entry)
        with self._pool.connection() as connection:
            given = belonging(
                posted.statement, self._private.waiting.of(connection, book, [id_]).get(id_, [])
            )
        for one in given:
            self._hand_in(book, entry, one)
        with self._pool.connection() as connection, connection.transaction():
            was = store.draft_of(connection, book, id_, lock=True)
            if was.state == "open":
                words = "" if posted.text == was.draft.text else EARLIER_TEXT
                signers = tuple(one.name for one in posted.signatures)
                store.post(connection, book, was, store.Posted(entry, signers, words))
                self._private.waiting.drop(connection, book, id_)
            return self._closed(book, store.draft_of(connection, book, id_))

    def _entry(self, book: str, entry: int) -> Entry:
        return next(read_entries(self._recorder, book, entry))

    def _open(self, book: str, waiting: Waiting, look: _Look) -> OnDesk:
        """Return a draft that waits with what is said of it, and of whom its invoices name."""
        said, invoices, voucher = look.said, self._invoices_of(book, waiting), waiting.voucher
        others = unlike(book, voucher, map(parties_of, invoices)) if voucher else ()
        problem = said.problem and in_words(self._pool, book, said.problem)
        said = said._replace(problem=problem, remarks=(*said.remarks, *others))
        said, remarks = self._checked(book, waiting, said)
        return OnDesk(waiting, said, look.successors, invoices, remarks)

    def _checked(self, book: str, waiting: Waiting, said: Review) -> tuple[Review, Sequence[Remark]]:
        """Return what is said of a draft, and the checklist of its month if it is a closing that the rules let pass."""
        data = waiting.draft.statement.data
        if not isinstance(data, Closing) or (said.problem and said.problem.rule is not MEANWHILE):
            return said, ()
        remarks = self.closings.remarks(book, data.period)
        return said._replace(problem=meanwhile(waiting, data.period, remarks)), remarks

    def _closed(self, book: str, waiting: Waiting) -> OnDesk:
        successors = self.roles(book).successors()
        return OnDesk(waiting, Review((), (), None), successors, self._invoices_of(book, waiting))

    def _invoices_of(self, book: str, waiting: Waiting) -> list[InvoiceRead]:
        return self._invoices.of(book, waiting.voucher.attachments) if waiting.voucher else []
