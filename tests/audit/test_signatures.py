"""Signatures are checked in one process or in several: the bad ones are the same, each with its entry and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit import signatures
from audit.signatures import JOBS_PER_TASK, Bad, SignatureChecker
from domain.entry import Entry, parse_entry, seal
from domain.kernel.note import SigningKey
from domain.kernel.statement import Seen
from domain.periods import Closing, PeriodClosed
from domain.roles import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = ("N2330881MF0000013Y/accountant/1", "N2330881MF0000013Y/head/1")
SIGNING = [SigningKey(name, bytes([place]) * 32) for place, name in enumerate(NAMES)]
KEYS = [Key(key.verifier, key.name.split("/")[1], key.name, "", 0) for key in SIGNING]
IMPOSTOR = SigningKey(NAMES[1], b"\x09" * 32)
SIZE = 5 * JOBS_PER_TASK + 1
FORGED = (0, 1, JOBS_PER_TASK - 1, JOBS_PER_TASK, 3 * JOBS_PER_TASK + 7, SIZE - 1)


def entry(index: int, keys: Sequence[SigningKey]) -> Entry:
    statement = PeriodClosed(
        at="2026-03-05T10:12:33+08:00",
        book="N2330881MF0000013Y",
        data=Closing(period="2026-01"),
        id=f"01KJXQ{index:020d}",
        seen=Seen(n=0, r=""),
    )
    return parse_entry(seal(statement, keys))


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry(index, [SIGNING[0], IMPOSTOR if index in FORGED else SIGNING[1]]) for index in range(SIZE)]


@pytest.mark.parametrize("waiting", [0, 1, signatures.TASKS_WAITING_MAX])
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_however_many_check_them(
    entries: list[Entry], processes: int, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "TASKS_WAITING_MAX", waiting)
    with SignatureChecker(processes) as checker:
        for index, each in enumerate(entries):
            checker.add(index, each, KEYS)
        assert list(checker.finish()) == [Bad(index, NAMES[1]) for index in FORGED]
        assert checker.count == 2 * SIZE


def test_what_no_other_process_has_begun_is_done_here(entries: list[Entry]) -> None:
    """Tasks wait behind many others: this process takes the newest back."""
    with SignatureChecker(2) as checker:
        for index in range(40 * JOBS_PER_TASK):
            checker.add(index, entries[index % SIZE], KEYS)
        newest = checker._tasks[-1].future
        bad = list(checker.finish())
        assert newest.cancelled()
    assert [each.entry for each in bad] == [i for i in range(40 * JOBS_PER_TASK) if i % SIZE in FORGED]
