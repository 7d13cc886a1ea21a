"""Reports: the trial balance and the journal as JSON and as tables, from one query each."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from api.adapters.tables import Cells, Formula, Sum, Table, TableColumn
from domain import statements
from domain.vouchers import voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.balances import TrialRow
    from projections.balances import TrialBalance
    from projections.journal import JournalLine

TRIAL_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("科目名称"),
    TableColumn("期初借方余额", money=True),
    TableColumn("期初贷方余额", money=True),
    TableColumn("本期借方发生额", money=True),
    TableColumn("本期贷方发生额", money=True),
    TableColumn("本年累计借方", money=True),
    TableColumn("本年累计贷方", money=True),
    TableColumn("期末借方余额", money=True),
    TableColumn("期末贷方余额", money=True),
)
JOURNAL_COLUMNS = (
    TableColumn("日期", day=True),
    TableColumn("凭证号"),
    TableColumn("摘要"),
    TableColumn("科目编码"),
    TableColumn("科目名称"),
    TableColumn("借方金额", money=True),
    TableColumn("贷方金额", money=True),
    TableColumn("附件数"),
    TableColumn("往来单位"),
    TableColumn("项目"),
    TableColumn("数量"),
    TableColumn("计量单位"),
    TableColumn("记录序号"),
    TableColumn("原系统凭证号"),
)


def trial_object(report: TrialBalance) -> dict[str, Any]:
    """Return the trial balance as the JSON object that every door gives; amounts in fen."""
    return statements.trial_object(report, report.first, report.rows, report.totals)


def trial_table(report: TrialBalance) -> Table:
    """Return the trial balance (科目余额表) as a table whose last row are the totals (合计)."""
    title = f"科目余额表  {report.name}  {report.first} — {report.period}"
    rows: list[tuple[object, ...]] = [(*row[:-2], *_closing(row)) for row in report.rows]
    totals = [Sum(fen, len(rows)) for fen in report.totals.values()]
    return Table(title, TRIAL_COLUMNS, [*rows, ("合计", "", *totals)])


def _closing(row: TrialRow) -> Iterator[int]:
    """Yield the closing balance on the side where it is, made of the opening one and what moved; nothing on the other.

    The cells of these four stand to the left of it, with the two of the year so far between.
    """
    if row.closing_debit_fen:
        yield Formula(row.closing_debit_fen, Cells(0, 6), Cells(0, 5, -1), Cells(0, 4), Cells(0, 3, -1))
    else:
        yield 0
    if row.closing_credit_fen:
        yield Formula(row.closing_credit_fen, Cells(0, 6), Cells(0, 7, -1), Cells(0, 4), Cells(0, 5, -1))
    else:
        yield 0


def journal_object(book: str, lines: list[JournalLine]) -> dict[str, Any]:
    """Return journal lines as a JSON object; amounts in fen."""
    return {"book": book, "lines": [msgspec.to_builtins(line._asdict()) for line in lines]}


def journal_table(name: str, lines: list[JournalLine]) -> Table:
    """Return journal lines (序时账) as a table whose last row are the totals (合计)."""
    rows: list[tuple[object, ...]] = [
        (
            line.date,
            voucher_number(line.period, line.number) if line.number else "期初",
            line.summary,
            line.account,
            line.name,
            line.debit_fen or None,
            line.credit_fen or None,
            line.attachments,
            line.party,
            line.project,
            Decimal(line.quantity_milli) / 1_000 if line.quantity_milli else None,
            line.unit,
            line.entry,
            line.source,
        )
        for line in lines
    ]
    debit = Sum(sum(line.debit_fen for line in lines), len(lines))
    credit = Sum(sum(line.credit_fen for line in lines), len(lines))
    total = ("", "", "合计", "", "", debit, credit, None, "", "", None, "", None, "")
    return Table(f"序时账  {name}", JOURNAL_COLUMNS, [*rows, total])
