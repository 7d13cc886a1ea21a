"""Signed notes (签名文书) after C2SP signed-note v1.0.0, canonical or refused.

    <text, ends in a newline>
    <an empty line>
    — <key name> <base64 of 4 bytes key id and the signature>      one line or more

The text is everything up to and including the newline before the *last* empty line. UTF-8, no byte below
0x20 but the newline. A key id is SHA-256(name || 0x0A || algorithm || public key)[:4], big-endian.
A verifier key is written ``<name>+<8 hex digits of key id>+<base64 of algorithm and public key>``.
"""

from __future__ import annotations

import os
import re
import struct
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from nacl._sodium import ffi, lib
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_seed_keypair,
)

from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

ED25519 = 0x01
"""The algorithm byte of a plain Ed25519 signature over the text."""

COSIGNATURE = 0x04
"""The algorithm byte of a timestamped Ed25519 cosignature (C2SP tlog-cosignature)."""

MAX_NOTE_BYTES = 1_000_000
"""A larger note is refused unread (as Go's x/mod does)."""

MAX_SIGNATURES = 64
"""More signature lines are refused; the specification asks for at least 16."""

MAX_NAME_BYTES = 255
"""A longer key name is refused; the sub-tree cosignature has one byte for its length."""

PUBLIC_KEY_BYTES = 32
SEED_BYTES = 32
SIGNATURE_BYTES = 64

MALFORMED = rule(
    "note.malformed",
    Kind.MALFORMED,
    "签名文书格式有误：{problem}",
    "the signed note is malformed: {problem}",
    "C2SP signed-note",
)
VKEY_MALFORMED = rule(
    "note.vkey_malformed",
    Kind.MALFORMED,
    "公钥文本格式有误：{problem}",
    "the verifier key is malformed: {problem}",
    "C2SP signed-note",
)
KEY_MALFORMED = rule(
    "note.key_malformed",
    Kind.MALFORMED,
    "私钥文本格式有误：{problem}",
    "the signing key is malformed: {problem}",
    "golang.org/x/mod/sumdb/note",
)

_CONTROLS = bytes(set(range(0x20)) - {0x0A})
_BAD_IN_NAME = re.compile(r"[\s+\x00-\x1f]")  # \s on str is every Unicode space
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_KEY_ID_BYTES = struct.Struct(">I")
_PRIVATE = "PRIVATE+KEY+"


class Signature(msgspec.Struct, frozen=True, gc=False):
    """One signature line: the key's name and id, and the raw signature bytes that follow the id."""

    name: str
    key_id: int
    signature: bytes

    @property
    def line(self) -> bytes:
        """The line as it stands in a note, with its newline."""
        payload = self.key_id.to_bytes(4, "big") + self.signature
        return b"\xe2\x80\x94 " + self.name.encode() + b" " + b2a_base64(payload)


class Note(NamedTuple):
    """A parsed note: the signed text and its signatures in the order of the lines. Nothing is verified."""

    text: bytes
    signatures: tuple[Signature, ...]


def parse_note(note: bytes) -> Note:
    """Parse a note strictly; raises `note.malformed`. `format_note` of the result gives the same bytes."""
    check_characters(note)
    return Note(*split_note(note))


def check_characters(note: bytes) -> None:
    """Raise `note.malformed` for what may stand in no note: too many bytes, no UTF-8, a control character."""
    if len(note) > MAX_NOTE_BYTES:
        raise MALFORMED(problem=Phrase(f"超过 {MAX_NOTE_BYTES} 字节", f"more than {MAX_NOTE_BYTES} bytes"))
    if len(note.translate(None, _CONTROLS)) != len(note):
        raise MALFORMED(
            problem=Phrase(
                "含有换行以外的控制字符，例如行尾的 CRLF",
                "a control character other than the newline, such as CRLF at a line's end",
            )
        )
    try:
        note.decode()
    except UnicodeDecodeError:
        raise MALFORMED(problem=Phrase("不是 UTF-8 编码", "not UTF-8")) from None


