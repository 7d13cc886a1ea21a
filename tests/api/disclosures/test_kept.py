"""Private values over real HTTP: kept, and shown by tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from api.disclosures import Selection, Tier
from domain.entry import seal
from domain.kernel.disclosure import digest_of, disclosure
from domain.vouchers import (
    Attachments,
    SaltedReversal,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    mirrored,
)
from tests.api.disclosures.private import checked, erase, keep, page, posted, readable, salted, slip, state_of
from tests.api.http.conftest import BOOK
from tests.api.http.test_pages import CONTRAST, PHONE, SMALL_TARGETS, open_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.api.http.conftest import Door


def test_a_public_value_is_shown_on_the_page_and_checked_by_the_verifier(door: Door) -> None:
    party, memo = salted("party", "陈家老屋户"), salted("memo", "雨天租屋顶")
    entry = posted(door, party, on_voucher=[memo])
    before = page(door, entry)
    assert before.count("未公开；签名人签过它的摘要") == 2
    assert "陈家老屋户" not in before
    answer = keep(door, entry, (party, "H-1", "public"), (memo, "H-1", "public"))
    assert (answer.status_code, answer.json()) == (201, {"stored": 2})
    after = page(door, entry)
    assert "往来：陈家老屋户" in after
    assert "备注：雨天租屋顶" in after
    assert after.count("公开的内容，与所签的摘要相符") == 2
    state = state_of(checked(door), digest_of(party))
    assert (state["entry"], state["state"]) == (entry, "disclosed")
    assert (state["name"], state["value"]) == ("party", "陈家老屋户")


@pytest.mark.parametrize(
    ("tier", "readers"),
    [
        ("public", {"public", "members", "person", "auditors"}),
        ("members", {"members", "person", "auditors"}),
        ("person", {"person", "auditors"}),
        ("auditors", {"person", "auditors"}),
    ],
)
def test_each_reader_reads_what_is_for_them(door: Door, tier: str, readers: set[str]) -> None:
    party = salted("party", f"只给{tier}看的户")
    entry = posted(door, party)
    assert keep(door, entry, (party, "H-2", tier)).status_code == 201
    read = {reader.value for reader in Tier if readable(door, reader, Selection(entry=entry))}
    assert read == readers
    shown = f"只给{tier}看的户" in page(door, entry)
    served = party in door.get("disclosures").text
    assert shown == served == (tier == "public")
    assert checked(door)["withheld"] >= (tier != "public")


def test_the_same_again_changes_nothing_and_another_tier_is_refused(door: Door) -> None:
    party = salted("party", "不可改级的户")
    entry = posted(door, party)
    assert keep(door, entry, (party, "H-3", "members")).json() == {"stored": 1}
    assert keep(door, entry, (party, "H-3", "members")).json() == {"stored": 0}
    for who, tier in (("H-3", "public"), ("H-4", "members")):
        answer = keep(door, entry, (party, who, tier))
        assert (answer.status_code, answer.json()["rule"]) == (409, "disclosure.kept")


def test_what_was_not_signed_is_not_kept(door: Door) -> None:
    party = salted("party", "真名")
    entry = posted(door, party)
    refused = {
        "disclosure.no_digest": keep(door, entry, (salted("party", "假名"), "H-5", "public")),
        "disclosure.no_entry": keep(door, 10_000, (party, "H-5", "public")),
        "disclosure.request": keep(door, entry, (party, "H-5", "everybody")),
    }
    assert {name: answer.json()["rule"] for name, answer in refused.items()} == {
        name: name for name in refused
    }
    assert [answer.status_code for answer in refused.values()] == [422, 404, 400]


def test_a_name_that_stands_in_clear_is_refused(door: Door) -> None:
    amount = salted("debit_fen", "999")
    answer = keep(door, posted(door, amount), (amount, "H-5", "public"))
    assert (answer.status_code, answer.json()["rule"]) == (422, "disclosure.name")


def test_all_or_none_are_kept(door: Door) -> None:
    party = salted("party", "半截")
    entry = posted(door, party)
    assert (
        keep(door, entry, (party, "H-6", "public"), (salted("memo", "x"), "H-6", "public")).status_code == 422
    )
    assert readable(door, Tier.auditors, Selection(entry=entry)) == set()


def test_nobody_who_writes_to_the_table_makes_a_value_known_to_more(door: Door) -> None:
    party = salted("party", "审计才看的户")
    entry = posted(door, party)
    keep(door, entry, (party, "H-7", "auditors"))
    with psycopg.connect(door.service.database_url) as connection:
        connection.execute("UPDATE disclosures SET tier = 'public' WHERE digest = %s", (digest_of(party),))
    assert "审计才看的户" not in page(door, entry)
    assert party not in door.get("disclosures").text


def test_a_reversal_shows_what_it_cancels(door: Door) -> None:
    party = salted("party", "冲销的户")
    statement = door.statement(slip([party]), SaltedVoucherPosted)
    answer = door.post(seal(statement, door.keys("accountant", "head")), wait=10)
    keep(door, answer.json()["index"], (party, "H-8", "public"))
    red = SaltedReversal(
        attachments=Attachments(),
        date="2026-04-03",
        lines=mirrored(slip([party]).lines),
        reverses=statement.id,
        summary="冲销",
    )
    answer = door.post(door.note(red, SaltedVoucherReversed), wait=10)
    assert answer.status_code == 201, answer.text
    assert "往来：冲销的户" in page(door, answer.json()["index"])


def test_a_keys_holder_can_be_made_known(door: Door) -> None:
    """The holder's digest of an old entry is a salted one too."""
    key = door.book().roles.keys[f"{BOOK}/cashier/1"]
    holder = disclosure(door.keyring._salt(key.name), "holder", key.name)
    assert digest_of(holder) == key.holder
    assert keep(door, 0, (holder, "出纳", "public")).status_code == 201
    assert f"持有人：{key.name}" in page(door, 0)
    assert state_of(checked(door), key.holder)["state"] == "disclosed"


@pytest.mark.e2e
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_every_page_about_private_values_fits_a_narrow_phone(
    door: Door,
    chromium: Browser,
    *,
    elder: bool,
) -> None:
    public, withheld, gone = (salted("party", name) for name in ("手机上看的户", "不说的户", "删去的户"))
    entry = posted(door, public, withheld, gone, on_voucher=[salted("memo", "说明")])
    keep(door, entry, (public, "H-20", "public"))
    erased = erase(door, digest_of(gone))
    for index in (entry, erased):
        shown, complaints = open_page(chromium, f"{door.url}/books/{BOOK}/entries/{index}", elder=elder)
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert shown.evaluate(CONTRAST) == []
        assert shown.evaluate(SMALL_TARGETS, 60 if elder else 44) == []
        assert [line for line in complaints if "404" not in line] == []
        assert ("往来：手机上看的户" in shown.locator("main").inner_text()) == (index == entry)
        shown.context.close()
