"""A year that is closed with something left to transfer is remarked on, by Python and by the browser alike."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
import pytest

from audit.source import open_source
from audit.verify import verify
from domain.entry import seal
from domain.kernel.period import periods
from domain.periods import Closing, PeriodClosed
from domain.vouchers import VoucherPosted
from tests.audit.browser.conftest import call
from tests.vectors.honest import BASIC, TRANSFERRED, founded, voucher

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.vectors.village import Log

pytestmark = pytest.mark.e2e

LATER = "2027-02-05T10:00:00+08:00"
RUN_JOB = """
    const { runJob } = await use("audit");
    const job = { bytes: bytes(values[0]), place: "log.zip", anchor: "", policy: "", memory: {} };
    const { findings, remarks } = await runJob(job, { pause: async () => {}, progress: () => {} });
    return { findings, remarks };
"""


def closed(log: Log, last: str = "2026-12") -> Log:
    """Close each month to the last."""
    for period in periods("2026-01", last):
        statement = log.statement(PeriodClosed, Closing(period=period))
        log = log.plus(seal(msgspec.structs.replace(statement, at=LATER), BASIC))
    return log


def earning() -> Log:
    log = founded()
    for date, fen in (("2026-03-01", 12_345), ("2026-04-01", 55)):
        log = log.then(VoucherPosted, voucher(date, fen, debit="101", credit="501"), *BASIC)
    return log.then(VoucherPosted, voucher("2026-05-01", 400, debit="51301", credit="101"), *BASIC)


def all_of_it() -> Log:
    """Transfer what is left of income that stood in the opening balances."""
    log = TRANSFERRED
    for debit, credit in (("501", "321"), ("321", "322")):
        lines = voucher("2026-12-31", 20_000, debit=debit, credit=credit)
        log = log.then(VoucherPosted, lines, *BASIC)
    return log


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (closed(earning()), "2026 年已结账，而 501 经营收入 还有 1,324.00 元没有结转（这样的科目共 2 个）"),
        (closed(earning(), "2026-11"), ""),
        (closed(TRANSFERRED), "2026 年已结账，而 501 经营收入 还有 200.00 元没有结转（这样的科目共 1 个）"),
        (closed(all_of_it()), ""),
        (earning(), ""),
    ],
    ids=["closed with income left", "December is open", "a part left", "all transferred", "all open"],
)
def test_what_was_not_transferred_is_remarked(modules: Page, tmp_path: Path, log: Log, said: str) -> None:
    bundle = log.publish().bundle(tmp_path / "log.zip")
    report = verify(open_source(str(bundle)))
    outcome = call(modules, RUN_JOB, base64.b64encode(bundle.read_bytes()).decode())
    assert (report.findings, outcome["findings"]) == ([], [])
    told = [one.message for one in report.remarks if one.rule == "audit.untransferred"]
    shown = [one["zh"] for one in outcome["remarks"] if one["rule"] == "audit.untransferred"]
    assert [one.startswith(said) for one in told] == ([True] if said else [])
    assert [said in one for one in shown] == ([True] if said else [])
    assert [one.partition(" / ")[0] for one in told] == shown
