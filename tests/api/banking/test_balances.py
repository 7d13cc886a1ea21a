"""The balance behind each line of a bank's statement: it orders lines, tells them apart, and tells what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.banking import (
    SourceFile,
    StatementLine,
    read_statement,
    reconciliation_object,
    reconciliation_table,
)
from domain.kernel.errors import RuleViolation
from projections.bank import bank_lines, held_at_end
from tests.api.banking.test_banking import BANK, BOOK, EMPTY, LAST, balance, from_book, service, written
from tests.api.banking.test_decisions import at_work

if TYPE_CHECKING:
    from pathlib import Path

    from api.banking import Statement
    from api.composition import Service

__all__ = ["service"]

HEADER = "交易日期,摘要,收入,支出,余额"
ROWS = [
    "2026-03-03,补助,500.00,,1500.00",
    "2026-03-20,电费,,40.00,1460.00",
    "2026-03-20,手续费,,1.00,1459.00",
    "2026-03-21,手续费,,1.00,1458.00",
]


def read(folder: Path, *rows: str, header: str = HEADER) -> Statement:
    return read_statement(written(folder, "\n".join([header, *rows])), {})


def test_a_statement_that_begins_with_its_newest_line_is_turned_round(tmp_path: Path) -> None:
    forwards = read(tmp_path, *ROWS)
    assert [line.balance_fen for line in forwards.lines] == [150_000, 146_000, 145_900, 145_800]
    assert read(tmp_path, *reversed(ROWS)) == forwards
    one_day = ROWS[1:3]
    assert read(tmp_path, *reversed(one_day)).lines == read(tmp_path, *one_day).lines == forwards.lines[1:3]
    assert forwards.notices == []


def test_a_line_that_is_missing_is_told(tmp_path: Path) -> None:
    [notice] = read(tmp_path, ROWS[0], *ROWS[2:]).notices
    assert "有 1 行的余额接不上前一笔" in notice.zh
    assert "第 3 行" in notice.zh
    assert "row 3" in notice.en
    [notice] = read(tmp_path, *reversed([ROWS[0], *ROWS[2:]])).notices
    assert "第 3 行" in notice.zh, "the row as it stands in the file, whose first line is the newest"


def test_without_the_column_nothing_is_said_of_it(tmp_path: Path) -> None:
    rows = [row.rpartition(",")[0] for row in ROWS]
    found = read(tmp_path, *rows, header=HEADER.rpartition(",")[0])
    assert [line.balance_fen for line in found.lines] == [None] * 4
    assert found.notices == []


def test_equal_lines_of_a_day_are_told_apart_by_their_balances(service: Service) -> None:
    account = EMPTY
    first = StatementLine("2026-02-01", -100, "手续费", 900)
    second = StatementLine("2026-02-01", -100, "手续费", 800)
    assert service.banks.take_in(BOOK, account, [first], SourceFile("a.csv"))[:2] == (1, 0)
    assert service.banks.take_in(BOOK, account, [second], SourceFile("b.csv"))[:2] == (1, 0)
    assert service.banks.take_in(BOOK, account, [first, second], SourceFile("c.csv"))[:2] == (0, 2)
    unsaid = StatementLine("2026-02-01", -100, "手续费")
    assert service.banks.take_in(BOOK, account, [unsaid], SourceFile("d.csv"))[:2] == (0, 1)
    assert service.banks.take_in(BOOK, account, [unsaid] * 3, SourceFile("e.csv"))[:2] == (1, 2)
    assert service.banks.take_in(
        BOOK, account, [first, second, first._replace(balance_fen=700)], SourceFile("f.csv")
    )[:2] == (0, 3)


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ([[900]], [[None, 900], [1_000, 900]]),
        ([[None, 900]], [[800, None]]),
        ([[900, None]], [[None, 800]]),
        ([[None], [900, 800]], [[None, 900], [800, 900]]),
    ],
)
def test_equal_lines_are_taken_by_their_balances_before_any_that_says_none(
    service: Service, kept: list[list[int | None]], read: list[list[int | None]]
) -> None:
    """What has a twin finds it, in whatever order a statement has them."""
    account = EMPTY
    files = [
        [StatementLine("2026-02-11", -100, "手续费", fen) for fen in balances]
        for balances in (*kept, *read, read[-1])
    ]
    taken = [service.banks.take_in(BOOK, account, lines, SourceFile("a.csv")) for lines in files]
    with service.pool.connection() as connection:
        standing = bank_lines(connection, BOOK, account, "2026-02-11")
    for one in taken:
        service.bank_imports.undo(at_work(), account, one.number)
    assert taken[-1][:2] == (0, 2)
    assert len([line for line in standing if line.date == "2026-02-11"]) == 2


def test_a_line_that_says_no_balance_is_at_first_one_that_says_none(service: Service) -> None:
    """So that both leave with the one file, and with no more than it."""
    account, day = EMPTY, "2026-02-12"
    numbers = [
        service.banks.take_in(
            BOOK, account, [StatementLine(day, -100, "手续费", fen) for fen in balances], SourceFile("a.csv")
        ).number
        for balances in ([900, 800], [None, None, None], [None])
    ]
    for number in numbers[1:]:
        service.bank_imports.undo(at_work(), account, number)
    with service.pool.connection() as connection:
        assert len([line for line in bank_lines(connection, BOOK, account, day) if line.date == day]) == 2
    service.bank_imports.undo(at_work(), account, numbers[0])


def test_the_statements_own_balance_is_held_against_the_book(service: Service) -> None:
    lines, standing = from_book(service), 0
    with_balances = []
    for line in lines:
        standing += line.amount_fen
        with_balances.append(line._replace(balance_fen=standing))
    opening = balance(service) - standing
    moved = [line._replace(balance_fen=(line.balance_fen or 0) + opening) for line in with_balances]
    service.banks.take_in(BOOK, BANK, moved, SourceFile("march.csv"))
    service.banks.take_in(BOOK, BANK, moved, SourceFile("march.csv"), LAST)
    assert service.banks.balance(BOOK, BANK, LAST) == balance(service)
    found = service.banks.reconcile(BOOK, BANK, LAST)
    assert (found.bank_fen, found.difference_fen, found.only_bank, found.only_book) == (
        balance(service),
        0,
        [],
        [],
    )
    assert service.banks.reconcile(BOOK, BANK, LAST, 1).bank_fen == 1


def test_a_balance_that_no_statement_says_is_asked_for(service: Service) -> None:
    account = "10203"
    service.banks.take_in(BOOK, account, [StatementLine("2026-02-01", 100, "存入")], SourceFile("a.csv"))
    with pytest.raises(RuleViolation) as refused:
        service.banks.reconcile(BOOK, account, LAST)
    assert (refused.value.rule.code, refused.value.facts["reach"]) == ("bank.not_so_far", "2026-02-01")
    service.banks.take_in(
        BOOK, account, [StatementLine("2026-02-01", 100, "存入")], SourceFile("a.csv"), LAST
    )
    with pytest.raises(RuleViolation) as refused:
        service.banks.reconcile(BOOK, account, LAST)
    assert refused.value.rule.code == "bank.no_balance"
    assert "只到" not in refused.value.zh
    for said in ("没有写明", "接不上"):
        assert said in refused.value.zh
    assert service.banks.balance(BOOK, account, "2026-01-01") is None


def test_each_day_may_begin_with_its_newest_line(tmp_path: Path) -> None:
    turned = [ROWS[0], ROWS[2], ROWS[1], ROWS[3]]
    assert read(tmp_path, *turned) == read(tmp_path, *ROWS)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [("贷 105.00", 10_500), ("105.00 贷", 10_500), ("借105.00", -10_500), ("一百", None), ("", None)],
)
def test_a_balance_may_have_its_side_and_refuses_no_statement(
    tmp_path: Path, cell: str, fen: int | None
) -> None:
    found = read(tmp_path, f"2026-03-03,补助,500.00,,{cell}")
    assert [line.balance_fen for line in found.lines] == [fen]
    assert ["余额看不懂" in notice.zh for notice in found.notices] == ([True] if cell == "一百" else [])


def test_of_several_columns_of_balances_the_usual_one_is_read(tmp_path: Path) -> None:
    header = "交易日期,摘要,收入,支出,当前余额,账户余额"
    assert read(tmp_path, "2026-03-03,补助,5,,7,9", header=header).lines[0].balance_fen == 900


def test_what_is_read_again_fills_in_its_balance(service: Service) -> None:
    account = EMPTY
    unsaid = StatementLine("2026-02-09", 300, "利息")
    service.banks.take_in(BOOK, account, [unsaid], SourceFile("a.csv"))
    assert service.banks.take_in(BOOK, account, [unsaid._replace(balance_fen=1_100)], SourceFile("b.csv"))[
        :2
    ] == (0, 1)
    assert service.banks.balance(BOOK, account, "2026-02-09") == 1_100


def test_a_statement_may_go_beyond_its_last_line(service: Service) -> None:
    account, line = EMPTY, StatementLine("2026-02-20", 5, "利息", 1_105)
    service.banks.take_in(BOOK, account, [line], SourceFile("a.csv"))
    assert service.banks.balance(BOOK, account, "2026-02-28") is None
    with pytest.raises(RuleViolation) as refused:
        service.banks.reconcile(BOOK, account, "2026-02-28")
    assert (refused.value.rule.code, refused.value.facts["reach"]) == ("bank.not_so_far", "2026-02-20")
    with service.pool.connection() as connection:
        found, left_fen = held_at_end(connection, BOOK, account, "2026-02-28", "2026-02-20")
        assert (found is not None, left_fen) == (True, None), "the lines are known, and no balance"
        assert held_at_end(connection, BOOK, account, "2026-02-20", "2026-02-20")[1] is not None
    service.banks.take_in(BOOK, account, [line], SourceFile("a.csv"), "2026-02-28")
    assert service.banks.balance(BOOK, account, "2026-02-28") == 1_105
    assert service.banks.read_through(BOOK)[account] == "2026-02-28"
    with pytest.raises(RuleViolation):
        service.banks.take_in(BOOK, account, [line], SourceFile("a.csv"), "2026-02-30")


def test_a_balance_that_is_not_the_statement_s_is_told_and_counts(service: Service) -> None:
    account = "10203"
    line = StatementLine("2026-02-25", 5, "利息", 700)
    taken = service.banks.take_in(BOOK, account, [line], SourceFile("a.csv"), "2026-03-05")
    for day in ("2026-02-25", "2026-03-01"):
        found = service.banks.reconcile(BOOK, account, day, 900)
        assert (found.bank_fen, found.stated_fen, found.overridden_fen) == (900, 700, 200)
        row = reconciliation_table(account, day, found).rows[-1]
        assert row[:2] == ("填写的余额与对账单不同", day)
        assert row[3] == 200
        assert "读入的对账单上是 7.00 元" in str(row[2])
        assert reconciliation_object(account, day, found)["stated_fen"] == 700
    for given in (700, None):
        found = service.banks.reconcile(BOOK, account, "2026-02-25", given)
        assert (found.bank_fen, found.overridden_fen) == (700, 0)
        assert "填写的余额" not in str(reconciliation_table(account, "2026-02-25", found).rows)
    later = service.banks.reconcile(BOOK, account, "2026-12-31", 900)
    assert (later.stated_fen, later.overridden_fen) == (None, 0)
    service.bank_imports.undo(at_work(), account, taken.number)
