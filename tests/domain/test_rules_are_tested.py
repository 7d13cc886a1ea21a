"""Each rule of the domain is broken by some test: its code stands there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import domain
from domain.kernel.errors import Rule

TESTS = Path(__file__).parents[1]
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py") if path != Path(__file__)
)
CODES = sorted(
    {
        value.code
        for module in walk_packages(domain.__path__, "domain.")
        for value in vars(import_module(module.name)).values()
        if isinstance(value, Rule)
    }
)


@pytest.mark.parametrize("code", CODES)
def test_a_rule_is_broken_somewhere(code: str) -> None:
    assert f'"{code}"' in SOURCES


def test_the_rules_are_found() -> None:
    assert {"voucher.unbalanced", "entry.seen", "note.malformed"} <= set(CODES)
