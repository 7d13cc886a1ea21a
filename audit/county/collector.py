"""The collecting of the books' checkpoints into the county's log (归集).

Of each place the checkpoint is taken; it is appended when the key of its origin signed it and it extends the one that
was collected last, by a proof made of the place's own tiles. Whatever is wrong with one book holds up no other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.county.directory import KnownBook, load_directory, save_directory
from audit.county.evidence import Fork, keep_fork
from audit.county.leaf import make_leaf
from audit.disk import Disk
from audit.head import fetch_needed, prove_prefix, served_key
from audit.report import Finding
from audit.source import open_source
from audit.tlog.checkpoint import SIGNATURE, Checkpoint, book_of, open_checkpoint, parse_checkpoint
from audit.tlog.proof import BAD_PROOF
from audit.tlog.tiles import TILE_WIDTH, TileReader
from audit.verify import verify
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.note import is_valid_public_key, parse_note, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from audit.source import Source
    from audit.tlog.folder import LogWriter
    from domain.kernel.note import VerifierKey

WORKERS = 8
"""Places that are read at the same time: they are far away and mostly waited for."""

_SOURCE = "ADR 0025"
OTHER_KEY = rule(
    "county.other_key",
    Kind.FORBIDDEN,
    "{origin} 的检查点不是首次归集时所定公钥 {vkey} 所签；账套依规更换了日志密钥的，请用 --key 给出新公钥",
    "the checkpoint of {origin} is not signed by the key pinned for it, {vkey}; if the book changed its log's key"
    " lawfully, give the new one with --key",
    _SOURCE,
)
GIVEN_KEY = rule(
    "county.given_key",
    Kind.FORBIDDEN,
    "{origin} 的检查点不是您给出的公钥 {vkey} 所签：它可能已经停用，也可能是别人的；请向村里核实现在的公钥"
    "（那里的 sunledger log list），再用 --key 或在名单中给出",
    "the checkpoint of {origin} is not signed by the key that you gave, {vkey}: it may have been retired, or be"
    " somebody else's; ask the village for the present key (sunledger log list there) and give that with --key or in"
    " the list",
    _SOURCE,
)
RETIRED_KEY = rule(
    "county.retired_key",
    Kind.FORBIDDEN,
    "{origin} 的检查点不是您给出的公钥 {vkey} 所签：那是它从前的公钥，后来归集时用的是 {now}；请把 --key 或"
    "名单中的换成后者，或者不写",
    "the checkpoint of {origin} is not signed by the key that you gave, {vkey}: that is one of before, and it was"
    " collected with {now} since; give the latter with --key or in the list, or none",
    _SOURCE,
)
BAD_KEY = rule(
    "county.bad_key",
    Kind.REFUSED,
    "{vkey} 不是可靠的 Ed25519 公钥",
    "{vkey} is no sound Ed25519 key",
    "RFC 8032 section 5.1.3",
)
OWN_LOG = rule(
    "county.own_log",
    Kind.REFUSED,
    "{origin} 是总日志自己，不归集",
    "{origin} is the county's log itself, which is not collected",
    _SOURCE,
)
ROLLED_BACK = rule(
    "county.rolled_back",
    Kind.REFUSED,
    "{origin} 现在只有 {size} 条，已归集过 {collected} 条：日志被回退，或者这里是旧的副本",
    "{origin} now has {size} entries and {collected} were collected before: it was rolled back, or this is an old copy",
    "RFC 6962 section 2.1.2",
)
FORK = rule(
    "county.fork",
    Kind.REFUSED,
    "{origin} 分叉：{size} 条的检查点不延续已归集的 {collected} 条；两份签名都已留作证据",
    "{origin} is forked: its checkpoint of {size} entries does not extend the {collected} collected before; both signed"
    " heads are kept as evidence",
    "RFC 6962 section 2.1.2",
)
SECOND_LOG = rule(
    "county.second_log",
    Kind.REFUSED,
    "{origin} 与已归集的 {other} 是同一本账的两个日志，账中没有从那里迁来的记录，或者这份日志没有通过核对；"
    "没有归集。请向村里查明哪一份是真的；确是迁移的，用 --key 给出它的公钥",
    "{origin} and {other}, which is collected, are two logs of one book, and no entry moves it from there, or this log"
    " does not verify; nothing was collected. Find out in the village which one is true; if it really moved, give its"
    " key with --key",
    "ADR 0025; ADR 0027",
)
NOT_SHOWN = rule(
    "county.not_shown",
    Kind.REFUSED,
    "{origin} 没有出示与其检查点（{size} 条）相符的瓦片，无法证明它延续已归集的 {collected} 条；两份签名都已留存",
    "{origin} shows no tiles that give its checkpoint of {size} entries, so nothing proves that it extends the"
    " {collected} collected before; both signed heads are kept",
    "C2SP tlog-tiles",
)


@dataclass(frozen=True)
class Outcome:
    """One place in one run: the origin and size of what it showed, and whether that was `appended`.

    `finding` says what is wrong with it; `unreadable` why nothing could be read, which is no verdict on the book.
    """

    place: str
    origin: str = ""
    size: int = 0
    appended: bool = False
    finding: Finding | None = None
    unreadable: str = ""

    def as_object(self) -> dict[str, Any]:
        """Return the outcome as a JSON object."""
        found = self.finding
        return {
            "place": self.place,
            "origin": self.origin,
            "size": self.size,
            "ok": not (found or self.unreadable),
            "appended": self.appended,
            "rule": found.rule if found else "",
            "message": found.message if found else "",
            "unreadable": self.unreadable,
        }


@dataclass(frozen=True)
class _Look:
    """What a place showed, judged against what was `known` then, and the `other` log that its book had.

    `leaf` is set when it is to be appended, `vkey` to the key that signed it when nothing is wrong with it, `fork`
    when it contradicts what was collected.
    """

    outcome: Outcome
    known: KnownBook | None = None
    other: str = ""
    leaf: bytes = b""
    vkey: str = ""
    fork: Fork | None = None


class _Contradiction(Exception):  # noqa: N818 -- what a place shows, no error of the program
    """A signed head that does not go on from the collected one: the rule that says so, and the evidence."""

    def __init__(self, violation: RuleViolation, fork: Fork) -> None:
        super().__init__(str(violation))
        self.violation = violation
        self.fork = fork


class Collection:
    """One run over many places, on the county's log that is open for writing."""

    def __init__(
        self, folder: Path, log: LogWriter, keys: Iterable[str] = (), disk: Disk | None = None
    ) -> None:
        """Collect into the log in `folder`; `keys` are vkeys that the caller trusts, whatever was pinned before."""
        self._folder = folder
        self._log = log
        self._disk = disk or Disk()
        self._directory = load_directory(log.source, log.checkpoint.size)
        self._origins: dict[str, str] = {}
        for origin, _ in sorted(self._directory.books.items(), key=lambda item: item[1].index):
            self._origins[book_of(origin)] = origin
        self._given: dict[str, list[str]] = {}
        for vkey in keys:
            self._given.setdefault(parse_vkey(vkey).name, []).append(vkey)
        self._collected = TileReader(log.checkpoint.size, log.source.fetch)
        self._leaves: list[bytes] = []

    def collect(
        self, places: Iterable[str], now: str, opened: Callable[[str], Source] = open_source
    ) -> Iterator[Outcome]:
        """Look at each place once and yield what came of it; what is new is appended after the last.

        `now` is the time that is noted (RFC 3339).
        """
        with ThreadPoolExecutor(WORKERS) as pool:
            for look in pool.map(lambda place: self._look(place, opened), places):
                known = self._directory.books.get(look.outcome.origin)
                same = look.known is known and look.other == self._other(look.outcome.origin)
                judged = look if same else self._look(look.outcome.place, opened)
                if judged.leaf:
                    self._leaves.append(judged.leaf)
                    self._directory.take(judged.leaf, now, judged.vkey)
                    self._origins[book_of(judged.outcome.origin)] = judged.outcome.origin
                elif judged.vkey:
                    self._directory.pin(judged.outcome.origin, judged.vkey)
                if judged.fork:
                    keep_fork(self._folder, judged.fork, self._disk)
                yield judged.outcome
        self._log.append(self._leaves)
        self._leaves = []
        save_directory(self._directory, self._folder, self._disk)

    def _look(self, place: str, opened: Callable[[str], Source]) -> _Look:
        head = known = None
        other = ""
        try:
            source = opened(place)
            note = fetch_needed(source, "checkpoint")
            head = parse_checkpoint(parse_note(note).text)
            known, other = self._directory.books.get(head.origin), self._other(head.origin)
            key = self._key(head.origin, note, source, known)
            new = self._is_new(head, note, source, known)
            if new and other and head.origin not in self._given:
                self._check_moved(head.origin, other, source)
        except RuleViolation as violation:
            return _Look(_failed(place, head, violation), known, other)
        except _Contradiction as found:
            return _Look(_failed(place, head, found.violation), known, other, fork=found.fork)
        outcome = Outcome(place, head.origin, head.size, appended=new)
        return _Look(outcome, known, other, make_leaf(note, key) if new else b"", key.vkey)

    def _other(self, origin: str) -> str:
        """Return the origin under which the book of `origin` was collected last, "" if that is this one or none."""
        newest = self._origins.get(book_of(origin), "")
        return "" if newest == origin else newest

    def _check_moved(self, origin: str, other: str, source: Source) -> None:
        """A second log of a book is taken only when its entries, which all verify, move the book from the first one.

        The collected checkpoint is one that the reader kept; raises `county.second_log`.
        """
        leaf = self._collected_leaf(self._directory.books[other])
        report = verify(source, kept=leaf)
        if not report.ok or report.book != book_of(origin):
            raise SECOND_LOG(origin=origin, other=other)

    def _key(self, origin: str, note: bytes, source: Source, known: KnownBook | None) -> VerifierKey:
        """Return the key that had to sign an origin's checkpoint, and did: a given, the pinned or the served one."""
        given = self._given.get(origin, [])
        pinned = given or (list(known.keys[-1:]) if known else [])
        if origin == self._log.checkpoint.origin:
            raise OWN_LOG(origin=origin)
        keys = [parse_vkey(vkey) for vkey in pinned] or [served_key(source)]
        for key in keys:
            if not is_valid_public_key(key.public_key):
                raise BAD_KEY(vkey=key.vkey)
        try:
            signer = _signer(note, keys)
            if known and not pinned:  # the file of keys is lost, but the entry in the log tells the right one
                open_checkpoint(self._collected_leaf(known), signer)
        except RuleViolation as violation:
            if violation.rule is SIGNATURE and (given or known):
                raise _not_signed(origin, keys[-1].vkey, known, given=bool(given)) from None
            raise
        return signer

    def _is_new(self, head: Checkpoint, note: bytes, source: Source, known: KnownBook | None) -> bool:
        """Tell whether a signed head goes on from what is known; raises when it contradicts that."""
        if known is None:
            return True
        facts = {"origin": head.origin, "size": head.size, "collected": known.size}
        if head.size < known.size:
            raise ROLLED_BACK(**facts)
        if (head.size, head.root) == (known.size, known.root):
            return False
        try:
            root, proof = prove_prefix(source, head, known.size) if known.size else (known.root, [])
        except RuleViolation as violation:
            if violation.rule is not BAD_PROOF:
                raise
            raise _Contradiction(NOT_SHOWN(**facts), Fork(head, self._collected_leaf(known), note)) from None
        if root != known.root:
            shown = (root, *proof) if proof else ()
            raise _Contradiction(FORK(**facts), Fork(head, self._collected_leaf(known), note, shown))
        return True

    def _collected_leaf(self, known: KnownBook) -> bytes:
        """Return the entry of the county's log that holds what is known of a book; it may be about to be appended."""
        if known.index >= self._collected.size:
            return self._leaves[known.index - self._collected.size]
        return self._collected.bundle(known.index // TILE_WIDTH)[known.index % TILE_WIDTH]


def _signer(note: bytes, keys: list[VerifierKey]) -> VerifierKey:
    """Return the last of the keys that signed a checkpoint; raises what `open_checkpoint` raises when none did."""
    for key in reversed(keys[1:]):
        with suppress(RuleViolation):
            open_checkpoint(note, key)
            return key
    open_checkpoint(note, keys[0])
    return keys[0]


def _not_signed(origin: str, vkey: str, known: KnownBook | None, *, given: bool) -> RuleViolation:
    """Return what to say of a checkpoint that is not signed by the key that had to."""
    if not given:
        return OTHER_KEY(origin=origin, vkey=vkey)
    if known and vkey in known.keys and vkey != known.keys[-1]:
        return RETIRED_KEY(origin=origin, vkey=vkey, now=known.keys[-1])
    return GIVEN_KEY(origin=origin, vkey=vkey)


def _failed(place: str, head: Checkpoint | None, violation: RuleViolation) -> Outcome:
    origin, size = (head.origin, head.size) if head else ("", 0)
    if violation.rule.kind is Kind.UNAVAILABLE:
        return Outcome(place, origin, size, unreadable=str(violation))
    return Outcome(place, origin, size, finding=Finding.of(violation))
