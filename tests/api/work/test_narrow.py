"""On a narrow phone, in standard and in large text, no page of the workspace has to be moved sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import PHONE, type_voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e

OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
LONG_NAME = (
    "document.querySelectorAll('option').forEach((one) => "
    "{ one.textContent = '10201 银行存款/基本账户中国农业银行江山市支行（对账单读到 2026-03-31）'; })"
)


@pytest.fixture(scope="module")
def draft(hall: Hall) -> str:
    """The page of a draft that the rules object to at length."""
    accountant = hall["accountant"]
    type_voucher(accountant, "付路灯电费和自来水费", "66", date="2019-01-05")
    accountant.page.click("#save")
    accountant.page.wait_for_selector("#said h2")
    return accountant.page.url.removeprefix(accountant.door.url)


@pytest.fixture(scope="module", params=["false", "true"], ids=["standard", "elder"])
def phone(hall: Hall, request: pytest.FixtureRequest) -> Iterator[Person]:
    """The accountant at a phone."""
    person = hall["accountant"]
    size = person.page.viewport_size
    person.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    person.goto(f"/elder?on={request.param}&to=/work")
    yield person
    person.goto("/elder?on=false&to=/work")
    person.page.set_viewport_size(size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        "/work",
        f"/books/{BOOK}/work",
        "draft",
        f"/books/{BOOK}/work/new",
        f"/books/{BOOK}/work/bank",
        f"/books/{BOOK}/work/bank?account=10201&date=2026-03-31&balance=100",
        f"/books/{BOOK}/work/distribution?period=2026-12",
        f"/books/{BOOK}/work/distribution?period=2026-12&households=1130,5%0A王家户,x%0A11301,1,200.00",
        f"/books/{BOOK}/work/distribution?period=2026-12&households=11301,张三%0A11302,李四",
        f"/books/{BOOK}/work/reverse/18",
    ],
)
def test_nothing_stands_outside_the_page(phone: Person, draft: str, path: str) -> None:
    page = phone.goto(draft if path == "draft" else path)
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").count() == 1
    page.evaluate(LONG_NAME)
    assert page.evaluate(OVERFLOW) == 0


def test_what_is_hidden_is_not_seen(phone: Person) -> None:
    page = phone.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    shown = page.locator("[hidden]").evaluate_all(
        "(found) => found.filter((one) => one.checkVisibility()).map((one) => one.id)"
    )
    assert shown == []
