"""Working on drafts from one's own machine: sign in, look, sign what one has seen."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from api.disclosures import NO_SUCH_DIGEST, Given, Tier
from api.drafting.rules import OTHER_HISTORY, UNTOLD
from api.posting import ServerRefusal, read_answer
from api.sessions import answer, parse_challenge, require_here
from audit.tlog.proof import range_root
from audit.tlog.tiles import TileReader
from domain.digests import check_name, hidden_in
from domain.entry import parse_text, sign_text, unsigned_text
from domain.kernel.disclosure import digest_of, parse_disclosure, sealed
from domain.vouchers import Invoice, SaltedVoucherPosted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.posting import Poster
    from domain.entry import AnyStatement
    from domain.kernel.canonical import Json
    from domain.kernel.note import SigningKey


class Private(NamedTuple):
    """A value that is not public: the line of the voucher where its digest stands (0: none), and for whom it is."""

    line: int
    name: str
    value: Json
    tier: Tier


class Said(msgspec.Struct, frozen=True):
    """What is to be known before one signs; `stops`: what was to be set right before a closing."""

    rule: str
    zh: str
    en: str
    stops: bool


class Step(msgspec.Struct, frozen=True):
    """What was done with a draft, by which key, in which words."""

    step: str
    key: str
    words: str = ""


class Read(msgspec.Struct, frozen=True):
    """What an electronic invoice among the documents says: itself, and whom it names."""

    invoice: Invoice
    seller: str
    seller_id: str
    buyer: str
    buyer_id: str


class Mend(msgspec.Struct, frozen=True):
    """The roles that are to change or withdraw a draft, and how that is said."""

    roles: list[str]
    zh: str
    en: str


class Did(msgspec.Struct, frozen=True):
    """The key by which somebody did something to a draft, and what is said of that."""

    key: str
    zh: str
    en: str


class NamedEntry(msgspec.Struct, frozen=True):
    """An entry that the text names by its id, as a person knows it."""

    id: str
    zh: str
    en: str


def private_in(statement: AnyStatement, disclosures: Iterable[Given]) -> list[Private]:
    """Return what is behind the digests of a statement; raises `disclosure.*` for what is behind none of them.

    Where anything is told, it has to explain every digest: nothing else can hide there.
    """
    hidden = {one.digest: one for one in hidden_in(statement)}
    found, at = list[Private](), dict[int, list[str]]()
    for given in disclosures:
        digest, said = digest_of(given.disclosure), parse_disclosure(given.disclosure)
        if digest not in hidden:
            raise NO_SUCH_DIGEST(digest=digest)
        check_name(hidden[digest], said)
        found.append(Private(hidden[digest].line, said.name, said.value, given.tier))
        at.setdefault(hidden[digest].line, []).append(given.disclosure)
    explained = {digest for disclosures in at.values() for digest in sealed(disclosures)}
    for digest in hidden.keys() - explained if found else ():
        raise NO_SUCH_DIGEST(digest=digest)
    return found


class Draft(msgspec.Struct, frozen=True):
    """A draft as the server tells of it; `text` is what is signed, all else is the server's word."""

    id: str
    revision: int
    state: str
    text: str
    made_by: str
    signatures: list[str]
    missing: list[str]
    asks: list[str]
    refusals: list[Did]
    signers: list[str] = []
    mend: Mend | None = None
    disclosures: list[Given] = []
    lapsed: list[Did] = []
    entry: int | None = None
    problem: dict[str, str] | None = None
    remarks: list[Said] = []
    invoices: list[Read] = []
    named: list[NamedEntry] = []
    people: dict[str, str] = {}
    steps: list[Step] = []

    @property
    def statement(self) -> AnyStatement:
        """What is signed."""
        return parse_text(self.text.encode())

    @property
    def made(self) -> Step | None:
        """The step that gave it its present text."""
        return next((one for one in reversed(self.steps) if one.step in {"made", "changed"}), None)

    def private(self) -> list[Private]:
        """Return what is behind the digests of its text, as `private_in` does."""
        return private_in(self.statement, self.disclosures)

    def is_untold(self) -> bool:
        """Tell whether it has what the reader is not told; a red voucher repeats what it cancels, by the rules."""
        salted = isinstance(self.statement, SaltedVoucherPosted)
        return salted and not self.private() and any(hidden_in(self.statement))


