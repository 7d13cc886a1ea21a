"""Where a log is read from: a folder, a bundle, or a server's URL. Nothing else of a server is used."""

from __future__ import annotations

import codecs
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol

from audit import files
from audit.bundle import BundleSource
from audit.files import UNREADABLE
from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.policy import Policy, parse_policy
from domain.kernel.errors import Phrase
from domain.kernel.note import parse_note

TIMEOUT_SECONDS = 30.0
WHOLE_SECONDS = 120.0
READ_BYTES = 65_536
JSON = ".json"
SHOWN_FIRST = "trial-balance"
"""The report that tells which month a server shows where none is asked for."""


class Source(Protocol):
    """A log's files by their C2SP paths, and what was published beside it, in the forms of `audit.statements`."""

    @property
    def name(self) -> str:
        """The last part of the address, by which a server names the book; "" where none is named."""
        ...

    def fetch(self, path: str) -> bytes:
        """Return a file; raises `FileNotFoundError` when there is none, `audit.unreadable` when it cannot be read."""
        ...

    def publishes(self, form: str) -> bool:
        """Tell whether anything is published in a form: then that of every period ought to be there."""
        ...

    def months(self, form: str) -> list[str]:
        """Return the periods that it is known to be published of: files by their names, and what a server shows first.

        Months without a voucher may be among them, and names that are no period.
        """
        ...

    def published(self, form: str, period: str) -> bytes | None:
        """Return what was published in a form for a period, or None when nothing was."""
        ...


class FolderSource:
    """A folder in the C2SP tiles layout, as `sunledger export tlog` writes it."""

    name = ""

    def __init__(self, folder: Path) -> None:
        """Read below `folder`; raises `audit.unreadable` when it is no folder."""
        if not folder.is_dir():
            raise UNREADABLE(
                place=folder, problem=Phrase("不是文件夹或公示包", "neither a folder nor a bundle")
            )
        self._folder = folder

    def fetch(self, path: str) -> bytes:
        """Return a file of the folder."""
        try:
            with open(f"{self._folder}/{path}", "rb") as file:  # noqa: PTH123 -- a Path takes longer than small files
                return files.read(file, path)
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(path) from None
        except OSError as error:
            raise UNREADABLE(place=path, problem=error) from None

    def publishes(self, form: str) -> bool:
        """Tell whether any file of a form lies beside the log: an export writes that of every period."""
        return bool(self.months(form))

    def months(self, form: str) -> list[str]:
        """Return the names of a form's files."""
        try:
            with os.scandir(f"{self._folder}/{form}") as files_:
                return sorted(file.name.removesuffix(JSON) for file in files_ if file.name.endswith(JSON))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise UNREADABLE(place=form, problem=error) from None

    def published(self, form: str, period: str) -> bytes | None:
        """Return ``<form>/<period>.json`` if it was exported."""
        try:
            return self.fetch(f"{form}/{period}.json")
        except FileNotFoundError:
            return None


class HttpSource:
    """A book's URL, for example ``http://host/books/N2330881MF0000013Y``; redirections are not followed."""

    def __init__(self, url: str) -> None:
        """Read below `url`; only http and https are followed."""
        if not url.startswith(("http://", "https://")):
            raise UNREADABLE(
                place=url, problem=Phrase("应以 http:// 或 https:// 开头", "http:// or https:// expected")
            )
        self._url = url.rstrip("/")
        self._open = urllib.request.build_opener(_NoRedirection).open
        self._shown: list[str] | None = None

    @property
    def name(self) -> str:
        """The last part of the URL's path."""
        return self._url.rpartition("/")[2]

    def fetch(self, path: str) -> bytes:
        """Return what the server gives at a path, within `WHOLE_SECONDS`."""
        url = f"{self._url}/{path}"
        try:
            with self._open(url, timeout=TIMEOUT_SECONDS) as answer:
                return files.bounded(path, _read(answer))
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    raise FileNotFoundError(path) from None
                raise UNREADABLE(place=url, problem=f"HTTP {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: it is no URL
            raise UNREADABLE(place=url, problem=error) from None

    def publishes(self, form: str) -> bool:
        """Say so of every form: a server has them all."""
        return bool(form)

    def months(self, form: str) -> list[str]:
        """Return the month that the server shows where none is asked for: most readers see that one."""
        if self._shown is None:
            try:
                self._shown = [_period_in(self.fetch(f"{SHOWN_FIRST}{JSON}"))]
            except FileNotFoundError:  # an exported folder, served as it is
                self._shown = []
        return self._shown if form else []

    def published(self, form: str, period: str) -> bytes | None:
        """Return what is published in a form for a period; where an exported folder is served as it is, the file."""
        for path in (f"{form}.json?period={period}", f"{form}/{period}.json"):
            try:
                return self.fetch(path)
            except FileNotFoundError:
                continue
        return None


def _period_in(report: bytes) -> str:
    """Return the period that a report names, "?" when it cannot be read."""
    try:
        return str(json.loads(report)["period"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return "?"


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: what is verified is what the address given by the caller serves."""


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Read an answer up to the limit; one that only drips ends with the time for the whole of it."""
    end = time.monotonic() + WHOLE_SECONDS
    parts: list[bytes] = []
    size = 0
    while size <= files.MAX_FILE_BYTES and (part := answer.read1(READ_BYTES)):
        parts.append(part)
        size += len(part)
        if time.monotonic() > end:
            raise TimeoutError(f"not read within {WHOLE_SECONDS:.0f} seconds")
    return b"".join(parts)


def open_source(place: str) -> Source:
    """Return the source at a URL, in a folder or in a bundle; raises `audit.unreadable`."""
    if place.startswith(("http://", "https://")):
        return HttpSource(place)
    path = Path(place)
    try:
        return BundleSource(path) if path.is_file() else FolderSource(path)
    except OSError as error:  # such as a name that is too long for any file
        raise UNREADABLE(place=place, problem=error) from None


def read_kept(path: Path) -> bytes:
    """Return the checkpoint in a file that the caller kept; raises `audit.unreadable`, `note.malformed`, …"""
    note = _read_file(path)
    parse_checkpoint(parse_note(note).text)
    return note


def read_policy(path: Path) -> Policy:
    """Return the policy in a file of the caller's; raises `audit.unreadable`, `tlog.policy`.

    It may be as an editor saved it: with a mark of UTF-8 before it, lines that end in CRLF, none at the end.
    """
    text = _read_file(path).removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
    return parse_policy(text if text.endswith(b"\n") else text + b"\n")


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return files.read(file, path)
    except OSError as error:
        raise UNREADABLE(place=path, problem=error) from None
