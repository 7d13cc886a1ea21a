"""Read: the trial balance of a book with 100,000 vouchers (quick: 10,000), against `select 1` and against hledger.

The vouchers are put into the store by COPY and folded by the program, so the tables are what it makes of them: 62
leaf accounts over 36 months, asked for at the last month, for one row of `balances` an account.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg

from api.adapters.hledger import to_hledger
from bench.rows import TURN, Result, Rounds, in_turn, timed
from bench.villages import CHART, PERIODS, Village, filler
from bench.world import copy_in, fold_all
from projections import register
from projections.balances import trial_balance
from projections.balances.query import SELECT_BALANCES
from projections.journal import JournalFilter, journal

if TYPE_CHECKING:
    from pathlib import Path

    from bench.sizes import Sizes
    from bench.world import World

LAST = PERIODS[-1]


def measure(world: World, sizes: Sizes) -> Result:
    """Return the rows of the query, of the whole report, and of the report against hledger."""
    village = Village()
    notes = [*village.founding, *filler(village, 0, sizes.read_vouchers)]
    with world.database() as url:
        copy_in(url, village.book, notes)
        with psycopg.connect(url, autocommit=True) as connection:
            fold_all(connection, village.book, "read", None)
            connection.execute("VACUUM ANALYZE")
            connection.execute("SET search_path TO read, public")
            result = _against_select_1(connection, village.book, sizes)
            if shutil.which("hledger"):
                result += _against_hledger(connection, village.book, world.folder / "bench.journal", sizes)
            else:
                result.notes.append("hledger is not on PATH: not compared")
    return result


def _against_select_1(connection: psycopg.Connection[Any], book: str, sizes: Sizes) -> Result:
    values = {"book": book, "chart": CHART, "first": LAST, "last": LAST}

    def turnover() -> list[Any]:
        return connection.execute(SELECT_BALANCES, values).fetchall()

    query, whole = Rounds(), Rounds()
    for _ in range(sizes.rounds):
        one, asked, answered = in_turn(
            sizes.read_calls,
            lambda: connection.execute("SELECT 1").fetchall(),
            turnover,
            lambda: trial_balance(connection, book, LAST),
        )
        query.add(asked, one)
        whole.add(answered, one)
    return Result(
        [
            query.row("read: trial balance, query 科目余额表", "ms", "select 1", ceiling=10),
            whole.row("read: trial balance, whole 科目余额表", "ms", "select 1"),
        ],
        [f"read: {len(turnover()):,} rows of balances read after {sizes.read_vouchers:,} vouchers"],
    )


def _against_hledger(connection: psycopg.Connection[Any], book: str, file: Path, sizes: Sizes) -> Result:
    """Set our report against `hledger balance` over the export of the same book, both from start to figures."""
    text = to_hledger(
        register.book(connection, book),
        register.accounts(connection, book),
        journal(connection, book, JournalFilter(limit=10 * sizes.read_vouchers)),
    )
    file.write_text("".join(text), encoding="utf-8")
    command = ["hledger", "--file", str(file), "balance", "--flat", "--no-total"]
    hledger = partial(subprocess.run, command, check=True, capture_output=True)
    rounds = Rounds()
    for _ in range(min(sizes.rounds, 3)):
        with timed() as clock:
            answer = hledger()
        assert len(answer.stdout.splitlines()) > 1
        rounds.add(in_turn(TURN, lambda: trial_balance(connection, book, LAST))[0], clock.seconds * 1_000)
    file.unlink()
    return Result([rounds.row("hledger: trial balance 科目余额表", "ms", "hledger balance")])
