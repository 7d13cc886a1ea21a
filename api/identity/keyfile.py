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
PASSPHRASE_NEEDED = rule(
    "keyfile.passphrase",
    Kind.FORBIDDEN,
    "{path} 受口令保护，口令缺失或不正确；请设置 SUNLEDGER_PASSPHRASE",
    "{path} is protected and the passphrase is missing or wrong; set SUNLEDGER_PASSPHRASE",
)


class Sealed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A key under a passphrase: argon2id with these parameters gives the key of the secret box."""

    box: bytes
    kdf: Annotated[str, msgspec.Meta(pattern="^argon2id$")]
    memory: int
    name: str
    operations: int
    salt: bytes


def save_key(path: Path, key: SigningKey, passphrase: str = "") -> None:
    """Write a key so that only its owner may read the file; an existing file is never overwritten."""
    text = key.encode().encode()
    if passphrase:
        text = _seal(key.name, text, passphrase)
    write_private(path, text + b"\n")


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read; an existing one is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def load_key(path: Path, passphrase: str = "") -> SigningKey:
    """Read a key; raises `keyfile.unreadable` or `keyfile.passphrase`."""
    try:
        text = path.read_bytes().strip()
    except OSError:
        raise KEY_UNREADABLE(path=path) from None
    if text.startswith(b"{"):
        text = _open(path, text, passphrase)
    try:
        return SigningKey.parse(text.decode())
    except (RuleViolation, UnicodeDecodeError):
        raise KEY_UNREADABLE(path=path) from None


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
    secret = _derive(passphrase, sealed.salt, sealed.operations, sealed.memory)
    try:
        return nacl.secret.SecretBox(secret).decrypt(sealed.box)
    except nacl.exceptions.CryptoError:
        raise PASSPHRASE_NEEDED(path=path) from None
