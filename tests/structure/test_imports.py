"""What each package may import from outside: import-linter forbids by name, this list allows by name."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"api", "audit", "bench", "domain", "migrations", "projections", "tests"}
ALLOWED = {
    "audit": {"msgspec", "nacl"},
    "domain": {"msgspec", "nacl"},
    "migrations": {"psycopg"},
}
WRITE_SIDE = {"eventsourcing", "msgspec", "nacl", "psycopg", "psycopg_pool"}
"""What domain/ledger may import, and no one else below projections."""


def imported(tree: ast.Module) -> set[str]:
    """Name the top-level packages that a module imports anywhere in it."""
    nodes = list(ast.walk(tree))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    members = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | members}


def foreign(path: Path) -> set[str]:
    """Name the third-party packages that a file imports."""
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    return names - PACKAGES - sys.stdlib_module_names


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_only_what_the_package_may_know(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        allowed = WRITE_SIDE if (ROOT / "domain" / "ledger") in path.parents else ALLOWED[package]
        assert foreign(path) <= allowed, path.relative_to(ROOT)


def test_eventsourcing_is_known_to_the_write_side_alone() -> None:
    users = {
        path.relative_to(ROOT).parent.as_posix()
        for package in PACKAGES - {"bench", "tests"}
        for path in (ROOT / package).rglob("*.py")
        if "eventsourcing" in foreign(path)
    }
    assert users == {"domain/ledger"}
