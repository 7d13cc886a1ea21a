"""The log's own keys on the server that holds them: what it drafts for the signers, the freeze, what may be destroyed.

A new private key is made here, is written before anything names it, and never leaves. What people sign is its public
half with a proof of possession; a draft whose entry was never signed is taken up again by the next attempt.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from api.adapters.json_text import json_text
from api.clock import now
from api.posting import BAD_DATA, read_data
from audit.tlog.checkpoint import parse_checkpoint
from domain.founding import Log, check_log, check_origin
from domain.kernel.errors import Kind, rule
from domain.kernel.note import parse_note
from domain.kernel.statement import Record, Text
from domain.logkeys import (
    OVERLAP,
    LogKeyAdded,
    LogKeyAddition,
    LogKeyRetired,
    LogKeyRetirement,
    LogMove,
    LogMoved,
    log_possession_text,
)
from domain.privacy import check_clear
from projections import log, register, witnessing

if TYPE_CHECKING:
    from api.composition import Service
    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement

T = TypeVar("T", bound=Record)

RETIRE_EARLY = rule(
    "log.retire_early",
    Kind.CONFLICT,
    "现在还不能停用：SUNLEDGER_WITNESSES 的策略没有列出账套 {book} 留下来的公钥，停用之后读者按它核对就不能通过；"
    "请先在策略中加上下面一行，重启服务，公布策略，再停用：log {key}",
    "it is too early to retire: the policy in SUNLEDGER_WITNESSES lists no key of the log of {book} that is left, so it"
    " would fail its readers; first add this line, restart the server and publish the policy: log {key}",
    "C2SP tlog-policy; ADR 0027",
)

DATA: dict[str, tuple[type[Statement], type[Record]]] = {
    "log.key_added/1": (LogKeyAdded, LogKeyAddition),
    "log.key_retired/1": (LogKeyRetired, LogKeyRetirement),
    "log.moved/1": (LogMoved, LogMove),
}
"""The entries about a log's keys by their names: the statement and what it says."""


class Request(Record, frozen=True):
    """What the server asks the signers for, as a file: the entry's type and its data."""

    data: msgspec.Raw
    type: str


class HeldKey(NamedTuple):
    """A key of a log as the book has it (None: it names no such key, a draft), and whether its private half is here."""

    vkey: str
    row: register.LogKeyRow | None
    held: bool


def draft_addition(service: Service, book: str, reason: str) -> LogKeyAddition:
    """Return what adds a key to the log, made here; raises `log.overlap`, `post.data`, `privacy.*` before that."""
    rows = _rows(service, book)
    signing = log.in_force(rows)
    if len(signing) > 1:
        raise OVERLAP(count=len(signing))
    _check_reason(reason)
    key = service.log_keys.draft_next(signing[0].origin, {row.vkey for row in rows})
    return LogKeyAddition(proof=_proof(key, book), reason=reason, vkey=key.verifier.vkey)


def _check_reason(reason: str) -> None:
    """Raise what the door would refuse a reason for: a key that was made for it would stay behind."""
    read_data("reason", msgspec.json.encode(reason), Text)
    check_clear(reason, "reason")


def draft_retirement(service: Service, book: str, reason: str, vkey: str = "") -> LogKeyRetirement:
    """Return what retires a key of the log: the oldest that signs, unless another one is named.

    Raises `log.retire_early` when the policy lists none of those that are left, `witnessing.policy_missing` when nobody
    says here what the policy of a witnessed log is.
    """
    _require_policy(service, book)
    signing = [row.vkey for row in log.in_force(_rows(service, book))]
    retired = vkey or signing[0]
    left = [key for key in signing if key != retired]
    if left and not service.witnesses.accepts(book, left):
        raise RETIRE_EARLY(book=book, key=left[-1])
    return _checked(LogKeyRetirement(reason=reason, vkey=retired))


