"""An entry that says it was signed long before what it has seen is remarked on, by Python and by the browser alike."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
import pytest

from audit.source import open_source
from audit.verify import verify
from domain.entry import seal
from domain.kernel.statement import Seen
from domain.vouchers import VoucherPosted
from tests.audit.browser.conftest import call
from tests.audit.browser.test_untransferred import RUN_JOB
from tests.vectors.honest import BASIC, founded, voucher

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.vectors.village import Log

pytestmark = pytest.mark.e2e


def encoded(root: bytes) -> str:
    """Return a root in base64."""
    return base64.b64encode(root).decode()


def signed_at(log: Log, *moments: str, seen: int | None = None) -> Log:
    """Add vouchers that say that they were signed at these moments; the last has seen `seen` entries, else all."""
    for moment in moments:
        older = Seen(seen, encoded(log.tree().root(seen))) if seen and moment == moments[-1] else None
        statement = log.statement(VoucherPosted, voucher("2026-01-09", 100), older)
        log = log.plus(seal(msgspec.structs.replace(statement, at=moment), BASIC))
    return log


NOON = "2026-03-05T12:00:00+08:00"
START = founded()
SIZE = len(START.entries)
LONG = signed_at(START, *[NOON] * 300)


@pytest.mark.parametrize(
    ("log", "entry", "count"),
    [
        (signed_at(START, NOON, "2026-01-05T09:00:00+08:00"), SIZE + 1, 1),
        (signed_at(START, NOON, NOON, "2026-01-05T09:00:00+08:00", seen=SIZE + 1), SIZE + 2, 1),
        (signed_at(START, NOON, "2026-01-05T09:00:00Z", NOON, "2026-01-06T09:00:00Z"), SIZE + 1, 2),
        (signed_at(LONG, "2026-01-05T09:00:00+08:00", seen=SIZE + 45), SIZE + 300, 1),
        (signed_at(LONG, "2026-01-05T09:00:00+08:00", seen=SIZE + 44), None, 0),
        (signed_at(START, NOON, "2026-03-04T12:00:00+08:00"), None, 0),
        (signed_at(START, NOON, "2026-03-04T11:59:59+08:00"), SIZE + 1, 1),
        (signed_at(START, "2026-04-20T12:00:00+08:00", NOON, seen=SIZE), None, 0),
        (signed_at(START, "2026-03-06T02:00:00-23:00", "2026-03-06T03:00:00+23:00"), SIZE + 1, 1),
        (signed_at(START, "2026-03-07T00:00:00-12:00", "2026-03-06T12:00:00Z"), None, 0),
    ],
    ids=[
        "newest",
        "one before",
        "two",
        "far back",
        "too far back",
        "a day",
        "over a day",
        "not seen",
        "offsets",
        "offsets, a day",
    ],
)
def test_what_is_backdated_is_remarked(
    modules: Page, tmp_path: Path, log: Log, entry: int | None, count: int
) -> None:
    bundle = log.publish().bundle(tmp_path / "log.zip")
    report = verify(open_source(str(bundle)))
    outcome = call(modules, RUN_JOB, base64.b64encode(bundle.read_bytes()).decode())
    assert (report.findings, outcome["findings"]) == ([], [])
    told = [one.message for one in report.remarks if one.rule == "audit.backdated"]
    shown = [one["zh"] for one in outcome["remarks"] if one["rule"] == "audit.backdated"]
    assert [one.partition(" / ")[0] for one in told] == shown
    assert len(told) == (entry is not None)
    if told:
        assert told[0].startswith(f"第 {entry} 号记录自称签于")
        assert f"（这样的记录共 {count} 条）" in told[0]
