"""A folder of private keys for one book, made on first use (密钥文件夹)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import msgspec
import nacl.utils

from api.identity.keyfile import load_key, save_key, write_private
from domain.kernel.note import SigningKey
from domain.roles import KeyGrant, possession_text

if TYPE_CHECKING:
    from pathlib import Path

SALT_BYTES = 16
SECRET_BYTES = 32


def holder_digest(salt: bytes, person: str) -> str:
    """Return the salted digest that stands for a person in the log (RFC 9901 section 4.2.3)."""
    salted = [base64.urlsafe_b64encode(salt).rstrip(b"=").decode(), "holder", person]
    disclosure = base64.urlsafe_b64encode(msgspec.json.encode(salted)).rstrip(b"=")
    return base64.urlsafe_b64encode(hashlib.sha256(disclosure).digest()).rstrip(b"=").decode()


class Keyring:
    """The keys of one book in a folder: `<role>-<number>.key`, and the secret behind the holders' salts."""

    def __init__(self, folder: Path, book: str, passphrase: str = "") -> None:
        """Use `folder`; keys made here are protected by `passphrase` when it is given."""
        self.folder = folder
        self._book = book
        self._passphrase = passphrase
        self._loaded: dict[str, SigningKey] = {}

    def key(self, role: str, number: int = 1) -> SigningKey:
        """Return the key of a role, made and saved if it is not there yet."""
        name = f"{self._book}/{role}/{number}"
        if name not in self._loaded:
            self._loaded[name] = self._load_or_make(name, self._path(role, number))
        return self._loaded[name]

    def named(self, name: str) -> SigningKey:
        """Return the key of that name, ``<book>/<role>/<number>``, made if it is not there yet."""
        _, role, number = name.split("/")
        return self.key(role, int(number))

    def holds(self, name: str) -> bool:
        """Whether the key of that name is in the folder."""
        _, role, number = name.split("/")
        return name in self._loaded or self._path(role, int(number)).exists()

    def grant(self, role: str, person: str = "", number: int = 1) -> KeyGrant:
        """Return the grant of a role's key: its vkey, its holder's digest, its proof of possession."""
        key = self.key(role, number)
        holder = holder_digest(self._salt(person or key.name), person or key.name)
        proof = base64.b64encode(key.sign(possession_text(key.verifier.vkey, holder)).signature).decode()
        return KeyGrant(holder=holder, proof=proof, vkey=key.verifier.vkey, name=person)

    def _path(self, role: str, number: int) -> Path:
        return self.folder / f"{role}-{number}.key"

    def _load_or_make(self, name: str, path: Path) -> SigningKey:
        if path.exists():
            return load_key(path, self._passphrase)
        key = SigningKey.generate(name)
        save_key(path, key, self._passphrase)
        return key

    def _salt(self, person: str) -> bytes:
        """Return the person's own salt: one person has one digest in all roles, so that separation can be seen."""
        path = self.folder / "holders.secret"
        if not path.exists():
            write_private(path, nacl.utils.random(SECRET_BYTES))
        return hashlib.blake2b(person.encode(), key=path.read_bytes(), digest_size=SALT_BYTES).digest()
