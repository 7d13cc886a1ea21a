"""Logs whose key is rotated, retired, lost or stolen, honest and forged: cases for the vectors."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.note import SigningKey
from domain.logkeys import (
    LogKeyAdded,
    LogKeyAddition,
    LogKeyRetired,
    LogKeyRetirement,
    LogMove,
    LogMoved,
    log_possession_text,
)
from domain.logkeys.events import LastCheckpoint
from domain.vouchers import VoucherPosted
from tests.vectors.honest import ACCOUNTANT, BASIC, HEAD, SUPERVISOR, TOWNSHIP, founded, voucher
from tests.vectors.logs import Case
from tests.vectors.village import BOOK, ORIGIN, Log, key

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKERS = (TOWNSHIP, HEAD, SUPERVISOR)
NEW = f"new.example/books/{BOOK}"
OLD_KEY, MOVED_KEY = key(ORIGIN), key(NEW)
SECOND_KEY, THIRD_KEY = (SigningKey(ORIGIN, bytes([number]) * 32) for number in (2, 3))


def proof(signer: SigningKey) -> str:
    """Return a log key's proof of possession."""
    text = log_possession_text(BOOK, signer.verifier.vkey)
    return base64.b64encode(signer.sign_raw(text)).decode()


def addition(signer: SigningKey, **change: str) -> LogKeyAddition:
    """Return what adds a key."""
    good = LogKeyAddition(proof=proof(signer), reason="例行更换", vkey=signer.verifier.vkey)
    return msgspec.structs.replace(good, **change)


def added(log: Log, signer: SigningKey = SECOND_KEY, **change: str) -> Log:
    """Return the log with a key more."""
    return log.then(LogKeyAdded, addition(signer, **change), *SPEAKERS)


def retired(log: Log, signer: SigningKey = OLD_KEY) -> Log:
    """Return the log with a key less."""
    return log.then(LogKeyRetired, LogKeyRetirement(reason="已换新", vkey=signer.verifier.vkey), *SPEAKERS)


def move(log: Log, signer: SigningKey = MOVED_KEY, **change: Any) -> LogMove:  # noqa: ANN401 -- any field
    """Return what moves the log, standing by its first five entries."""
    good = LogMove(
        last=LastCheckpoint(n=5, r=log.book().root(5)),
        origin=signer.name,
        proof=proof(signer),
        reason="compromised",
        vkey=signer.verifier.vkey,
    )
    return msgspec.structs.replace(good, **change)


def moved(log: Log, signer: SigningKey = MOVED_KEY, **change: Any) -> Log:  # noqa: ANN401 -- as above
    """Return the log under a new origin."""
    return log.then(LogMoved, move(log, signer, **change), *SPEAKERS)


def later(log: Log, fen: int = 700) -> Log:
    """Return the log with one voucher more."""
    return log.then(VoucherPosted, voucher("2026-01-28", fen), *BASIC)


def head(log: Log, *signers: SigningKey, size: int | None = None) -> bytes:
    """Return the checkpoint over the first entries, by these keys."""
    tree = log.tree()
    size = tree.size if size is None else size
    return sign_checkpoint(Checkpoint(signers[0].name, size, tree.root(size)), *signers)


def by(log: Log, *signers: SigningKey) -> Log:
    """Return the log with its balances and a checkpoint by these keys, the first of them in `log.vkey`."""
    vkey = f"{signers[0].verifier.vkey}\n".encode()
    return log.publish().alter("checkpoint", head(log, *signers)).alter("log.vkey", vkey)


@dataclass(frozen=True)
class _Phases:
    """A log before a rotation, in its overlap, after it, and after a move."""

    first: Log
    both: Log
    after: Log
    gone: Log


def phases() -> _Phases:
    """Return the village's log in each phase; entry 6 adds a key, 8 retires the first, 10 moves."""
    first = founded()
    both = later(added(first))
    after = later(retired(both))
    return _Phases(first, both, after, later(moved(after)))


def cases() -> Iterator[Case]:
    """Yield all cases."""
    then = phases()
    yield Case("in the overlap", by(then.both, OLD_KEY, SECOND_KEY))
    yield Case("in the overlap, the new key in log.vkey", by(then.both, SECOND_KEY, OLD_KEY))
    yield Case("after the rotation", by(then.after, SECOND_KEY))
    yield Case("after a move", by(then.gone, MOVED_KEY))
    yield from _heads(then)
    yield from _kept(then)
    yield from _policies(then)
    yield from _refused(then)
    yield from _malformed(then)


