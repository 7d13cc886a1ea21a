"""The ledgers as JSON and as tables, from one query each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.adapters.tables import Table, TableColumn
from api.history import side_words
from api.statements import Statement
from domain.ledger_account import RowKind
from domain.vouchers import voucher_number
from projections.ledgers import general_ledger

if TYPE_CHECKING:
    from domain.ledger_account import LedgerRow
    from projections.ledgers import AccountLedger, GeneralLedger

SUMS = (
    TableColumn("借方", money=True),
    TableColumn("贷方", money=True),
    TableColumn("方向"),
    TableColumn("余额", money=True),
)
LEDGER_COLUMNS = (
    TableColumn("日期"),
    TableColumn("凭证号"),
    TableColumn("摘要"),
    TableColumn("对方科目"),
    TableColumn("往来单位"),
    TableColumn("项目"),
    *SUMS,
    TableColumn("记录序号"),
)
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
        "book": report.book,
        "name": report.name,
        "account": report.account,
        "account_name": report.account_name,
        "party": report.party,
        "project": report.project,
        "from": report.first,
        "period": report.period,
        "entries": report.entries,
        "root": report.root,
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
    }


def ledger_table(report: AccountLedger) -> Table:
    """Return an account's ledger (明细账, 日记账) as a table."""
    rows = [
        (
            row.date or row.period,
            voucher_number(row.period, row.line.number) if row.line else "",
            row.summary,
            " ".join(row.line.contra) if row.line else "",
            row.line.party if row.line else "",
            row.line.project if row.line else "",
            *_sums(row),
            row.line.entry if row.line else None,
        )
        for row in report.rows
    ]
    return Table(f"{title(report)}  {report.name}  {report.first} — {report.period}", LEDGER_COLUMNS, rows)


def _sums(row: LedgerRow) -> tuple[object, ...]:
    """Return what was moved, the side, and the balance; an opening balance has moved nothing."""
    moved = row.kind not in {RowKind.opening, RowKind.closing}
    debit, credit = (row.debit_fen, row.credit_fen) if moved else (None, None)
    return debit, credit, side_words(row.balance_fen), abs(row.balance_fen)


def general_object(report: GeneralLedger) -> dict[str, Any]:
    """Return the general ledger as a JSON object; amounts in fen, balances debits less credits."""
    kept = ("kind", "period", "summary", "debit_fen", "credit_fen", "balance_fen")
    return {
        "book": report.book,
        "name": report.name,
        "period": report.period,
        "entries": report.entries,
        "root": report.root,
        "accounts": [
            {
                "account": account,
                "name": name,
                "rows": [{key: _row(row)[key] for key in kept} for row in rows],
            }
            for account, name, rows in report.accounts
        ],
    }


def general_table(report: GeneralLedger) -> Table:
    """Return the general ledger (总账) as a table, account after account."""
    rows = [
        (account, name, row.period, row.summary, *_sums(row))
        for account, name, sums in report.accounts
        for row in sums
    ]
    return Table(f"总账  {report.name}  {report.period}", GENERAL_COLUMNS, rows)


GENERAL_LEDGER = Statement("general-ledger", general_ledger, general_object, general_table)
