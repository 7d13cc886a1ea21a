"""Texts too long, or with characters that nobody sees, are said with field, value and remedy before they are sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from api.http.banking import COLUMNS_MAX
from domain.kernel.statement import PLAIN, TEXT_MAX
from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e
WORK = Path(__file__).parents[3] / "api" / "http"
RECONCILED = "account=10201&date=2026-03-31&balance=1"
LONG = "付水费" * 70
TABBED, TURNED = "付\t水费", "付\u202e水费"
FIELDS = {
    "summary": "摘要",
    "resolution": "依据的决议",
    "summary-1": "第 1 行摘要",
    "party-2": "第 2 行往来单位",
    "project-1": "第 1 行项目",
}


def typed(hall: Hall, field: str, text: str) -> Page:
    """Type a voucher with a text in one of its fields, which stands there as it was typed; nothing else is wrong."""
    type_voucher(hall["cashier"])
    page = hall["cashier"].page
    page.fill(f"#{field}", text)
    assert page.input_value(f"#{field}") == text, "nothing is cut off without a word"
    return page


def sent(person: Person) -> list[str]:
    """Return what will have been sent to be kept."""
    found: list[str] = []
    person.page.on("request", lambda asked: found.append(asked.url) if asked.method != "GET" else None)
    return found


def told(page: Page, field: str, place: str = "#told") -> str:
    """Return what is said; the field is marked, and one types there."""
    page.wait_for_selector(f"{place} .alarm")
    assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == field
    said = page.inner_text(place)
    beside: str = page.locator(f"#{field}-wrong").evaluate("(told) => told.firstChild.textContent")
    assert beside.strip() in said
    return said


@pytest.mark.parametrize(("field", "name"), FIELDS.items())
def test_a_text_that_is_too_long_is_told(hall: Hall, field: str, name: str) -> None:
    page, requests = typed(hall, field, LONG), sent(hall["cashier"])
    page.click("#save")
    said = told(page, field)
    for word in (f"{name}「付水费", "有 210 个字", "至多 200 个", "请写短些", "at most 200"):
        assert word in said
    assert "voucher.posted" not in said
    assert requests == []
    page.fill(f"#{field}", LONG[:TEXT_MAX])
    page.click("#save")
    page.wait_for_selector("#said h2")
    assert LONG[:TEXT_MAX] in page.inner_text("#said")


@pytest.mark.parametrize("text", [TABBED, TURNED], ids=["tab", "turned"])
@pytest.mark.parametrize(("field", "name"), [*FIELDS.items()][::2])
def test_a_character_that_nobody_sees_is_told(hall: Hall, field: str, name: str, text: str) -> None:
    page, requests = typed(hall, field, text), sent(hall["cashier"])
    page.click("#save")
    said = told(page, field)
    for word in (f"{name}「付□水费」", f"U+{ord(text[1]):04X}", "请删去", "delete"):
        assert word in said
    assert requests == []


def test_a_private_partys_number_is_told(hall: Hall) -> None:
    page = typed(hall, "party-1", "李四")
    page.select_option("#tier-1", "person")
    page.fill("#subject-1", LONG)
    page.click("#save")
    assert "第 1 行户号「付水费" in told(page, "subject-1")


def test_an_account_is_told_its_code_and_name(hall: Hall) -> None:
    page = hall["accountant"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#fields:not([disabled])")
    page.click("#adding summary")
    page.fill("#account-code", "5")
    page.fill("#account-name", "办公费")
    page.click("#addaccount")
    said = told(page, "account-code", "#account-told")
    for word in ("编码「5」", "3、5、7 或 9 位", "请填"):
        assert word in said
    page.fill("#account-code", "51388")
    page.fill("#account-name", LONG)
    page.click("#addaccount")
    assert "名称「付水费" in told(page, "account-name", "#account-told")


def test_a_template_and_a_refusal_are_told_too(hall: Hall) -> None:
    type_voucher(hall["cashier"], "付车费")
    page = hall["cashier"].page
    page.click("#keeping summary")
    page.fill("#template-name", LONG)
    page.click("#keeptemplate")
    assert "名称「付水费" in told(page, "template-name", "#kept")
    page.click("#save")
    page.wait_for_selector("#said h2")
    draft = hall["head"].open_draft(page.url.rsplit("/", 1)[1])
    draft.fill("#reason", TABBED)
    draft.click("#refusal button")
    assert "不同意的理由「付□水费」" in told(draft, "reason")


@pytest.mark.parametrize("text", [LONG, TABBED], ids=["long", "tab"])
def test_the_resolution_of_a_distribution_is_told_too(hall: Hall, text: str) -> None:
    page = hall["head"].goto(f"/books/{BOOK}/work/distribution")
    page.fill("#resolution", text)
    assert page.input_value("#resolution") == text
    page.fill("#members", "1")
    page.get_by_role("button", name="算一算").click()
    assert "依据的决议「付" in told(page, "resolution", "#asked")
    assert page.input_value("#members") == "1", "nothing is asked, and all that was typed stays"
    page.fill("#resolution", "2026 年第 1 次成员大会")
    page.get_by_role("button", name="算一算").click()
    page.wait_for_url("**/distribution?*resolution=2026*")


def test_what_was_outstanding_at_the_opening_is_told_too(hall: Hall) -> None:
    page, requests = (
        hall["accountant"].goto(f"/books/{BOOK}/work/bank?{RECONCILED}"),
        sent(hall["accountant"]),
    )
    for field, text in (("opening-date", "2025-12-20"), ("opening-amount", "5"), ("opening-text", LONG)):
        page.fill(f"#{field}", text)
    assert page.input_value("#opening-text") == LONG
    page.click("#enter")
    assert "内容「付水费" in told(page, "opening-text", "#entered")
    assert requests == []


def test_the_columns_of_a_statement_are_told_too(hall: Hall) -> None:
    """Of them more are taken than of a text."""
    page, requests = (
        hall["accountant"].goto(f"/books/{BOOK}/work/bank?{RECONCILED}"),
        sent(hall["accountant"]),
    )
    page.set_input_files("#statement", FilePayload(name="a.csv", mimeType="text/csv", buffer=b"a,b"))
    columns = "date=" + "交易时间" * 125
    page.fill("#columns", columns)
    assert page.input_value("#columns") == columns
    page.click("#read")
    said = told(page, "columns")
    assert "列名与常见的不同时写一次「date=" in said
    assert f"有 505 个字，至多 {COLUMNS_MAX} 个" in said
    assert requests == []
    page.fill("#columns", columns[:COLUMNS_MAX])
    page.click("#read")
    page.wait_for_selector("#told .alarm")
    assert "request.text" not in page.inner_text("#told"), "the server has looked at it"


def test_a_quantity_without_a_unit_is_told_what_it_lacks(hall: Hall) -> None:
    page = hall["cashier"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#fields:not([disabled])")
    page.fill("#summary", "购化肥")
    page.focus("#account-1")
    page.keyboard.type("121")
    page.keyboard.press("Tab")
    page.fill("#quantity-1", "3")
    page.click("#save")
    said = told(page, "quantity-1")
    for word in ("第 1 行数量「3」没有写计量单位", "3 公斤", "has no unit"):
        assert word in said
    assert "不是数量" not in said


def test_the_pages_refuse_what_the_rules_refuse_and_cut_nothing() -> None:
    script = (WORK / "static" / "work" / "ask.js").read_text(encoding="utf-8")
    assert f"/[{PLAIN.removeprefix('^[^').removesuffix(']*' + chr(92) + 'Z')}]/" in script
    assert f"TEXT_MAX = {TEXT_MAX}" in script
    cutting = [
        page.name
        for page in (WORK / "templates").glob("*.html")
        if re.search("maxlength", page.read_text(encoding="utf-8"))
    ]
    assert cutting == []