class Remarked(msgspec.Struct, frozen=True):
    """What the server says of a statement before it is signed; `entry` is where it stands in the log, if it does."""

    entry: int | None
    problem: dict[str, str] | None
    remarks: list[Said]
    named: list[NamedEntry]

    @property
    def all(self) -> list[Said]:
        """Return what the rules object to, if they do, and what is remarked."""
        against = [Said(**self.problem, stops=True)] if self.problem else []
        return [*against, *self.remarks]


class _Challenge(msgspec.Struct, frozen=True):
    text: str


class _Drafts(msgspec.Struct, frozen=True):
    drafts: list[Draft]


class Clerk:
    """Who holds a key of a book, at work on its drafts on a server."""

    def __init__(self, server: Poster, key: SigningKey) -> None:
        """Work with `key` on `server`; nothing is asked of it yet."""
        self._server = server
        self._key = key

    def sign_in(self) -> None:
        """Sign in; raises `post.no_server`, and `session.elsewhere` for a challenge of another server or book."""
        given = read_answer(self._server.ask("POST", "sessions/challenge"), _Challenge)
        text = given.text.encode()
        require_here(parse_challenge(text), self._server.book, self._server.host)
        self._server.ask("POST", "sessions", answer(text, self._key))

    def remarked(self, statement: AnyStatement, keys: Sequence[str]) -> Remarked:
        """Return what is to be known of a statement that is kept as no draft, before these keys sign it."""
        content = {"text": unsigned_text(statement).decode(), "keys": keys}
        return read_answer(self._server.ask("POST", "remarks", msgspec.json.encode(content)), Remarked)

    def drafts(self) -> list[Draft]:
        """Return what waits."""
        return read_answer(self._server.ask("GET", "drafts"), _Drafts).drafts

    def draft(self, id_: str) -> Draft:
        """Return a draft."""
        return read_answer(self._server.ask("GET", f"drafts/{id_}"), Draft)

    def accounts(self) -> dict[str, str]:
        """Return the names of the book's accounts, by code."""
        return self._server.account_names()

    def make(self, kind: str, data: bytes, despite: str = "") -> Draft:
        """Make a draft of an entry of that type from its data as JSON; of a closing say why, `despite` its checks."""
        wanted = {"type": kind, "data": msgspec.Raw(data), "despite": despite}
        return self._act("POST", "drafts", wanted)

    def change(self, id_: str, revision: int, kind: str, data: bytes, despite: str = "") -> Draft:
        """Give a draft other content, as one is made, if it is still of the revision that was seen."""
        wanted = {"type": kind, "data": msgspec.Raw(data), "revision": revision, "despite": despite}
        return self._act("PUT", f"drafts/{id_}", wanted)

    def sign(self, seen: Draft) -> Draft:
        """Sign what was seen; raises `draft.untold`, and `draft.history` when it names entries that the log has not."""
        if seen.is_untold():
            raise UNTOLD()
        self._check_history(seen.statement)
        note = sign_text(seen.text.encode(), [self._key])
        return read_answer(self._server.ask("POST", f"drafts/{seen.id}/signatures", note), Draft)

    def refuse(self, seen: Draft, reason: str) -> Draft:
        """Say why one does not sign."""
        return self._act("POST", f"drafts/{seen.id}/refusals", {"revision": seen.revision, "reason": reason})

    def withdraw(self, seen: Draft) -> Draft:
        """Take a draft back."""
        return self._act("POST", f"drafts/{seen.id}/withdrawal", {"revision": seen.revision})

    def _act(self, method: str, path: str, content: dict[str, Any]) -> Draft:
        return read_answer(self._server.ask(method, path, msgspec.json.encode(content)), Draft)

    def _check_history(self, statement: AnyStatement) -> None:
        """Look whether the entries that a statement names as seen are those of the log, by its checkpoint."""
        head = self._server.checkpoint()
        seen = statement.seen
        reader = TileReader(head.size, self._server.fetch)
        if (
            statement.book != self._server.book
            or not 0 < seen.n <= head.size
            or base64.b64encode(range_root(0, seen.n, reader)).decode() != seen.r
        ):
            raise OTHER_HISTORY(n=seen.n)


def ask_remarks(
    server: Poster, statement: AnyStatement, keys: Sequence[SigningKey], signed: Sequence[str] = ()
) -> Remarked:
    """Return what is to be known of a statement, told to the first of the keys that are to sign it that is let in.

    `signed` are keys that have signed it before. Raises as the server refuses.
    """
    names = [*signed, *(key.name for key in keys)]
    *others, last = (Clerk(server, key) for key in keys)
    for clerk in others:
        with suppress(ServerRefusal):
            clerk.sign_in()
            break
    else:
        clerk = last
        clerk.sign_in()
    return clerk.remarked(statement, names)
