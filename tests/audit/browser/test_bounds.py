"""In the browser, too, what a hostile log makes the audit read and remember has an end, and it is the same one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from audit.report import FINDINGS_MAX
from audit.source import open_source
from audit.verify import MALFORMED_MAX, verify
from domain.kernel.note import SigningKey
from tests.audit.browser.conftest import call
from tests.audit.test_verify import by_another_hand
from tests.vectors.honest import HONEST
from tests.vectors.village import ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.vectors.village import Log

pytestmark = pytest.mark.e2e

RUN = """
    const { runJob } = await use("audit");
    const job = { bytes: bytes(values[0]), place: "log.zip", anchor: "", policy: "", memory: {} };
    const { findings, unlisted, entries, checks } = await runJob(job, { pause: async () => {}, progress: () => {} });
    const told = findings.map(({ rule, entry, zh, en }) => [rule, entry, zh, en]);
    return { told, unlisted, entries, failed: checks.map(({ failed }) => failed) };
"""
ONE = HONEST.entries[-1]


def unsigned(log: Log) -> Log:
    """Return the log with a checkpoint that somebody else signed."""
    return log.alter("checkpoint", log.checkpoint(signer=SigningKey(ORIGIN, bytes(32))))


RUBBISH = HONEST.plus(*[b"rubbish"] * (2 * MALFORMED_MAX))
REFUSED = HONEST.plus(*[ONE] * (2 * FINDINGS_MAX))
FORGED = HONEST.plus(*[by_another_hand(ONE)] * (FINDINGS_MAX + 300))


@pytest.mark.parametrize(
    ("log", "rule", "entries"),
    [
        (RUBBISH, "audit.rubbish", 1024),
        (unsigned(RUBBISH), "audit.rubbish", 1024),
        (REFUSED, "entry.id_used", len(REFUSED.entries)),
        (unsigned(REFUSED), "audit.unsigned", 1024),
        (FORGED, "entry.id_used", len(FORGED.entries)),
    ],
    ids=["rubbish", "unsigned rubbish", "refused", "unsigned and refused", "forged"],
)
def test_python_and_the_browser_end_at_the_same_place(
    modules: Page, tmp_path: Path, log: Log, rule: str, entries: int
) -> None:
    path = log.bundle(tmp_path / "log.zip")
    report = verify(open_source(str(path)))
    outcome = call(modules, RUN, base64.b64encode(path.read_bytes()).decode())
    expected = {
        "told": [[each.rule, each.entry, each.zh, each.en] for each in report.findings],
        "unlisted": report.unlisted,
        "entries": report.entries,
        "failed": [check.failed for check in report.checks],
    }
    assert {name: outcome[name] for name in expected} == expected
    assert report.entries == entries
    assert rule in {each.rule for each in report.findings}
