"""What was read in is kept as the file it came in, and taken back with all that no other file has."""

from __future__ import annotations

from hashlib import sha256

import pytest

from api.banking import SourceFile, StatementLine
from domain.kernel.errors import RuleViolation
from tests.api.banking.test_banking import BOOK, service
from tests.api.banking.test_decisions import at_work, refused

__all__ = ["service"]

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.composition import Service

ACCOUNT = "102"
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
