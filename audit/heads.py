"""Whose signatures a log's checkpoint has to carry: by the keys and the origin that its own entries name for its size.

A key or an origin that the log has left signs nothing that counts any more, whoever has it now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.checkpoint import SIGNATURE, Checkpoint, book_of, parse_checkpoint, signed_by
from domain.difference import check_beginning
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.kernel.note import Note, VerifierKey
    from domain.logkeys import LogKey, LogOrigin, LogOrigins

KEY_MISSING = rule(
    "audit.log_key_missing",
    Kind.REFUSED,
    "{size} 条记录的检查点缺少日志密钥 {key} 的签名；它由第 {added} 号记录启用，重叠期内新旧密钥都须签名",
    "the checkpoint of {size} entries lacks the signature of the log key {key}, which entry {added} brought in; in the"
    " overlap the old key and the new one both sign",
    "ADR 0027",
)
KEY_ENDED = rule(
    "audit.log_key_ended",
    Kind.REFUSED,
    "{size} 条记录的检查点由日志密钥 {key} 签名，而它已由第 {ended} 号记录停用：有人仍持有它",
    "the checkpoint of {size} entries is signed by the log key {key}, which entry {ended} retired: somebody still has"
    " it",
    "ADR 0027",
)
UNKNOWN_ORIGIN = rule(
    "audit.unknown_origin",
    Kind.REFUSED,
    "检查点属于日志 {origin}，而核对过的记录中没有迁往那里的（现为 {now}）：要么它是别的日志的，"
    "要么这里缺少后来的记录，要么先前核对的是另一份历史；请从第一条记录起重新核对，并保留两份作为证据",
    "the checkpoint is of the log {origin}, to which none of the entries verified moves this book (it is at {now}):"
    " either it is of another log, or later entries are missing here, or what was verified before is another history;"
    " verify anew from the first entry, and keep both as evidence",
    "ADR 0027",
)
OLD_ORIGIN = rule(
    "audit.old_origin",
    Kind.REFUSED,
    "{size} 条记录的检查点用的是旧来源 {origin}；第 {left} 号记录已把日志迁走（{why_zh}），"
    "旧来源只有前 {last} 条为止的检查点算数",
    "the checkpoint of {size} entries is of the old origin {origin}; entry {left} moved the log away (its key is"
    " {why_en}), and of the old origin only checkpoints of up to {last} entries count",
    "ADR 0027",
)
VOID = rule(
    "audit.kept_void",
    Kind.REFUSED,
    "留存的检查点（旧来源 {origin}，{size} 条记录）已作废且与本日志不符：第 {left} 号记录说明该来源的密钥{why_zh}，"
    "只有前 {last} 条为止的算数。有人用旧密钥签了另一份历史；请保留它作为证据",
    "the kept checkpoint ({size} entries of the old origin {origin}) is void and not of this history: entry {left} says"
    " that the key of that origin is {why_en} and that only checkpoints of up to {last} entries count. Somebody signed"
    " another history with the old key; keep it as evidence",
    "ADR 0027",
)

WHY = {"compromised": ("已失窃", "compromised"), "lost": ("已丢失", "lost")}
"""Why a log was moved, in both languages."""


def open_head(note: bytes, log: LogOrigins) -> Checkpoint:
    """Return a log's checkpoint, signed under the origin and by all the keys that the log has at its size.

    Raises `note.malformed`, `checkpoint.*`, `audit.unknown_origin`, `audit.old_origin`, `audit.log_key_*`.
    """
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    origin = log.at(checkpoint.size)
    if checkpoint.origin != origin.name:
        raise _other_origin(parsed, checkpoint, log)
    keys = origin.keys_at(checkpoint.size)
    signed = _require_any(parsed, checkpoint, origin, keys)
    for key in keys:
        if key.verifier not in signed:
            raise KEY_MISSING(size=checkpoint.size, key=key.verifier.vkey, added=key.added)
    return checkpoint


def open_kept(note: bytes, log: LogOrigins) -> tuple[Checkpoint, LogOrigin]:
    """Return a checkpoint that a reader has kept, and its origin, signed by a key that the log had at its size.

    It may be void: then any key of its origin will do, for what it shows is what somebody signed with it. Raises
    `note.malformed`, `checkpoint.*`, `audit.unknown_origin`, `audit.log_key_ended`.
    """
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    origin = log.named(checkpoint.origin)
    if origin is None:
        raise _other_origin(parsed, checkpoint, log)
    void = origin.is_void(checkpoint.size)
    _require_any(parsed, checkpoint, origin, origin.keys if void else origin.keys_at(checkpoint.size))
    return checkpoint, origin


def kept_size(note: bytes, log: LogOrigins, size: int, root_at: Callable[[int], str]) -> int:
    """Return the size of a checkpoint that somebody kept, once it is seen to be a beginning of a log of `size` entries.

    `root_at` gives the base64 root of the log's first entries. Raises what `open_kept` raises, `audit.kept_void` for a
    void one of another history, and `diff.rolled_back` and `diff.fork` when it proves that the log is no longer what
    was signed.
    """
    kept, origin = open_kept(note, log)
    try:
        check_beginning(kept.size, kept.root, size, root_at(kept.size) if kept.size <= size else "")
    except RuleViolation:
        if origin.is_void(kept.size):
            raise void_head(kept, origin) from None
        raise
    return kept.size


def void_head(checkpoint: Checkpoint, origin: LogOrigin) -> RuleViolation:
    """Return what is to be said of a void checkpoint of another history."""
    return VOID(**_facts(checkpoint, origin))


def _require_any(
    note: Note, checkpoint: Checkpoint, origin: LogOrigin, keys: list[LogKey]
) -> list[VerifierKey]:
    """Return which of the keys signed; raises unless one did, and says so when a key did that had ended before."""
    signed = signed_by(note, [key.verifier for key in keys])
    if signed:
        return signed
    for key in origin.keys:
        if key.ended is not None and checkpoint.size > key.ended and signed_by(note, [key.verifier]):
            raise KEY_ENDED(size=checkpoint.size, key=key.verifier.vkey, ended=key.ended)
    raise SIGNATURE(key=origin.name)


def _other_origin(note: Note, checkpoint: Checkpoint, log: LogOrigins) -> RuleViolation:
    """Return what is wrong with a checkpoint of another origin than expected: one that the log left, or has not had."""
    expected, former = log.at(checkpoint.size), log.named(checkpoint.origin)
    if former and former.left is not None and signed_by(note, [key.verifier for key in former.keys]):
        return OLD_ORIGIN(**_facts(checkpoint, former))
    if former is None and book_of(checkpoint.origin) == book_of(expected.name):
        return UNKNOWN_ORIGIN(origin=checkpoint.origin, now=log.now.name)
    return SIGNATURE(key=expected.name)


def _facts(checkpoint: Checkpoint, former: LogOrigin) -> dict[str, object]:
    zh, en = WHY[former.reason]
    return {
        "size": checkpoint.size,
        "origin": former.name,
        "left": former.left,
        "last": former.last,
        "why_zh": zh,
        "why_en": en,
    }
