"""No field is under the bar of the difference when the keyboard comes to it, on a phone in large letters either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from tests.api.work.conftest import Hall

pytestmark = pytest.mark.e2e

FIELDS = 30
COVERED = """() => {
  const at = document.activeElement, { left, top, width, height } = at.getBoundingClientRect();
  const seen = [top + 3, top + height / 2, top + height - 3].map((y) => document.elementFromPoint(left + width / 2, y));
  return seen.every((one) => one === at || at.contains(one)) ? "" : at.id || at.textContent;
}"""


@pytest.mark.parametrize("elder", ["false", "true"])
@pytest.mark.parametrize("size", [(375, 740), (360, 640), (1280, 640)])
def test_what_one_tabs_to_is_seen(hall: Hall, elder: str, size: tuple[int, int]) -> None:
    cashier = hall["cashier"]
    page = cashier.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{cashier.door.url}/elder?on={elder}&to=/books/{BOOK}/work")
    page.goto(f"{cashier.door.url}/books/{BOOK}/work/new")
    page.wait_for_selector("#fields:not([disabled])")
    page.fill("#debit-1", "1234567.89")
    page.focus("#date")
    covered = set()
    for _ in range(FIELDS):
        page.keyboard.press("Tab")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        covered.add(page.evaluate(COVERED))
    page.goto(f"{cashier.door.url}/elder?on=false&to=/books/{BOOK}/work")
    assert covered == {""}
