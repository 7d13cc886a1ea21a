"""What a closed year's archive holds: vouchers with their originals, ledgers, reports, bank reconciliations."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from api import ledgers, reports, statements
from api.adapters.tables import Table, TableColumn, to_csv, to_xlsx
from api.archive.records import LEDGERS, OTHERS, PERMANENT, REPORTS, TEN, THIRTY, VOUCHERS, Record, form_of
from api.attachments import media_of
from api.banking import RECONCILIATION, reconciliation_table
from domain.closing import banks_in_use
from domain.entry import parse_entry
from domain.kernel.errors import RuleViolation
from domain.kernel.period import last_day, periods
from domain.roles import ROLES, role_of
from domain.vouchers import Reversal, Voucher, voucher_number
from projections import journal, log, register
from projections.balances import trial_balance
from projections.journal import JournalFilter
from projections.ledgers import LedgerFilter, account_ledger, auxiliary_ledgers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

    from api.attachments import Attachments
    from api.banking import BankStatements
    from projections.journal import VoucherRow
    from projections.register import AccountRow, BookRow

ALL = 2**31 - 1


class Kept(NamedTuple):
    """What is kept beside the log: the originals of vouchers, and what was read of the banks' statements."""

    originals: Attachments
    banks: BankStatements


def contents(connection: Connection[Any], book: BookRow, year: str, kept: Kept) -> Iterator[Record]:
    """Yield the records of a year, one too for each original and each reconciliation that is not there.

    Raises `attachment.damaged`.
    """
    months = [period for period in periods(f"{year}-01", f"{year}-12") if period >= book.first_period]
    for volume, period in enumerate(months, start=1):
        yield from _vouchers(connection, book, period, volume, kept.originals)
    yield from _ledgers(connection, book, year)
    for volume, period in enumerate(months, start=1):
        yield from _reports(connection, book, period, volume)
    yield from _reconciliations(connection, book, months, kept.banks)


def _vouchers(
    connection: Connection[Any], book: BookRow, period: str, volume: int, originals: Attachments
) -> Iterator[Record]:
    """Yield each voucher as it was signed, behind it the originals that are kept electronically."""
    people = register.people(connection, book.book)
    piece = 0
    for place in journal.vouchers_of(connection, book.book, period, ALL):
        note = log.entry_at(connection, book.book, place.entry)
        number = voucher_number(period, place.number)
        signers = "；".join(
            f"{ROLES[role_of(name)]} {people.get(name, '')}".strip() for name in place.signers
        )
        piece += 1
        path = f"vouchers/{period}/{place.number:04d}"
        common: dict[str, Any] = {
            "category": VOUCHERS,
            "volume": volume,
            "responsible": book.name,
            "date": place.date.isoformat(),
            "kept": THIRTY,
            "number": number,
        }
        yield Record(
            f"{path}.note",
            note,
            piece=piece,
            title=place.summary,
            attachments=place.attachments,
            signers=signers,
            related=_related(connection, book.book, place),
            **common,
        )
        voucher = parse_entry(note).statement.data
        files = voucher.attachments.files if isinstance(voucher, (Voucher, Reversal)) else []
        for order, file in enumerate(files, start=1):
            piece += 1
            said: dict[str, Any] = {"piece": piece, "title": file.name, "related": number, "original": True}
            said |= common
            if not originals.has(book.book, file.sha256):
                yield Record("", b"", missing=file, **said)
                continue
            data = originals.read(book.book, file.sha256)
            yield Record(f"{path}-{order:02d}.{form_of(media_of(data))}", data, **said)


def _related(connection: Connection[Any], book: str, place: VoucherRow) -> str:
    """Return the numbers of the vouchers that one cancels or sets right, or that do so to it."""
    links = journal.links_of(connection, book, [place])[place.entry]
    return "；".join(one.number for one in (links.of, *links.by) if one)


