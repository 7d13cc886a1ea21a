"""A folder of private keys for one book, made on first use (密钥文件夹).

What is made here stays in memory until `save`: whoever plans with keys and is refused leaves no file behind.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import nacl.utils

from api.identity.keyfile import load_key, save_key, write_private
from domain.kernel.disclosure import SALT_BYTES, digest_of, disclosure
from domain.kernel.note import SigningKey
from domain.roles import KeyGrant, possession_text

if TYPE_CHECKING:
    from pathlib import Path

SECRET_BYTES = 32


def holder_digest(salt: bytes, person: str) -> str:
    """Return the salted digest that stands for a person in the log (RFC 9901 section 4.2.3)."""
    return digest_of(disclosure(salt, "holder", person))


class Keyring:
    """The keys of one book in a folder: `<role>-<number>.key`, and the secret behind the holders' salts."""

    def __init__(self, folder: Path, book: str, passphrase: str = "") -> None:
        """Use `folder`; keys made here are protected by `passphrase` when it is given."""
        self.folder = folder
        self._book = book
        self._passphrase = passphrase
        self._loaded: dict[str, SigningKey] = {}
        self._secret = b""

    def key(self, role: str, number: int = 1) -> SigningKey:
        """Return the key of a role, made if it is not there yet; `save` keeps it."""
        name = f"{self._book}/{role}/{number}"
        if name not in self._loaded:
            path = self._path(role, number)
            self._loaded[name] = (
                load_key(path, self._passphrase) if path.exists() else SigningKey.generate(name)
            )
        return self._loaded[name]

    def named(self, name: str) -> SigningKey:
        """Return the key of that name, ``<book>/<role>/<number>``, made if it is not there yet."""
        _, role, number = name.split("/")
        return self.key(role, int(number))

    def holds(self, name: str) -> bool:
        """Whether the key of that name is in the folder, or was made here."""
        _, role, number = name.split("/")
        return name in self._loaded or self._path(role, int(number)).exists()

    def save(self) -> None:
        """Write what was made here and is in no file yet; a run that ends midway is completed by the next."""
        if self._secret and not self._secret_path.exists():
            write_private(self._secret_path, self._secret)
        for name, key in self._loaded.items():
            _, role, number = name.split("/")
            path = self._path(role, int(number))
            if not path.exists():
                save_key(path, key, self._passphrase)

    def reload(self) -> None:
        """Forget all that is in memory: what is in the folder now is what counts."""
        self._loaded.clear()
        self._secret = b""

    def grant(self, role: str, person: str = "", number: int = 1) -> KeyGrant:
        """Return the grant of a role's key: its vkey, its holder's digest, its proof of possession."""
        key = self.key(role, number)
        holder = holder_digest(self._salt(person or key.name), person or key.name)
        proof = base64.b64encode(key.sign(possession_text(key.verifier.vkey, holder)).signature).decode()
        return KeyGrant(holder=holder, proof=proof, vkey=key.verifier.vkey, name=person)

    def _path(self, role: str, number: int) -> Path:
        return self.folder / f"{role}-{number}.key"

    @property
    def _secret_path(self) -> Path:
        return self.folder / "holders.secret"

    def _salt(self, person: str) -> bytes:
        """Return the person's own salt: one person has one digest in all roles, so that separation can be seen."""
        if not self._secret:
            path = self._secret_path
            self._secret = path.read_bytes() if path.exists() else nacl.utils.random(SECRET_BYTES)
        return hashlib.blake2b(person.encode(), key=self._secret, digest_size=SALT_BYTES).digest()
