"""Debian's Chromium, the page's modules in it as its own loader takes them, and the page from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.browser import module, verifier_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Route

MODULES = "https://modules.example/"
"""A secure origin, where Chromium has WebCrypto; it is answered from here, not from the network."""


PHONE = {"width": 320, "height": 640}

Opened = tuple["Page", list[str]]
"""The page, and what the browser complains of."""


def answer(route: Route) -> None:
    """Answer with a module's source, or with an empty page."""
    name = Path(route.request.url).name
    if name.endswith(".js"):
        route.fulfill(body=module(name.removesuffix(".js")), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")


@pytest.fixture(scope="module")
def modules(chromium: Browser) -> Iterator[Page]:
    """A page without anything, in which the modules can be imported."""
    page = chromium.new_page()
    page.route(f"{MODULES}**", answer)
    page.goto(MODULES)
    yield page
    page.close()


def call(page: Page, code: str, *values: Any) -> Any:  # noqa: ANN401 -- JSON goes in and comes out
    """Return what a function body gives; in it `use(name)` imports a module, and `values` are these."""
    wrapped = f"""async (values) => {{
        const use = (name) => import(`{MODULES}${{name}}.js`);
        const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
        {code}
    }}"""
    return page.evaluate(wrapped, list(values))


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file on a disk."""
    path = tmp_path_factory.mktemp("page") / "verify.html"
    path.write_bytes(verifier_page())
    return path


@pytest.fixture
def opener(chromium: Browser, page_file: Path) -> Iterator[Callable[..., Opened]]:
    """Open the page from its file on a narrow phone without a network; give it and what the browser complains of."""
    contexts = []

    def opened(lacking: str = "") -> Opened:
        context = chromium.new_context(viewport=PHONE, locale="zh-CN", offline=True)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(lacking)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(page_file.as_uri())
        return page, complaints

    yield opened
    for context in contexts:
        context.close()


def verify_file(page: Page, bundle: Path) -> list[list[Any]]:
    """Give the page a file; return rule and entry of each finding that it shows."""
    page.evaluate(
        "document.getElementById('file').value = ''; document.getElementById('result').hidden = true"
    )
    page.set_input_files("#file", bundle)
    page.wait_for_selector("#result:not([hidden])")
    page.wait_for_selector("#go:not([disabled])")
    shown = page.locator("#findings li").evaluate_all(
        "items => items.map(({ dataset }) => [dataset.rule, dataset.entry])"
    )
    return [[rule, int(entry) if entry else None] for rule, entry in shown]
