"""What a log must never sign: a second history. Asked before each signature and before a book grows (回退保护).

What was signed stands in the database, and once more beside the log's key, outside it: a database that was restored
from an old backup cannot make the log sign other entries in the place of those it has signed. Witnesses remember it
too, on machines of their own, where no backup of this one reaches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from audit.tlog.checkpoint import ORIGIN, SIGNATURE, Checkpoint, open_by_any, parse_checkpoint
from domain.founding import Log
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.note import parse_note, parse_vkey
from domain.ledger import SURPLUS
from projections import register
from projections.log.query import log_size, root_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Cursor

    from domain.kernel.note import SigningKey

SELECT_LAST = "SELECT size, root FROM checkpoints WHERE book = %s ORDER BY size DESC LIMIT 1"

SELECT_HEAD = "SELECT size FROM heads WHERE book = %s"

SELECT_SURPLUS = """
    SELECT originator_version, size FROM events JOIN heads ON book = originator_id
    WHERE originator_id = %s AND originator_version >= size ORDER BY originator_version LIMIT 20
"""

TILES_CHANGED = rule(
    "log.tiles_changed",
    Kind.UNAVAILABLE,
    "账套 {book} 的瓦片与已签署的 {size} 条检查点不符，拒绝签署；请运行 sunledger rebuild",
    "the tiles of {book} do not give the root that was signed at size {size}; nothing is signed; run sunledger rebuild",
    "C2SP tlog-checkpoint: a log signs what extends what it has signed",
)
ROLLED_BACK = rule(
    "log.rolled_back",
    Kind.UNAVAILABLE,
    "账套 {book} 的数据库只有 {size} 条记录，而日志密钥已签署过 {signed} 条的检查点：数据库被回退（例如恢复了旧备份）；"
    "已停止签署和记账，请运行 sunledger doctor",
    "the database holds {size} entries of {book}, but its log key has signed {signed}: the database was rolled back, as"
    " by restoring an old backup; nothing is signed or posted; run sunledger doctor",
    "C2SP tlog-checkpoint: a log never signs two histories",
)
OTHER_HISTORY = rule(
    "log.other_history",
    Kind.UNAVAILABLE,
    "账套 {book} 的数据库中前 {signed} 条记录与日志密钥已签署的检查点不同：历史被改写；"
    "已停止签署和记账，请运行 sunledger doctor",
    "the first {signed} entries of {book} in the database are not those that its log key has signed: history was"
    " rewritten; nothing is signed or posted; run sunledger doctor",
    "C2SP tlog-checkpoint: a log never signs two histories",
)
WITNESS_AHEAD = rule(
    "log.witness_ahead",
    Kind.UNAVAILABLE,
    "见证人 {witness} 已见证过账套 {book} 的 {seen} 条记录，而数据库只有 {size} 条："
    "数据库多半被回退（例如恢复了旧备份）；已停止签署和记账，请运行 sunledger doctor",
    "the witness {witness} has cosigned {seen} entries of {book}, and the database holds {size}: the database was"
    " most likely rolled back, as by restoring an old backup; nothing is signed or posted; run sunledger doctor",
    "C2SP tlog-witness: a log never shows two histories",
)
WITNESS_OTHER = rule(
    "log.witness_other",
    Kind.UNAVAILABLE,
    "见证人 {witness} 所见证的账套 {book} 前 {seen} 条记录与数据库中的不同：有两份历史；"
    "已停止签署和记账，请运行 sunledger doctor",
    "the first {seen} entries of {book} that the witness {witness} has cosigned are not those of the database: there"
    " are two histories; nothing is signed or posted; run sunledger doctor",
    "C2SP tlog-witness: a log never shows two histories",
)
MEMORY_DAMAGED = rule(
    "log.memory_damaged",
    Kind.UNAVAILABLE,
    "账套 {book} 的日志密钥旁所存的最后检查点已损坏（{problem}）；已停止签署和记账，请运行 sunledger doctor",
    "the last checkpoint kept beside the log key of {book} is damaged ({problem}); nothing is signed or posted; run"
    " sunledger doctor",
    "C2SP tlog-checkpoint: a log never signs two histories",
)
MEMORY_MISSING = rule(
    "log.memory_missing",
    Kind.UNAVAILABLE,
    "日志密钥旁没有留存它签过的检查点，数据库里最新的是 {size} 条：如果刚恢复过备份或换过机器，这里认不出数据库被回退；"
    "请先用见证人或读者手中的副本（公示包）对照",
    "no checkpoint is kept beside the log's key, and the newest in the database has {size} entries: after a restored "
    "backup or a change of machines nothing here can tell that the database was rolled back; compare with what the "
    "witnesses or a reader's bundle have, first",
    "C2SP tlog-checkpoint: a log never signs two histories",
)
FROZEN = rule(
    "log.frozen",
    Kind.UNAVAILABLE,
    "账套 {book} 的日志已冻结（{words}）：不签署、不记账；请运行 sunledger doctor",
    "the log of {book} is frozen ({words}): nothing is signed or posted; run sunledger doctor",
    "ADR 0027",
)
KEY_NOT_HELD = rule(
    "log.key_not_held",
    Kind.UNAVAILABLE,
    "本服务器没有账套 {book} 的日志密钥 {key}，无法签署检查点；请运行 sunledger doctor",
    "this server does not hold the key {key} of the log of {book}, so no checkpoint is signed; run sunledger doctor",
    "ADR 0027",
)


class LogKeys(Protocol):
    """Where the log's private keys are kept; unlike people's keys they belong to the server.

    Beside the key that a log began with stands the newest checkpoint that was signed, whatever has become of key and
    origin since: one memory for one book.
    """

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key that a log began with, or None when this server does not hold it."""

    def signing_key(self, vkey: str) -> SigningKey | None:
        """Return the private half of a log's key, or None when this server does not hold it."""

    def held(self, origin: str) -> Sequence[SigningKey]:
        """Return all keys of an origin that this server holds."""

    def frozen(self, origin: str) -> str:
        """Return since when and why nothing may be signed under an origin, "" when it may."""

    def last_signed(self, origin: str) -> bytes:
        """Return the newest checkpoint of the log that began under this origin, b"" when none was signed here."""

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Keep a checkpoint durably before anybody sees it."""


class Sighting(NamedTuple):
    """A history that a witness has cosigned: its size, and the 32-byte root if it is known, else b"".

    `other` says that it is not the history of this log, by the witness's own account.
    """

    witness: str
    size: int
    root: bytes = b""
    other: bool = False


class Others(Protocol):
    """Who else has seen the logs: the witnesses of the policy."""

    def seen(self, book: str, log: Log) -> Sequence[Sighting]:
        """Return what contradicted this log when the witnesses were asked; they are asked here if they were not yet."""

    def contradicted(self, book: str, origin: str) -> bool:
        """Whether anything is known now that `seen` would return; nobody is asked."""


class Nobody:
    """No witnesses."""

    def seen(self, book: str, log: Log) -> Sequence[Sighting]:
        """Return nothing."""
        del book, log
        return ()

    def contradicted(self, book: str, origin: str) -> bool:
        """Return False."""
        del book, origin
        return False


NOBODY = Nobody()


def check_history(cursor: Cursor[Any], book: str, keys: LogKeys, others: Others = NOBODY) -> int:
    """Return the size that was signed or witnessed last, 0 when none was; raise what forbids to sign more.

    The entries must extend what was signed, as the database has it, as it is kept beside the key, and as the
    witnesses have seen it. Raises `serverkey.*` too, when a key that signs is here and cannot be read.
    """
    rows = register.log_keys(cursor, book)
    for row in in_force(rows):
        keys.signing_key(row.vkey)
    return max(_check_signed(cursor, book, rows, keys), _check_seen(cursor, book, rows, others))


def _check_seen(cursor: Cursor[Any], book: str, rows: Sequence[register.LogKeyRow], others: Others) -> int:
    """Return the largest size that others have seen."""
    key = in_force(rows)[0]
    seen = others.seen(book, Log(origin=key.origin, vkey=key.vkey))
    for sighting in seen:
        check_sighting(cursor, book, sighting)
    return max((sighting.size for sighting in seen), default=0)


def check_sighting(cursor: Cursor[Any], book: str, sighting: Sighting) -> None:
    """Raise `log.witness_ahead` or `log.witness_other` when a witness has seen more than the log has, or other."""
    stored = cursor.execute(SELECT_HEAD, (book,)).fetchone()
    size = stored[0] if stored else 0
    if sighting.size > size:
        raise WITNESS_AHEAD(book=book, witness=sighting.witness, seen=sighting.size, size=size)
    compared = sighting.root and sighting.size <= log_size(cursor.connection, book)
    same = compared and root_from(cursor, book, sighting.size) == sighting.root
    if sighting.other or (compared and not same):
        raise WITNESS_OTHER(book=book, witness=sighting.witness, seen=sighting.size)


def _check_signed(cursor: Cursor[Any], book: str, rows: Sequence[register.LogKeyRow], keys: LogKeys) -> int:
    kept = keys.last_signed(rows[0].origin)
    last = cursor.execute(SELECT_LAST, (book,)).fetchone()
    size, root = (last[0], bytes(last[1])) if last else (0, EMPTY_ROOT)
    held = log_size(cursor.connection, book)
    if last and size <= held and root_from(cursor, book, size) != root:
        raise TILES_CHANGED(book=book, size=size)
    if not kept:
        return size
    try:
        checkpoint = _open_kept(kept, [row.vkey for row in rows], keys)
    except RuleViolation as problem:
        raise MEMORY_DAMAGED(book=book, problem=problem.rule.code) from None
    stored = cursor.execute(SELECT_HEAD, (book,)).fetchone()
    if stored is None or checkpoint.size > stored[0]:
        raise ROLLED_BACK(book=book, size=stored[0] if stored else 0, signed=checkpoint.size)
    known = (size, root) == (checkpoint.size, checkpoint.root) or checkpoint.size > held
    if not known and root_from(cursor, book, checkpoint.size) != checkpoint.root:
        raise OTHER_HISTORY(book=book, signed=checkpoint.size)
    return max(size, checkpoint.size)


def surplus(cursor: Cursor[Any], book: str) -> RuleViolation | None:
    """Return what is to be said when the store has rows beyond the book's head, with the first indices."""
    rows = cursor.execute(SELECT_SURPLUS, (book,)).fetchall()
    indices = ", ".join(str(index) for index, _ in rows)
    return SURPLUS(book=book, index=indices, size=rows[0][1]) if rows else None


