"""What the county knows of each book (账套名录), in ``books.json`` beside its log.

The log's entries are what counts: the file is brought forward from them, and made from them when it is gone. What only
it holds are the keys, of which the newest entry of a book tells whether one is right, and the times.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from audit.county.leaf import parse_leaf, read_leaves
from audit.head import read_head
from audit.tlog.tiles import TileReader
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_vkey

if TYPE_CHECKING:
    from pathlib import Path

    from audit.disk import Disk
    from audit.source import Source
    from domain.kernel.note import VerifierKey

LOGGER = logging.getLogger(__name__)

FILE = "books.json"


class KnownBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A book as it was collected last: `size` and `root` of its checkpoint, in entry `index` of the county's log.

    `at` is when (RFC 3339, "" when that was lost), `keys` the vkeys that were trusted for it, the present one last.
    """

    index: int
    size: int
    root: bytes
    at: str = ""
    keys: tuple[str, ...] = ()


class Directory(msgspec.Struct, forbid_unknown_fields=True):
    """The books by their origins, as the first `entries` of the county's log tell.

    `lost` is how many entries the log had when the file was lost last: of keys before that, none is known to be all.
    """

    entries: int = 0
    books: dict[str, KnownBook] = {}
    lost: int = 0

    def take(self, entry: bytes, at: str = "", vkey: str = "") -> None:
        """Take in the log's next entry, a book's checkpoint."""
        checkpoint = parse_leaf(entry).checkpoint
        before = self.books.get(checkpoint.origin)
        keys = before.keys if before else ()
        self.books[checkpoint.origin] = KnownBook(self.entries, checkpoint.size, checkpoint.root, at, keys)
        self.entries += 1
        if vkey:
            self.pin(checkpoint.origin, vkey)

    def pin(self, origin: str, vkey: str) -> None:
        """Trust a key for a book from now on."""
        book = self.books[origin]
        if vkey not in book.keys[-1:]:
            self.books[origin] = msgspec.structs.replace(book, keys=(*book.keys, vkey))


def load_directory(source: Source, size: int) -> Directory:
    """Return what is known after `size` entries of the log at `source`."""
    try:
        directory = msgspec.json.decode(source.fetch(FILE), type=Directory)
    except (FileNotFoundError, msgspec.MsgspecError):
        directory = Directory(lost=size)
    if directory.entries > size:
        directory = Directory(lost=size)
    if directory.lost and directory.lost == size and not directory.books:
        LOGGER.warning(
            "%s 丢失或损坏：账套从前的公钥不再知道，从总日志的 %d 条记录重新做起 / it is lost or damaged: the books'"
            " earlier keys are not known any more; it is made anew from the %d entries of the log",
            FILE,
            size,
            size,
        )
    for entry in read_leaves(TileReader(size, source.fetch), directory.entries):
        directory.take(entry)
    return directory


def known_books(source: Source) -> dict[str, KnownBook]:
    """Return the books of the log at `source` by their origins, in the order of these."""
    size = read_head(source).checkpoint.size
    return dict(sorted(load_directory(source, size).books.items()))


def save_directory(directory: Directory, folder: Path, disk: Disk) -> None:
    """Keep what is known, beside the log; a crash leaves what was."""
    disk.put(folder / FILE, msgspec.json.format(msgspec.json.encode(directory, order="sorted")) + b"\n")


class Published(NamedTuple):
    """The books' keys by origin as the county publishes them, and how many entries are older than its file of them."""

    keys: dict[str, list[VerifierKey]]
    lost: int


def published_keys(source: Source) -> Published:
    """Return what the county publishes of keys; nothing when it does not, or not readably."""
    try:
        directory = msgspec.json.decode(source.fetch(FILE), type=Directory)
        keys = {origin: [parse_vkey(vkey) for vkey in book.keys] for origin, book in directory.books.items()}
    except (FileNotFoundError, RuleViolation, msgspec.MsgspecError):
        return Published({}, 0)
    return Published(keys, directory.lost)
