"""What is mistyped in a form is said with its field, what stands there, why it cannot be, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e


def opened(hall: Hall) -> Page:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    return page


def told(page: Page, place: str = "#told") -> str:
    page.wait_for_selector(f"{place} .alarm")
    return page.inner_text(place)


@pytest.mark.parametrize(("field", "name"), [("party", "往来单位"), ("project", "项目"), ("summary", "摘要")])
def test_a_line_without_an_account_is_not_dropped(hall: Hall, field: str, name: str) -> None:
    type_voucher(hall["cashier"], f"付{name}款")
    page = hall["cashier"].page
    page.click("#add")
    page.fill(f"#{field}-3", "李四")
    page.click("#save")
    said = told(page)
    for word in ("第 3 行", name, "李四", "没有科目", "清空", "line 3"):
        assert word in said
    assert page.evaluate("document.activeElement.id") == "account-3"
    page.fill(f"#{field}-3", "")
    page.click("#save")
    page.wait_for_selector("#said h2")


def test_the_foot_is_not_green_while_an_amount_cannot_be_read(hall: Hall) -> None:
    page = opened(hall)
    assert page.inner_text("#difference") == "借贷平衡"
    page.fill("#debit-1", "一百")
    assert "第 1 行" in page.inner_text("#difference")
    assert "读不出" in page.inner_text("#difference")
    assert "line 1" in page.inner_text("#difference-en")
    assert page.get_attribute("#difference", "class") == "red"
    page.fill("#debit-1", "")
    assert page.inner_text("#difference") == "借贷平衡"
    assert page.get_attribute("#difference", "class") == "balanced"


@pytest.mark.parametrize(("lines", "count"), [((), "没有分录"), (("51302",), "只有 1 行")])
def test_a_voucher_has_two_lines_at_least(hall: Hall, lines: tuple[str, ...], count: str) -> None:
    page = opened(hall)
    page.fill("#summary", "付款")
    for number, account in enumerate(lines, 1):
        page.focus(f"#account-{number}")
        page.keyboard.type(account)
        page.keyboard.press("Tab")
        page.fill(f"#debit-{number}", "5")
    page.click("#save")
    said = told(page)
    for word in (count, "至少两行", "一借一贷", "two lines"):
        assert word in said
    assert "voucher.posted" not in said
    assert page.evaluate("document.activeElement.id") == f"account-{len(lines) + 1}"


def test_an_amount_that_is_too_large_is_told_as_one(hall: Hall) -> None:
    type_voucher(hall["cashier"], amount="99999999999")
    page = hall["cashier"].page
    page.click("#save")
    said = told(page)
    for word in (
        "第 1 行借方",
        "99999999999",
        "9,999,999,999.99",
        "核对小数点和单位",
        "line 1, debit",
        "check the decimal",
    ):
        assert word in said
    assert "不是金额" not in said
    assert "第 1 行借方" not in page.inner_text("#told [lang=en]")


def test_a_voucher_without_a_date_is_asked_for_it_in_a_template_too(hall: Hall) -> None:
    type_voucher(hall["cashier"])
    page = hall["cashier"].page
    page.click("#keeping summary")
    page.fill("#template-name", "每月")
    page.fill("#date", "")
    page.click("#keeptemplate")
    said = told(page, "#kept")
    assert "请填写日期" in said
    assert page.evaluate("document.activeElement.id") == "date"


def test_a_template_is_asked_for_its_name(hall: Hall) -> None:
    type_voucher(hall["cashier"])
    page = hall["cashier"].page
    page.click("#keeping summary")
    page.fill("#template-name", " \u3000")
    page.click("#keeptemplate")
    said = told(page, "#kept")
    assert "请填写名称" in said
    assert page.evaluate("document.activeElement.id") == "template-name"


def test_who_refuses_is_asked_why(hall: Hall) -> None:
    type_voucher(hall["cashier"], "付车费")
    cashier, head = hall["cashier"].page, hall["head"]
    cashier.click("#save")
    cashier.wait_for_selector("#said h2")
    page = head.open_draft(cashier.url.rsplit("/", 1)[1])
    page.fill("#reason", " \u3000")
    page.click("#refusal button")
    said = told(page)
    assert "请填写不同意的理由" in said
    assert "fill in the reason for not agreeing" in said
    assert page.evaluate("document.activeElement.id") == "reason"


def test_what_is_no_voucher_is_not_copied(hall: Hall) -> None:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/new?copy=0")
    said = told(page)
    for word in ("第 0 号记录", "不是记账凭证", "照此制单", "entry 0"):
        assert word in said


def test_numbers_of_attachments_are_read_in_full_width_too(hall: Hall) -> None:
    type_voucher(hall["cashier"], "付车费")
    page = hall["cashier"].page
    page.fill("#attachments", "３")
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert "张数 3" in page.inner_text("#said")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("#debit-1", "1.234", "第 1 行借方"),
        ("#account-1", "999", "第 1 行"),
        ("#attachments", "x", "附件张数"),
    ],
)
def test_what_is_mistyped_is_said_with_its_line(hall: Hall, field: str, typed: str, told: str) -> None:
    accountant = hall["accountant"]
    type_voucher(accountant)
    accountant.page.fill(field, typed)
    accountant.page.click("#save")
    accountant.page.wait_for_selector("#told .alarm")
    assert told in accountant.page.inner_text("#told")
    assert typed in accountant.page.inner_text("#told")


def test_a_wrong_passphrase_is_told_what_to_do(hall: Hall) -> None:
    stranger = hall.stranger("head")
    stranger.goto("/work")
    stranger.read_key("不是这个")
    said = told(stranger.page)
    for word in ("口令不对", "请核对大小写", "sunledger browserkey", "check the passphrase"):
        assert word in said
