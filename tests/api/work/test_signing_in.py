"""Signing in with a key that is in the browser alone; a session that ends while somebody types loses nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from api.identity.browserkey import for_browser
from domain.kernel.note import SigningKey
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import PASSPHRASE, PHONE, changing, sent, type_voucher

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e

NEW = f"/books/{BOOK}/work/new"


def signed_out(person: Person, summary: str) -> Page:
    """Let somebody type a voucher, and save it when the session is over."""
    page = person.page
    type_voucher(person, summary)
    page.context.clear_cookies()
    page.click("#save")
    page.wait_for_selector("#told .alarm a")
    assert "请先用本账套的密钥登录" in page.inner_text("#told")
    return page


def test_a_key_of_this_browser_signs_in_at_once_and_all_that_was_typed_is_saved(hall: Hall) -> None:
    page = signed_out(hall["cashier"], "付过期时的电费")
    page.click("#told .alarm a")
    page.wait_for_selector("#told >> text=已重新登录")
    assert page.input_value("#summary") == "付过期时的电费"
    assert page.input_value("#credit-2") == "125.50"
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "付过期时的电费" in page.inner_text("#said")


def test_without_a_key_one_signs_in_beside_the_form_and_comes_back_to_its_page(hall: Hall) -> None:
    person = hall.stranger("accountant")
    person.sign_in()
    forgetting = person.page.context.new_page()
    forgetting.goto(f"{person.door.url}/work")
    forgetting.click("#keys li button")
    forgetting.wait_for_selector("#none:visible")
    page = signed_out(person, "付换电脑时的电费")
    link = page.locator("#told .alarm a")
    assert link.get_attribute("href") == f"/work?to={quote(NEW, safe='')}"
    with page.context.expect_page() as opening:
        link.click()
    beside = opening.value
    person.read_key(page=beside)
    beside.wait_for_selector("#keys li")
    beside.click("#enter")
    beside.wait_for_url(f"**{NEW}")
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "付换电脑时的电费" in page.inner_text("#said")


def test_without_signing_in_the_way_leads_to_the_door(hall: Hall) -> None:
    stranger = hall.stranger("head")
    page = stranger.goto(f"/books/{BOOK}/work/new")
    assert page.url.endswith(f"/work?to=/books/{BOOK}/work/new")


def test_a_wrong_passphrase_is_told_and_a_key_can_be_forgotten(hall: Hall) -> None:
    head = hall.stranger("head", PHONE)
    page = head.goto("/work")
    head.read_key("falsch falsch")
    page.wait_for_selector("#told .alarm")
    assert "口令不对" in page.inner_text("#told")
    head.read_key(PASSPHRASE)
    page.wait_for_selector("#keys li")
    assert page.locator("#told .alarm").count() == 0
    assert "负责人 小河村经济合作社" in page.inner_text("#keys li")
    page.click("#keys button")
    page.wait_for_selector("#none:visible")
    page.reload()
    page.wait_for_selector("#none:visible")


def test_a_key_of_a_village_that_is_not_here_says_so(hall: Hall, tmp_path: Path) -> None:
    stranger = hall.stranger("head", PHONE)
    page = stranger.goto("/work")
    stranger.read_key()
    page.wait_for_selector("#keys li")
    file = tmp_path / "other.json"
    file.write_bytes(for_browser(SigningKey.generate("N2330881MF0000013Y/cashier/1"), PASSPHRASE))
    page.set_input_files("#file", file)
    page.fill("#passphrase", PASSPHRASE)
    page.click("#import button")
    page.wait_for_selector("#keys li >> nth=1")
    told = page.locator("#keys li").all_inner_texts()
    assert [one.split(" N2")[0] for one in told] == [
        "出纳 （这个村不在本网站） not a village of this site",
        "负责人 小河村经济合作社（虚构示例）",
    ]


def test_no_script_can_read_the_key_again(hall: Hall) -> None:
    page = hall["head"].goto("/work")
    read = page.evaluate(
        """async () => {
          const asked = indexedDB.open("sunledger.keys/v1", 1);
          const database = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
          const all = database.transaction("keys").objectStore("keys").getAll();
          const [held] = await new Promise((done) => { all.onsuccess = () => done(all.result); });
          const taken = (way) => crypto.subtle.exportKey(way, held.key).then(() => way, () => "");
          const ways = ["pkcs8", "jwk", "raw"].map(taken);
          return [held.key.extractable, ...(await Promise.all(ways))];
        }"""
    )
    assert read == [False, "", "", ""]


def test_what_is_no_challenge_is_not_signed(hall: Hall) -> None:
    head = hall.stranger("head")
    signed = sent(head)
    page = head.goto("/work")
    head.read_key()
    page.wait_for_selector("#keys li")
    page.route(re.compile("/challenge$"), changing("sunledger.session/v1", "sunledger.entry/v1"))
    page.click("#enter")
    page.wait_for_selector("#told .alarm")
    assert "没有签名" in page.inner_text("#told")
    assert signed == []
