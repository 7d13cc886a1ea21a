"""Beside a voucher that is typed: what stands on its accounts, and a detail account is added without leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.kernel.money import format_fen
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e


def accounts(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.page.request.get(
        f"{person.door.url}/books/{BOOK}/accounts.json"
    ).json()["accounts"]
    return found


def balances(person: Person) -> dict[str, int]:
    return {one["code"]: one["balance_fen"] for one in accounts(person)}


def opened(person: Person) -> Page:
    page = person.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#summary", "付绿化费")
    return page


def add(page: Page, code: str, name: str) -> None:
    page.click("#adding summary")
    page.fill("#account-code", code)
    page.press("#account-code", "Tab")
    page.fill("#account-name", name)
    page.click("#addaccount")


def test_an_account_that_is_chosen_shows_what_stands_on_it(hall: Hall) -> None:
    accountant = hall["accountant"]
    before = balances(accountant)
    type_voucher(accountant, "收承包款", "100")
    page = accountant.page
    assert before["10201"] > 0 > before["50103"]
    assert f"余额 借 {format_fen(before['10201'])}" in page.inner_text("#balance-1")
    assert f"余额 贷 {format_fen(-before['50103'])}" in page.inner_text("#balance-2")
    page.fill("#account-2", "5")
    assert page.inner_text("#balance-2") == "", "none is chosen any more"


def test_an_accountant_adds_a_detail_account_and_goes_on(hall: Hall) -> None:
    page = opened(hall["accountant"])
    add(page, "514", "绿化费")
    page.wait_for_selector("#account-told >> text=已增设")
    code = page.inner_text("#account-told").split()[1]
    assert code.startswith("514")
    assert len(code) == 5
    assert page.input_value("#summary") == "付绿化费"
    page.focus("#account-1")
    page.keyboard.type("lhf")
    page.keyboard.press("Tab")
    assert page.input_value("#account-1") == f"{code} 绿化费"
    assert "余额 平" in page.inner_text("#balance-1")
    page.keyboard.press("Tab")
    page.keyboard.type("50")
    page.focus("#account-2")
    page.keyboard.type("10201")
    page.keyboard.press("Tab")
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert f"{code} 绿化费" in page.inner_text("#said")


@pytest.mark.parametrize("way", ["sign", "withdraw", "rename"])
def test_an_account_called_as_another_is_told_before_it_is_signed(hall: Hall, way: str) -> None:
    accountant = hall["accountant"]
    page = opened(accountant)
    drafts = f"{accountant.door.url}/books/{BOOK}/drafts"
    names = {one["code"]: one["name"] for one in accounts(accountant)}
    code = next(code for code in names if code.startswith("514") and len(code) == 5)
    taken = names[code]
    size, waiting = accountant.door.book().size, len(page.request.get(drafts).json()["drafts"])
    add(page, "514", taken)
    page.wait_for_selector("#account-told .waiting")
    assert f"{code} 都叫「{taken}」" in page.inner_text("#account-told")
    assert "再点一次「增设」" in page.inner_text("#account-told")
    assert accountant.door.book().size == size, "nothing is signed yet"
    assert page.input_value("#account-name") == taken
    if way == "withdraw":
        page.click("#account-told button")
        page.wait_for_selector("#account-told >> text=没有增设")
        assert accountant.door.book().size == size
    else:
        if way == "rename":
            page.fill("#account-name", f"{taken}二")
        page.click("#addaccount")
        page.wait_for_selector("#account-told >> text=已增设")
        assert accountant.door.book().size == size + 1
        added = page.inner_text("#account-told").split()[1]
        assert {one["code"]: one["name"] for one in accounts(accountant)}[added] == (
            taken if way == "sign" else f"{taken}二"
        )
    assert len(page.request.get(drafts).json()["drafts"]) == waiting


def test_a_cashier_asks_for_one_and_has_it_once_it_is_signed(hall: Hall) -> None:
    cashier, accountant = hall["cashier"], hall["accountant"]
    page = opened(cashier)
    add(page, "51477", "路树费")
    page.wait_for_selector("#account-told a")
    assert "会计签名后就能用" in page.inner_text("#account-told")
    draft = (page.get_attribute("#account-told a", "href") or "").rsplit("/", 1)[1]
    signing = accountant.open_draft(draft)
    signing.click("#sign")
    signing.wait_for_selector("text=已入账")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1_000)
    page.focus("#account-1")
    page.keyboard.type("51477")
    page.keyboard.press("Tab")
    assert page.input_value("#account-1") == "51477 路树费"
    assert page.input_value("#summary") == "付绿化费"


def test_one_that_cannot_be_is_told_and_leaves_no_draft(hall: Hall) -> None:
    accountant = hall["accountant"]
    page = opened(accountant)
    drafts = f"{accountant.door.url}/books/{BOOK}/drafts"
    before = len(page.request.get(drafts).json()["drafts"])
    add(page, "10201", "定期")
    page.wait_for_selector("#account-told .alarm")
    assert "不能再增设明细科目" in page.inner_text("#account-told")
    assert len(page.request.get(drafts).json()["drafts"]) == before
    page.fill("#account-name", "")
    page.click("#addaccount")
    page.wait_for_selector("#account-told >> text=请填写名称")
    assert page.get_attribute("#account-name", "aria-invalid") == "true"
