"""The history of a figure and the difference between two sizes from a log that was just verified.

So no server's table has to be believed.

An audit keeps no entries. They are read a second time, and must hash to the root that was verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import moment_of
from audit.tlog.policy import parse_policy
from audit.tlog.tiles import ENTRIES, fetch_bundle, tile_sizes
from audit.witnessed import latest_time
from domain.difference import BOTH, Difference, DifferenceFold, Head, Part, check_sizes
from domain.entry import parse_entry
from domain.history import END, WHOLE, FigureFold, figure_of
from domain.kernel.errors import Kind, rule
from domain.kernel.merkle import Tree
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from audit.source import Source
    from audit.tlog.policy import Policy
    from domain.book import Book
    from domain.entry import Entry
    from domain.history import Span

CHANGED = rule(
    "audit.changed_meanwhile",
    Kind.UNAVAILABLE,
    "刚核对过的记录，再读时已经不同；请把日志取到本机（公示包或文件夹）再查",
    "the entries that were verified just now read differently the second time; take the log away first, as a bundle"
    " or a folder, and ask that",
    "RFC 6962 section 2.1",
)


def trace(source: Source, book: Book, code: str, span: Span = WHOLE) -> FigureFold:
    """Fold a figure from the log at `source`, whose replay without findings gave `book`, to be asked of a span.

    Raises `history.unknown_account`, `audit.changed_meanwhile`, and what the source raises.
    """
    accounts = book.accounts
    newest = max(book.balances.periods("", END), default="")
    places = book.subtotals.places(span.last_period(newest))
    fold = FigureFold(figure_of(code, book.book, accounts.chart, accounts.names, book.periods.first, places))
    for index, entry in _reread(source, book):
        fold.fold(index, entry.statement, tuple(line.name for line in entry.signatures))
    return fold


def compare(
    source: Source,
    book: Book,
    sizes: tuple[int, int | None],
    now_s: int,
    policy: Policy | None = None,
    *,
    parts: Collection[Part] = BOTH,
) -> Difference:
    """Compare a log at two sizes (the second None: now), whose replay without findings gave `book`.

    The times of witnessing are as in `witnessed_at`. Raises `diff.beyond`, `diff.backwards`,
    `audit.changed_meanwhile`, and what the source raises.
    """
    first, last = sizes[0], book.size if sizes[1] is None else sizes[1]
    check_sizes(book.book, first, last, book.size)
    fold = DifferenceFold(first, last)
    for index, entry in _reread(source, book):
        fold.fold(index, entry)
    at = witnessed_at(source, book, now_s, policy) if Part.entries in parts else None
    return Difference(
        book=book.book,
        name=book.founding.organisation.name if book.founding.organisation else "",
        first=Head(first, book.root(first)),
        last=Head(last, book.root(last)),
        offset=0,
        added=[one._replace(witnessed_at=at) for one in fold.added] if Part.entries in parts else [],
        changes=fold.changes(book.accounts.names) if Part.accounts in parts else [],
    )


def _reread(source: Source, book: Book) -> Iterator[tuple[int, Entry]]:
    """Yield index and entry of all that were verified; raises `audit.changed_meanwhile` at the end if they are not."""
    tree = Tree()
    for tile in tile_sizes(book.size):
        if tile.level != ENTRIES:
            break
        try:
            notes = fetch_bundle(source.fetch, tile)
        except FileNotFoundError:
            raise CHANGED() from None
        for note in notes:
            entry = parse_entry(note)
            yield tree.size, entry
            tree.append(entry.leaf_hash)
    if tree.root() != book.tree.root():
        raise CHANGED()


def witnessed_at(source: Source, book: Book, now_s: int, policy: Policy | None = None) -> datetime | None:
    """Return when the checkpoint over the entries that were verified had its quorum, None when it has none.

    What is dated more than a day after `now_s` (POSIX seconds) does not count. A log holds one checkpoint: earlier ones
    may have been witnessed before. Without a `policy` of the reader's own the one that lies beside the log is asked,
    which is the word of whoever made the copy. Raises `tlog.policy`.
    """
    try:
        note = parse_note(source.fetch("checkpoint"))
        policy = policy or parse_policy(source.fetch("policy"))
    except FileNotFoundError:
        return None
    checkpoint = parse_checkpoint(note.text)
    if (checkpoint.size, checkpoint.root) != (book.size, book.tree.root()):  # the log has grown since
        return None
    since = policy.complete_at(policy.judge(checkpoint, note.signatures, latest_time(now_s)).signed)
    return None if since is None else moment_of(since)