def _heads(then: _Phases) -> Iterator[Case]:
    """Yield checkpoints by the wrong keys."""
    missing, ended = (("audit.log_key_missing", None),), (("audit.log_key_ended", None),)
    signature = (("checkpoint.signature", None),)
    yield Case("the new key does not sign", by(then.both, OLD_KEY), missing)
    yield Case("the old key does not sign", by(then.both, SECOND_KEY), missing)
    yield Case("a retired key signs", by(then.after, OLD_KEY), ended)
    yield Case("a key before its time", by(then.first, SECOND_KEY), signature)
    stale = by(then.after, SECOND_KEY).alter("log.vkey", f"{OLD_KEY.verifier.vkey}\n".encode())
    yield Case("a retired key in log.vkey", stale, (("audit.vkey", None),))
    yield Case("the old origin after a move", by(then.gone, SECOND_KEY), (("audit.old_origin", None),))
    yield Case("a stranger under the old origin", by(then.gone, THIRD_KEY), signature)
    yield Case("the new origin before the move", by(then.after, MOVED_KEY), (("audit.unknown_origin", None),))
    good, other = head(then.both, OLD_KEY, SECOND_KEY), head(then.both, OLD_KEY, SECOND_KEY, size=5)
    text = good.partition(b"\n\n")[0] + b"\n\n"
    lines, wrong = (note.partition(b"\n\n")[2].splitlines(keepends=True) for note in (good, other))
    for number in (0, 1):
        mixed = [wrong[at] if at == number else line for at, line in enumerate(lines)]
        bad = by(then.both, OLD_KEY, SECOND_KEY).alter("checkpoint", text + b"".join(mixed))
        yield Case(f"line {number} of two is bad", bad, signature)


def _kept(then: _Phases) -> Iterator[Case]:
    """Yield kept checkpoints of every phase, and those that a thief signed."""
    good = by(then.gone, MOVED_KEY)
    for name, note in (
        ("before", head(then.first, OLD_KEY)),
        ("of the overlap", head(then.both, OLD_KEY, SECOND_KEY)),
        ("by one key of the overlap", head(then.both, SECOND_KEY)),
        ("after the rotation", head(then.after, SECOND_KEY)),
        ("after the move", head(then.gone, MOVED_KEY)),
    ):
        yield Case(f"kept {name}", good, kept=note)
    fork, longer = later(then.after, 1), later(later(later(then.after, 1), 2), 3)
    short = later(Log(then.first.entries[:4]), 1)
    void, ended = (("audit.kept_void", None),), (("audit.log_key_ended", None),)
    yield Case("kept of the thief", good, void, kept=head(fork, SECOND_KEY))
    yield Case("kept of the thief, longer than the log", good, void, kept=head(longer, SECOND_KEY))
    yield Case(
        "kept of the thief, not void", good, (("audit.not_extended", None),), kept=head(short, OLD_KEY)
    )
    rotated = by(then.after, SECOND_KEY)
    yield Case("kept by a retired key", rotated, ended, kept=head(then.after, OLD_KEY))
    yield Case(
        "kept by a stranger", rotated, (("audit.kept_foreign", None),), kept=head(then.after, THIRD_KEY)
    )
    ahead = head(then.gone, MOVED_KEY)
    yield Case("kept of a later origin", rotated, (("audit.unknown_origin", None),), kept=ahead)
    rolled = head(later(then.after), SECOND_KEY)
    yield Case("kept of more entries", rotated, (("audit.rolled_back", None),), kept=rolled)


def _policies(then: _Phases) -> Iterator[Case]:
    """Yield policies that name one of the log's keys."""
    names = {"old": OLD_KEY, "second": SECOND_KEY, "moved": MOVED_KEY}
    logs = {
        "in the overlap": (by(then.both, OLD_KEY, SECOND_KEY), {"old", "second"}),
        "after the rotation": (by(then.after, SECOND_KEY), {"second"}),
        "after a move": (by(then.gone, MOVED_KEY), {"moved"}),
    }
    for phase, (log, accepted) in logs.items():
        for name, signer in names.items():
            policy = f"log {signer.verifier.vkey}\nquorum none\n"
            found = () if name in accepted else (("audit.log_not_in_policy", None),)
            yield Case(f"a policy for the {name} key {phase}", log, found, policy=policy)


