"""Whoever doubts a server or a bundle is told, wherever its page is named, to take the page from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SHOWN = (ROOT / "audit/browser/page.html", ROOT / "api/http/templates/signers.html")
GIVEN_ZH, GIVEN_EN = "带包的人给的", "from whoever carries"
RULES = ROOT / "docs" / "rules.md"
"""Made from the rules, which say it in words of their own."""

NAMING = [
    path
    for path in (*DOCUMENTS, *SHOWN)
    if path != RULES and "verify.html" in path.read_text(encoding="utf-8")
]


def paragraphs(path: Path) -> list[str]:
    """Return the paragraphs of a document, and the lines of a page, that name the page in a bundle."""
    text = path.read_text(encoding="utf-8")
    blocks = text.split("\n\n") if path.suffix == ".md" else text.splitlines()
    return [block for block in blocks if "verify.html" in block]


def test_it_is_named_where_readers_look() -> None:
    assert {path.name for path in NAMING} >= {"README.md", "verify-by-hand.md", "page.html", "signers.html"}


@pytest.mark.parametrize("path", NAMING, ids=lambda path: path.name)
def test_who_gives_the_page_in_a_bundle_is_said_beside_it(path: Path) -> None:
    for block in paragraphs(path):
        assert GIVEN_ZH in block or GIVEN_EN in " ".join(block.split()), block


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "verify-by-hand.md", SHOWN[0]])
def test_it_is_said_in_both_languages_and_with_an_independent_program(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert GIVEN_ZH in text
    assert GIVEN_EN in text
    assert "python -m audit" in text


def test_the_threats_say_the_same_in_both_languages() -> None:
    text = " ".join((ROOT / "docs" / "threats.md").read_text(encoding="utf-8").split())
    assert "`sunledger verify` 会说" in text
    assert "`sunledger verify` says when the page is not its own" in text
    assert "不核对；" not in text
