"""What was signed and perhaps sent: kept, so that trying again posts it once (发件箱).

A statement gets its id when it is signed. If the reply is lost, a second statement with another id would be booked a
second time; so the signed note is written to a file before it is sent, and the same bytes are sent again.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import msgspec

from domain.entry import AnyStatement, parse_entry, sign_text
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.statement import type_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.kernel.note import SigningKey
    from domain.kernel.statement import Statement

KEPT_OTHER = rule(
    "post.kept_other",
    Kind.CONFLICT,
    "{path} 中有一份已签名、内容不同的文书，它可能已经入账。"
    "先用 sunledger send 提交它看结果，或者确定不要它之后删除该文件",
    "{path} holds a signed note of other content, which may have been posted. Send it with sunledger send and see, or"
    " delete the file if you are sure that it is to be given up",
)
KEPT_DAMAGED = rule(
    "post.kept_damaged",
    Kind.MALFORMED,
    "{path} 不是签名文书：{problem}",
    "{path} is no signed note: {problem}",
)


def outbox_path(home: Path, book: str, kind: type[Statement], data: object) -> Path:
    """Return where a statement without a file of its own is kept: one place for one content."""
    digest = hashlib.sha256(msgspec.json.encode(data, order="sorted")).hexdigest()
    return home / "outbox" / f"{book}-{type_name(kind).replace('/', '-')}-{digest[:16]}.note"


def note_path(file: Path) -> Path:
    """Return where the signed note of a statement is kept that has a file of its own: beside it."""
    return file.with_name(f"{file.name}.note")


def receipt_path(kept: Path) -> Path:
    """Return where the receipt of a kept note stands: it shows that the note was booked."""
    return kept.with_suffix(".receipt")


def kept_remarks(kept: Path) -> list[Any] | None:
    """Return what was told before a kept note was signed, as the receipt beside it says; None where none says so."""
    try:
        return msgspec.json.decode(receipt_path(kept).read_bytes(), type=dict[str, Any]).get("remarks")
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def read_note(path: Path) -> bytes:
    """Return the note in a file; raises `post.kept_damaged`."""
    try:
        note = path.read_bytes()
        parse_entry(note)
    except OSError as error:
        raise KEPT_DAMAGED(path=path, problem=error) from None
    except RuleViolation as violation:
        raise KEPT_DAMAGED(path=path, problem=violation) from None
    return note


def write_note(path: Path, note: bytes) -> None:
    """Write a note durably; a file that is there is replaced whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.part")
    with partial.open("wb") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def kept_statement(path: Path, kind: type[Statement], book: str, data: object) -> AnyStatement | None:
    """Return the statement that is kept at `path` with this content, None when there is none.

    Another content whose receipt is there was booked and makes room; without one, `post.kept_other` is raised.
    """
    if not path.exists():
        return None
    statement = parse_entry(read_note(path)).statement
    if type(statement) is kind and statement.book == book and statement.data == data:
        return statement
    if not receipt_path(path).exists():
        raise KEPT_OTHER(path=path)
    receipt_path(path).unlink()
    return None


def cosigned(note: bytes, keys: Sequence[SigningKey]) -> bytes:
    """Return the note with further signatures over the same text; a key that signed already changes nothing."""
    entry = parse_entry(note)
    new = {line.name: line for line in parse_entry(sign_text(entry.text, keys)).signatures}
    lines = {line.name: line for line in entry.signatures} | new
    return entry.text + b"\n" + b"".join(lines[name].line for name in sorted(lines))
