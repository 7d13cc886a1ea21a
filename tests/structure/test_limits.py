"""The limits of the code: small functions and files, modules named by nouns, all public names explained."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "audit", "domain", "examples", "migrations", "projections")
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
NAMELESS = {"base", "common", "helper", "helpers", "misc", "shared", "util", "utils"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def length(node: Definition) -> int:
    """Lines of a definition, docstring included, decorators not."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def long_functions(tree: ast.Module) -> list[str]:
    """Name the functions and methods that are over the limit."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [f"{node.name}: {length(node)} lines" for node in functions if length(node) > FUNCTION_LINES_MAX]


def undocumented(tree: ast.Module) -> list[str]:
    """Name what lacks a docstring: the module, and each public function and class at its top level."""
    public = [node for node in tree.body if isinstance(node, Definition) and not node.name.startswith("_")]
    missing = [node.name for node in public if ast.get_docstring(node) is None]
    return missing if ast.get_docstring(tree) else ["the module", *missing]


def findings(path: Path) -> list[str]:
    """Judge one module by every limit."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = len(source.splitlines())
    return [
        *([f"{lines} lines"] if lines > FILE_LINES_MAX else []),
        *([f"a name that says nothing: {path.stem}"] if path.stem in NAMELESS else []),
        *long_functions(tree),
        *(f"no docstring: {name}" for name in undocumented(tree)),
    ]


def test_every_package_is_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(PACKAGES)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_keeps_the_limits(path: Path) -> None:
    assert findings(path) == []


def test_the_limits_bite(tmp_path: Path) -> None:
    long = "def long():\n" + "    x = 1\n" * FUNCTION_LINES_MAX
    bad = tmp_path / "utils.py"
    bad.write_text(long + "class Bare:\n    pass\n" + "\n" * FILE_LINES_MAX, encoding="utf-8")
    assert findings(bad) == [
        f"{1 + FUNCTION_LINES_MAX + 2 + FILE_LINES_MAX} lines",
        "a name that says nothing: utils",
        f"long: {1 + FUNCTION_LINES_MAX} lines",
        "no docstring: the module",
        "no docstring: long",
        "no docstring: Bare",
    ]


def test_at_the_limits_nothing_is_found(tmp_path: Path) -> None:
    documented = '"""A module."""\n\n\ndef long():\n    """Do."""\n' + "    x = 1\n" * (
        FUNCTION_LINES_MAX - 2
    )
    good = tmp_path / "voucher.py"
    good.write_text(documented + "\n" * (FILE_LINES_MAX - FUNCTION_LINES_MAX - 3), encoding="utf-8")
    assert findings(good) == []
