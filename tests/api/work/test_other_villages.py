"""Whoever keeps many villages sees first what waits in this one, then those where something waits, then the rest."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from api.identity import Keyring
from api.importing import read_folder, run_import
from api.sessions import answer
from tests.api.http.conftest import BOOK, voucher
from tests.api.work.conftest import DESK, PHONE
from tests.audit.conftest import HAMLET
from tests.domain.ledger.villages import book_number

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.api.http.conftest import Door
    from tests.api.work.conftest import Hall, Person

pytestmark = pytest.mark.e2e
NUMBERS = range(31, 39)
WAITS = 35


@pytest.fixture(scope="module")
def keyrings(door: Door, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Keyring]:
    """The keys of more villages on the same server, by their numbers."""
    found = {}
    for number in NUMBERS:
        folder: Path = tmp_path_factory.mktemp(f"hamlet{number}")
        for name, text in HAMLET.items():
            of_its_own = text.replace("N2330881MF0000013Y", book_number(number)).replace(
                "三户村", f"{number}号村"
            )
            (folder / name).write_text(of_its_own, encoding="utf-8")
        book = book_number(number)
        found[number] = Keyring(door.service.settings.home / "keys" / book, book)
        run_import(door.service, read_folder(folder), found[number])
    return found


def enter(person: Person, number: int, keyring: Keyring) -> None:
    """Let a person be at work in one more village, in the same browser."""
    path = f"{person.door.url}/books/{book_number(number)}/sessions"
    request, headers = person.page.request, {"origin": person.door.url}
    text = request.post(f"{path}/challenge", headers=headers).json()["text"].encode()
    begun = request.post(path, headers=headers, data=answer(text, keyring.key(person.role)))
    assert begun.status == 201, begun.text()


@pytest.fixture(scope="module")
def accountant(hall: Hall, keyrings: dict[int, Keyring]) -> Person:
    """The accountant of all of them; in one a draft waits."""
    person, cashier = hall["accountant"], hall["cashier"]
    for number, keyring in keyrings.items():
        enter(person, number, keyring)
    enter(cashier, WAITS, keyrings[WAITS])
    content = {"type": "voucher.posted/1", "data": msgspec.to_builtins(voucher(debit="101", credit="301"))}
    made = cashier.page.request.post(
        f"{cashier.door.url}/books/{book_number(WAITS)}/drafts",
        data=content,
        headers={"origin": cashier.door.url},
    )
    assert made.status == 201, made.text()
    return person


def numbers(page: Page, place: str) -> list[int]:
    """Return the numbers of the villages as they are listed."""
    return [int(found) for found in re.findall(r"(\d+)号村", page.inner_text(place))]


def test_those_where_something_waits_come_first(accountant: Person) -> None:
    wanted = [WAITS, *(number for number in NUMBERS if number != WAITS)]
    assert numbers(accountant.goto(f"/books/{BOOK}/work"), ".villages") == wanted
    assert numbers(accountant.goto("/work"), ".books") == wanted


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_work_of_this_village_comes_before_the_list_of_others(
    accountant: Person, viewport: dict[str, int]
) -> None:
    page = accountant.page
    size = page.viewport_size
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    try:
        accountant.goto(f"/books/{BOOK}/work")
        tops = [page.locator(f"#{id_}").bounding_box() for id_ in ("mine", "others", "month", "villages")]
        assert all(tops)
        heights = [top["y"] for top in tops if top]
        assert heights == sorted(heights)
        assert heights[0] < viewport["height"], "what waits for me is seen without scrolling"
        link = page.locator("a[href='#villages']")
        assert "另有 8 个村" in link.inner_text()
        assert "1 个村有事等您" in link.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    finally:
        page.set_viewport_size(size)  # type: ignore[arg-type]


def test_the_list_is_reached_by_keyboard_in_the_order_in_which_it_is_seen(accountant: Person) -> None:
    page = accountant.goto(f"/books/{BOOK}/work")
    page.focus("a[href='#villages']")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert f"{WAITS}号村" in page.evaluate("document.activeElement.innerText")
    order = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input")]
            .filter((one) => one.checkVisibility() && !one.classList.contains("skip"))
            .map((one) => one.getBoundingClientRect().top)"""
    )
    assert all(later >= sooner - 60 for sooner, later in pairwise(order))
