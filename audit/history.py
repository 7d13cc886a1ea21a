"""The history of a figure from a log that was just verified, so that no server's table has to be believed.

An audit keeps no entries. They are read a second time, and must hash to the root that was verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import moment_of
from audit.tlog.policy import parse_policy
from audit.tlog.tiles import ENTRIES, fetch_bundle, tile_sizes
from domain.entry import parse_entry
from domain.history import FigureFold, figure_of
from domain.kernel.errors import Kind, rule
from domain.kernel.merkle import Tree
from domain.kernel.note import parse_note

if TYPE_CHECKING:
    from datetime import datetime

    from audit.source import Source
    from audit.tlog.policy import Policy
    from domain.book import Book

CHANGED = rule(
    "audit.changed_meanwhile",
    Kind.UNAVAILABLE,
    "刚核对过的记录，再读时已经不同；请把日志取到本机（公示包或文件夹）再查",
    "the entries that were verified just now read differently the second time; take the log away first, as a bundle"
    " or a folder, and ask that",
    "RFC 6962 section 2.1",
)


def trace(source: Source, book: Book, code: str) -> FigureFold:
    """Fold a figure from the log at `source`, whose replay without findings gave `book`.

    Raises `history.unknown_account`, `audit.changed_meanwhile`, and what the source raises.
    """
    names = {account.code: account.name for account in book.accounts.by_code.values()}
    fold, tree = FigureFold(figure_of(code, book.book, book.accounts.chart, names)), Tree()
    for tile in tile_sizes(book.size):
        if tile.level != ENTRIES:
            break
        try:
            notes = fetch_bundle(source.fetch, tile)
        except FileNotFoundError:
            raise CHANGED() from None
        for note in notes:
            entry = parse_entry(note)
            signers = tuple(line.name for line in entry.signatures)
            fold.fold(tree.size, entry.statement, signers)
            tree.append(entry.leaf_hash)
    if tree.root() != book.tree.root():
        raise CHANGED()
    return fold


def witnessed_at(source: Source, book: Book, policy: Policy | None = None) -> datetime | None:
    """Return when the checkpoint over the entries that were verified had its quorum, None when it has none.

    A log holds one checkpoint: earlier ones may have been witnessed before. Without a `policy` of the reader's own the
    one that lies beside the log is asked, which is the word of whoever made the copy. Raises `tlog.policy`.
    """
    try:
        note = parse_note(source.fetch("checkpoint"))
        policy = policy or parse_policy(source.fetch("policy"))
    except FileNotFoundError:
        return None
    checkpoint = parse_checkpoint(note.text)
    if (checkpoint.size, checkpoint.root) != (book.size, book.tree.root()):  # the log has grown since
        return None
    since = policy.complete_at(policy.judge(checkpoint, note.signatures).signed)
    return None if since is None else moment_of(since)
