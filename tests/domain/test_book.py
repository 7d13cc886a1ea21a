"""The book as a whole: one organisation, opened once, each id once, and `seen` a prefix of this very log."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from domain.book import Book
from domain.entry import TYPES, parse_entry, seal
from domain.founding import BookOpened
from domain.kernel.disclosure import disclosure, hidden
from domain.kernel.merkle import EMPTY_ROOT
from domain.kernel.statement import Seen
from domain.periods import Closing, PeriodClosed
from domain.policy import Tier
from domain.privacy import ErasedRow, Erasure, SubjectErased
from domain.rolls import Column, Roll, RollCommitted, Row, root_of, seal_row
from domain.vouchers import (
    Attachments,
    SaltedLine,
    SaltedReversal,
    SaltedVoucher,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    mirrored,
)

if TYPE_CHECKING:
    from domain.entry import Entry
    from tests.domain.conftest import Village


def a_year(village: Village) -> list[Entry]:
    """Return a log with every type of entry in it, each but the first following from those before."""
    entries = [
        village.open(),
        village.account("10201", "基本账户"),
        village.opening(("10201", 5_000_000), ("301", -5_000_000)),
        village.policy(
            Tier(from_fen=0, to_fen=100_000, roles=["accountant", "head"]),
            Tier(from_fen=100_000, roles=["accountant", "head", "supervisor"], resolution=True),
        ),
        village.voucher(),
        village.voucher(
            ("513", 200_000), ("10201", -200_000), by="accountant head supervisor", resolution="2026-1"
        ),
        village.rotate("accountant", "accountant/2"),
    ]
    entries.append(village.reversal(entries[4], by="accountant/2 head"))
    entries.append(village.close("2026-01", by="accountant/2 head"))
    entries.append(village.publish("2026-01", by="accountant/2 head supervisor"))
    entries.append(village.grant("cashier/2", "new cashier"))
    entries.append(village.revoke("cashier"))
    entries.append(village.add_log_key(village.log_key(2)))
    entries.append(village.retire_log_key(village.log_key()))
    entries.append(village.move_log(village.log_key(3, "new.example.cn/books"), last=12))
    entries.append(village.budget(("513", 10_000), by="accountant/2 head supervisor"))
    entries.append(village.grant("county"))
    entries.append(village.subtotals(("503", "total_surplus")))
    return entries + a_dividend(village)


def a_dividend(village: Village) -> list[Entry]:
    """Commit a roll, book it with digests, reverse that, and erase one of them."""
    by, digests = "accountant/2 head", hidden([disclosure(bytes(16), "memo", "代领")])
    column = Column(account="113", name="分红", side="credit", total_fen=900)
    row = seal_row(bytes(16), Row(amounts_fen=[900], who="张三"))
    dividend = Roll(columns=[column], count=1, kind="dividend", root=root_of([row]), summary="分红")
    roll = village.append(village.statement(RollCommitted, dividend), by)
    lines = [
        SaltedLine(account="322", debit_fen=900, digests=digests),
        SaltedLine(account="113", credit_fen=900),
    ]
    slip: dict[str, Any] = {"attachments": Attachments(), "date": "2026-02-10", "summary": "分红"}
    voucher = SaltedVoucher(lines=lines, roll=roll.statement.id, **slip)
    posted = village.append(village.statement(SaltedVoucherPosted, voucher), by)
    red = SaltedReversal(lines=mirrored(lines), reverses=posted.statement.id, **slip)
    reversed_ = village.append(village.statement(SaltedVoucherReversed, red), by)
    erasure = Erasure(basis="consent", digests=digests, rows=[ErasedRow(roll=roll.statement.id, row=0)])
    erased = village.append(village.statement(SubjectErased, erasure), "head supervisor township")
    return [roll, posted, reversed_, erased]


def test_an_auditor_replays_the_log_to_the_same_state(founder: Village) -> None:
    entries = a_year(founder)
    assert {type(entry.statement) for entry in entries} == set(TYPES.values())
    at_the_server = founder.state()
    founder.book = Book(founder.book.book)
    for entry in entries:
        founder.book.apply(parse_entry(entry.note))
    assert founder.state() == at_the_server


def test_the_root_is_that_of_the_entries_leaves(founder: Village) -> None:
    assert founder.book.root() == base64.b64encode(EMPTY_ROOT).decode()
    first = founder.open()
    assert founder.book.root() == base64.b64encode(first.leaf_hash).decode()
    founder.close()
    assert founder.book.root(1) == base64.b64encode(first.leaf_hash).decode()
    assert founder.book.size == 2


def test_an_entry_of_another_book(village: Village) -> None:
    statement = village.statement(PeriodClosed, Closing(period="2026-01"), book="N2330881MF0000021R")
    with village.refuses("entry.wrong_book"):
        village.append(statement, "accountant head")


def test_nothing_comes_before_the_opening(founder: Village) -> None:
    statement = founder.statement(PeriodClosed, Closing(period="2026-01"))
    entry = parse_entry(seal(statement, [founder.key("accountant")]))
    with founder.refuses("key.not_granted"):  # no key is known yet, and signatures are looked at first
        founder.book.apply(entry)
    with founder.refuses("book.not_opened"):
        founder.book.decide(entry, [])


def test_a_book_is_opened_once(village: Village) -> None:
    with village.refuses("book.opened_twice"):
        village.open()


def test_an_id_is_used_once(village: Village) -> None:
    entry = village.close("2026-01")
    again = village.statement(PeriodClosed, Closing(period="2026-02"), id=entry.statement.id)
    with village.refuses("entry.id_used"):
        village.append(again, "accountant head")


def test_the_same_entry_twice(village: Village) -> None:
    entry = village.close("2026-01")
    with village.refuses("entry.id_used"):
        village.book.apply(entry)


def test_any_prefix_may_have_been_seen(village: Village) -> None:
    early = village.book.seen()
    village.close("2026-01")
    late = village.book.seen()
    for period, seen in (("2026-02", early), ("2026-03", late)):
        village.append(village.statement(PeriodClosed, Closing(period=period), seen=seen), "accountant head")
    assert village.book.size == 4


@pytest.mark.parametrize("number", [0, 1, 2, 3, 2**53 - 1])
def test_what_was_seen_is_a_prefix_of_this_log(village: Village, number: int) -> None:
    village.close("2026-01")
    other = base64.b64encode(bytes(32)).decode()
    statement = village.statement(PeriodClosed, Closing(period="2026-02"), seen=Seen(n=number, r=other))
    with village.refuses("entry.seen"):
        village.append(statement, "accountant head")


def test_a_true_root_under_a_wrong_size(village: Village) -> None:
    village.close("2026-01")
    seen = Seen(n=1, r=village.book.root())
    with village.refuses("entry.seen"):
        village.append(
            village.statement(PeriodClosed, Closing(period="2026-02"), seen=seen), "accountant head"
        )


def test_nothing_seen_is_good_for_the_first_entry_only(village: Village) -> None:
    statement = village.statement(PeriodClosed, Closing(period="2026-01"), seen=Seen(n=0, r=""))
    with village.refuses("entry.seen"):
        village.append(statement, "accountant head")


def test_the_first_entry_has_seen_nothing(founder: Village) -> None:
    empty = Seen(n=0, r=founder.book.root())
    with founder.refuses("entry.seen"):
        founder.append(founder.statement(BookOpened, founder.opened(), seen=empty), "township")
