"""A private key in a file: in clear for its owner alone, or under a passphrase (argon2id, XSalsa20-Poly1305)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import msgspec
import nacl.exceptions
import nacl.secret
import nacl.utils
from nacl.pwhash import argon2id

from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.note import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

KEY_UNREADABLE = rule(
    "keyfile.unreadable",
    Kind.MALFORMED,
    "{path} 不是本系统的密钥文件",
    "{path} is not a key file of this program",
)
KEY_MISSING = rule(
    "keyfile.missing",
    Kind.MALFORMED,
    "没有密钥文件 {path}，请核对路径",
    "there is no key file {path}; check the path",
)
KEY_EXISTS = rule(
    "keyfile.exists",
    Kind.CONFLICT,
    "{path} 已经存在，不会被覆盖；请换一个文件名",
    "{path} exists already and is not overwritten; choose another name",
)
PASSPHRASE_NEEDED = rule(
    "keyfile.passphrase",
    Kind.FORBIDDEN,
    "{path} 受口令保护，口令缺失或不正确；请设置 SUNLEDGER_PASSPHRASE",
    "{path} is protected and the passphrase is missing or wrong; set SUNLEDGER_PASSPHRASE",
)


MEMORY_MAX, OPERATIONS_MAX = argon2id.MEMLIMIT_MODERATE, argon2id.OPSLIMIT_SENSITIVE
"""A key file that asks for more is not ours, and would only keep the machine busy."""


class Sealed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A key under a passphrase: argon2id with these parameters gives the key of the secret box."""

    box: bytes
    kdf: Annotated[str, msgspec.Meta(pattern="^argon2id$")]
    memory: Annotated[int, msgspec.Meta(ge=argon2id.MEMLIMIT_MIN, le=MEMORY_MAX)]
    name: str
    operations: Annotated[int, msgspec.Meta(ge=argon2id.OPSLIMIT_MIN, le=OPERATIONS_MAX)]
    salt: bytes


def save_key(path: Path, key: SigningKey, passphrase: str = "") -> None:
    """Write a key so that only its owner may read the file; an existing file is never overwritten."""
    save_secret(path, key.name, key.encode().encode(), passphrase)


def save_secret(path: Path, name: str, text: bytes, passphrase: str = "") -> None:
    """Write a secret text as `save_key` writes a key; the `name` stands in the file in clear."""
    write_private(path, (_seal(name, text, passphrase) if passphrase else text) + b"\n")


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read; an existing one is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KEY_EXISTS(path=path) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def load_key(path: Path, passphrase: str = "") -> SigningKey:
    """Read a key; raises `keyfile.missing`, `keyfile.unreadable` or `keyfile.passphrase`."""
    text = load_secret(path, passphrase)
    try:
        return SigningKey.parse(text.decode())
    except (RuleViolation, UnicodeDecodeError):
        raise KEY_UNREADABLE(path=path) from None


def load_secret(path: Path, passphrase: str = "") -> bytes:
    """Read a secret text; raises `keyfile.missing`, `keyfile.unreadable` or `keyfile.passphrase`."""
    try:
        text = path.read_bytes().strip()
    except FileNotFoundError:
        raise KEY_MISSING(path=path) from None
    except OSError:
        raise KEY_UNREADABLE(path=path) from None
    return _open(path, text, passphrase) if text.startswith(b"{") else text


def _derive(passphrase: str, salt: bytes, operations: int, memory: int) -> bytes:
    return argon2id.kdf(
        nacl.secret.SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=operations, memlimit=memory
    )


def _seal(name: str, text: bytes, passphrase: str) -> bytes:
    salt = nacl.utils.random(argon2id.SALTBYTES)
    operations, memory = argon2id.OPSLIMIT_INTERACTIVE, argon2id.MEMLIMIT_INTERACTIVE
    box = nacl.secret.SecretBox(_derive(passphrase, salt, operations, memory)).encrypt(text)
    sealed = Sealed(
        box=bytes(box), kdf="argon2id", memory=memory, name=name, operations=operations, salt=salt
    )
    return msgspec.json.encode(sealed)


def _open(path: Path, text: bytes, passphrase: str) -> bytes:
    try:
        sealed = msgspec.json.decode(text, type=Sealed)
    except msgspec.MsgspecError:
        raise KEY_UNREADABLE(path=path) from None
    if not passphrase:
        raise PASSPHRASE_NEEDED(path=path)
    try:
        secret = _derive(passphrase, sealed.salt, sealed.operations, sealed.memory)
    except (nacl.exceptions.CryptoError, ValueError, TypeError):
        raise KEY_UNREADABLE(path=path) from None
    try:
        return nacl.secret.SecretBox(secret).decrypt(sealed.box)
    except (nacl.exceptions.CryptoError, ValueError):
        raise PASSPHRASE_NEEDED(path=path) from None
