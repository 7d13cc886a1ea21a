"""Vouchers typed and signed by keyboard: accounts are found, amounts balance, and one goes on to what waits next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.ledger import read_entries
from domain.vouchers import VoucherPosted
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import DESK, PHONE, type_voucher

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("yhck", "10201"),
        ("YXCK", "10201"),
        ("yhckjb", "10201"),
        ("cqtz", "141 长期投资"),
        ("zqtz", "141 长期投资"),
        ("ysk", "112 应收款"),
        ("glfy", "51302 办公费"),
        ("管理费用", "51302 办公费"),
        ("glfybgf", "51302 办公费"),
        ("bgf", "51302 办公费"),
        ("scxswzc", "132 生产性生物资产"),
        ("bzsr", "503"),
        ("qtsr", "504 其他收入"),
    ],
)
def test_a_character_is_found_by_each_of_its_readings_and_a_detail_by_what_is_above_it(
    hall: Hall, typed: str, found: str
) -> None:
    page = hall["accountant"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.focus("#account-1")
    page.keyboard.type(typed)
    page.wait_for_selector("#account-1-found li")
    assert found in "；".join(page.locator("#account-1-found li").all_inner_texts())


def amounts(person: Person, *lines: int) -> list[tuple[str, str]]:
    """Return debit and credit of lines as they stand in the form."""
    return [
        (person.page.input_value(f"#debit-{line}"), person.page.input_value(f"#credit-{line}"))
        for line in lines
    ]


def test_what_was_filled_in_gives_way_to_what_is_typed_and_balances_anew(hall: Hall) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant, "收水费", "100")
    page = accountant.page
    assert amounts(accountant, 1, 2) == [("100", ""), ("", "100.00")]
    page.fill("#debit-1", "130")
    assert amounts(accountant, 1, 2) == [("130", ""), ("", "130.00")]
    page.fill("#debit-1", "")
    assert amounts(accountant, 1, 2) == [("", ""), ("", "")]
    page.fill("#credit-1", "70")
    assert amounts(accountant, 1, 2) == [("", "70"), ("70.00", "")]
    page.fill("#credit-1", "")
    page.fill("#debit-1", "90")
    page.fill("#debit-2", "15")
    assert amounts(accountant, 1, 2) == [("90", ""), ("15", "")], "what was filled in is gone"
    page.fill("#debit-1", "80")
    assert amounts(accountant, 1, 2) == [("80", ""), ("15", "")], "what a person typed stays"
    assert "借贷平衡" not in page.inner_text("#difference")


def test_a_third_line_takes_its_part_of_what_was_filled_in(hall: Hall) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant, "收水费", "100")
    page = accountant.page
    page.click("#add")
    page.wait_for_selector("#credit-3")
    page.fill("#credit-3", "30")
    assert amounts(accountant, 1, 2, 3) == [("100", ""), ("", "70.00"), ("", "30")]
    page.fill("#credit-2", "60")
    page.fill("#credit-3", "40")
    assert amounts(accountant, 1, 2, 3) == [("100", ""), ("", "60"), ("", "40")]
    assert page.inner_text("#difference") == "借贷平衡"


def test_one_goes_on_to_the_next_that_waits_by_keyboard(hall: Hall) -> None:
    cashier, head = hall["cashier"], hall["head"]
    made = []
    for summary in ("付网费", "付话费"):
        type_voucher(cashier, summary, "21")
        cashier.page.click("#save")
        cashier.page.wait_for_selector("#said h2")
        made.append(cashier.page.url.rsplit("/", 1)[1])
    page = head.open_draft(made[1])
    page.focus("#sign")
    page.keyboard.press("Enter")
    page.wait_for_selector("#next a")
    assert "下一张等我签的" in page.inner_text("#next")
    assert page.evaluate("document.activeElement === document.querySelector('#next a')")
    waiting = page.get_attribute("#next a", "href") or ""
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{waiting}")
    page.wait_for_selector("#said h2")
    assert page.is_visible("#sign")
    assert waiting.rsplit("/", 1)[1] != made[1]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_sum_at_the_foot_hides_no_field_that_is_typed_in(hall: Hall, viewport: dict[str, int]) -> None:
    person = hall.stranger("accountant", viewport)
    person.sign_in()
    page = person.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    for _ in range(18):
        page.click("#add")
    page.evaluate("scrollTo(0, 0)")
    page.focus("#summary")
    hidden = """() => {
        const field = document.activeElement.getBoundingClientRect();
        const foot = document.querySelector(".foot").getBoundingClientRect();
        return document.activeElement.closest("#lines") !== null && field.bottom > foot.top && field.top < foot.bottom;
    }"""
    fields = 0
    for _ in range(140):
        page.keyboard.press("Tab")
        assert not page.evaluate(hidden), page.evaluate("document.activeElement.id")
        fields += page.evaluate("document.activeElement.closest('#lines') !== null")
    assert fields > 90


def test_who_makes_no_vouchers_is_not_shown_how_and_is_told_so(hall: Hall) -> None:
    head, accountant = hall["head"], hall["accountant"]
    entries = enumerate(read_entries(head.door.service.recorder, BOOK))
    entry = next(index for index, entry in entries if isinstance(entry.statement, VoucherPosted))
    for person, ways in ((head, 0), (accountant, 1)):
        page = person.goto(f"/books/{BOOK}/entries/{entry}")
        assert page.locator("text=照此制单").count() == ways
    for path in ("new", f"reverse/{entry}", f"correct/{entry}?way=订正"):
        page = head.goto(f"/books/{BOOK}/work/{path}")
        assert "只有会计或出纳可以制单" in page.inner_text("main")
        assert page.locator("form").count() == 0


def newest(person: Person, summary: str) -> str:
    """Return the id of the draft that a link with this text leads to."""
    href = person.page.get_by_role("link", name=summary).first.get_attribute("href") or ""
    return href.rsplit("/", 1)[1]


def test_typed_and_signed_at_once_by_keyboard(hall: Hall) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant, "收水费", "88")
    accountant.page.keyboard.press("Control+Enter")
    accountant.page.wait_for_selector("#done li")
    assert "等别人签" in accountant.page.inner_text("#done")
    assert accountant.page.input_value("#summary") == ""
    id_ = newest(accountant, "收水费")
    assert "已签：会计" in accountant.open_draft(id_).inner_text("#state")


def test_accounts_are_found_by_the_initials_of_their_names(hall: Hall) -> None:
    page = hall["accountant"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.focus("#account-1")
    page.keyboard.type("kcxj")
    page.wait_for_selector("#account-1-found li")
    page.keyboard.press("Enter")
    assert page.input_value("#account-1") == "101 库存现金"
