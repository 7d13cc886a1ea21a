"""Where a log is read from: a folder of files, or a server's URL. Nothing else of a server is used."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol

from domain.kernel.errors import Kind, rule

MAX_FILE_BYTES = 64 * 1024 * 1024
TIMEOUT_SECONDS = 30.0

UNREADABLE = rule(
    "audit.unreadable",
    Kind.UNAVAILABLE,
    "无法读取 {place}:{problem}",
    "cannot read {place}: {problem}",
)


class Source(Protocol):
    """A log's files by their C2SP paths, and the trial balances that were published beside it."""

    def fetch(self, path: str) -> bytes:
        """Return a file; raises `FileNotFoundError` when there is none, `audit.unreadable` when it cannot be read."""
        ...

    def trial_balance(self, period: str) -> bytes | None:
        """Return the trial balance that was published for a period, or None when none was."""
        ...


class FolderSource:
    """A folder in the C2SP tiles layout, as `sunledger export tlog` writes it."""

    def __init__(self, folder: Path) -> None:
        """Read below `folder`; raises `audit.unreadable` when it is no folder."""
        if not folder.is_dir():
            raise UNREADABLE(place=folder, problem="不是文件夹 / not a folder")
        self._folder = folder

    def fetch(self, path: str) -> bytes:
        """Return a file of the folder."""
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(path) from None
        except OSError as error:
            raise UNREADABLE(place=path, problem=error) from None

    def trial_balance(self, period: str) -> bytes | None:
        """Return ``trial-balance/<period>.json`` if it was exported."""
        try:
            return self.fetch(f"trial-balance/{period}.json")
        except FileNotFoundError:
            return None


class HttpSource:
    """A book's URL, for example ``http://host/books/N2330881MF0000013Y``."""

    def __init__(self, url: str) -> None:
        """Read below `url`; only http and https are followed."""
        if not url.startswith(("http://", "https://")):
            raise UNREADABLE(place=url, problem="http:// or https:// expected")
        self._url = url.rstrip("/")

    def fetch(self, path: str) -> bytes:
        """Return what the server gives at a path."""
        try:
            with urllib.request.urlopen(f"{self._url}/{path}", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                data: bytes = answer.read(MAX_FILE_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise FileNotFoundError(path) from None
            raise UNREADABLE(place=f"{self._url}/{path}", problem=f"HTTP {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: it is no URL
            raise UNREADABLE(place=f"{self._url}/{path}", problem=error) from None
        if len(data) > MAX_FILE_BYTES:
            raise UNREADABLE(place=path, problem=f"more than {MAX_FILE_BYTES} bytes")
        return data

    def trial_balance(self, period: str) -> bytes | None:
        """Return the published trial balance of a period."""
        try:
            return self.fetch(f"trial-balance.json?period={period}")
        except FileNotFoundError:
            return None


def open_source(place: str) -> Source:
    """Return the source at a URL or a folder."""
    return HttpSource(place) if place.startswith(("http://", "https://")) else FolderSource(Path(place))
