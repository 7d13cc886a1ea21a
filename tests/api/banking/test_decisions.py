"""What accountant and cashier decide of matches, or enter as outstanding at the opening, is kept and obeyed."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from api.banking import SourceFile, StatementLine
from api.clock import CHINA
from domain.kernel.errors import RuleViolation
from tests.api.banking.test_banking import BANK, BOOK, EMPTY, LAST, balance, from_book, service

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.composition import Service
    from api.sessions import Session
    from domain.reconciliation import Reconciliation

__all__ = ["service"]

ACCOUNT = BANK


def at_work(role: str = "accountant") -> Session:
    key = SimpleNamespace(role=role, name=f"{BOOK}/{role}")
    return cast("Session", SimpleNamespace(book=BOOK, key=key, expires=datetime.now(UTC)))


def held(service: Service, bank_fen: int = 0) -> Reconciliation:
    return service.banks.reconcile(BOOK, ACCOUNT, LAST, bank_fen)


def refused(act: Callable[..., Any], *given: object, **named: object) -> str:
    with pytest.raises(RuleViolation) as violation:
        act(*given, **named)
    return violation.value.rule.code


@pytest.fixture(scope="module")
def halves(service: Service) -> Reconciliation:
    """The bank has one of the book's lines in two halves, the rest as the book has it."""
    lines = from_book(service)
    whole = max(lines, key=lambda line: line.amount_fen)
    half = whole.amount_fen // 2 + 7
    rest = whole._replace(amount_fen=whole.amount_fen - half)
    parts = [whole._replace(amount_fen=half), rest]
    service.banks.take_in(
        BOOK, ACCOUNT, [*(one for one in lines if one is not whole), *parts], SourceFile("halves.csv")
    )
    return held(service)


def test_a_sum_is_suggested_refused_accepted_and_taken_back(service: Service, halves: Reconciliation) -> None:
    [found] = [one for one in halves.matches if len(one.bank) == 2]
    assert (found.certain, found.decision, halves.only_bank, halves.only_book) == (False, 0, [], [])
    lines = {one.number for one in found.bank}, {one.place for one in found.book}
    desk = service.bank_decisions
    no = desk.decide(at_work(), ACCOUNT, *lines, accepted=False)
    assert (no.decided_by, no.stands) == (f"{BOOK}/accountant", True)
    assert [len(held(service).only_bank), len(held(service).only_book)] == [2, 1]
    with pytest.raises(RuleViolation) as again:
        desk.decide(at_work(), ACCOUNT, *lines, accepted=False)
    assert again.value.rule.code == "bank.decided"
    at = no.decided_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    assert again.value.facts["at"] == at
    yes = desk.decide(at_work("cashier"), ACCOUNT, *lines, accepted=True)
    assert [one.bank for one in held(service).matches if one.decision == yes.decision.number] == [found.bank]
    assert refused(desk.decide, at_work(), ACCOUNT, *lines, accepted=True) == "bank.decided"
    desk.undo(at_work(), ACCOUNT, yes.decision.number)
    assert len(held(service).only_bank) == 2
    back = desk.undo(at_work("cashier"), ACCOUNT, no.decision.number)
    assert (back.undone_by, back.stands) == (f"{BOOK}/cashier", False)
    assert held(service) == halves
    assert [one.stands for one in desk.all(BOOK, ACCOUNT)] == [False, False]
    assert refused(desk.undo, at_work(), ACCOUNT, no.decision.number) == "bank.no_decision"


def test_what_cannot_be_decided_is_said(service: Service, halves: Reconciliation) -> None:
    desk, [one, other, *_] = service.bank_decisions, [one for one in halves.matches if len(one.bank) == 1]
    numbers, places = {one.bank[0].number}, {one.book[0].place}
    assert refused(desk.decide, at_work("head"), ACCOUNT, numbers, places, accepted=True) == "draft.not_maker"
    assert refused(desk.decide, at_work(), "501", numbers, places, accepted=True) == "bank.account"
    assert refused(desk.decide, at_work(), ACCOUNT, {99_999}, places, accepted=True) == "bank.line"
    assert refused(desk.decide, at_work(), ACCOUNT, numbers, {(99_999, 1)}, accepted=True) == "bank.line"
    assert refused(desk.decide, at_work(), ACCOUNT, numbers, (), accepted=True) == "bank.too_few"
    wrong = {other.book[0].place}
    assert refused(desk.decide, at_work(), ACCOUNT, numbers, wrong, accepted=True) == "bank.other_sum"
    assert refused(desk.undo, at_work("head"), ACCOUNT, 1) == "draft.not_maker"


