"""The page is put together the same way each time, of small modules, and knows what Python knows."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from audit import browser
from audit.browser import module, modules, verifier_page
from domain.chart import chart
from domain.entry import TYPES
from domain.kernel.errors import RULES

FOLDER = Path(browser.__file__).parent
SOURCES = sorted(FOLDER.glob("*.js"))
FILE_LINES_MAX, FUNCTION_LINES_MAX = 400, 70
BEHIND = re.compile(r" // [^\"'`]*$")
"""A comment behind code, that has no quotation mark: it may else be a text."""


def test_another_process_makes_the_same_bytes() -> None:
    """Also one that has declared many more rules."""
    code = "import sys, api.http.app, audit.browser; sys.stdout.buffer.write(audit.browser.verifier_page())"
    assert (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
        == verifier_page()
    )


def test_every_module_is_in_the_page() -> None:
    assert set(modules()) == {path.stem for path in SOURCES} | {"generated"}


def test_the_page_loads_nothing_and_runs_only_its_own_script() -> None:
    page = verifier_page().decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1] == browser.content_security_policy()
    for element in ("script", "style"):
        bodies = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies]
        assert [f"'sha256-{digest}'" in policy[1] for digest in hashes] == [True], element
    assert not re.search(r"\b(?:src|srcset)\s*=|@import|\burl\(|innerHTML|\beval\b|new Function", page)


def test_the_page_has_the_program_without_its_comments() -> None:
    script = verifier_page().decode().partition("<script>")[2].partition("</script>")[0].splitlines()
    kept = [line for line in script if re.match(r" *(?://|/?\*|$)", line) or BEHIND.search(line)]
    assert kept == []
    wrapped = [line for path in SOURCES for line in path.read_text(encoding="utf-8").splitlines()]
    code = [line for line in wrapped if not re.match(r" *(?://|/?\*)|import |export |} from|  \w+,$|$", line)]
    assert {BEHIND.sub("", line.lstrip(" ")) for line in code} - set(script) == set()


def test_every_type_of_entry_is_known_to_the_page() -> None:
    """A type that is added in Python needs its entry in the table of types.js, or in one that is spread there."""
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    table = re.findall(r'^  "([a-z_]+\.[a-z_]+/\d+)": \{', source, re.MULTILINE)
    assert sorted([*table, "book.opened/1"]) == sorted(TYPES)


def test_every_refusal_of_the_page_is_a_rule_declared_in_python() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    codes = set(re.findall(r'refusal\(\s*"([^"]+)"', source))
    assert codes
    assert codes <= set(RULES)
    assert all(f'"{code}"' in module("generated") for code in codes)


def test_facts_of_a_refusal_fill_its_words() -> None:
    """What stands in braces in a rule's words is given by each `refusal` that names its facts at once."""
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for code, facts in re.findall(r'refusal\(\s*"([^"]+)",\s*\{([^{}]*)\}\)', source):
        given = set(re.findall(r"(?:^|,)\s*([a-z_]+)", facts))
        wanted = set(re.findall(r"\{([a-z_]+)\}", RULES[code].zh + RULES[code].en))
        assert wanted <= given, (code, wanted - given)


def test_the_chart_of_the_page_is_that_of_python() -> None:
    accounts = chart("rural-collective-2024").accounts
    told = {code: [account.name, account.standing == "official"] for code, account in accounts.items()}
    (charts,) = re.findall(r"^export const CHARTS = (.*);$", module("generated"), re.MULTILINE)
    assert json.loads(charts) == {"rural-collective-2024": told}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_module_keeps_the_limits(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= FILE_LINES_MAX
    assert lines[0].startswith("/**")
    starts = [
        number
        for number, line in enumerate(lines)
        if re.match(r"(?:export )?(?:async )?function|  \w+\(.*\{$", line)
    ]
    for start in starts:
        end = "  }" if lines[start].startswith("  ") else "}"
        assert lines.index(end, start) - start < FUNCTION_LINES_MAX, lines[start]
    undocumented = [
        line
        for before, line in pairwise(lines)
        if re.match(r"export (?:async )?(?:function|class)", line) and not before.rstrip().endswith("*/")
    ]
    assert undocumented == []
