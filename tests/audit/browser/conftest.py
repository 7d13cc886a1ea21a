"""Debian's Chromium, the page's modules in it as its own loader takes them, and the page from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.browser import module, verifier_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

MODULES = "https://modules.example/"
"""A secure origin, where Chromium has WebCrypto; it is answered from here, not from the network."""


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
