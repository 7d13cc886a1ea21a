"""What was read in is kept as the file it came in, and taken back with all that no other file has."""

from __future__ import annotations

from hashlib import sha256

import pytest

from api.banking import SourceFile, StatementLine
from domain.kernel.errors import RuleViolation
from tests.api.banking.test_banking import BOOK, EMPTY, service
from tests.api.banking.test_decisions import at_work, refused

__all__ = ["service"]

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.composition import Service

ACCOUNT = EMPTY
FIRST = StatementLine("2026-02-01", 700, "存入", 1_700)
SECOND = StatementLine("2026-02-03", -100, "支出", 1_600)
THIRD = StatementLine("2026-02-05", 50, "利息", 1_650)
DIGEST = sha256(b"a").hexdigest()


def standing(service: Service) -> list[tuple[str, int | None]]:
    """Return the words of the lines that stand on the account, and what the bank says at the end of each day."""
    try:
        found = service.banks.reconcile(BOOK, ACCOUNT, "2026-03-31", 0)
    except RuleViolation:
        return []
    lines = [*found.only_bank, *(line for one in found.matches for line in one.bank)]
    return sorted((line.text, service.banks.balance(BOOK, ACCOUNT, line.date)) for line in lines)


def test_an_import_is_undone_with_the_lines_that_no_other_has(service: Service) -> None:
    banks, imports = service.banks, service.bank_imports
    banks.take_in(BOOK, ACCOUNT, [FIRST, SECOND], SourceFile("a.csv", DIGEST, f"{BOOK}/cashier"))
    wrong = banks.take_in(BOOK, ACCOUNT, [SECOND, THIRD], SourceFile("b.csv"), "2026-02-28")
    assert (wrong.new, wrong.known, wrong.number) == (1, 1, 2)
    numbers = [line.number for line in banks.reconcile(BOOK, ACCOUNT, "2026-02-28").only_bank]
    desk = service.bank_decisions
    about_first = desk.decide(at_work(), ACCOUNT, [], cancelling(service), accepted=True)
    assert banks.read_through(BOOK)[ACCOUNT] == "2026-02-28"

    assert refused(imports.undo, at_work("head"), ACCOUNT, 2) == "draft.not_maker"
    assert refused(imports.undo, at_work(), ACCOUNT, 9) == "bank.no_import"
    undone = imports.undo(at_work("cashier"), ACCOUNT, 2)
    assert (undone.lines, undone.decisions, undone.kept.undone_by) == (1, 0, f"{BOOK}/cashier")
    assert refused(imports.undo, at_work(), ACCOUNT, 2) == "bank.no_import"
    assert standing(service) == [("存入", 1_700), ("支出", 1_600)]
    assert banks.read_through(BOOK)[ACCOUNT] == "2026-02-03"
    assert desk.undo(at_work(), ACCOUNT, about_first.decision.number).undone_by == f"{BOOK}/accountant"

    first, second = imports.all(BOOK, ACCOUNT)
    assert (first.file, first.sha256, first.read_by, first.stands) == (
        "a.csv",
        DIGEST,
        f"{BOOK}/cashier",
        True,
    )
    assert (first.lines, first.first, first.last, first.through) == (2, "2026-02-01", "2026-02-03", None)
    assert (second.file, second.sha256, second.read_by, second.stands) == ("b.csv", None, None, False)
    assert (second.lines, second.through) == (2, "2026-02-28")

    assert banks.take_in(BOOK, ACCOUNT, [THIRD], SourceFile("c.csv"))[:2] == (1, 0)
    again = [line.number for line in banks.reconcile(BOOK, ACCOUNT, "2026-02-05").only_bank]
    assert sorted(again) == sorted(numbers), "a line that comes back is the line that it was"


def cancelling(service: Service) -> set[tuple[int, int]]:
    """Return two lines of the book that cancel one another: what was outstanding at the opening, in and out."""
    given = [
        service.bank_openings.enter(at_work(), ACCOUNT, "book", "2025-12-20", fen, "支票") for fen in (5, -5)
    ]
    return {(one.number, 1) for one in given}


