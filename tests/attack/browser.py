"""The verification page, opened from a file in a real Chromium: one page for all attacks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from audit.browser import verifier_page
from tests.attack.circle import policy_text
from tests.attack.model import BROWSER, Notice
from tests.attack.readers import carried
from tests.browser import debians_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.attack.history import Files, History
    from tests.attack.hostile import HostileServer
    from tests.attack.model import Played

STORE = "sunledger.memory/v1"
"""Where the page keeps what it remembers."""

TIMEOUT_MS = 60_000

ALWAYS = {"audit.page_not_compared"}
"""What the page says of every bundle with a page in it, and so notices nothing by it."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page, opened from its file in Debian's Chromium."""
    file = tmp_path_factory.mktemp("page") / "verify.html"
    file.write_bytes(verifier_page())
    with debians_chromium() as browser:
        opened = browser.new_page()
        opened.goto(file.as_uri())
        yield opened


@dataclass
class Browser:
    """A villager with the page: the notice board's key and the policy are filled in once, and the device remembers."""

    server: HostileServer
    truth: History
    page: Page
    folder: Path
    name: str = BROWSER
    _remembered: dict[bytes, str] = field(default_factory=dict)

    def notices(self, played: Played) -> list[Notice]:
        """Look at the book's address once more, with what the device remembers of the true log."""
        self._remember(self.truth.last_visit(played))
        files = self.truth.files if played.files is None else played.files
        return self._look(files, carried(self.folder, played) if played.carried else "")

    def _remember(self, files: Files) -> None:
        seen = files["checkpoint"]
        if seen not in self._remembered:
            self.page.evaluate("localStorage.clear()")
            assert self._look(files, trust=True) == []
            self._remembered[seen] = self.page.evaluate(f"localStorage.getItem({json.dumps(STORE)})")
        self.page.evaluate(
            "([name, text]) => localStorage.setItem(name, text)", [STORE, self._remembered[seen]]
        )

    def _look(self, files: dict[str, bytes], file: str = "", *, trust: bool = False) -> list[Notice]:
        """Look at the address, or at a file that was carried here; the page begins when it is chosen.

        Only at a visit of `trust` are key and policy filled in; later the fields stay empty.
        """
        self.server.files = files
        page = self.page
        page.locator("#trust").evaluate("part => { part.open = true; }")
        page.fill("#anchor", self.truth.anchor if trust else "")
        page.fill("#policy", policy_text().decode() if trust else "")
        if file:
            page.locator("#file").evaluate("chosen => { chosen.value = ''; }")  # the same again is no change
            page.set_input_files("#file", file)
        else:
            page.fill("#url", self.server.address)
            page.click("#go")
        page.wait_for_selector("#result:not([hidden])", timeout=TIMEOUT_MS)
        page.wait_for_selector("#go:enabled")
        found = page.locator("#findings li[data-rule], #notes li[data-rule]").evaluate_all(
            "items => items.map((item) => [item.dataset.rule, item.dataset.entry])"
        )
        if not found and page.locator("#result.good").count() == 0:
            return [Notice(page.inner_text("#summary code").strip())]
        return [Notice(rule, int(entry) if entry else None) for rule, entry in found if rule not in ALWAYS]
