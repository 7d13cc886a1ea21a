"""Checkpoints (检查点) after C2SP tlog-checkpoint: a signed note whose text has exactly three lines.

    <origin>
    <size, decimal>
    <root, base64>

No extension lines: the specification advises against them, and some witnesses do not sign them.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.tlog.tiles import MAX_LEAVES
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.merkle import EMPTY_ROOT, HASH_BYTES
from domain.kernel.note import (
    ED25519,
    Note,
    SigningKey,
    VerifierKey,
    decode_base64,
    format_note,
    is_key_name,
    parse_note,
    verify_ed25519,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MALFORMED = rule(
    "checkpoint.malformed",
    Kind.MALFORMED,
    "检查点格式有误：{problem}",
    "the checkpoint is malformed: {problem}",
    "C2SP tlog-checkpoint",
)
SIGNATURE = rule(
    "checkpoint.signature",
    Kind.FORBIDDEN,
    "检查点没有 {key} 的有效签名",
    "the checkpoint has no good signature of {key}",
    "C2SP tlog-checkpoint; signed-note",
)
ORIGIN = rule(
    "checkpoint.origin",
    Kind.REFUSED,
    "检查点属于日志 {read}，不属于 {expected}",
    "the checkpoint is of the log {read}, not of {expected}",
    "C2SP tlog-checkpoint",
)

_DECIMAL = re.compile(rb"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head: `origin` is its name, `size` its number of entries, `root` the 32-byte hash over them."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse what could not be written; raises `checkpoint.malformed`."""
        if not is_key_name(self.origin):
            raise MALFORMED(
                problem=Phrase("日志来源不含空格和加号", "an origin has no spaces and no plus sign")
            )
        if not 0 <= self.size <= MAX_LEAVES or len(self.root) != HASH_BYTES:
            raise MALFORMED(
                problem=Phrase(
                    "条数应为 0 到 2^63-1，根应为 32 字节",
                    "a size from 0 to 2^63-1 and a root of 32 bytes expected",
                )
            )
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MALFORMED(
                problem=Phrase(
                    "空日志的根应为空串的 SHA-256", "the root of an empty log is SHA-256 of nothing"
                )
            )

    @property
    def text(self) -> bytes:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n".encode() + b2a_base64(self.root)


def book_of(origin: str) -> str:
    """Return which book a log's origin names: its last part, which stays when the log moves to another host."""
    return origin.rpartition("/")[2]


def parse_decimal(text: bytes) -> int:
    """Return a number written without sign and leading zero, at most 2**63 - 1; else -1."""
    number = int(text) if _DECIMAL.fullmatch(text) else -1
    return number if number <= MAX_LEAVES else -1


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Parse a checkpoint's text strictly; raises `checkpoint.malformed`. Its signature is not looked at."""
    lines = text.split(b"\n")
    if len(lines) != 4 or lines[3]:
        raise MALFORMED(
            problem=Phrase("应为三行：来源、条数、根", "three lines expected: origin, size, root")
        )
    try:
        origin = lines[0].decode()
    except UnicodeDecodeError:
        raise MALFORMED(problem=Phrase("不是 UTF-8 编码", "not UTF-8")) from None
    return Checkpoint(origin, parse_decimal(lines[1]), decode_base64(lines[2]))


def sign_checkpoint(checkpoint: Checkpoint, *keys: SigningKey) -> bytes:
    """Return the checkpoint signed by the log's key, named by its origin; two keys sign in the order of their ids."""
    for key in keys:
        if key.name != checkpoint.origin:
            raise ORIGIN(read=checkpoint.origin, expected=key.name)
    signatures = [key.sign(checkpoint.text) for key in keys]
    return format_note(checkpoint.text, sorted(signatures, key=lambda signature: signature.key_id))


def open_checkpoint(note: bytes, key: VerifierKey) -> Checkpoint:
    """Return a checkpoint that the log `key.name` signed.

    Raises `note.malformed`, `checkpoint.signature`, `checkpoint.malformed` or `checkpoint.origin`. Lines of other
    keys (witnesses, a log key to come) are passed over; every line of this key has to be good.
    """
    parsed = parse_note(note)
    _require_signature(parsed, key)
    checkpoint = parse_checkpoint(parsed.text)
    if checkpoint.origin != key.name:
        raise ORIGIN(read=checkpoint.origin, expected=key.name)
    return checkpoint


def open_by_any(note: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return a checkpoint that one of the keys signed that bear its origin's name: a log may have had several.

    Raises `note.malformed`, `checkpoint.malformed`, `checkpoint.origin` or `checkpoint.signature`.
    """
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    own = [key for key in keys if key.name == checkpoint.origin]
    if keys and not own:
        raise ORIGIN(read=checkpoint.origin, expected=keys[-1].name)
    if not signed_by(parsed, own):
        raise SIGNATURE(key=checkpoint.origin)
    return checkpoint


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Return those of the keys whose line the note has; raises `checkpoint.signature` when a line of one is bad."""
    return [key for key in keys if _is_signed(note, key)]


def _require_signature(note: Note, key: VerifierKey) -> None:
    if key.algorithm != ED25519 or not _is_signed(note, key):
        raise SIGNATURE(key=key.name)


def _is_signed(note: Note, key: VerifierKey) -> bool:
    lines = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    if not all(verify_ed25519(key.public_key, note.text, line.signature) for line in lines):
        raise SIGNATURE(key=key.name)
    return bool(lines)
