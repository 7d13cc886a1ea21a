"""The table of households' shares is typed in a field like any other: as wide, as large, and told by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK
from tests.api.work.conftest import DESK, PHONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e
PATH = f"/books/{BOOK}/work/distribution?period=2026-12"
ELDER_LEAST_PX = 24  # 18 pt


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def person(hall: Hall, request: pytest.FixtureRequest) -> Iterator[Person]:
    one = hall["accountant"]
    size = one.page.viewport_size
    one.page.set_viewport_size(request.param)
    yield one
    one.goto("/elder?on=false&to=/work")
    one.page.set_viewport_size(size)  # type: ignore[arg-type]


def look(page: Page, field: str) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        """(field) => {
            const style = getComputedStyle(document.querySelector(field));
            const names = ["fontSize", "fontFamily", "borderRadius", "minHeight"];
            return Object.fromEntries(names.map((name) => [name, style[name]]));
        }""",
        field,
    )
    return found


@pytest.mark.parametrize("elder", ["false", "true"], ids=["standard", "elder"])
def test_the_table_looks_as_the_field_beside_it(person: Person, elder: str) -> None:
    person.goto(f"/elder?on={elder}&to=/work")
    page = person.goto(PATH)
    assert look(page, "#households") == look(page, "#resolution")
    width = "(one) => one.getBoundingClientRect().width - one.parentElement.getBoundingClientRect().width"
    assert page.locator("#households").evaluate(width) == 0, "it takes the whole of its place"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    if elder == "true":
        assert float(look(page, "#households")["fontSize"].removesuffix("px")) >= ELDER_LEAST_PX


def test_lines_and_columns_of_a_pasted_table_are_sent(hall: Hall) -> None:
    page = hall["accountant"].goto(PATH)
    page.fill("#households", "11301\t张三\n99999,1.00\n")
    page.click("form.filters button")
    page.wait_for_url("**households=11301**")
    assert page.input_value("#households") == "11301\t张三\n99999,1.00\n"


@pytest.mark.parametrize(
    ("pasted", "told"),
    [("11301,张三,1.00\n" * 2000, ["一个汉字算九个字符", "至多 60000 个"]), ("11301\u202e,1", ["U+202E"])],
)
def test_a_table_that_cannot_be_taken_is_told_by_its_name_and_stays(
    hall: Hall, pasted: str, told: list[str]
) -> None:
    page = hall["accountant"].goto(PATH)
    page.locator("#households").evaluate("(field, text) => { field.value = text; }", pasted)
    page.click("form.filters button")
    page.wait_for_selector("#asked .alarm")
    said = page.inner_text("#asked")
    for word in ("各户份额", "households' shares", *told):
        assert word in said
    assert page.evaluate("document.activeElement.id") == "households"
    assert page.input_value("#households") == pasted
