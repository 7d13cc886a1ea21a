"""Where all tools ought to be there a test that is passed over fails the run; elsewhere it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.complete import COMPLETE

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""No plugin of those installed is asked for, which take longer to load than such a test takes."""
CONFTEST = """
from tests import complete

def pytest_configure(config):
    config.pluginmanager.register(complete)
"""
MARKED = """
import pytest

@pytest.mark.skipif(True, reason="{reason}")
def test_marked(): ...

def test_good(): ...
"""
WITHIN = """
import pytest

def test_within():
    pytest.skip("{reason}")

def test_good(): ...
"""
WHOLE = """
import pytest

pytest.importorskip("no_such_module", reason="{reason}")
"""


def outcome(folder: Path, text: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a file of tests; return the exit code and what was printed."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(folder)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={
            **{name: value for name, value in os.environ.items() if name != COMPLETE},
            **ALONE,
            **environment,
        },
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("text", [MARKED, WITHIN, WHOLE], ids=["marked", "within", "whole"])
@pytest.mark.parametrize(
    ("environment", "reason", "is_failure"),
    [
        ({}, "the tool is not installed", False),
        ({COMPLETE: "1"}, "the tool is not installed", True),
        ({COMPLETE: "1"}, "the full set is not at hand", False),
        ({COMPLETE: "1"}, "only root's server runs as another user", False),
    ],
)
def test_a_test_that_is_passed_over_is_a_failure_where_all_is_there(
    tmp_path: Path, text: str, environment: dict[str, str], reason: str, *, is_failure: bool
) -> None:
    code, said = outcome(tmp_path, text.format(reason=reason), environment)
    assert ("passed over where all tools ought to be there" in said) == is_failure
    assert (code not in {0, 5}) == is_failure, said  # 5: no test was left


def test_ci_demands_all_tests() -> None:
    assert f"export {COMPLETE}=1" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
