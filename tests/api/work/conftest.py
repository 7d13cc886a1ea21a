"""People at their browsers: each with a key that only their browser has, on a served village."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from api.identity.browserkey import for_browser
from tests.api.http.conftest import BOOK, Door, door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

__all__ = ["door"]

PASSPHRASE = "向阳村 2026"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, context: BrowserContext, door: Door, role: str, folder: Path) -> None:
        """Open a page; what the browser complains of stands in `complaints`."""
        self.role = role
        self.door = door
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._file = folder / f"{role}.json"
        self._file.write_bytes(for_browser(door.keyring.key(role), PASSPHRASE))

    def goto(self, path: str) -> Page:
        """Open a page of the server."""
        self.page.goto(f"{self.door.url}{path}")
        return self.page

    def read_key(self, passphrase: str = PASSPHRASE, page: Page | None = None) -> None:
        """Read the key file in, on the page where one signs in."""
        page = page or self.page
        page.set_input_files("#file", self._file)
        page.fill("#passphrase", passphrase)
        page.click("#import button")

    def sign_in(self) -> None:
        """Read the key in and sign in; the desk is open then."""
        self.goto("/work")
        self.read_key()
        self.page.wait_for_selector("#keys li")
        self.page.click("#enter")
        self.page.wait_for_url(f"**/books/{BOOK}/work")

    def open_draft(self, id_: str) -> Page:
        """Open a draft and wait until it is shown."""
        page = self.goto(f"/books/{BOOK}/work/drafts/{id_}")
        page.wait_for_selector("#said h2")
        return page


def type_voucher(
    person: Person, summary: str = "收鱼塘承包款", amount: str = "125.5", date: str = ""
) -> None:
    """Type a voucher by keyboard alone: the account by its code and by its initials, the last line fills itself."""
    page = person.goto(f"/books/{BOOK}/work/new")
    page.wait_for_selector("#lines tr")
    keyboard = page.keyboard
    if date:
        page.fill("#date", date)
    page.focus("#summary")
    keyboard.type(summary)
    keyboard.press("Tab")
    keyboard.type("1")
    for word in ("Tab", "Tab"):
        keyboard.press(word)
    keyboard.type("10201")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type(amount)
    for _ in range(4):
        keyboard.press("Tab")
    keyboard.type("50103")
    keyboard.press("Tab")


def withdraw(page: Page) -> None:
    """Take the draft back that is open on a page."""
    page.once("dialog", lambda asked: asked.accept())
    page.click("#withdraw")
    page.wait_for_selector("text=已撤回")


def changing(old: str, new: str) -> Callable[[Route], None]:
    """Let the server's answer say something else."""

    def handle(route: Route) -> None:
        answer = route.fetch()
        assert old in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(old, new))

    return handle


def sent(person: Person) -> list[str]:
    """Return what will have been sent to be taken as a signature."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(("/signatures", "/sessions")):
            found.append(request.post_data or "")

    person.page.on("request", note)
    return found


class Hall:
    """The people of a village, signed in when they are first asked for."""

    def __init__(self, browser: Browser, door: Door, folder: Path, stack: ExitStack) -> None:
        """Let them sit down when they come."""
        self._browser, self._door, self._folder, self._stack = browser, door, folder, stack
        self._people: dict[str, Person] = {}

    def stranger(self, role: str, viewport: dict[str, int] | None = None) -> Person:
        """Return somebody who has not signed in."""
        size = viewport or DESK
        context = self._browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        self._stack.callback(context.close)
        return Person(context, self._door, role, self._folder)

    def __getitem__(self, role: str) -> Person:
        """Return somebody who is signed in."""
        if role not in self._people:
            person = self.stranger(role)
            person.sign_in()
            self._people[role] = person
        return self._people[role]


@pytest.fixture(scope="module")
def hall(chromium: Browser, door: Door, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """The people of the small village, for a module."""
    with ExitStack() as stack:
        yield Hall(chromium, door, tmp_path_factory.mktemp("browsers"), stack)
