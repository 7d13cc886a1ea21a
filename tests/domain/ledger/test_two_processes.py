"""Two processes that post at once, to one book and to many: what was acknowledged is stored, dense and once."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.domain.ledger.conftest import opened, until
from tests.domain.ledger.villages import book_number

if TYPE_CHECKING:
    from domain.ledger import Ledger
    from tests.domain.ledger.conftest import Store

ROOT = Path(__file__).parents[3]
PROCESSES = 2


def run_posters(url: str, vouchers: int, numbers: list[int], store: Store, hold: str) -> list[list[Any]]:
    """Run posters side by side and return their receipts; both wait for the book `hold` before either may go on."""
    arguments = [str(vouchers), *map(str, numbers)]
    with ExitStack() as stack:
        posters = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.domain.ledger.poster", url, str(process), *arguments],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for process in range(1, PROCESSES + 1)
        ]
        for poster in posters:
            stack.callback(poster.kill)
            assert poster.stdout
            assert poster.stdout.readline() == "ready\n"
        with ThreadPoolExecutor(PROCESSES) as pool:
            with store.held(hold):
                futures = [pool.submit(poster.communicate, "go\n", 120) for poster in posters]
                until(lambda: len(store.waiting()) == PROCESSES)
            outputs = [future.result() for future in futures]
    assert [errors for _, errors in outputs] == [""] * PROCESSES
    return [[json.loads(line) for line in output.splitlines()] for output, _ in outputs]


def check(store: Store, receipts: list[list[Any]], numbers: list[int], vouchers: int) -> None:
    """Compare what was acknowledged with what is stored."""
    said = [receipt for of_one in receipts for receipt in of_one]
    assert len(said) == PROCESSES * len(numbers) * (1 + vouchers)
    for number in numbers:
        book = book_number(number)
        notes = store.notes(book)
        assert len(set(notes)) == len(notes) == 1 + PROCESSES * vouchers
        acknowledged = [receipt for receipt in said if receipt["book"] == book]
        for receipt in acknowledged:
            assert notes[receipt["index"]] == receipt["note"].encode()
        created = [receipt["index"] for receipt in acknowledged if receipt["created"]]
        assert sorted({0, *created}) == list(range(len(notes)))
        assert len(set(created)) == len(created)


@pytest.mark.slow
def test_two_processes_on_one_book(ledger: Ledger, store: Store, database_url: str) -> None:
    book = opened(ledger, 1).book.book
    receipts = run_posters(database_url, 25, [1], store, book)
    check(store, receipts, [1], 25)
    assert not any(receipt["created"] for of_one in receipts for receipt in of_one if not receipt["index"])


@pytest.mark.slow
def test_two_processes_on_many_books(ledger: Ledger, store: Store, database_url: str) -> None:
    """The first village holds both up, so that they race to open each of the others."""
    numbers = list(range(1, 13))
    book = opened(ledger, 1).book.book
    receipts = run_posters(database_url, 4, numbers, store, book)
    check(store, receipts, numbers, 4)
    opening = [receipt for of_one in receipts for receipt in of_one if receipt["index"] == 0]
    assert len(opening) == PROCESSES * len(numbers)
    assert sum(receipt["created"] for receipt in opening) == len(numbers) - 1