def draft_move(service: Service, book: str, origin: str, reason: str, last: bytes = b"") -> LogMove:
    """Return what moves the log to an origin, under a key made here; raises `book.origin*` before it is made.

    `last` is the last witnessed checkpoint of the old origin. Without it, it is the newest that a quorum of the policy
    has cosigned (`checkpoint.not_witnessed` when there is none), or of a log without witnesses the newest of all. Which
    of the two a log is must be known: raises `witnessing.policy_missing`.
    """
    if not last:
        _require_policy(service, book)
    check_origin(origin)
    key = service.log_keys.draft(origin)
    check_log(Log(origin=origin, vkey=key.verifier.vkey), book)
    note = last or _last_witnessed(service, book)
    stood_by = parse_checkpoint(parse_note(note).text)
    fields: dict[str, Any] = {
        "last": {"n": stood_by.size, "r": base64.b64encode(stood_by.root).decode()},
        "origin": origin,
        "proof": _proof(key, book),
        "reason": reason,
        "vkey": key.verifier.vkey,
    }
    data = read_data(origin, msgspec.json.encode(fields), LogMove)
    service.log_keys.keep(key)
    return data


def _require_policy(service: Service, book: str) -> None:
    with service.pool.connection() as connection:
        problem = service.witnesses.missing(connection, book)
    if problem:
        raise problem


def _last_witnessed(service: Service, book: str) -> bytes:
    with service.pool.connection() as connection:
        policy = service.witnesses.policy_for(book)
        if policy:
            return witnessing.newest_checkpoint(connection, book, policy).note
        return log.latest_checkpoint(connection, book).note


def _proof(key: SigningKey, book: str) -> str:
    return base64.b64encode(key.sign_raw(log_possession_text(book, key.verifier.vkey))).decode()


def _checked(data: T) -> T:
    """Return the data if its texts have the form that an entry demands; raises `post.data`."""
    return read_data(type(data).__name__, msgspec.json.encode(data), type(data))


def encode_request(data: Record) -> bytes:
    """Return the file that travels to the signers."""
    name = next(name for name, (_, kind) in DATA.items() if isinstance(data, kind))
    request = Request(data=msgspec.Raw(msgspec.json.encode(data)), type=name)
    return json_text(request)


def read_request(name: object, text: bytes) -> tuple[type[Statement], Record]:
    """Return the entry's type and its data; raises `post.data`."""
    request = read_data(name, text, Request)
    if request.type not in DATA:
        raise BAD_DATA(name=name, problem=request.type)
    statement, kind = DATA[request.type]
    return statement, read_data(name, bytes(request.data), kind)


def freeze(service: Service, book: str, reason: str) -> str:
    """Let the log sign and take nothing from now on, in any process; return its origin.

    The mark lies under every origin that the log has had: another process may not have heard of its last move.
    """
    origins = [row.origin for row in _rows(service, book)]
    for origin in set(origins):
        service.log_keys.freeze(origin, f"{now()} {reason}")
    return origins[-1]


def unfreeze(service: Service, book: str) -> str:
    """Let the log go on, sign what it holds already, and return its origin."""
    origins = [row.origin for row in _rows(service, book)]
    for origin in set(origins):
        service.log_keys.unfreeze(origin)
    service.runner.sign(book)
    return origins[-1]


def held_keys(service: Service, book: str) -> list[HeldKey]:
    """Return all keys of a log, the oldest first, and behind them the drafts that are here."""
    rows = _rows(service, book)
    known = {row.vkey for row in rows}
    here = {
        key.verifier.vkey for origin in {row.origin for row in rows} for key in service.log_keys.held(origin)
    }
    drafts = [HeldKey(vkey, None, held=True) for vkey in sorted(here - known)]
    return [*(HeldKey(row.vkey, row, row.vkey in here) for row in rows), *drafts]


def destroy_ended(service: Service, book: str) -> list[str]:
    """Destroy the private halves of keys that sign no more, once a checkpoint without them is there; return vkeys."""
    with service.pool.connection() as connection:
        signed = log.latest_checkpoint(connection, book).size
    destroyed = []
    for vkey, row, held in held_keys(service, book):
        if row and held and row.ended is not None and row.ended < signed:
            service.log_keys.destroy(vkey)
            destroyed.append(vkey)
    return destroyed


def _rows(service: Service, book: str) -> list[register.LogKeyRow]:
    with service.pool.connection() as connection, connection.cursor() as cursor:
        return register.log_keys(cursor, book)
