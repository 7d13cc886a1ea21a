"""The end of a period as JSON and as tables, from one query each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from api.adapters.tables import Table, TableColumn
from api.statements import Statement
from domain.statements import head_object
from projections.closing import checklist, transfers

if TYPE_CHECKING:
    from projections.closing import Checklist, Distribution, Transfers

REMARK_COLUMNS = (
    TableColumn("结账前必须处理"),
    TableColumn("说明"),
    TableColumn("科目"),
    TableColumn("记录序号"),
    TableColumn("规则"),
)
TRANSFER_COLUMNS = (
    TableColumn("日期"),
    TableColumn("凭证"),
    TableColumn("摘要"),
    TableColumn("科目编码"),
    TableColumn("借方金额", money=True),
    TableColumn("贷方金额", money=True),
)


def checklist_object(report: Checklist) -> dict[str, Any]:
    """Return the checklist as a JSON object; `ready` when it is open and nothing stops its closing."""
    return {
        **head_object(report),
        "closed": report.closed,
        "ready": not report.closed and not any(remark.stops for remark in report.remarks),
        "remarks": [
            {
                "stops": remark.stops,
                "rule": remark.violation.rule.code,
                "zh": remark.violation.zh,
                "en": remark.violation.en,
                "account": remark.account,
                "entry": remark.entry,
            }
            for remark in report.remarks
        ],
    }


def checklist_table(report: Checklist) -> Table:
    """Return the checklist (结账检查) as a table."""
    rows = [
        ("是" if stops else "", violation.zh, account, entry, violation.rule.code)
        for stops, violation, account, entry in report.remarks
    ]
    return Table(f"结账检查  {report.name}  {report.period}", REMARK_COLUMNS, rows)


def transfers_object(report: Transfers) -> dict[str, Any]:
    """Return the transfers as a JSON object; each of the vouchers is what `sunledger post` signs."""
    return {
        **head_object(report),
        "closed": report.closed,
        "vouchers": [msgspec.to_builtins(voucher) for voucher in report.vouchers],
    }


def transfers_table(report: Transfers) -> Table:
    """Return the lines of the transfers (结转凭证) as a table."""
    rows = [
        (voucher.date, number, voucher.summary, line.account, line.debit_fen or None, line.credit_fen or None)
        for number, voucher in enumerate(report.vouchers, start=1)
        for line in voucher.lines
    ]
    return Table(f"结转凭证  {report.name}  {report.period}", TRANSFER_COLUMNS, rows)


def distribution_object(report: Distribution) -> dict[str, Any]:
    """Return how a year's income is distributed as a JSON object; its vouchers are what `sunledger post` signs."""
    return {
        **head_object(report),
        "closed": report.closed,
        **report.shares._asdict(),
        "left_fen": report.shares.left_fen,
        "vouchers": [msgspec.to_builtins(voucher) for voucher in report.vouchers],
    }


CHECKLIST = Statement("closing", checklist, checklist_object, checklist_table)
TRANSFERS = Statement("transfers", transfers, transfers_object, transfers_table)