def _ledgers(connection: Connection[Any], book: BookRow, year: str) -> Iterator[Record]:
    """Yield the journal, the general ledger, each account's and auxiliary ledgers, the ages of debts, the chart."""
    last = f"{year}-12"
    lines = journal.journal(connection, book.book, JournalFilter(f"{year}-01", last, limit=ALL))
    tables = [
        ("journal", "序时账", reports.journal_table(book.name, lines)),
        (
            "general-ledger",
            "总账",
            ledgers.general_table(ledgers.GENERAL_LEDGER.ask(connection, book.book, last)),
        ),
    ]
    rows = trial_balance(connection, book.book, last, f"{year}-01").rows
    for row in rows:
        report = account_ledger(connection, book.book, row.account, LedgerFilter(last))
        tables.append((f"accounts/{row.account}", ledgers.title(report), ledgers.ledger_table(report)))
    of_account: Counter[str] = Counter()
    for account, wanted in auxiliary_ledgers(connection, book.book, last):
        of_account[account] += 1
        report = account_ledger(connection, book.book, account, wanted)
        name = f"auxiliary/{account}-{of_account[account]:03d}"
        said = f"{ledgers.title(report)}：{wanted.party or wanted.project}"
        tables.append((name, said, ledgers.ledger_table(report)))
    aged = ledgers.AGEING.ask(connection, book.book, last)
    tables += [
        ("ageing", "账龄分析表", ledgers.ageing_table(aged)),
        ("projects", "项目余额表", ledgers.projects_table(ledgers.PROJECTS.ask(connection, book.book, last))),
        ("chart", "会计科目表", _chart(register.accounts(connection, book.book), book.name)),
    ]
    for piece, (name, title, table) in enumerate(tables):
        yield from _in_two_forms(book, LEDGERS, 1, 2 * piece, f"ledgers/{name}", title, table, last, THIRTY)


def _chart(accounts: Iterable[AccountRow], name: str) -> Table:
    """Return the accounts of a book (会计科目表), with the side on which each stands."""
    columns = (TableColumn("科目编码"), TableColumn("科目名称"), TableColumn("余额方向"))
    rows = [(one.code, one.name, "借" if one.side == "debit" else "贷") for one in accounts]
    return Table(f"会计科目表  {name}", columns, rows)


def _reports(connection: Connection[Any], book: BookRow, period: str, volume: int) -> Iterator[Record]:
    """Yield a month's reports; those of December are the year's, and kept for ever."""
    kept = PERMANENT if period.endswith("-12") else TEN
    tables = [("trial-balance", reports.trial_table(trial_balance(connection, book.book, period)))]
    for statement in (*statements.STATEMENTS, statements.NOTES, statements.CROSS_CHECKS):
        if statement.is_of(connection, book.book, period):
            report = statement.ask(connection, book.book, period)
            tables.append((statement.name, statement.as_table(report)))
    for piece, (name, table) in enumerate(tables):
        path = f"reports/{period}/{name}"
        yield from _in_two_forms(book, REPORTS, volume, 2 * piece, path, table.title, table, period, kept)


def _reconciliations(
    connection: Connection[Any], book: BookRow, months: Sequence[str], banks: BankStatements
) -> Iterator[Record]:
    """Yield the reconciliation of each bank account at each month's end, and why there is none of a month.

    Where no statement was ever read in, of each month in which the account was used.
    """
    used = {
        (row.account, period)
        for period in months
        for row in banks_in_use(trial_balance(connection, book.book, period).rows)
    }
    piece = 0
    for account, period in sorted(used.union(product(banks.read_through(book.book), months))):
        day = last_day(period)
        try:
            found = banks.reconcile(book.book, account, day)
        except RuleViolation as refused:
            title, said = f"{RECONCILIATION}  {account}  {day}", refused.zh
            piece += 1
            yield Record("", b"", OTHERS, 2, piece, title, book.name, day, TEN, absent=said)
            continue
        table = reconciliation_table(account, day, found)
        path = f"bank/{account}/{period}"
        yield from _in_two_forms(book, OTHERS, 2, piece, path, table.title, table, period, TEN)
        piece += 2


def _in_two_forms(  # noqa: PLR0913, PLR0917 -- what a record says, one by one
    book: BookRow,
    category: str,
    volume: int,
    before: int,
    path: str,
    title: str,
    table: Table,
    period: str,
    kept: str,
) -> Iterator[Record]:
    """Yield a table as CSV, which any program opens, and as a workbook."""
    day = last_day(period)
    yield Record(f"{path}.csv", to_csv(table), category, volume, before + 1, title, book.name, day, kept)
    yield Record(f"{path}.xlsx", to_xlsx(table), category, volume, before + 2, title, book.name, day, kept)
