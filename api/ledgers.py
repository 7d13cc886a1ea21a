"""The ledgers as JSON and as tables, from one query each."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from api.adapters.tables import Sum, Table, TableColumn
from api.history import side_words
from api.ledger_sums import ledger_sums
from api.statements import Statement
from domain.ageing import YEARS
from domain.ledger_account import RowKind
from domain.statements import head_object
from domain.vouchers import price_fen, voucher_number
from projections.ageing import ageing
from projections.ledgers import general_ledger
from projections.projects import projects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.ledger_account import LedgerRow
    from projections.ageing import AgeingReport
    from projections.ledgers import AccountLedger, GeneralLedger
    from projections.projects import ProjectReport

AGES = (
    f"{YEARS[0]} 年以内",
    *(f"{younger} 至 {older} 年" for younger, older in pairwise(YEARS)),
    f"{YEARS[-1]} 年以上",
)
AGEING_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("科目名称"),
    TableColumn("往来单位"),
    TableColumn("方向"),
    TableColumn("余额", money=True),
    *(TableColumn(age, money=True) for age in AGES),
    TableColumn("最早日期", day=True),
)
SUMS = (
    TableColumn("借方", money=True),
    TableColumn("贷方", money=True),
    TableColumn("方向"),
    TableColumn("余额", money=True),
)
ACCOUNT_COLUMNS = (TableColumn("科目编码"), TableColumn("科目名称"))
"""What the ledger of an account with details has, beside each line's summary."""

PLACE_COLUMNS = (TableColumn("日期", day=True), TableColumn("凭证号"), TableColumn("摘要"))
LEDGER_COLUMNS = (
    TableColumn("对方科目"),
    TableColumn("往来单位"),
    TableColumn("项目"),
    *SUMS,
    TableColumn("记录序号"),
)
QUANTITY_COLUMNS = (
    *(
        TableColumn(f"{side}{what}", money=what == "单价")
        for side in ("收入", "发出", "结存")
        for what in ("数量", "单价")
    ),
    TableColumn("计量单位"),
)
"""What a ledger of goods (数量金额式明细账) has beside its sums."""

GENERAL_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("科目名称"),
    TableColumn("期间"),
    TableColumn("摘要"),
    *SUMS,
)


def title(report: AccountLedger) -> str:
    """Return what a ledger is called: 库存现金日记账, 内部往来/成员 明细账."""
    name = report.account_name
    return f"{name}日记账" if report.daily else f"{name}明细账"


def ledger_object(report: AccountLedger) -> dict[str, Any]:
    """Return an account's ledger as a JSON object; amounts in fen, balances debits less credits."""
    return {
        **head_object(report),
        "account": report.account,
        "account_name": report.account_name,
        "party": report.party,
        "project": report.project,
        "from": report.first,
        "unit": report.unit,
        "rows": [_row(row) for row in report.rows],
    }


def _row(row: LedgerRow) -> dict[str, Any]:
    line = row.line
    return {
        "kind": row.kind.value,
        "period": row.period,
        "date": row.date or None,
        "voucher": voucher_number(row.period, line.number) if line else None,
        "entry": line.entry if line else None,
        "summary": row.summary,
        "account": line.account if line else None,
        "contra": list(line.contra) if line else [],
        "party": line.party if line else "",
        "project": line.project if line else "",
        "debit_fen": row.debit_fen,
        "credit_fen": row.credit_fen,
        "balance_fen": row.balance_fen,
        "came_milli": row.came_milli,
        "went_milli": row.went_milli,
        "left_milli": row.left_milli,
    }


def ledger_table(report: AccountLedger) -> Table:
    """Return an account's ledger (明细账, 日记账) as a table, that of goods with quantities and prices.

    That of an account with details says of which of them each line is.
    """
    unit, details = report.unit, report.details
    rows = [
        (
            row.date or row.period,
            voucher_number(row.period, row.line.number) if row.line else "",
            row.summary,
            *(_account(row, details) if details else ()),
            " ".join(row.line.contra) if row.line else "",
            row.line.party if row.line else "",
            row.line.project if row.line else "",
            *sums,
            row.line.entry if row.line else None,
            *((*_quantities(row), unit) if unit else ()),
        )
        for row, sums in zip(report.rows, ledger_sums(report.rows), strict=True)
    ]
    columns = (
        *PLACE_COLUMNS,
        *(ACCOUNT_COLUMNS if details else ()),
        *LEDGER_COLUMNS,
        *(QUANTITY_COLUMNS if unit else ()),
    )
    return Table(f"{title(report)}  {report.name}  {report.first} — {report.period}", columns, rows)


