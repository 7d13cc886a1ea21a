"""What the pages point at is there: each relative link with its heading, each path, each command, each make target."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
FOLDERS = ("api", "audit", "bench", "docs", "domain", "examples", "migrations", "projections", "tests", ".ci")

FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^()\s]+)\)")
HEADING = re.compile(r"^#+ +(?P<text>.+)$", re.MULTILINE)
PATH = re.compile(
    r"`(?P<path>[\w.-]+(?:/[\w.-]+)+\.\w+"  # a file in a folder
    r"|[\w.-]+\.(?:md|toml|lock)"  # a file of the project's own root
    rf"|(?:{'|'.join(map(re.escape, FOLDERS))})/(?:[\w.-]+/?)*)`"  # a folder, or a file without a suffix
)
OF_A_BOOK = {"book.toml"}
"""Files of an import folder, not of the project."""

TARGET = re.compile(r"\bmake (?P<target>[a-z]+)\b")
MADE = re.compile(r"^(?P<target>[a-z]+):", re.MULTILINE)
IN_CODE = re.compile(r"`[^`\n]+`|^(?: {4}|\$ ).+$|```.*?```", re.DOTALL | re.MULTILINE)


def anchor(heading: str) -> str:
    """Return the fragment that a heading gets when the page is rendered."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def targets(page: Path) -> list[str]:
    """List a page's relative links."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found = [match["target"] for match in LINK.finditer(text)]
    return [target for target in found if not target.startswith(("http://", "https://", "mailto:"))]


def problem(page: Path, target: str) -> str:
    """Say what is wrong with a link of a page, or nothing."""
    path, _, fragment = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return f"{target}: no such file"
    if fragment:
        headings = HEADING.findall(FENCE.sub("", file.read_text(encoding="utf-8")))
        if fragment not in {anchor(heading) for heading in headings}:
            return f"{target}: no such heading"
    return ""


def missing_paths(text: str) -> list[str]:
    """List the paths in backticks that are not there; text inside fenced blocks is a session, not a reference."""
    paths = {match["path"] for match in PATH.finditer(FENCE.sub("", text))} - OF_A_BOOK
    return sorted(path for path in paths if not (ROOT / path).exists())


def missing_targets(text: str) -> list[str]:
    """List the make targets that the Makefile does not have."""
    made = {match["target"] for match in MADE.finditer((ROOT / "Makefile").read_text(encoding="utf-8"))}
    named = {match["target"] for code in IN_CODE.findall(text) for match in TARGET.finditer(code)}
    return sorted(named - made)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    assert [found for target in targets(page) if (found := problem(page, target))] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_paths_exist(page: Path) -> None:
    assert missing_paths(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_make_targets_exist(page: Path) -> None:
    assert missing_targets(page.read_text(encoding="utf-8")) == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    records = {path.name for path in folder.glob("[0-9]*.md")}
    assert records == {target for target in targets(folder / "README.md") if target[0].isdigit()}
    numbers = sorted(int(name[:4]) for name in records)
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_is_missing_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# 一 · One\n[a](none.md) [b](#one) [c](#一--one) [d](page.md)\n", encoding="utf-8")
    assert [problem(page, target) for target in targets(page)] == [
        "none.md: no such file",
        "#one: no such heading",
        "",
        "",
    ]
    text = "`domain/none.py`, `domain/gone/`, `domain/book.py`, `domain/`, `events.py`, `gone.md`, `a/b`, `.ci/run`"
    assert missing_paths(text) == ["domain/gone/", "domain/none.py", "gone.md"]
    assert missing_targets("`make test`, `make coffee`; we make tea") == ["coffee"]
