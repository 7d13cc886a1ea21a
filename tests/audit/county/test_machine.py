"""Any run of books that grow, fork and roll back: the county's log holds one history of each, and accuses rightly."""

from __future__ import annotations

import tempfile
from pathlib import Path
from shutil import rmtree

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from audit.tlog.checkpoint import parse_checkpoint
from domain.kernel.note import parse_note
from tests.audit.county.conftest import Book, County, book
from tests.audit.county.test_collector import evidence, found
from tests.audit.dying_disk import Crash, DyingDisk, Mode

NUMBERS = st.integers(1, 3)
SIZES = st.integers(0, 520)


class CountyMachine(RuleBasedStateMachine):
    """Three books, of which the county may be shown any history; and what it has collected of each."""

    def __init__(self) -> None:
        """Begin with an empty log."""
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.shown: dict[int, Book] = {}
        self.collected: dict[int, Book] = {}
        self.forked: set[int] = set()
        self.size = 0

    @initialize()
    def begin(self) -> None:
        """Make the log; the books have their first entry."""
        self.county = County(self.place).create()
        self.shown = {number: book(number, 1) for number in (1, 2, 3)}

    def teardown(self) -> None:
        """Take the folder away."""
        rmtree(self.place)

    @rule(number=NUMBERS, by=st.sampled_from([1, 2, 255, 256]))
    def grow(self, number: int, by: int) -> None:
        """A book has more entries."""
        self.shown[number] = self.shown[number].grown(min(len(self.shown[number].entries) + by, 600))

    @rule(number=NUMBERS, size=SIZES)
    def roll_back(self, number: int, size: int) -> None:
        """A book has fewer entries."""
        kept = self.shown[number].entries[:size]
        self.shown[number] = self.shown[number].forked(len(kept), len(kept))

    @rule(number=NUMBERS, at=SIZES, size=SIZES, word=st.sampled_from("ab"))
    def fork(self, number: int, at: int, size: int, word: str) -> None:
        """A book has other entries from some point on."""
        self.shown[number] = self.shown[number].forked(at, max(at, size), word)

    @rule(number=NUMBERS)
    def repent(self, number: int) -> None:
        """A book shows again what was collected of it."""
        self.shown[number] = self.collected.get(number, self.shown[number])

    @rule()
    def collect(self) -> None:
        """The county looks at each book once."""
        outcomes = found(self.county.collect(*self.shown.values()))
        assert outcomes == [self.expected(number) for number in self.shown]
        self.take(outcomes)

    @rule(step=st.integers(0, 60), mode=st.sampled_from(Mode))
    def crash(self, step: int, mode: Mode) -> None:
        """The machine dies while the county collects; what it signed counts, and nothing else."""
        outcomes = [self.expected(number) for number in self.shown]
        try:
            self.county.collect(*self.shown.values(), disk=DyingDisk(step, mode))
        except Crash:
            self.county.collect()  # the next run, on its way to other books, clears up
        if self.county.head.size > self.size:
            self.take(outcomes)

    def expected(self, number: int) -> str:
        """Return what has to come of a book that shows what it shows now."""
        now, before = self.shown[number], self.collected.get(number)
        if before is None:
            return "+"
        if len(now.entries) < len(before.entries):
            return "county.rolled_back"
        if now.entries == before.entries:
            return "="
        return "+" if now.entries[: len(before.entries)] == before.entries else "county.fork"

    def take(self, outcomes: list[str]) -> None:
        """Remember what is collected now."""
        for number, outcome in zip(self.shown, outcomes, strict=True):
            if outcome == "+":
                self.collected[number] = self.shown[number]
                self.size += 1
            elif outcome == "county.fork":
                self.forked.add(number)

    @invariant()
    def the_log_is_sound_and_has_the_newest_of_each(self) -> None:
        """Whatever happened, the log verifies, and each book's last entry is the history that was collected."""
        if not self.shown:
            return
        assert self.county.head.size == self.size
        assert self.county.verify().ok
        last = {parse_checkpoint(parse_note(leaf).text).origin: leaf for leaf in self.county.leaves()}
        assert last == {one.origin: one.note for one in self.collected.values()}

    @invariant()
    def only_forks_leave_evidence(self) -> None:
        """A fork that was seen is never forgotten."""
        for number in self.forked:
            assert evidence(self.county, self.shown[number])


TestCounty = CountyMachine.TestCase
TestCounty.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
