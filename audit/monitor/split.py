"""Several addresses of one book: whether they show one history, or each its own (分叉给不同的人看, a split view).

Each history can be true in itself and extend what was seen before at its address. Only whoever looks at both sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.monitor.database import DAMAGED
from audit.report import Finding
from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Collection

    from audit.monitor.store import State, StateStore
    from domain.kernel.merkle import Tree

SPLIT_VIEW = rule(
    "monitor.split_view",
    Kind.REFUSED,
    "账套 {book} 有两份不同的历史：{other} 和 {address} 的前 {same} 条记录相同，从第 {same} 号记录起不同；"
    "两处的检查点都已留作证据",
    "the book {book} has two histories: the first {same} entries at {other} and at {address} are the same, entry {same}"
    " is not; the checkpoints of both are kept as evidence",
    "RFC 6962 section 2.1.2; C2SP tlog-checkpoint",
)


class Split(NamedTuple):
    """What is to be said of an address that shows another history than one before it, and where its evidence lies."""

    finding: Finding
    evidence: str


class _View(NamedTuple):
    """An address, and the checkpoint that it showed in this run, b"" when that was none that is good."""

    address: str
    head: bytes


class Views:
    """What a run has seen of each book: the address whose history is the longest so far.

    What runs before it saw at addresses at which it does not look itself counts too.
    """

    def __init__(self, store: StateStore, addresses: Collection[str]) -> None:
        """Compare what is remembered in `store`; this run looks at `addresses`."""
        self._store = store
        self._addresses = frozenset(addresses)
        self._longest: dict[str, _View] = {}

    def remember(self, state: State, head: bytes = b"") -> None:
        """Take in what was verified at an address, unless there is one before it: also of one that is away now."""
        book = state.replay.book
        if book.size and book.book not in self._longest:
            self._longest[book.book] = self._earlier(book.book) or _View(state.address, head)

    def compare(self, state: State, head: bytes) -> Split | None:
        """Hold what was verified at an address against the longest history before it; `head` as in `_View`."""
        self.remember(state, head)
        book = state.replay.book
        other = self._longest.get(book.book)
        if other is None or other.address == state.address:
            return None
        try:
            longest = self._store.load(other.address).replay.book.tree
            same = _common(longest, book.tree)
        except RuleViolation as violation:
            if violation.rule is not DAMAGED:
                raise
            self._store.forget(other.address, violation)
            return None
        view = _View(state.address, head)
        if same < min(longest.size, book.size):
            return self._split(book.book, view, other, same)
        if book.size > longest.size:
            self._longest[book.book] = view
        return None

    def _earlier(self, book: str) -> _View | None:
        """Return the address of the longest history among those at which only runs before this one looked."""
        elsewhere = (place for place in self._store.places(book) if place not in self._addresses)
        sizes = {place: self._store.load(place).replay.size for place in elsewhere}
        return _View(max(sizes, key=lambda place: sizes[place]), b"") if any(sizes.values()) else None

    def _split(self, book: str, view: _View, other: _View, same: int) -> Split:
        violation = SPLIT_VIEW(book=book, other=other.address, address=view.address, same=same)
        notes = [one.head or self._store.heads.newest(one.address) for one in (view, other)]
        evidence = self._store.heads.keep_split(view.address, notes[0], other.address, notes[1])
        return Split(Finding.of(violation), evidence)


def _common(one: Tree, two: Tree) -> int:
    """Return how many leaves from the first on two trees have in common."""
    low, high = 0, min(one.size, two.size)
    if one.root(high) == two.root(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one.root(middle) == two.root(middle):
            low = middle
        else:
            high = middle
    return low
