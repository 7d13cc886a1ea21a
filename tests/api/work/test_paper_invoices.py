"""An invoice that is typed from paper is recorded as it stands there, or what is wrong with it is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.api.work.test_mistyped import opened, told

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

NUMBER = "033001900211123456"
AHEAD = (datetime.now(tz=UTC) + timedelta(days=300)).date().isoformat()


def paper(page: Page, number: str = NUMBER, date: str = "2026-01-19", total: str = "15") -> None:
    """Type an invoice from paper, and record it."""
    for field, text in (("number", number), ("date", date), ("total", total)):
        page.fill(f"#invoice-{field}", text)
    page.click("#addinvoice")


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"number": ""}, "number", ("请填写发票号码", "invoice number")),
        ({"number": "0330"}, "number", ("「0330」", "8 到 20 位", "照发票", "0330")),
        ({"date": ""}, "date", ("请填写开票日期",)),
        ({"date": AHEAD}, "date", (AHEAD, "晚于今天", "核对", "after today")),
        ({"total": ""}, "total", ("请填写价税合计",)),
        ({"total": "0"}, "total", ("价税合计", "「0」", "不能是零", "zero")),
        ({"total": "1O"}, "total", ("价税合计", "「1O」", "不是金额", "total with tax")),
    ],
)
def test_a_paper_invoice_that_cannot_be_is_not_recorded(
    hall: Hall, typed: dict[str, str], field: str, words: tuple[str, ...]
) -> None:
    page = opened(hall)
    page.click("text=登记纸质发票")
    paper(page, **typed)
    said = told(page)
    assert [word for word in words if word not in said] == []
    assert page.evaluate("document.activeElement.id") == f"invoice-{field}"
    assert page.get_attribute(f"#invoice-{field}", "aria-invalid") == "true"
    assert page.locator("#invoices li").count() == 0


def test_a_red_invoice_is_recorded_as_one(hall: Hall) -> None:
    page = opened(hall)
    page.click("text=登记纸质发票")
    paper(page, total="-15")
    page.wait_for_selector("#invoices li")
    assert "红字发票" in page.inner_text("#invoices")
    assert "-15.00" in page.inner_text("#invoices")


def test_a_number_is_not_recorded_again_otherwise(hall: Hall) -> None:
    page = opened(hall)
    page.click("text=登记纸质发票")
    paper(page)
    page.wait_for_selector("#invoices li")
    paper(page, total="16")
    said = told(page)
    for word in (NUMBER, "15.00", "16.00", "去掉", "remove"):
        assert word in said
    assert page.input_value("#invoice-total") == "16"
    assert page.locator("#invoices li").count() == 1
    paper(page)  # the same once more
    page.wait_for_selector("#told:empty", state="attached")
    assert page.locator("#invoices li").count() == 1
    assert page.input_value("#invoice-total") == ""
