"""Chinese first, English second: every heading, button, column and label of the workspace has both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import type_voucher

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

NAMES = "h1, h2, thead th, tfoot th, caption, button, a.button, label, dt, .lead, .state, details > summary"
CHINESE_ALONE = f"""() => [...document.querySelectorAll("main :is({NAMES})")]
  .filter((one) => /\\p{{Script=Han}}/u.test(one.textContent) && !one.querySelector('[lang="en"]'))
  .map((one) => one.textContent)"""
ENGLISH_BEFORE = """() => [...document.querySelectorAll('main [lang="en"]')]
  .filter((one) => one.parentElement.firstChild === one && one.parentElement.tagName !== "P")
  .map((one) => one.textContent)"""


@pytest.fixture(scope="module")
def draft(hall: Hall) -> str:
    accountant = hall["accountant"]
    type_voucher(accountant, "付路灯电费", "66")
    accountant.page.click("#save")
    accountant.page.wait_for_selector("#said h2")
    return accountant.page.url.removeprefix(accountant.door.url)


@pytest.mark.parametrize(
    "path",
    [
        "/work",
        f"/books/{BOOK}/work",
        "draft",
        "draft/change",
        f"/books/{BOOK}/work/new",
        f"/books/{BOOK}/work/bank",
        f"/books/{BOOK}/work/bank?account=10201&date=2026-03-31&balance=100",
        f"/books/{BOOK}/work/bank?account=101&date=2026-03-31&balance=100",
        f"/books/{BOOK}/work/distribution?period=2026-12",
        f"/books/{BOOK}/work/reverse/18",
        *(f"/books/{BOOK}/entries/{index}" for index in range(19)),
        f"/books/{BOOK}/vouchers?period=2026-03",
    ],
)
def test_what_is_named_is_named_in_both(hall: Hall, draft: str, path: str) -> None:
    page = hall["accountant"].goto(path.replace("draft", draft))
    page.wait_for_load_state("networkidle")
    assert page.locator("main h1 [lang=en]").count() == 1
    assert page.evaluate(CHINESE_ALONE) == []
    assert page.evaluate(ENGLISH_BEFORE) == []


def test_a_draft_tells_in_both_what_it_says_and_who_is_missing(hall: Hall, draft: str) -> None:
    page = hall["head"].open_draft(draft.rsplit("/", 1)[1])
    said = page.inner_text("#state [lang=en]")
    assert "signed by: nobody" in said
    assert "missing: accountant, head" in said
    assert page.locator("#said [lang=en]").all_inner_texts()[0] == "voucher"
    assert "made by the accountant" in page.inner_text("#steps")


def test_the_form_tells_the_difference_in_both(hall: Hall) -> None:
    page = hall["accountant"].goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    page.fill("#debit-1", "12.5")
    assert page.inner_text("#difference") == "贷方还差 12.50 元"
    assert page.inner_text("#difference-en") == "credit lacks 12.50 yuan"
    page.fill("#credit-2", "12.5")
    assert page.inner_text("#difference-en") == "balanced"
