"""What is to be known of a statement that is signed at once: the very remarks that its draft would have on the desk."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from api.clock import now
from domain.accounts import AccountAdded, NewAccount
from domain.entry import parse_entry, parse_text, seal, unsigned_text
from domain.kernel.period import next_period
from domain.kernel.statement import type_name
from domain.periods import Closing, PeriodClosed
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from domain.entry import AnyStatement
    from domain.kernel.statement import Statement
    from tests.api.http.conftest import Door

AHEAD = next_period(next_period(now()[:7]))


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def ask(office: Office, statement: AnyStatement, *roles: str, who: str = "accountant") -> httpx.Response:
    """Ask what is to be known of a statement that these roles are about to sign."""
    keys = [f"{BOOK}/{role}/1" for role in roles or ("accountant", "head")]
    content = msgspec.json.encode({"text": unsigned_text(statement).decode(), "keys": keys})
    return office[who].client.post(f"/books/{BOOK}/remarks", content=content)


def known(office: Office, statement: AnyStatement, *roles: str, who: str = "accountant") -> dict[str, Any]:
    answer = ask(office, statement, *roles, who=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def out_of_the_till(fen: int, *, date: str = "2026-04-02", count: int = 0) -> Voucher:
    lines = [Line(account="51302", debit_fen=fen), Line(account="101", credit_fen=fen)]
    return Voucher(attachments=Attachments(count=count), date=date, lines=lines, summary="付电费")


@pytest.mark.parametrize(
    ("data", "kind", "rules"),
    [
        (
            out_of_the_till(99_999_900),
            VoucherPosted,
            {"closing.cash_below_zero", "closing.no_cashier", "closing.no_attachments"},
        ),
        (out_of_the_till(100, date=f"{AHEAD}-01", count=1), VoucherPosted, {"draft.dated_ahead"}),
        (NewAccount(code="51309", name="办公费"), AccountAdded, {"account.same_name"}),
    ],
)
def test_it_is_what_the_draft_says(
    office: Office, data: object, kind: type[Statement], rules: set[str]
) -> None:
    statement = office.door.statement(data, kind)
    found = known(office, statement)
    draft = office["accountant"].make(msgspec.to_builtins(data), type_name(kind))
    office["accountant"].withdraw(draft)
    assert found["remarks"] == draft["remarks"]
    assert rules <= {one["rule"] for one in found["remarks"]}
    assert (found["entry"], found["problem"]) == (None, None)


def test_who_signs_beside_those_who_must_counts(office: Office) -> None:
    statement = office.door.statement(out_of_the_till(100, count=1))
    assert [one["rule"] for one in known(office, statement)["remarks"]] == ["closing.no_cashier"]
    assert known(office, statement, "accountant", "head", "cashier", who="supervisor")["remarks"] == []


def test_a_voucher_that_stands_there_already_is_remarked_and_named(office: Office) -> None:
    note = office.door.note(voucher(4_700))
    assert known(office, parse_entry(note).statement)["remarks"] == []
    entry = office.door.post(note, wait=10).json()["index"]
    again = known(office, office.door.statement(voucher(4_700)))
    assert [one["rule"] for one in again["remarks"]] == ["closing.identical"]
    assert "重复的撤回或不签" in again["remarks"][0]["zh"], "what is signed at once is not withdrawn"
    assert "withdraw or do not sign what is double" in again["remarks"][0]["en"]
    itself = known(office, parse_entry(note).statement)
    assert (itself["entry"], itself["remarks"]) == (entry, []), "it is booked, and alike to none but itself"
    red = Reversal(
        attachments=Attachments(),
        date="2026-04-03",
        lines=mirrored(voucher(4_700).lines),
        reverses=parse_entry(note).statement.id,
        summary="冲销",
    )
    [named] = known(office, office.door.statement(red, VoucherReversed))["named"]
    assert named["entry"] == entry
    assert "（2026-04-02「收利息」47.00 元）" in named["zh"]


def test_another_text_under_the_id_of_an_entry_is_not_that_entry(office: Office) -> None:
    statement = office.door.statement(voucher(4_900))
    entry = office.door.post(seal(statement, office.door.keys("accountant", "head")), wait=10).json()["index"]
    assert known(office, statement)["entry"] == entry, "whoever signs it, it is booked"
    other = office.door.statement(out_of_the_till(100, count=1), id=statement.id)
    found = known(office, other)
    assert (found["entry"], found["problem"]["rule"]) == (None, "entry.id_used")
    assert f"第 {entry} 号记录" in found["problem"]["zh"]
    refused = office.door.post(seal(other, office.door.keys("accountant", "head")))
    assert refused.json()["rule"] == "entry.id_used"


def test_another_text_under_the_id_of_a_draft_is_remarked(office: Office) -> None:
    draft = office["accountant"].make(msgspec.to_builtins(voucher(4_950)))
    kept = parse_text(draft["text"].encode())
    same = known(office, kept)
    later = msgspec.structs.replace(kept, at="2027-01-02T03:04:05Z")
    other = known(office, later)
    more = known(office, office.door.statement(out_of_the_till(100, count=1), id=draft["id"]))
    office["accountant"].withdraw(draft)
    assert same["remarks"] == draft["remarks"] == []
    assert [one["rule"] for one in other["remarks"]] == ["draft.made"]
    assert {one["rule"] for one in more["remarks"]} == {"draft.made", "closing.no_cashier"}
    assert draft["id"] in other["remarks"][0]["zh"]
    assert other["problem"] is None, "the log would take it"


def test_what_the_rules_object_to_is_said_as_of_a_draft(office: Office) -> None:
    wrong = Voucher(
        attachments=Attachments(count=1),
        date="2026-04-02",
        lines=[Line(account="10201", debit_fen=2), Line(account="50103", credit_fen=1)],
        summary="不平",
    )
    found = known(office, office.door.statement(wrong))
    assert found["problem"]["rule"] == "voucher.unbalanced"
    assert found["remarks"] == []


def test_nothing_is_kept_of_what_is_asked(office: Office) -> None:
    statement = office.door.statement(voucher(4_800))
    known(office, statement)
    assert office["accountant"].get().json()["drafts"] == []
    assert known(office, office.door.statement(voucher(4_800)))["remarks"] == []


def test_whoever_is_not_at_work_is_told_nothing(office: Office) -> None:
    statement = office.door.statement(voucher())
    content = {"text": unsigned_text(statement).decode(), "keys": []}
    answer = office.door.client.post(f"/books/{BOOK}/remarks", content=msgspec.json.encode(content))
    assert answer.headers["content-type"] == PROBLEM
    assert (answer.status_code, answer.json()["rule"]) == (403, "session.needed")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"text": "x"}, 400, "entry.malformed"),
        ({"keys": [1]}, 400, "draft.malformed"),
        ({"more": 1}, 400, "draft.malformed"),
    ],
)
def test_what_is_no_question_is_refused(
    office: Office, change: dict[str, Any], status: int, code: str
) -> None:
    content = {"text": unsigned_text(office.door.statement(voucher())).decode(), "keys": []} | change
    answer = office["head"].client.post(f"/books/{BOOK}/remarks", content=msgspec.json.encode(content))
    assert (answer.status_code, answer.json()["rule"]) == (status, code), answer.text


def test_of_another_book_and_of_what_is_no_draft_nothing_is_said(office: Office) -> None:
    closing = office.door.statement(Closing(period="2026-04"), PeriodClosed)
    other = office.door.statement(voucher(), book="N1330881MF1000015E")
    for statement, code in ((closing, "draft.type"), (other, "draft.other_book")):
        answer = ask(office, statement)
        assert (answer.status_code, answer.json()["rule"]) == (422, code), answer.text
    assert seal(closing, office.door.keys("head"))
