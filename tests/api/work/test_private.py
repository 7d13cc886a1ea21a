"""In the browser, whom a payment is about is typed, seen by those who sign, and stands nowhere in public."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher
from tests.api.work.test_month import drafted, shown, sign

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e

WHO = "林桂香"


def typed(person: Person, amount: str, who: str = WHO, tier: str = "只告知本人") -> None:
    """Type a voucher whose second line is about somebody."""
    type_voucher(person, "收土地租金", amount)
    page = person.page
    assert page.is_hidden("#tier-2")
    page.fill("#party-2", who)
    page.select_option("#tier-2", label=tier)


def test_who_is_told_to_the_signers_alone(hall: Hall) -> None:
    cashier, accountant = hall["cashier"], hall["accountant"]
    typed(cashier, "123.40")
    cashier.page.click("#save")
    id_ = drafted(cashier)
    assert f"往来单位 {WHO}（只告知本人，公开的记录里看不到）" in cashier.page.inner_text("#said")
    page = hall["head"].open_draft(id_)
    assert f"往来单位 {WHO}（只告知本人" in page.inner_text("#said")
    assert "密封的内容" not in page.inner_text("#said")
    page = hall["supervisor"].open_draft(id_)
    assert WHO not in page.inner_text("main")
    assert "有内容不告诉您的岗位" in page.inner_text("#said")
    assert page.is_hidden("#sign")
    entry = sign(hall, id_, "accountant", "head")
    assert WHO not in shown(accountant, entry)
    assert "摘要" in accountant.page.inner_text("main")

    accountant.page.click("text=冲销")
    accountant.page.click("text=制成待签的冲销凭证")
    red = drafted(accountant)
    assert "红字，有不公开的内容" in accountant.page.inner_text("#said")
    assert "与所冲的凭证相同" in accountant.page.inner_text("#said")
    shown(accountant, sign(hall, red, "accountant", "head"))
    for person in (cashier, accountant, hall["head"]):
        assert person.complaints == []


def test_it_is_changed_and_made_public_in_the_form(hall: Hall) -> None:
    cashier = hall["cashier"]
    typed(cashier, "51", tier="成员可查")
    cashier.page.click("#save")
    id_ = drafted(cashier)
    page = cashier.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
    page.wait_for_selector("#tier-2")
    assert (page.input_value("#party-2"), page.input_value("#tier-2")) == (WHO, "members")
    page.select_option("#tier-2", label="只供审计")
    page.click("#save")
    drafted(cashier)
    assert f"{WHO}（只供审计" in page.inner_text("#said")
    page = cashier.goto(f"/books/{BOOK}/work/drafts/{id_}/change")
    page.wait_for_selector("#tier-2")
    page.select_option("#tier-2", label="写进公开记录")
    page.click("#save")
    drafted(cashier)
    assert f"往来单位：{WHO}" in page.inner_text("#said")
    assert "密封的内容" not in page.inner_text("#said")
    assert "有不公开的内容" not in page.inner_text("#said")


def test_it_is_signed_at_once_if_it_was_kept_as_typed(hall: Hall) -> None:
    accountant = hall["accountant"]
    typed(accountant, "64")
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#done li")
    assert "已签名" in accountant.page.inner_text("#done")
    typed(accountant, "65")
    drafts = re.compile(r"/drafts$")
    accountant.page.route(drafts, without_disclosures)
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#told .alarm")
    accountant.page.unroute(drafts)
    assert "与您填的不同" in accountant.page.inner_text("#told")


def without_disclosures(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"disclosures": []})


def test_another_value_than_the_signed_one_is_not_shown(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    typed(cashier, "71", "甲")
    cashier.page.click("#save")
    first = drafted(cashier)
    typed(cashier, "72", "乙")
    cashier.page.click("#save")
    second = drafted(cashier)
    other = head.page.request.get(f"{head.door.url}/books/{BOOK}/drafts/{second}").json()["disclosures"]

    def exchanged(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"disclosures": other})

    asked = re.compile(rf"/books/{BOOK}/drafts/{first}$")
    head.page.route(asked, exchanged)
    page = head.goto(f"/books/{BOOK}/work/drafts/{first}")
    page.wait_for_selector("#told .alarm")
    page.unroute(asked)
    assert "与要签的摘要不符" in page.inner_text("#told")
    assert page.is_hidden("#sign")


def test_nothing_hides_in_the_place_of_a_decoy(hall: Hall) -> None:
    """A server gives one of two values alone: the other would be signed unseen."""
    cashier, head = hall["cashier"], hall["head"]
    private = {name: {"subject": "H-1", "tier": "person", "value": name} for name in ("party", "phone")}
    lines = [
        {"account": "10201", "debit_fen": 700},
        {"account": "50103", "credit_fen": 700, "private": private},
    ]
    voucher = {"attachments": {}, "date": "2026-04-02", "lines": lines, "summary": "收租金"}
    path = f"{cashier.door.url}/books/{BOOK}/drafts"
    made = cashier.page.request.post(
        path, data={"type": "voucher.posted/2", "data": voucher}, headers={"Origin": cashier.door.url}
    ).json()
    head.open_draft(made["id"])
    assert "phone" in head.page.inner_text("#said")
    asked = re.compile(rf"/books/{BOOK}/drafts/{made['id']}$")

    def one_of_two(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        route.fulfill(response=answer, json=told | {"disclosures": told["disclosures"][:1]})

    head.page.route(asked, one_of_two)
    head.goto(f"/books/{BOOK}/work/drafts/{made['id']}")
    head.page.wait_for_selector("#told .alarm")
    head.page.unroute(asked)
    assert head.page.is_hidden("#sign")


def test_no_template_keeps_it(hall: Hall) -> None:
    cashier = hall["cashier"]
    typed(cashier, "80")
    page = cashier.page
    page.click("#keeping summary")
    page.fill("#template-name", "土地租金")
    page.click("#keeptemplate")
    page.wait_for_selector("#kept .state")
    templates = page.request.get(f"{cashier.door.url}/books/{BOOK}/templates").text()
    assert "土地租金" in templates
    assert WHO not in templates


def test_parties_and_projects_are_offered(hall: Hall) -> None:
    cashier, accountant = hall["cashier"], hall["accountant"]
    type_voucher(cashier, "付水泥款", "33")
    cashier.page.fill("#party-1", "青山建材店")
    cashier.page.fill("#project-1", "村口桥")
    cashier.page.click("#save")
    shown(accountant, sign(hall, drafted(cashier), "accountant", "head"))
    page = cashier.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    assert page.locator("#parties option[value='青山建材店']").count() == 1
    assert page.locator("#projects option[value='村口桥']").count() == 1
    assert (
        page.locator(f"#parties option[value='{WHO}']").count() <= 1
    )  # it was made public in one draft alone
    assert page.get_attribute("#party-1", "list") == "parties"
    for code, party, project in (("112", "与谁往来", ""), ("101", "", "")):
        page.fill("#account-1", code)
        page.keyboard.press("Tab")
        assert page.get_attribute("#party-1", "placeholder") == party
        assert page.get_attribute("#project-1", "placeholder") == project
