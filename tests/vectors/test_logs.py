"""The logs of the vectors: made of code, kept as files, and audited in Python as in the browser.

`UPDATE_VECTORS=1` writes the files anew. tests/audit/browser/ reads the very same ones.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.vectors.logs import as_object, private_object
from tests.vectors.reading import FOLDER, audited, outside, read_logs, write_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {"logs.json": as_object, "private.json": private_object}


@pytest.mark.parametrize(("name", "make"), FILES.items(), ids=list(FILES))
def test_the_file_is_what_the_code_makes(
    name: str, make: Callable[[Path], dict[str, Any]], tmp_path: Path
) -> None:
    made = _lines(make(tmp_path))
    if os.environ.get("UPDATE_VECTORS"):
        (FOLDER / name).write_text(made, encoding="utf-8")
    assert (FOLDER / name).read_text(encoding="utf-8") == made, "run once with UPDATE_VECTORS=1"


def _lines(vectors: dict[str, Any]) -> str:
    """Write each part and each log on a line of its own, so that a change can be read."""
    parts = ",\n".join(f"{_json(name)}: {_json(part)}" for name, part in vectors["parts"].items())
    logs = ",\n".join(map(_json, vectors["logs"]))
    return f'{{"about": {_json(vectors["about"])},\n"parts": {{\n{parts}\n}},\n"logs": [\n{logs}\n]}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks for a log every log of the files, with the parts of its file."""
    if "log" in metafunc.fixturenames:
        logs = read_logs()
        metafunc.parametrize(("log", "parts"), logs, ids=[log["name"] for log, _ in logs])


def test_the_audit_finds_rule_and_entry(log: dict[str, Any], parts: dict[str, str], tmp_path: Path) -> None:
    bundle = write_log(log, parts, tmp_path / "log.zip")
    found, error = audited(bundle, anchor=log["anchor"], policy=log["policy"], kept=log["kept"].encode())
    assert [list(finding) for finding in found] == log["found"]
    assert error == log["error"]
    assert "outside" not in log or outside(bundle) == log["outside"]


def test_the_logs_break_most_rules_that_an_audit_can_find() -> None:
    """Every code that the page knows how to say is shown in a log, but for those that need what no small log has."""
    rules = {code for log, _ in read_logs() for code in [log["error"], *(rule for rule, _ in log["found"])]}
    assert len(rules - {None}) > 85
