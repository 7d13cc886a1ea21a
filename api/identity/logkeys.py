"""The server's own keys, by log, in a folder that only it reads (日志密钥), with what each log signed last.

Files are named by the hex SHA-256 of an origin. Beside the key that a log began with stand, with the key id in their
names, those that followed it; the newest checkpoint; and, as long as nothing may be signed, the mark of the freeze.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from api.identity.keyfile import save_key
from api.identity.serverkeys import load_server_key
from audit.disk import Disk
from domain.kernel.note import SigningKey, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


class LogKeyFolder:
    """Log keys by origin and key id."""

    def __init__(self, folder: Path, passphrase: str = "") -> None:
        """Use `folder`; keys are protected by `passphrase` when it is given."""
        self._folder = folder
        self._passphrase = passphrase
        self._loaded: dict[Path, SigningKey] = {}

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key that a log began with, or None when it is not held here."""
        return self._load(self._path(origin))

    def signing_key(self, vkey: str) -> SigningKey | None:
        """Return the private half of a log's key, or None when it is not held here."""
        verifier = parse_vkey(vkey)
        key = self._load(self._path(verifier.name, verifier.key_id)) or self.key_of(verifier.name)
        return key if key and key.verifier.vkey == vkey else None

    def held(self, origin: str) -> list[SigningKey]:
        """Return all keys of an origin that are held here, in no order that means anything."""
        first = self._path(origin)
        paths = [first, *sorted(self._folder.glob(f"{first.stem}-????????.key"))]
        return [key for path in paths if (key := self._load(path))]

    def draft(self, origin: str) -> SigningKey:
        """Return the key of a log, made in memory if it is not there yet; `keep` makes it the log's key."""
        return self.key_of(origin) or SigningKey.generate(origin)

    def keep(self, key: SigningKey) -> None:
        """Save the key of the log that it is named after, unless it is held already."""
        if self.key_of(key.name) is None:
            self._save(self._path(key.name), key)

    def draft_next(self, origin: str, known: Collection[str]) -> SigningKey:
        """Return a key to follow those that the book names (`known` vkeys): one that is kept already, or a new one.

        It is saved before it is returned, so that no entry names a key that a crash has lost.
        """
        for key in self.held(origin):
            if key.verifier.vkey not in known:
                return key
        key = SigningKey.generate(origin)
        self._save(self._path(origin, key.verifier.key_id), key)
        return key

    def destroy(self, vkey: str) -> None:
        """Remove the private half of a key that signs no more."""
        verifier = parse_vkey(vkey)
        for path in (self._path(verifier.name, verifier.key_id), self._path(verifier.name)):
            key = self._load(path)
            if key and key.verifier.vkey == vkey:
                path.unlink(missing_ok=True)
                del self._loaded[path]

    def freeze(self, origin: str, words: str) -> None:
        """Let nothing be signed or posted under this origin; `words` say since when and why."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write(self._path(origin).with_suffix(".frozen"), words.encode())

    def unfreeze(self, origin: str) -> None:
        """Let the log go on."""
        self._path(origin).with_suffix(".frozen").unlink(missing_ok=True)

    def frozen(self, origin: str) -> str:
        """Return the words of the freeze, "" when there is none; the file is looked for each time."""
        try:
            return self._path(origin).with_suffix(".frozen").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def last_signed(self, origin: str) -> bytes:
        """Return the newest checkpoint that the key of a log signed here, b"" when it signed none."""
        try:
            return self._signed(origin).read_bytes()
        except FileNotFoundError:
            return b""

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Keep a checkpoint, durably, before anybody sees it; a crash leaves the one before."""
        self._write(self._signed(origin), checkpoint)

    def _write(self, path: Path, data: bytes) -> None:
        partial = path.with_suffix(f".{os.getpid()}.part")
        disk = Disk()
        disk.write(partial, data)
        disk.rename(partial, path)
        disk.sync(path.parent)  # else a power cut could bring the one before back, after this one was shown

    def _load(self, path: Path) -> SigningKey | None:
        if path not in self._loaded:
            if not path.exists():
                return None
            self._loaded[path] = load_server_key(path, self._passphrase)
        return self._loaded[path]

    def _save(self, path: Path, key: SigningKey) -> None:
        save_key(path, key, self._passphrase)
        Disk().sync(path.parent)  # an entry may name it from now on
        self._loaded[path] = key

    def _signed(self, origin: str) -> Path:
        return self._path(origin).with_suffix(".checkpoint")

    def _path(self, origin: str, key_id: int | None = None) -> Path:
        follows = "" if key_id is None else f"-{key_id:08x}"
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}{follows}.key"
