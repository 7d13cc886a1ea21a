"""What verification remarks on transfers and distributions, by Python and by the browser alike."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from audit.source import open_source
from audit.verify import verify
from domain.vouchers import Attachments, Line, Voucher, VoucherPosted, VoucherReversed
from tests.audit.browser.conftest import call
from tests.audit.browser.test_untransferred import RUN_JOB, closed
from tests.vectors.honest import BASIC, TRANSFERRED, founded, reversal, voucher

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.vectors.village import Log

pytestmark = pytest.mark.e2e


def mixed() -> Log:
    """Spend and transfer in one voucher."""
    amounts = (("51301", 500), ("10201", -500), ("321", 500), ("51301", -500))
    lines = [Line(account=code, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)) for code, fen in amounts]
    data = Voucher(attachments=Attachments(count=1), date="2026-03-05", lines=lines, summary="办公费")
    return founded().then(VoucherPosted, data, *BASIC)


def transferred(*fen: int, last: str = "2026-03") -> Log:
    """Transfer the rent of 100 yuan in March by so many vouchers, and close the months to the last."""
    log = founded().then(VoucherPosted, voucher("2026-03-05", 10_000, debit="101", credit="501"), *BASIC)
    for each in fen:
        log = log.then(VoucherPosted, voucher("2026-03-31", each, debit="501", credit="321"), *BASIC)
    return closed(log, last) if last else log


def paid_directly(log: Log) -> Log:
    """Distribute to members in money, past the account that tells what they got."""
    return log.then(VoucherPosted, voucher("2026-04-05", 300, debit="322", credit="101"), *BASIC)


def past_the_result(log: Log) -> Log:
    """Book the rent of the month against 322 itself: no statement shows it."""
    return log.then(VoucherPosted, voucher("2026-04-06", 300, debit="322", credit="501"), *BASIC)


def taken_back(log: Log) -> Log:
    """Reverse the last voucher."""
    red = reversal(log, len(log.entries) - 1, date="2026-04-20")
    return log.then(VoucherReversed, red, *BASIC)


def given(fen: int) -> Log:
    """Close a year whose surplus is 1,200 yuan, of which the reserve got 200 and members so much."""
    log = founded()
    for debit, credit, moved in (
        ("501", "321", 120_000),
        ("321", "322", 120_000),
        ("322", "311", 20_000),
        ("322", "113", fen),
    ):
        log = log.then(VoucherPosted, voucher("2026-12-31", moved, debit=debit, credit=credit), *BASIC)
    return closed(log)


@pytest.mark.parametrize(
    ("log", "rule", "said"),
    [
        (
            given(100_001),
            "audit.over_distributed",
            "分配了 1,000.01 元，弥补亏损、提取公积公益金后可分的只有 1,000.00 元",
        ),
        (given(100_000), "audit.over_distributed", ""),
        (TRANSFERRED, "audit.over_distributed", ""),
        (mixed(), "audit.mixed", "第 6 号记录、2026-03-05 的凭证把结转或分配和别的业务（科目 10201）"),
        (paid_directly(mixed()), "audit.mixed", "（这样的凭证共 2 张）"),
        (paid_directly(founded()), "audit.mixed", "（科目 101）"),
        (past_the_result(founded()), "audit.mixed", "（科目 501）记在了一张上（这样的凭证共 1 张）"),
        (taken_back(past_the_result(founded())), "audit.mixed", ""),
        (taken_back(mixed()), "audit.mixed", ""),
        (TRANSFERRED, "audit.mixed", ""),
        (
            transferred(130_000, 130_000),
            "audit.transferred_twice",
            "2026-03 已结账，而 501 经营收入结转后在借方还有 1,300.00 元（共 1 处）",
        ),
        (transferred(130_000), "audit.transferred_twice", ""),
        (transferred(120_000), "audit.transferred_twice", ""),
        (transferred(130_000, 130_000, last=""), "audit.transferred_twice", ""),
        (taken_back(transferred(130_000, 130_000, last="")), "audit.transferred_twice", ""),
        (closed(mixed()), "audit.transferred_twice", ""),
    ],
    ids=[
        "beyond what could be",
        "all that could be",
        "an open year",
        "spent and transferred",
        "two of them",
        "members paid directly",
        "income past the year's result",
        "reversed income past the year's result",
        "reversed",
        "transfers alone",
        "transferred twice",
        "transferred once",
        "a part transferred",
        "transferred twice in an open month",
        "transferred twice and once taken back",
        "spent in a voucher that transfers",
    ],
)
def test_what_is_remarked(modules: Page, tmp_path: Path, log: Log, rule: str, said: str) -> None:
    bundle = log.publish().bundle(tmp_path / "log.zip")
    report = verify(open_source(str(bundle)))
    outcome = call(modules, RUN_JOB, base64.b64encode(bundle.read_bytes()).decode())
    assert (report.findings, outcome["findings"]) == ([], [])
    told = [one.message for one in report.remarks if one.rule == rule]
    shown = [one["zh"] for one in outcome["remarks"] if one["rule"] == rule]
    assert [said in one for one in told] == ([True] if said else [])
    assert [one.partition(" / ")[0] for one in told] == shown
