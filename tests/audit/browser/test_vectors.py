"""The modules of the page find in every vector what the audit in Python finds: the same files are read by both."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.audit.browser.conftest import call
from tests.vectors.reading import read, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

RUN_JOB = """
    const [file, anchor, policy, kept] = values;
    const { runJob } = await use("audit");
    const remembered = { checkpoint: kept, anchor: "", policy: "" };
    const memory = new Proxy({}, { get: () => (kept ? remembered : undefined) });
    const job = { bytes: bytes(file), place: "log.zip", anchor, policy, memory };
    return runJob(job, { pause: async () => {}, progress: () => {} });
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks for a log every log of the file."""
    if "log" in metafunc.fixturenames:
        logs = read("logs.json")["logs"]
        metafunc.parametrize("log", logs, ids=[log["name"] for log in logs])


def test_the_browser_finds_rule_and_entry(modules: Page, log: dict[str, Any], tmp_path: Path) -> None:
    bundle = write_log(log, read("logs.json")["parts"], tmp_path / "log.zip")
    file = base64.b64encode(bundle.read_bytes()).decode()
    outcome = call(modules, RUN_JOB, file, log["anchor"], log["policy"], log["kept"])
    if log["error"]:
        assert outcome["error"]["rule"] == log["error"]
        return
    assert [[found["rule"], found["entry"]] for found in outcome["findings"]] == log["found"]
    assert outcome["byBrowser"]
