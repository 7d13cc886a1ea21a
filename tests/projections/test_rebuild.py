"""Rebuild: the read side follows from the entries alone; what was tampered with is found, and a swap repairs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

import projections.rebuild
import projections.runner
from api.recovery import diagnose, remedy
from migrations import create_read_side
from projections import journal, register
from projections.balances import trial_balance
from projections.rebuild import rebuild
from tests.domain.ledger.villages import village_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Service
    from tests.domain.conftest import Village

ROWS = "SELECT count(*) FROM events"
SCHEMAS = "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 're%%'"
TABLES = {
    "read.accounts",
    "read.balances",
    "read.books",
    "read.budgets",
    "read.journal",
    "read.keys",
    "read.log_keys",
    "read.positions",
    "read.sheets",
    "read.subtotals",
    "read.tiles",
    "read.vouchers",
}
TAMPERED = {
    "read.balances": "UPDATE read.balances SET debit_fen = debit_fen + 1 WHERE account = '51302'",
    "read.journal": "UPDATE read.journal SET party = '张三' WHERE entry = 12",
    "read.vouchers": "UPDATE read.vouchers SET signers = signers[1:1] WHERE entry = 12",
    "read.books": "UPDATE read.books SET closed_through = '2026-03'",
    "read.accounts": "UPDATE read.accounts SET name = '其他' WHERE code = '51302'",
    "read.keys": "UPDATE read.keys SET last = 3 WHERE role = 'head'",
    "read.tiles": "UPDATE read.tiles SET data = set_byte(data, 0, get_byte(data, 0) # 1)",
    "read.budgets": "INSERT INTO read.budgets SELECT book, '2026', 3 FROM read.books",
    "read.subtotals": "INSERT INTO read.subtotals SELECT book, '2026', 3 FROM read.books",
    "read.sheets": "INSERT INTO read.sheets SELECT book, 'trial_balance', '2026-01', 3 FROM read.books",
}
GONE = ("books", "balances", "journal", "vouchers", "accounts", "keys", "tiles")


@pytest.fixture
def admin(xiaohe: Service) -> Iterator[psycopg.Connection]:
    """A connection with every right on the database of the small sample village."""
    with psycopg.connect(xiaohe.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def neighbour(xiaohe: Service) -> Village:
    """A second book: opened, with a voucher, its reversal, a month closed and published, and another key."""
    village = village_number(1)
    first = village.open()
    voucher = village.voucher()
    entries = [first, voucher, village.reversal(voucher), village.close(), village.publish()]
    entries.append(village.rotate("head", "head/2"))
    xiaohe.ledger.post(village.book.book, [entry.note for entry in entries])
    xiaohe.runner.catch_up()
    return village


def count(connection: psycopg.Connection) -> int:
    """Return how many entries are stored."""
    row = connection.execute(ROWS).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("swap", [False, True], ids=["check", "swap"])
@pytest.mark.usefixtures("neighbour")
def test_nothing_differs(xiaohe: Service, admin: psycopg.Connection, *, swap: bool) -> None:
    begun: list[int] = []
    advanced: list[int] = []
    result = xiaohe.rebuild(swap=swap, begin=begun.append, advance=advanced.append)
    assert result.differences == []
    assert {f"read.{table}" for table in result.tables} == TABLES
    assert result.entries == sum(advanced) == count(admin) == 25
    assert begun == [25]
    assert admin.execute(SCHEMAS).fetchall() == [("read",)]


@pytest.mark.parametrize("chunk", [1, 2, 7, 25])
@pytest.mark.usefixtures("neighbour")
def test_it_does_not_matter_how_many_entries_are_folded_at_once(
    xiaohe: Service, admin: psycopg.Connection, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (projections.rebuild, projections.runner):
        monkeypatch.setattr(module, "ENTRIES_PER_COMMIT", chunk)
    result = rebuild(admin, create_read_side, swap=False)
    assert result.differences == []
    assert result.entries == count(admin)
    assert xiaohe.runner.catch_up() == 0


def expect_found_and_repaired(service: Service, tables: list[str]) -> None:
    """See that a check finds just these tables different and leaves them so, and that a swap repairs them."""
    for swap in (False, True):
        differences = service.rebuild(swap=swap).differences
        assert [difference.split(":")[0] for difference in differences] == tables
    assert service.rebuild(swap=False).differences == []


@pytest.mark.parametrize("table", TAMPERED)
def test_a_tampered_row_is_found_and_repaired(xiaohe: Service, admin: psycopg.Connection, table: str) -> None:
    assert admin.execute(TAMPERED[table].encode()).rowcount > 0
    expect_found_and_repaired(xiaohe, [table])


@pytest.mark.parametrize("table", GONE)
def test_rows_that_are_gone_are_found_and_repaired(
    xiaohe: Service, admin: psycopg.Connection, table: str
) -> None:
    delete = sql.SQL("DELETE FROM {}").format(sql.Identifier("read", table))
    assert admin.execute(delete).rowcount > 0
    expect_found_and_repaired(xiaohe, [f"read.{table}"])


def test_a_row_too_many_is_found_and_repaired(xiaohe: Service, admin: psycopg.Connection) -> None:
    admin.execute(
        "INSERT INTO read.balances SELECT book, chart, '2026-12', account, 0, 1, 0, 1, 0 FROM read.balances LIMIT 1"
    )
    expect_found_and_repaired(xiaohe, ["read.balances"])


@pytest.mark.parametrize(
    "tampered",
    [
        "UPDATE read.positions SET size = size - 1",
        "UPDATE read.positions SET size = size + 1",
        "DELETE FROM read.positions",
    ],
)
def test_a_tampered_position_is_found_and_repaired(
    xiaohe: Service, admin: psycopg.Connection, tampered: str
) -> None:
    """The position says what was folded; with a wrong one the live tables cannot even be folded on."""
    admin.execute(tampered.encode())
    expect_found_and_repaired(xiaohe, ["read.positions"])


@pytest.mark.parametrize("beyond", [0, 3])
@pytest.mark.usefixtures("neighbour")
def test_a_row_of_the_store_beyond_the_head_is_found(
    xiaohe: Service, admin: psycopg.Connection, beyond: int
) -> None:
    """It is no entry of the book: it is named, and nothing is folded of it."""
    book, index = "N2330881MF0000021R", 19 + beyond
    row = "SELECT originator_id, %s, topic, state FROM events WHERE originator_id = %s AND originator_version = 12"
    assert admin.execute(f"INSERT INTO events {row}".encode(), (index, book)).rowcount
    for swap in (False, True):
        result = xiaohe.rebuild(swap=swap)
        assert (result.entries, len(result.differences)) == (25, 1)
        assert book in result.differences[0]
        assert str(index) in result.differences[0]
    problem = {one.book: one.problem for one in diagnose(xiaohe)}[book]
    assert problem
    assert (problem.rule.code, problem.facts["index"]) == ("store.surplus", str(index))
    assert f"originator_id = '{book}' AND originator_version >= 19" in remedy(problem, book)


def test_what_an_interrupted_rebuild_left_is_no_trouble(xiaohe: Service, admin: psycopg.Connection) -> None:
    create_read_side(admin, "rebuild")
    admin.execute("INSERT INTO rebuild.positions VALUES ('N2330881MF0000021R', 3)")
    assert xiaohe.rebuild(swap=True).differences == []
    assert admin.execute(SCHEMAS).fetchall() == [("read",)]


def test_the_program_goes_on_after_a_swap(
    xiaohe: Service, admin: psycopg.Connection, neighbour: Village
) -> None:
    """Connections that were open before, with all that they had prepared, read and fold the new tables."""
    book = neighbour.book.book

    def look() -> tuple[int, int, int]:
        with xiaohe.pool.connection() as connection:
            entries = register.book(connection, book).entries
            debit = trial_balance(connection, book, "2026-02").totals["debit_fen"]
            return entries, debit, journal.count_vouchers(connection, book)

    for number in range(1, 8):  # psycopg prepares what it has sent five times
        entry = neighbour.voucher(date="2026-02-01", by="accountant head/2")
        xiaohe.ledger.post(book, [entry.note])
        xiaohe.runner.catch_up()
        assert look() == (6 + number, 10_000 * number, 2 + number)
        assert xiaohe.rebuild(swap=True).differences == []
        assert look() == (6 + number, 10_000 * number, 2 + number)
    assert count(admin) == 19 + 6 + 7


def test_a_swap_signs_nothing_anew(xiaohe: Service, admin: psycopg.Connection) -> None:
    query = "SELECT book, size, note FROM checkpoints ORDER BY book, size"
    before = admin.execute(query).fetchall()
    assert before
    xiaohe.rebuild(swap=True)
    assert admin.execute(query).fetchall() == before