def test_decisions_about_lines_that_leave_lapse(service: Service) -> None:
    banks, desk = service.banks, service.bank_decisions
    there_and_back = [StatementLine("2026-03-01", 90, "错汇"), StatementLine("2026-03-02", -90, "错汇退回")]
    wrong = banks.take_in(BOOK, ACCOUNT, there_and_back, SourceFile("wrong.csv"))
    found = banks.reconcile(BOOK, ACCOUNT, "2026-03-31", 0)
    mine = {line.number for line in found.only_bank if "错汇" in line.text}
    made = desk.decide(at_work(), ACCOUNT, mine, [], accepted=True)
    undone = service.bank_imports.undo(at_work("cashier"), ACCOUNT, wrong.number)
    assert (undone.lines, undone.decisions) == (2, 1)
    [kept] = [one for one in desk.all(BOOK, ACCOUNT) if one.decision.number == made.decision.number]
    assert (kept.undone_by, kept.stands) == (f"{BOOK}/cashier", False)
    banks.take_in(BOOK, ACCOUNT, there_and_back, SourceFile("right.csv"))
    assert all(one.decision == 0 for one in banks.reconcile(BOOK, ACCOUNT, "2026-03-31", 0).matches)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (StatementLine("2026-03-11", 10, "利息", 5_010), []),
        (StatementLine("2026-03-12", 10, "利息", 9_999), ["接不上"]),
        (StatementLine("2026-03-13", 10, "利息"), []),
    ],
)
def test_a_file_that_does_not_follow_what_was_read_before_is_told(
    service: Service, line: StatementLine, said: list[str]
) -> None:
    before = service.banks.take_in(
        BOOK, ACCOUNT, [StatementLine("2026-03-10", 10, "利息", 5_000)], SourceFile("x.csv")
    )
    taken = service.banks.take_in(BOOK, ACCOUNT, [line], SourceFile("y.csv"))
    assert [word for notice in taken.notices for word in said if word in notice.zh] == said
    assert len(taken.notices) == len(said)
    for number in (before.number, taken.number):
        service.bank_imports.undo(at_work(), ACCOUNT, number)


def undo_all(service: Service) -> None:
    """Take back all that was read into the account."""
    for one in service.bank_imports.all(BOOK, ACCOUNT):
        if one.stands:
            service.bank_imports.undo(at_work(), ACCOUNT, one.number)


def test_what_is_corrected_and_read_again_leaves_the_day_s_last_balance(service: Service) -> None:
    """Whatever numbers its lines have: it is the one from which no other goes on."""
    day = "2026-03-31"
    wrong = [
        StatementLine(day, 100, "甲", 1_100),
        StatementLine(day, -50, "乙", 1_060),  # mistyped
        StatementLine(day, 10, "丙", 1_070),
    ]
    undo_all(service)
    read = service.banks.take_in(BOOK, ACCOUNT, wrong, SourceFile("a.csv"))
    service.bank_imports.undo(at_work(), ACCOUNT, read.number)
    right = [wrong[0], wrong[1]._replace(amount_fen=-40), wrong[2]]
    service.banks.take_in(BOOK, ACCOUNT, right, SourceFile("a2.csv"))
    assert service.banks.balance(BOOK, ACCOUNT, day) == 1_070


def test_of_a_day_before_a_missing_statement_no_balance_is_known(service: Service) -> None:
    files = [FIRST, SECOND._replace(date="2026-03-03"), THIRD._replace(date="2026-04-05")]
    undo_all(service)
    _, middle, _ = [
        service.banks.take_in(BOOK, ACCOUNT, [line], SourceFile("a.csv")).number for line in files
    ]
    days = ("2026-02-28", "2026-03-31", "2026-04-05")
    assert [service.banks.balance(BOOK, ACCOUNT, day) for day in days] == [1_700, 1_600, 1_650]
    service.bank_imports.undo(at_work(), ACCOUNT, middle)
    assert [service.banks.balance(BOOK, ACCOUNT, day) for day in days] == [None, None, 1_650]
