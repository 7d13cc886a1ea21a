"""An entry (记录): a signed note around one canonical statement, byte for byte as it stands in the log.

    sunledger.entry/v1
    {"at":…,"book":…,"data":{…},"id":…,"seen":{"n":…,"r":…},"type":"voucher.posted/1"}

    — N2330881MF0000013Y/accountant/1 <base64 of key id and signature>

Formats: C2SP signed-note, RFC 8785 in a narrow profile. Nothing is ever re-serialised to be verified.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from domain.accounts import AccountAdded
from domain.budget import BudgetAdopted
from domain.founding import BookOpened
from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import Signature, SigningKey, check_characters, format_note, split_note
from domain.kernel.period import is_timestamp
from domain.kernel.statement import Statement, type_name
from domain.kernel.ulid import are_ulids, is_ulid
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from domain.opening import OpeningPosted
from domain.periods import PeriodClosed
from domain.policy import PolicySet
from domain.privacy import SubjectErased
from domain.roles import KeyGranted, KeyRevoked, KeyRotated
from domain.rolls import RollCommitted
from domain.sheets import SheetPublished
from domain.subtotals import SubtotalsSet
from domain.vouchers import SaltedVoucherPosted, SaltedVoucherReversed, VoucherPosted, VoucherReversed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_ENTRY_BYTES = 65_535
"""The tile format's limit for one entry (C2SP tlog-tiles)."""

HEADER = b"sunledger.entry/v1\n"

AnyStatement = (
    BookOpened
    | KeyGranted
    | KeyRotated
    | KeyRevoked
    | PolicySet
    | AccountAdded
    | OpeningPosted
    | VoucherPosted
    | VoucherReversed
    | PeriodClosed
    | SheetPublished
    | RollCommitted
    | SaltedVoucherPosted
    | SaltedVoucherReversed
    | SubjectErased
    | LogKeyAdded
    | LogKeyRetired
    | LogMoved
    | BudgetAdopted
    | SubtotalsSet
)

TYPES: dict[str, type[Statement]] = {type_name(statement): statement for statement in AnyStatement.__args__}
"""Every entry type by its name; the names are the event topics."""

TOO_LARGE = rule(
    "entry.too_large",
    Kind.MALFORMED,
    "记录有 {size} 字节，上限为 {limit} 字节",
    "the entry has {size} bytes; the limit is {limit}",
    "C2SP tlog-tiles",
)
MALFORMED = rule(
    "entry.malformed",
    Kind.MALFORMED,
    "记录格式有误：{problem}",
    "the entry is malformed: {problem}",
    "ADR 0002",
)
UNKNOWN_FIELD = rule(
    "entry.unknown_field",
    Kind.MALFORMED,
    "记录含有未知字段：{problem}",
    "the entry has an unknown field: {problem}",
    "ADR 0002",
)
UNKNOWN_TYPE = rule(
    "entry.unknown_type",
    Kind.MALFORMED,
    "未知的记录类型：{problem}",
    "unknown entry type: {problem}",
    "ADR 0002",
)
NOT_CANONICAL = rule(
    "entry.not_canonical",
    Kind.MALFORMED,
    "记录不是规范的 JSON(键要排序、无空白、无重复键、默认值省略)",
    "the statement is not canonical JSON (sorted keys, no white space, no duplicate keys, defaults left out)",
    "RFC 8785",
)
BAD_ID = rule(
    "entry.id",
    Kind.MALFORMED,
    "id 应为 ULID（26 个字符），读到 {id}",
    "id must be a ULID of 26 characters; read {id}",
    "ADR 0002",
)
BAD_TIME = rule(
    "entry.at",
    Kind.MALFORMED,
    "at 应为带时区的时间（如 2026-03-05T10:12:33+08:00），读到 {at}",
    "at must be a time with offset such as 2026-03-05T10:12:33+08:00; read {at}",
    "RFC 3339",
)
SIGNATURE_ORDER = rule(
    "entry.signature_order",
    Kind.MALFORMED,
    "签名行须按密钥名称排序，每个名称只出现一次",
    "signature lines are sorted by key name, each name once",
    "ADR 0002",
)