def _account(row: LedgerRow, details: Mapping[str, str]) -> tuple[str, str]:
    code = row.line.account if row.line else ""
    return code, details.get(code, "")


def _quantities(row: LedgerRow) -> Iterator[object]:
    """Yield quantity and price of what came, went and is left."""
    moved = row.kind not in {RowKind.opening, RowKind.closing}
    for milli, fen in (
        (row.came_milli if moved else 0, row.debit_fen),
        (row.went_milli if moved else 0, row.credit_fen),
        (row.left_milli, row.balance_fen),
    ):
        yield Decimal(milli) / 1_000 if milli else None
        yield price_fen(fen, milli)


def general_object(report: GeneralLedger) -> dict[str, Any]:
    """Return the general ledger as a JSON object; amounts in fen, balances debits less credits."""
    kept = ("kind", "period", "summary", "debit_fen", "credit_fen", "balance_fen")
    return {
        **head_object(report),
        "accounts": [
            {
                "account": account,
                "name": name,
                "rows": [{key: shown[key] for key in kept} for shown in map(_row, rows)],
            }
            for account, name, rows in report.accounts
        ],
    }


def general_table(report: GeneralLedger) -> Table:
    """Return the general ledger (总账) as a table, account after account."""
    rows = [
        (account, name, row.period, row.summary, *sums)
        for account, name, of_account in report.accounts
        for row, sums in zip(of_account, ledger_sums(of_account), strict=True)
    ]
    return Table(f"总账  {report.name}  {report.period}", GENERAL_COLUMNS, rows)


def ageing_object(report: AgeingReport) -> dict[str, Any]:
    """Return the ages as a JSON object; amounts in fen, what others owe positive, what is owed to them negative."""
    return {
        **head_object(report),
        "years": list(YEARS),
        "rows": [{**row._asdict(), "name": report.names[row.account]} for row in report.rows],
    }


def ageing_table(report: AgeingReport) -> Table:
    """Return the ages of receivables and payables (账龄分析表) as a table: each side with its totals."""
    rows: list[tuple[object, ...]] = []
    for words, owed in (("应收合计", False), ("应付合计", True)):
        listed = [row for row in report.rows if (row.balance_fen < 0) == owed]
        sums = [[abs(fen) for fen in (row.balance_fen, *row.by_age)] for row in listed]
        rows += [
            (
                row.account,
                report.names[row.account],
                row.party,
                side_words(row.balance_fen),
                *cells,
                row.oldest,
            )
            for row, cells in zip(listed, sums, strict=True)
        ]
        totals = [sum(column) for column in zip(*sums, strict=True)] or [0] * (len(YEARS) + 2)
        rows.append(("", words, "", "", *(Sum(fen, len(listed)) for fen in totals), ""))
    return Table(f"账龄分析表  {report.name}  {report.period}", AGEING_COLUMNS, rows)


PROJECT_COLUMNS = (
    *ACCOUNT_COLUMNS,
    TableColumn("项目"),
    TableColumn("期初余额", money=True),
    TableColumn("本期收入", money=True),
    TableColumn("本期支出", money=True),
    TableColumn("期末余额", money=True),
)


def projects_object(report: ProjectReport) -> dict[str, Any]:
    """Return the projects as a JSON object; amounts in fen, funds that are there above zero."""
    rows = [
        {**row._asdict(), "closing_fen": row.closing_fen, "name": report.names[row.account]}
        for row in report.rows
    ]
    return {**head_object(report), "first": report.first, "rows": rows}


def projects_table(report: ProjectReport) -> Table:
    """Return the projects (项目余额表) as a table, with the total."""
    sums = [(row.opening_fen, row.in_fen, row.out_fen, row.closing_fen) for row in report.rows]
    rows: list[tuple[object, ...]] = [
        (row.account, report.names[row.account], row.project, *cells)
        for row, cells in zip(report.rows, sums, strict=True)
    ]
    totals = [sum(column) for column in zip(*sums, strict=True)] or [0] * len(PROJECT_COLUMNS[3:])
    rows.append(("", "合计", "", *(Sum(fen, len(sums)) for fen in totals)))
    return Table(f"项目余额表  {report.name}  {report.period}", PROJECT_COLUMNS, rows)


GENERAL_LEDGER = Statement("general-ledger", general_ledger, general_object, general_table)
AGEING = Statement("ageing", ageing, ageing_object, ageing_table)
PROJECTS = Statement("projects", projects, projects_object, projects_table, spans=True)
