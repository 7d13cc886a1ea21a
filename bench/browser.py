"""A full audit in the browser: a bundle given to the page in headless Chromium, from the choice to the verdict.

Yardstick: `audit.verify.verify` in Python on one core over the same bundle. A second row shows a web view without
WebCrypto's Ed25519, where the page verifies with its own arithmetic.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from api.adapters.tlog_export import export_bundle
from audit.browser import verifier_page
from audit.source import open_source
from audit.verify import verify
from bench.auditing import export
from bench.rows import Result, Rounds, timed
from bench.villages import Village, vouchers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from bench.sizes import Sizes
    from bench.world import World

PROGRAMS = ("chromium", "chromium-headless-shell")
"""What people use before what only tests need."""

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE_MS = 600_000
WITHOUT_ED25519 = "delete window.Worker; delete SubtleCrypto.prototype.verify;"
"""Said to a page before its program begins; it reaches no Worker, so there is none either."""


def measure(world: World, sizes: Sizes) -> Result:
    """Return the rows of the audit by the page, with the browser's own Ed25519 and without."""
    village = Village()
    bundle, page_file = world.folder / "book.zip", world.folder / "verify.html"
    page_file.write_bytes(verifier_page())
    size = export(world, village, vouchers(village, 0, sizes.browser), export_bundle, bundle)
    with_it, without = Rounds(), Rounds()
    with chromium() as browser:
        for _ in range(sizes.rounds):
            python = _by_python(bundle, size)
            rate = _by_page(browser, page_file, bundle, size, "")
            with_it.add(rate, (python + _by_python(bundle, size)) / 2)
            without.add(_by_page(browser, page_file, bundle, size, WITHOUT_ED25519), rate)
    bundle.unlink()
    return Result(
        [
            with_it.row("browser 浏览器核对", "entries/s", "audit in Python"),
            without.row("browser, its own Ed25519 自带验签", "entries/s", "with WebCrypto"),
        ]
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, PROGRAMS)), None)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _by_python(bundle: Path, size: int) -> float:
    with timed() as clock:
        report = verify(open_source(str(bundle)))
    assert report.ok, report.findings
    assert report.entries == size
    return size / clock.seconds


def _by_page(browser: Browser, page_file: Path, bundle: Path, size: int, lacking: str) -> float:
    context = browser.new_context()
    context.add_init_script(lacking)
    page = context.new_page()
    page.goto(page_file.as_uri())
    with timed() as clock:
        page.set_input_files("#file", bundle)
        page.wait_for_selector("#result:not([hidden])", timeout=PATIENCE_MS)
    _check(page, size)
    context.close()
    return size / clock.seconds


def _check(page: Page, size: int) -> None:
    assert page.locator("#result.good").count() == 1, page.inner_text("#result")
    assert f"{size} 条记录" in page.inner_text("#summary")