def test_an_item_of_before_the_opening_is_under_way_until_the_bank_pays_it(
    service: Service, halves: Reconciliation
) -> None:
    assert halves.difference_fen == balance(service)
    enter, desk = service.bank_openings.enter, service.bank_openings
    service.banks.take_in(
        BOOK, ACCOUNT, [StatementLine("2026-03-28", -50_000, "支票")], SourceFile("cheque.csv")
    )
    bank_fen = balance(service)
    assert held(service, bank_fen).difference_fen == -50_000
    item = enter(at_work(), ACCOUNT, "book", "2025-12-20", -50_000, "十二月开出的支票")
    found = held(service, bank_fen)
    assert (found.difference_fen, found.only_bank, found.only_book) == (0, [], [])
    early = service.banks.reconcile(BOOK, ACCOUNT, "2026-03-27", 0)
    assert [(one.text, one.is_opening) for one in early.only_book if one.is_opening] == [
        ("十二月开出的支票", True)
    ]
    assert [one.number for one in desk.all(BOOK, ACCOUNT)] == [item.number]
    [match] = [one for one in found.matches if one.book[0].is_opening]
    decision = service.bank_decisions.decide(
        at_work(), ACCOUNT, {match.bank[0].number}, {match.book[0].place}, accepted=True
    )
    assert refused(desk.undo, at_work(), ACCOUNT, item.number) == "bank.opening_decided"
    service.bank_decisions.undo(at_work(), ACCOUNT, decision.decision.number)
    desk.undo(at_work(), ACCOUNT, item.number)
    assert desk.all(BOOK, ACCOUNT) == []
    assert held(service, bank_fen).difference_fen == -50_000
    assert refused(desk.undo, at_work(), ACCOUNT, item.number) == "bank.no_opening"


@pytest.mark.parametrize(
    ("role", "date", "fen", "code"),
    [
        ("head", "2025-12-20", 5, "draft.not_maker"),
        ("accountant", "2026-03-15", 5, "bank.opening_date"),
        ("accountant", "2025-12-32", 5, "date.malformed"),
        ("accountant", "2025-12-20", 0, "bank.opening_amount"),
    ],
)
def test_what_is_no_such_item_is_said(service: Service, role: str, date: str, fen: int, code: str) -> None:
    assert refused(service.bank_openings.enter, at_work(role), ACCOUNT, "bank", date, fen, "利息") == code


def test_statements_of_before_the_opening_count_only_as_far_as_they_are_the_books(service: Service) -> None:
    before = held(service)
    service.banks.take_in(BOOK, ACCOUNT, [StatementLine("2025-11-05", 77, "旧利息")], SourceFile("old.csv"))
    assert held(service)._replace(begins=before.begins) == before


def test_of_a_day_when_the_book_was_open_its_items_are_lines_of_its_ledger(service: Service) -> None:
    """The book has them, where the statements begin later than it."""
    account, enter = EMPTY, service.bank_openings.enter
    taken = service.banks.take_in(
        BOOK, account, [StatementLine("2026-03-10", 5, "利息")], SourceFile("a.csv")
    )
    assert refused(enter, at_work(), account, "book", "2026-02-10", 5, "支票") == "bank.opening_not_in_ledger"
    assert refused(enter, at_work(), account, "book", "2026-01-01", 5, "支票") == "bank.opening_not_in_ledger"
    items = [
        enter(at_work(), account, "book", "2025-12-31", 5, "支票"),
        enter(at_work(), account, "bank", "2026-02-10", 5, "利息"),
    ]
    for one in items:
        service.bank_openings.undo(at_work(), account, one.number)
    service.bank_imports.undo(at_work(), account, taken.number)
