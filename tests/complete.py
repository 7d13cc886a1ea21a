"""Where all tools are there (`.ci/run` installs them), a test that is passed over for want of one is a failure.

On a machine of one's own it is said and passed over. Only outside vectors may be missing anywhere: they are not ours to
hand on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

AnyReport = TypeVar("AnyReport", pytest.TestReport, pytest.CollectReport)

COMPLETE = "SUNLEDGER_ALL_TESTS"
"""The environment variable that demands all tests."""

NO_TOOL = ("is not at hand", "only root's")
"""What stands in the reasons for which a test may be passed over all the same: no package would help."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that was passed over."""
    report = yield
    return _demanded(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let a file of tests fail that was passed over."""
    report = yield
    return _demanded(report)


def _demanded(report: AnyReport) -> AnyReport:
    reason = str(report.longrepr)
    if os.environ.get(COMPLETE) and report.skipped and not any(words in reason for words in NO_TOOL):
        report.outcome = "failed"
        report.longrepr = f"passed over where all tools ought to be there: {reason}"
    return report
