"""What a document says stands in a file does stand there, and the rule that CONTRIBUTING.md quotes is that rule."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from textwrap import dedent

import pytest

from domain.vouchers.lines import UNBALANCED

ROOT = Path(__file__).parents[2]
PLACED = re.compile(r"`(?P<name>[A-Za-z_.]+)`(?: in |\s*\()`(?P<path>[a-z_/]+\.py)`")


def placed_names() -> list[tuple[str, str]]:
    """List the names that a document places in a Python file, with the file's path."""
    documents = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    return sorted(
        {
            (found["name"], found["path"])
            for document in documents
            for found in PLACED.finditer(document.read_text(encoding="utf-8"))
        }
    )


def declared(path: Path) -> set[str]:
    """Return the names of classes, functions and constants of a file, of methods also as `Class.method`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def test_documents_place_names() -> None:
    assert len(placed_names()) >= 20


@pytest.mark.parametrize(("name", "path"), placed_names())
def test_a_name_stands_where_a_document_places_it(name: str, path: str) -> None:
    assert name in declared(ROOT / path)


def test_the_rule_that_is_quoted_is_the_rule() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    quoted = text[text.index("    UNBALANCED = rule(") :]
    call = ast.parse(dedent(quoted[: quoted.index("\n    )\n") + 6])).body[0]
    assert isinstance(call, ast.Assign)
    assert isinstance(call.value, ast.Call)
    said = [arg.value for arg in call.value.args if isinstance(arg, ast.Constant)]
    assert said == [UNBALANCED.code, UNBALANCED.zh, UNBALANCED.en, UNBALANCED.source]