def memory_missing(cursor: Cursor[Any], book: str, keys: LogKeys) -> RuleViolation | None:
    """Return what is to be said when a log was signed and the memory beside its key is not there."""
    origin = register.log_keys(cursor, book)[0].origin
    last = cursor.execute(SELECT_LAST, (book,)).fetchone()
    return MEMORY_MISSING(size=last[0]) if last and not keys.last_signed(origin) else None


def check_new(book: str, log: Log, keys: LogKeys, others: Others = NOBODY) -> None:
    """Raise when a book is to be opened whose log was signed or witnessed before: its database is gone."""
    kept = keys.last_signed(log.origin)
    if kept:
        raise ROLLED_BACK(book=book, size=0, signed=parse_checkpoint(parse_note(kept).text).size)
    for sighting in others.seen(book, log):
        raise WITNESS_AHEAD(book=book, witness=sighting.witness, seen=sighting.size, size=0)


def _open_kept(kept: bytes, vkeys: Sequence[str], keys: LogKeys) -> Checkpoint:
    """Return the checkpoint in the memory, signed by a key that the book names.

    A database that was rolled back may not know the newest key; then one that is held here will do.
    """
    try:
        return open_by_any(kept, [parse_vkey(vkey) for vkey in vkeys])
    except RuleViolation as violation:
        if violation.rule not in {ORIGIN, SIGNATURE}:
            raise
    origin = parse_checkpoint(parse_note(kept).text).origin
    return open_by_any(kept, [key.verifier for key in keys.held(origin)])


def in_force(rows: Sequence[register.LogKeyRow]) -> list[register.LogKeyRow]:
    """Return those of a log's keys that sign its next checkpoint, the oldest first; there is always one."""
    return [row for row in rows if row.ended is None]


def check_not_frozen(book: str, origin: str, keys: LogKeys) -> None:
    """Raise `log.frozen` when nothing may be signed under the log's origin."""
    words = keys.frozen(origin)
    if words:
        raise FROZEN(book=book, words=words)


def signers_of(book: str, rows: Sequence[register.LogKeyRow], keys: LogKeys) -> list[SigningKey]:
    """Return the keys among a log's that sign its next checkpoint; raises `log.frozen`, `log.key_not_held`."""
    signing = in_force(rows)
    check_not_frozen(book, signing[0].origin, keys)
    found = []
    for row in signing:
        key = keys.signing_key(row.vkey)
        if key is None:
            raise KEY_NOT_HELD(book=book, key=row.vkey)
        found.append(key)
    return found


def check_signers(cursor: Cursor[Any], book: str, keys: LogKeys) -> None:
    """Raise what keeps this server from signing a log whose history is sound: `log.frozen`, `log.key_not_held`."""
    signers_of(book, register.log_keys(cursor, book), keys)