def _refused(then: _Phases) -> Iterator[Case]:
    """Yield entries about keys that the rules refuse; each is taken in all the same, and its keys sign."""
    first, both, gone = then.first, then.both, then.gone
    last = LastCheckpoint(n=5, r=first.book().root(4))
    beyond = LastCheckpoint(n=7, r=first.book().root())
    elsewhere, grown = SigningKey("elsewhere.example", bytes(32)), later(both)
    taken = SigningKey(ORIGIN, ACCOUNTANT.seed)
    only_head = addition(SECOND_KEY)
    refused: list[tuple[str, Log, str]] = [
        ("a third key", added(both, THIRD_KEY), "log.overlap"),
        ("the same key again", added(first, OLD_KEY), "log.key_used"),
        ("a person's key for the log", added(first, taken), "log.key_used"),
        ("the proof of another key", added(first, SECOND_KEY, proof=proof(THIRD_KEY)), "log.no_possession"),
        ("a proof that is no base64", added(first, SECOND_KEY, proof="!" * 88), "log.no_possession"),
        ("a key of another name", added(first, elsewhere), "book.log_key"),
        (
            "a key added by the head alone",
            first.then(LogKeyAdded, only_head, HEAD),
            "policy.roles_missing",
        ),
        ("a key retired that does not sign", retired(both, THIRD_KEY), "log.key_not_in_force"),
        ("the only key retired", retired(first), "log.last_key"),
        (
            "a key retired by two",
            grown.then(
                LogKeyRetired, LogKeyRetirement(reason="已换新", vkey=OLD_KEY.verifier.vkey), TOWNSHIP, HEAD
            ),
            "policy.roles_missing",
        ),
        ("moved to where it is", moved(first, SECOND_KEY), "log.origin_used"),
        ("moved back", moved(gone, THIRD_KEY), "log.origin_used"),
        ("moved to another book's origin", moved(first, elsewhere), "book.origin"),
        ("moved with the root of another size", moved(first, last=last), "log.last_unknown"),
        ("moved beyond the log", moved(first, last=beyond), "log.last_unknown"),
        ("moved by the township alone", first.then(LogMoved, move(first), TOWNSHIP), "policy.roles_missing"),
    ]
    for name, log, rule in refused:
        index = len(log.entries) - 1
        yield Case(name, by(log, *_in_force(log)), ((rule, index),))


def _in_force(log: Log) -> list[SigningKey]:
    """Return the keys that sign now, whatever the rules say of how they came."""
    known = [OLD_KEY, SECOND_KEY, THIRD_KEY, MOVED_KEY, SigningKey("elsewhere.example", bytes(32))]
    known.append(SigningKey(ORIGIN, ACCOUNTANT.seed))
    vkeys = {signer.verifier.vkey: signer for signer in known}
    signers = [vkeys[one.verifier.vkey] for one in log.book().log.in_force] or [OLD_KEY]
    named = [signer for signer in signers if signer.name == signers[0].name]
    return list({signer.verifier.vkey: signer for signer in named}.values())


def _malformed(then: _Phases) -> Iterator[Case]:
    """Yield entries about keys whose form is wrong."""
    good = move(then.first)
    broken = [
        ("moved for no reason", b'"reason":"compromised"', b'"reason":"bored"'),
        ("moved from nothing", b'"n":5', b'"n":0'),
        ("moved from a short root", good.last.r.encode(), good.last.r[:-1].encode()),
        ("moved to a place with spaces", f'"origin":"{NEW}"'.encode(), f'"origin":"{NEW} x"'.encode()),
    ]
    log = moved(then.first)
    for name, old, new in broken:
        changed = log.with_entry(6, partial(_exchange, old, new))
        yield Case(name, by(changed, OLD_KEY), (("entry.malformed", 6),))
    bad = added(then.first, SECOND_KEY, vkey=SECOND_KEY.verifier.vkey[:-4])
    yield Case("a key that is none", by(bad, OLD_KEY), (("note.vkey_malformed", 6),))


def _exchange(old: bytes, new: bytes, note: bytes) -> bytes:
    return note.replace(old, new, 1)
