"""A book is opened once, by the township, for an organisation that may keep one, with sound keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.book import Book
from domain.chart import chart
from domain.entry import parse_entry, seal
from domain.founding import BookOpened, Organisation
from domain.founding.events import Log
from domain.kernel.note import SigningKey, verifier_key

if TYPE_CHECKING:
    from tests.domain.conftest import Village

DIVISION = "330881001001"
LOW_ORDER = bytes([1]) + bytes(31)


def organisation(code: str) -> Organisation:
    return Organisation(division=DIVISION, id=code, name="向阳村股份经济合作社")


def test_the_book_knows_what_was_opened(founder: Village) -> None:
    opened = founder.opened()
    founder.open()
    book = founder.book
    assert book.size == 1
    assert (book.founding.organisation, book.founding.log) == (opened.organisation, opened.log)
    assert book.founding.chart == book.accounts.chart == "rural-collective-2024"
    assert book.periods.first == book.periods.next_to_close == "2026-01"
    assert {key.role for key in book.roles.active()} == {
        "township",
        "accountant",
        "cashier",
        "head",
        "supervisor",
    }


def test_the_official_accounts_are_there_and_no_other(village: Village) -> None:
    official = [account.code for account in chart("rural-collective-2024").official]
    assert list(village.book.accounts.by_code) == official
    assert len(official) == 42


def test_others_may_sign_beside_the_township(founder: Village) -> None:
    founder.open(by="township head supervisor")
    assert founder.book.size == 1


def test_the_township_alone_is_enough_of_keys(founder: Village) -> None:
    founder.open(keys=[founder.key_grant("township")])
    assert list(founder.book.roles.keys) == [founder.key("township").name]


def test_without_the_township(founder: Village) -> None:
    with founder.refuses("policy.roles_missing"):
        founder.open(by="accountant head supervisor")


def test_a_key_that_the_entry_does_not_name(founder: Village) -> None:
    with founder.refuses("key.not_granted"):
        founder.open(by="township county")


def test_a_signature_of_another_text(founder: Village) -> None:
    statement = founder.statement(BookOpened, founder.opened())
    note = seal(statement, [founder.key("township")]).replace(b'"2026-01"', b'"2026-02"')
    with founder.refuses("signature.invalid"):
        founder.book.apply(parse_entry(note))


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("N2330881MF0000013", "organisation.malformed"),
        ("n2330881mf0000013y", "organisation.malformed"),
        ("N2330881MF0000013X", "organisation.check_digit"),
        ("91350100M000100Y43", "organisation.type"),
    ],
)
def test_an_organisation_that_keeps_no_book(founder: Village, code: str, rule: str) -> None:
    founder.book = Book(code)
    with founder.refuses(rule):
        founder.open(keys=[founder.key_grant("township")])


@pytest.mark.parametrize("division", ["33088100100", "3308810010011", "33088100100x", f"{DIVISION}\n"])
def test_a_division_has_twelve_digits(founder: Village, division: str) -> None:
    code = founder.book.book
    with founder.refuses("entry.malformed"):
        founder.open(organisation=Organisation(division=division, id=code, name="向阳村股份经济合作社"))


def test_an_organisation_of_another_book(founder: Village) -> None:
    with founder.refuses("book.wrong_organisation"):
        founder.open(organisation=organisation("N2330881MF0000021R"))


def test_a_chart_that_nobody_knows(founder: Village) -> None:
    with founder.refuses("chart.unknown"):
        founder.open(chart="rural-collective-1996")


def test_a_first_period_that_is_none(founder: Village) -> None:
    with founder.refuses("period.malformed"):
        founder.open(first_period="2026-00")


def test_a_first_period_at_most_twelve_months_after_the_opening(founder: Village) -> None:
    with founder.refuses("period.too_far_ahead"):
        founder.open(first_period="2027-04")
    founder.open(first_period="2027-03")


def test_a_log_key_of_another_name(founder: Village) -> None:
    vkey = SigningKey("ledger.example.cn/other", bytes(32)).verifier.vkey
    with founder.refuses("book.log_key"):
        founder.open(log=Log(origin="ledger.example.cn/books/N2330881MF0000013Y", vkey=vkey))


def test_a_log_key_of_low_order(founder: Village) -> None:
    origin = "ledger.example.cn/books/N2330881MF0000013Y"
    with founder.refuses("book.log_key"):
        founder.open(log=Log(origin=origin, vkey=verifier_key(origin, LOW_ORDER).vkey))


def test_a_log_key_that_is_none(founder: Village) -> None:
    with founder.refuses("note.vkey_malformed"):
        founder.open(
            log=Log(
                origin="ledger.example.cn/books/N2330881MF0000013Y",
                vkey="ledger.example.cn/books/N2330881MF0000013Y",
            )
        )


def test_a_first_key_stands_there_once(founder: Village) -> None:
    keys = [founder.key_grant("township"), founder.key_grant("township")]
    with founder.refuses("key.name"):
        founder.open(keys=keys)


@pytest.mark.parametrize("name", ["township", "N2330881MF0000013Y/mayor/1", "N2330881MF0000021R/head/1"])
def test_a_first_key_of_a_bad_name(founder: Village, name: str) -> None:
    bad = founder.key_grant("", "someone", SigningKey(name, bytes(32)))
    with founder.refuses("key.name"):
        founder.open(keys=[founder.key_grant("township"), bad])


def test_a_first_key_of_low_order(founder: Village) -> None:
    vkey = verifier_key(founder.key("head").name, LOW_ORDER).vkey
    bad = msgspec.structs.replace(founder.key_grant("head"), vkey=vkey)
    with founder.refuses("key.invalid"):
        founder.open(keys=[founder.key_grant("township"), bad])


def test_a_first_key_without_possession(founder: Village) -> None:
    stolen = msgspec.structs.replace(founder.key_grant("head"), proof=founder.key_grant("cashier").proof)
    with founder.refuses("key.no_possession"):
        founder.open(keys=[founder.key_grant("township"), stolen])


def test_first_keys_keep_the_offices_apart(founder: Village) -> None:
    keys = [
        founder.key_grant("township"),
        founder.key_grant("accountant", "one"),
        founder.key_grant("cashier", "one"),
    ]
    with founder.refuses("key.not_separated"):
        founder.open(keys=keys)


def test_a_log_belongs_to_one_book(founder: Village) -> None:
    """Else a book could be opened on another book's log, and the server would sign it with that log's key."""
    key = SigningKey("ledger.example.cn/books/N2330881MF0000021R", b"\x07" * 32)
    with founder.refuses("book.origin"):
        founder.open(log=Log(origin=key.name, vkey=key.verifier.vkey))