def split_note(note: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Return text and signatures; raises `note.malformed`. The characters of the text are the caller's to check."""
    end = note.rfind(b"\n\n")
    if end < 0:
        raise MALFORMED(
            problem=Phrase(
                "签名行之前没有空行（行以 LF 结尾，不用 CRLF）",
                "no empty line before the signatures (a line ends in LF, not in CRLF)",
            )
        )
    lines = note[end + 2 :].split(b"\n")
    if lines.pop() or not lines:
        raise MALFORMED(
            problem=Phrase("没有签名行，或末尾没有换行", "no signature line, or no newline at the end")
        )
    if len(lines) > MAX_SIGNATURES:
        raise MALFORMED(
            problem=Phrase(f"超过 {MAX_SIGNATURES} 个签名", f"more than {MAX_SIGNATURES} signatures")
        )
    return note[: end + 1], tuple(map(_parse_line, lines))


def _parse_line(line: bytes) -> Signature:
    head, _, encoded = line.rpartition(b" ")
    name = _name(head)
    payload = decode_base64(encoded)
    if len(payload) < 5:
        raise MALFORMED(
            problem=Phrase(
                "签名应为严格的 base64，至少 5 字节", "a signature is strict base64 of at least 5 bytes"
            )
        )
    (key_id,) = _KEY_ID_BYTES.unpack_from(payload)
    return Signature(name, key_id, payload[4:])


@lru_cache(maxsize=1024)
def _name(head: bytes) -> str:
    """Return the key name in ``— <name>``. Cached: a book has few names and very many lines."""
    parts = head.split(b" ")
    if len(parts) != 2 or parts[0] != b"\xe2\x80\x94":
        raise MALFORMED(
            problem=Phrase("签名行应为「— 名称 base64」", "a signature line is '— <name> <base64>'")
        )
    try:
        name = parts[1].decode()
    except UnicodeDecodeError:
        name = ""
    if not is_key_name(name):
        raise MALFORMED(
            problem=Phrase(
                "密钥名称应为 1 到 255 字节，不含空格和加号",
                "a key name is 1 to 255 bytes without space and plus sign",
            )
        )
    return name


def decode_base64(text: bytes) -> bytes:
    """Return the bytes of strict standard base64 with padding, or b"" for anything else."""
    try:
        payload = a2b_base64(text, strict_mode=True)
    except ValueError:
        return b""
    # the decoder drops non-zero bits behind the last byte; only re-encoding shows them
    return payload if b2a_base64(payload, newline=False) == text else b""


def format_note(text: bytes, signatures: Iterable[Signature]) -> bytes:
    """Return the note's bytes, the lines in the given order; raises `note.malformed` for a bad part."""
    wanted = Note(text, tuple(signatures))
    note = text + b"\n" + b"".join([signature.line for signature in wanted.signatures])
    if parse_note(note) != wanted:
        raise MALFORMED(problem=Phrase("正文末尾没有换行", "the text does not end in a newline"))
    return note


def is_key_name(name: str) -> bool:
    """Tell whether `name` may stand in a note: 1 to 255 bytes, no Unicode space, no control, no plus sign."""
    try:
        return 0 < len(name.encode()) <= MAX_NAME_BYTES and not _BAD_IN_NAME.search(name)
    except UnicodeEncodeError:
        return False


def key_id(name: str, algorithm: int, public_key: bytes) -> int:
    """Return SHA-256(name || 0x0A || algorithm || public key)[:4] as a number."""
    material = name.encode() + b"\n" + bytes([algorithm]) + public_key
    return int.from_bytes(sha256(material).digest()[:4], "big")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name; `key_id` is derived and `algorithm` is `ED25519` or `COSIGNATURE`."""

    name: str
    key_id: int
    algorithm: int
    public_key: bytes

    @property
    def vkey(self) -> str:
        """The key's text, ``<name>+<key id>+<base64>``."""
        return f"{self.name}+{self.key_id:08x}+{_key_text(self.algorithm, self.public_key)}"


def _key_text(algorithm: int, key: bytes) -> str:
    return b2a_base64(bytes([algorithm]) + key, newline=False).decode()


def verifier_key(name: str, public_key: bytes, algorithm: int = ED25519) -> VerifierKey:
    """Return the verifier key of a raw public key."""
    return VerifierKey(name, key_id(name, algorithm, public_key), algorithm, public_key)


def parse_vkey(text: str, algorithm: int = ED25519) -> VerifierKey:
    """Parse a verifier key of that algorithm; `note.vkey_malformed` also when its key id does not fit."""
    parts = text.split("+", 2)  # the base64 may hold plus signs too
    if len(parts) != 3 or not is_key_name(parts[0]) or not _KEY_ID.fullmatch(parts[1]):
        raise VKEY_MALFORMED(
            problem=Phrase("应为「名称+8 位十六进制+base64」", "<name>+<8 hex digits>+<base64> expected")
        )
    payload = decode_base64(parts[2].encode()) if parts[2].isascii() else b""
    if len(payload) != 1 + PUBLIC_KEY_BYTES or payload[0] != algorithm:
        raise VKEY_MALFORMED(
            problem=Phrase(
                f"应为字节 {algorithm} 加 32 字节 Ed25519 公钥的 base64",
                f"base64 of the byte {algorithm} and a 32-byte Ed25519 key expected",
            )
        )
    key = verifier_key(parts[0], payload[1:], algorithm)
    if f"{key.key_id:08x}" != parts[1]:
        raise VKEY_MALFORMED(
            problem=Phrase(
                f"密钥编号应为 {key.key_id:08x}，读到 {parts[1]}",
                f"its key id is {key.key_id:08x}, not {parts[1]}",
            )
        )
    return key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key under its name. It belongs to a person's device, never to the server."""

    name: str
    seed: bytes = field(repr=False)
    _pair: tuple[bytes, bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive the key pair from the 32-byte seed."""
        if not is_key_name(self.name):
            raise KEY_MALFORMED(
                problem=Phrase(f"{self.name!a:.80} 不是密钥名称", f"{self.name!a:.80} is no key name")
            )
        if len(self.seed) != SEED_BYTES:
            raise KEY_MALFORMED(
                problem=Phrase(
                    f"种子有 {len(self.seed)} 字节，应为 {SEED_BYTES} 字节",
                    f"the seed has {len(self.seed)} bytes, not {SEED_BYTES}",
                )
            )
        object.__setattr__(self, "_pair", crypto_sign_seed_keypair(self.seed))

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """Make a new key from the system's randomness."""
        return cls(name, os.urandom(SEED_BYTES))

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Parse ``PRIVATE+KEY+<name>+<key id>+<base64>``; `note.key_malformed` never quotes the key."""
        parts = text.removeprefix(_PRIVATE).split("+", 2)
        if not text.startswith(_PRIVATE) or len(parts) != 3:
            raise KEY_MALFORMED(
                problem=Phrase(
                    "应为「PRIVATE+KEY+名称+8 位十六进制+base64」",
                    "PRIVATE+KEY+<name>+<8 hex digits>+<base64> expected",
                )
            )
        payload = decode_base64(parts[2].encode()) if parts[2].isascii() else b""
        if len(payload) != 1 + SEED_BYTES or payload[0] != ED25519:
            raise KEY_MALFORMED(
                problem=Phrase(
                    "应为字节 1 加 32 字节种子的 base64", "base64 of the byte 1 and a 32-byte seed expected"
                )
            )
        key = cls(parts[0], payload[1:])
        if f"{key.verifier.key_id:08x}" != parts[1]:
            raise KEY_MALFORMED(problem=Phrase("密钥编号与密钥不符", "the key id does not fit the key"))
        return key

    def encode(self) -> str:
        """Return the private key as text in the form of Go's x/mod; `parse` reads it."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id:08x}+{_key_text(ED25519, self.seed)}"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return verifier_key(self.name, self._pair[0])

    def sign_raw(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`; deterministic (RFC 8032)."""
        return crypto_sign(message, self._pair[1])[:SIGNATURE_BYTES]

    def sign(self, text: bytes) -> Signature:
        """Sign a note's text."""
        return Signature(self.name, self.verifier.key_id, self.sign_raw(text))


def verify_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Verify as libsodium does: low-order and non-canonical A and R, and S >= L, are refused.

    Lengths are checked here: libsodium takes the signature as a prefix of the message, so a longer one
    would verify another message, and the key is read without a look at its length. Its function is called
    as `nacl.bindings.crypto_sign_open` calls it, but for the copy of the message, which nobody wants here.
    """
    if len(signature) != SIGNATURE_BYTES or len(public_key) != PUBLIC_KEY_BYTES:
        return False
    signed = signature + message
    return bool(lib.crypto_sign_open(ffi.NULL, ffi.NULL, signed, len(signed), public_key) == 0)


def is_valid_public_key(public_key: bytes) -> bool:
    """Tell whether the key is a canonical point of Ed25519's prime subgroup: asked when it is registered."""
    return len(public_key) == PUBLIC_KEY_BYTES and bool(crypto_core_ed25519_is_valid_point(public_key))
