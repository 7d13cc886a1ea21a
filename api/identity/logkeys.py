"""The server's own keys, one per log, in a folder that only it reads (日志密钥); each with what it signed last."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from api.identity.keyfile import load_key, save_key
from audit.disk import Disk
from domain.kernel.note import SigningKey

if TYPE_CHECKING:
    from pathlib import Path


class LogKeyFolder:
    """Log keys by origin; a file is named by the hex SHA-256 of the origin."""

    def __init__(self, folder: Path, passphrase: str = "") -> None:
        """Use `folder`; keys are protected by `passphrase` when it is given."""
        self._folder = folder
        self._passphrase = passphrase
        self._loaded: dict[str, SigningKey] = {}

    def key_of(self, origin: str) -> SigningKey | None:
        """Return the key of a log, or None when it is not held here."""
        if origin not in self._loaded:
            path = self._path(origin)
            if not path.exists():
                return None
            self._loaded[origin] = load_key(path, self._passphrase)
        return self._loaded[origin]

    def draft(self, origin: str) -> SigningKey:
        """Return the key of a log, made in memory if it is not there yet; `keep` makes it the log's key."""
        return self.key_of(origin) or SigningKey.generate(origin)

    def keep(self, key: SigningKey) -> None:
        """Save the key of the log that it is named after, unless it is held already."""
        if self.key_of(key.name) is None:
            save_key(self._path(key.name), key, self._passphrase)
            self._loaded[key.name] = key

    def last_signed(self, origin: str) -> bytes:
        """Return the newest checkpoint that the key of a log signed here, b"" when it signed none."""
        try:
            return self._signed(origin).read_bytes()
        except FileNotFoundError:
            return b""

    def remember_signed(self, origin: str, checkpoint: bytes) -> None:
        """Keep a checkpoint, durably, before anybody sees it; a crash leaves the one before."""
        path = self._signed(origin)
        partial = path.with_suffix(f".{os.getpid()}.part")
        disk = Disk()
        disk.write(partial, checkpoint)
        disk.rename(partial, path)
        disk.sync(path.parent)  # else a power cut could bring the one before back, after this one was shown

    def _signed(self, origin: str) -> Path:
        return self._path(origin).with_suffix(".checkpoint")

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.key"
