"""The end of a period as JSON and as tables, from one query each.

The checklist has here what the read side does not know: the drafts that wait, and whether originals are there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from api.adapters.tables import Table, TableColumn
from api.clock import now
from api.drafting import open_drafts
from api.statements import Statement
from domain.closing import Remark
from domain.entry import parse_entry
from domain.kernel.errors import Kind, Phrase, rule
from domain.statements import head_object
from domain.vouchers import Reversal, Voucher, voucher_number
from projections import closing, journal
from projections.closing import transfers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

    from api.attachments import Attachments
    from projections.closing import Checklist, Distribution, Transfers

DRAFTS_WAITING = rule(
    "closing.drafts_waiting",
    Kind.REFUSED,
    "{period} 有 {count} 张待签凭证还没有入账{named}；结账以后它们就不能入账了，请先签完、改日期或撤回",
    "drafts dated in {period} that wait to be signed: {count}{named}; once it is closed they can never be booked: sign"
    " them, date them anew, or withdraw them first",
    "财会〔2023〕14号: 按月结账",
)
ORIGINAL_MISSING = rule(
    "closing.original_missing",
    Kind.REFUSED,
    "凭证 {number} 的附件「{name}」（SHA-256 {sha256}）不在本服务器上；请上传这份原件，内容须与签名时相同",
    "the attachment '{name}' of voucher {number} (SHA-256 {sha256}) is not on this server; upload the original, the"
    " very bytes that were signed for",
    "会计基础工作规范 art. 51(3)",
)

STOPPED = rule(
    "closing.stopped",
    Kind.REFUSED,
    "{period} 结账前有 {count} 项必须处理，见结账检查；决定照样结账的，请写明理由（命令行用 --despite 理由）。"
    "结了账的月份不能再打开",
    "to be set right before the closing of {period}: {count}, see its checklist; whoever closes all the same says why"
    " (--despite REASON on the command line). What is closed stays closed",
    "财会〔2023〕14号: 按月结账",
)

NAMED_MAX = 3
"""Of how many drafts the summaries are told."""

REMARK_COLUMNS = (
    TableColumn("结账前必须处理"),
    TableColumn("说明"),
    TableColumn("科目"),
    TableColumn("记录序号"),
    TableColumn("规则"),
)
TRANSFER_COLUMNS = (
    TableColumn("日期", day=True),
    TableColumn("凭证"),
    TableColumn("摘要"),
    TableColumn("科目编码"),
    TableColumn("借方金额", money=True),
    TableColumn("贷方金额", money=True),
)


def checklist(
    connection: Connection[Any], book: str, period: str, originals: Attachments, *, named: bool = False
) -> Checklist:
    """Return the checklist of a period, with what waits and what is not there; raises `book.unknown`, `period.*`.

    `named` tells the summaries of drafts too; they are not for the public (ADR 0029).
    """
    report = closing.checklist(connection, book, period, now()[:10])
    waiting = [] if report.closed else _waiting(connection, book, period, named=named)
    return replace(
        report, remarks=[*waiting, *report.remarks, *_missing(connection, book, period, originals)]
    )


def despite(count: int, period: str, reason: str) -> str:
    """Return in words that a period is closed though so many remarks stop it, "" if none does.

    Raises `closing.stopped` when some do, and nobody says why it is closed all the same.
    """
    if not count:
        return ""
    if not reason.strip():
        raise STOPPED(period=period, count=count)
    return f"结账检查有 {count} 项必须处理，照样结账 / despite {count} to be set right: {reason.strip()}"


def _waiting(connection: Connection[Any], book: str, period: str, *, named: bool) -> list[Remark]:
    """Return the remark on the vouchers of a period that wait to be signed, if there are any."""
    drafts = [one.voucher for one in open_drafts(connection, book) if one.period == period]
    summaries = [voucher.summary for voucher in drafts if voucher]
    if not summaries:
        return []
    told = Phrase("", "")
    if named:
        zh, en = "、".join(summaries[:NAMED_MAX]), ", ".join(summaries[:NAMED_MAX])
        more = len(summaries) > NAMED_MAX
        told = Phrase(f"（{zh}{' 等' if more else ''}）", f" ({en}{' and others' if more else ''})")
    violation = DRAFTS_WAITING(period=period, count=len(summaries), named=told)
    return [Remark(stops=True, violation=violation)]


def _missing(connection: Connection[Any], book: str, period: str, originals: Attachments) -> Iterator[Remark]:
    """Yield a remark on each original that a voucher of a period names and that is not kept."""
    for entry, number, note in journal.with_files(connection, book, period):
        voucher = parse_entry(note).statement.data
        for file in voucher.attachments.files if isinstance(voucher, (Voucher, Reversal)) else ():
            if not originals.has(book, file.sha256):
                facts = {"name": file.name, "sha256": file.sha256}
                violation = ORIGINAL_MISSING(number=voucher_number(period, number), **facts)
                yield Remark(stops=False, violation=violation, entry=entry)


def checklist_object(report: Checklist) -> dict[str, Any]:
    """Return the checklist as a JSON object; `ready` when it is open and nothing stops its closing."""
    return {
        **head_object(report),
        "closed": report.closed,
        "open_period": report.open_period,
        "ready": not report.closed and not any(remark.stops for remark in report.remarks),
        "remarks": _remark_objects(report.remarks),
    }


def _remark_objects(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    return [
        {
            "stops": remark.stops,
            "rule": remark.violation.rule.code,
            "zh": remark.violation.zh,
            "en": remark.violation.en,
            "account": remark.account,
            "entry": remark.entry,
        }
        for remark in remarks
    ]


def checklist_table(report: Checklist) -> Table:
    """Return the checklist (结账检查) as a table."""
    rows = [
        ("是" if stops else "", violation.zh, account, entry, violation.rule.code)
        for stops, violation, account, entry in report.remarks
    ]
    closed = "（已结账）" if report.closed else ""
    return Table(f"结账检查  {report.name}  {report.period}{closed}", REMARK_COLUMNS, rows)


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
        "remarks": _remark_objects(report.remarks),
    }


CHECKLIST = Statement("closing", closing.checklist, checklist_object, checklist_table)
"""What the read side knows of it; the doors ask for `checklist`."""

TRANSFERS = Statement("transfers", transfers, transfers_object, transfers_table)
