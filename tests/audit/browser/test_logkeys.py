"""The page finds in logs whose key changes what the audit in Python finds: the same vectors are read by both."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.audit.browser.conftest import call
from tests.vectors.reading import read, write_log
from tests.vectors.village import ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

RUN_JOB = """
    const [file, policy, kept, origin] = values;
    const { runJob } = await use("audit");
    const memory = kept ? { [origin]: { checkpoint: kept, anchor: "", policy: "" } } : {};
    const job = { bytes: bytes(file), place: "log.zip", anchor: "", policy, memory };
    return runJob(job, { pause: async () => {}, progress: () => {} });
"""

LOGS = read("logkeys.json")["logs"]


@pytest.mark.parametrize("log", LOGS, ids=[log["name"] for log in LOGS])
def test_the_browser_finds_rule_and_entry(modules: Page, log: dict[str, Any], tmp_path: Path) -> None:
    bundle = write_log(log, read("logkeys.json")["parts"], tmp_path / "log.zip")
    file = base64.b64encode(bundle.read_bytes()).decode()
    outcome = call(modules, RUN_JOB, file, log["policy"], log["kept"], ORIGIN)
    assert "error" not in outcome, outcome
    assert [[found["rule"], found["entry"]] for found in outcome["findings"]] == log["found"]