_decoder = msgspec.json.Decoder(AnyStatement)
_encoder = msgspec.json.Encoder(order="sorted")
_encode, _encode_lines = _encoder.encode, _encoder.encode_lines
_UNKNOWN_FIELD = re.compile(r"unknown field")
_UNKNOWN_TYPE = re.compile(r"`\$\.type`|missing required field `type`")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A parsed entry: its exact bytes, the signed text, the statement, the signatures and the RFC 6962 leaf hash."""

    note: bytes
    text: bytes
    statement: AnyStatement
    signatures: tuple[Signature, ...]
    leaf_hash: bytes


def parse_entry(note: bytes) -> Entry:
    """Parse an entry strictly: canonical or refused.

    The characters of a good text need no look of their own: it is its JSON line encoded again, so it is UTF-8 and
    has no control character.
    """
    if len(note) > MAX_ENTRY_BYTES:
        raise TOO_LARGE(size=len(note), limit=MAX_ENTRY_BYTES)
    text, signatures = split_note(note)
    try:
        statement = parse_text(text)
    except RuleViolation:
        check_characters(note)  # what is no note at all is said first
        raise
    if not _in_order(signatures):
        raise SIGNATURE_ORDER()
    return Entry(note, text, statement, signatures, leaf_hash(note))


def _in_order(signatures: tuple[Signature, ...]) -> bool:
    return len(signatures) == 1 or all(one.name < other.name for one, other in pairwise(signatures))


def parse_entries(notes: Sequence[bytes]) -> list[Entry | RuleViolation]:
    """Parse entries, each as `parse_entry` does; in the place of one that is refused stands the refusal.

    As long as all are good their JSON is decoded, and encoded again, in one go.
    """
    return [*(_parse_together(notes) or map(_parse_apart, notes))]


def entries_of(notes: Sequence[bytes]) -> list[Entry]:
    """Return entries that were accepted before; raises what is wrong with the first that is not as it was."""
    entries: list[Entry] = []
    for entry in parse_entries(notes):
        if isinstance(entry, RuleViolation):
            raise entry
        entries.append(entry)
    return entries


def _parse_apart(note: bytes) -> Entry | RuleViolation:
    try:
        return parse_entry(note)
    except RuleViolation as violation:
        return violation


def _parse_together(notes: Sequence[bytes]) -> list[Entry]:
    """Return the entries, or nothing when any may be bad: which one and why, only `parse_entry` tells."""
    if not notes:
        return []
    try:
        texts, signatures = zip(*map(split_note, notes), strict=True)
        lines = b"".join(map(_line, texts))
        statements: list[AnyStatement] = _decoder.decode_lines(lines)
    except (RuleViolation, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    good = (
        _encode_lines(statements) == lines
        and max(map(len, notes)) <= MAX_ENTRY_BYTES
        and are_ulids([statement.id for statement in statements])
        and all(map(is_timestamp, {statement.at for statement in statements}))
        and all(map(_in_order, signatures))
    )
    if not good:
        return []
    return [*map(Entry, notes, texts, statements, signatures, map(leaf_hash, notes))]


def _line(text: bytes) -> bytes:
    """Return the one line of JSON behind the header, with its newline."""
    if not text.startswith(HEADER) or text.find(b"\n", len(HEADER)) != len(text) - 1:
        raise MALFORMED(
            problem=Phrase(
                "应为首行 sunledger.entry/v1 加一行 JSON",
                "a header line 'sunledger.entry/v1' and one line of JSON expected",
            )
        )
    return text[len(HEADER) :]


def parse_text(text: bytes) -> AnyStatement:
    """Parse the signed text: the header line and one line of canonical JSON."""
    line = _line(text)[:-1]
    try:
        statement: AnyStatement = _decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise _refusal(error) from None
    except UnicodeDecodeError:
        raise MALFORMED(problem=Phrase("不是 UTF-8 编码", "not UTF-8")) from None
    except RecursionError:
        raise MALFORMED(problem=Phrase("嵌套太深", "nested too deep")) from None
    if _encode(statement) != line:
        raise NOT_CANONICAL()
    if not is_ulid(statement.id):
        raise BAD_ID(id=statement.id)
    if not is_timestamp(statement.at):
        raise BAD_TIME(at=statement.at)
    return statement


def _refusal(error: msgspec.MsgspecError) -> RuleViolation:
    read, problem = str(error), decoding_problem(error)
    if _UNKNOWN_FIELD.search(read):
        return UNKNOWN_FIELD(problem=problem)
    if _UNKNOWN_TYPE.search(read):
        return UNKNOWN_TYPE(problem=problem)
    return MALFORMED(problem=problem)


def unsigned_text(statement: AnyStatement) -> bytes:
    """Return the bytes to be signed."""
    return HEADER + _encode(statement) + b"\n"


def sign_text(text: bytes, keys: Iterable[SigningKey]) -> bytes:
    """Sign a text with each key and return the note, its signature lines sorted by key name."""
    signatures = sorted((key.sign(text) for key in keys), key=lambda signature: signature.name)
    return format_note(text, signatures)


def seal(statement: AnyStatement, keys: Iterable[SigningKey]) -> bytes:
    """Encode and sign a statement; the result is an entry's bytes."""
    return sign_text(unsigned_text(statement), keys)
