"""A key for each subject (个人密钥), in a file of its own, wrapped under the operator's key.

The files lie apart from the database: a backup of the database is unreadable without them, and what is erased is gone
from every backup of it once the subject's file is gone. They want a backup of their own, of which only the newest copy
is kept (docs/privacy.md). The operator's key lies beside the logs' keys, under the passphrase when one is set.
"""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING

import nacl.exceptions
import nacl.utils
from nacl.secret import SecretBox

from api.identity.keyfile import KEY_EXISTS, save_secret, write_private
from api.identity.serverkeys import load_server_secret
from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from pathlib import Path

LOGGER = logging.getLogger(__name__)

KEY_BYTES = SecretBox.KEY_SIZE

DAMAGED = rule(
    "disclosure.key",
    Kind.FAULT,
    "服务器上的一个密钥文件不是本机运营密钥所封装的；请管理员从密钥备份恢复（服务日志写明是哪个文件）",
    "a key file on the server is not under its operator's key; its operator restores it from the backup of the keys "
    "(the server's log names the file)",
    "ADR 0022",
)


class SubjectKeys:
    """The keys of all subjects, by book and by the subject's tag; nothing is cached, so that a deleted key is gone."""

    def __init__(self, home: Path, passphrase: str = "") -> None:
        """Use the folders of `home`; nothing is made before a key is wanted."""
        self._folder = home / "subjectkeys"
        self._operator_path = home / "logkeys" / "disclosures.secret"
        self._passphrase = passphrase
        self._operator = b""

    def tag(self, book: str, subject: str) -> bytes:
        """Return the keyed hash that stands for a subject, 32 bytes: without the operator's key it says nothing."""
        return hashlib.blake2b(
            f"{book}\n{subject}".encode(), key=self._operator_key(), digest_size=32
        ).digest()

    def make(self, book: str, tag: bytes) -> bytes:
        """Return a subject's key, made and durably kept if there is none."""
        key = self.find(book, tag)
        if key:
            return key
        fresh = nacl.utils.random(KEY_BYTES)
        path = self._path(book, tag)
        try:
            write_private(path, bytes(SecretBox(self._operator_key()).encrypt(fresh)))
        except RuleViolation as violation:
            if violation.rule is not KEY_EXISTS:
                raise
            return self.make(book, tag)  # another process was first
        _sync(path.parent)
        return fresh

    def find(self, book: str, tag: bytes) -> bytes | None:
        """Return a subject's key, None when there is none (any more); raises `disclosure.key`."""
        path = self._path(book, tag)
        try:
            wrapped = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return SecretBox(self._operator_key()).decrypt(wrapped)
        except (nacl.exceptions.CryptoError, ValueError):
            raise _damaged(path) from None

    def destroy(self, book: str, tag: bytes) -> None:
        """Overwrite a subject's key and remove its file; what it locked cannot be read by anyone any more."""
        path = self._path(book, tag)
        try:
            with path.open("r+b") as file:
                file.write(nacl.utils.random(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        _sync(path.parent)

    def _operator_key(self) -> bytes:
        if not self._operator:
            if not self._operator_path.exists():
                self._make_operator_key()
            text = load_server_secret(self._operator_path, self._passphrase)
            try:
                self._operator = bytes.fromhex(text.decode())
            except ValueError:
                raise _damaged(self._operator_path) from None
        return self._operator

    def _make_operator_key(self) -> None:
        fresh = nacl.utils.random(KEY_BYTES).hex().encode()
        try:
            save_secret(self._operator_path, "disclosures", fresh, self._passphrase)
        except RuleViolation as violation:
            if violation.rule is not KEY_EXISTS:
                raise

    def _path(self, book: str, tag: bytes) -> Path:
        return self._folder / book / f"{tag.hex()}.key"


def _damaged(path: Path) -> RuleViolation:
    """Return what whoever asked is told; which file it is stands in the server's own log."""
    LOGGER.error("no key under this server's operator key: %s", path)
    return DAMAGED()


def _sync(folder: Path) -> None:
    """Make what happened to a folder's files durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
