"""The vectors of logs whose key changes: kept as a file, and audited in Python as in the browser.

`UPDATE_VECTORS=1` writes the file anew. tests/audit/browser/ reads the very same one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.vectors.logkeys import cases
from tests.vectors.logs import as_object
from tests.vectors.reading import FOLDER, audited, read, write_log
from tests.vectors.test_logs import _lines

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FILE = FOLDER / "logkeys.json"


def test_the_file_is_what_the_code_makes(tmp_path: Path) -> None:
    made = _lines(as_object(tmp_path, cases()))
    if os.environ.get("UPDATE_VECTORS"):
        FILE.write_text(made, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == made, "run once with UPDATE_VECTORS=1"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks for a log every log of the file."""
    if "log" in metafunc.fixturenames:
        logs = read("logkeys.json")["logs"]
        metafunc.parametrize("log", logs, ids=[log["name"] for log in logs])


def test_the_audit_finds_rule_and_entry(log: dict[str, Any], tmp_path: Path) -> None:
    bundle = write_log(log, read("logkeys.json")["parts"], tmp_path / "log.zip")
    found, error = audited(bundle, policy=log["policy"], kept=log["kept"].encode())
    assert ([list(finding) for finding in found], error) == (log["found"], None)
