"""Commands that print a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg import Connection

from api import closing, ledgers, reports, statements
from api.adapters.tables import Table, to_format
from api.cli.options import BookOption, Format, FormatOption, OutOption, write
from api.composition import Service, open_service
from api.database import snapshot
from api.settings import Settings
from api.statements import Statement
from domain.kernel.money import parse_fen
from domain.kernel.period import parse_period
from projections import journal as journals
from projections import register
from projections.balances import trial_balance
from projections.closing import Checklist
from projections.journal import JournalFilter
from projections.ledgers import LedgerFilter, account_ledger

report = typer.Typer(help="报表 / reports", no_args_is_help=True)


@report.command("trial-balance")
def report_trial_balance(
    book: BookOption,
    period: Annotated[str, typer.Option(help="截止期间 / last period, YYYY-MM")],
    first: Annotated[str | None, typer.Option("--from", help="起始期间 / first period")] = None,
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """科目余额表 / The trial balance of a book."""
    with _up_to_date(book) as connection:
        result = trial_balance(connection, book, period, first)
    _write(reports.trial_object(result), reports.trial_table(result), wanted, target)


@report.command("ledger")
def report_ledger(
    book: BookOption,
    account: Annotated[str, typer.Option(help="科目及其下级 / account and below")],
    period: Annotated[str, typer.Option(help="截止期间 / last period, YYYY-MM")],
    first: Annotated[
        str, typer.Option("--from", help="起始期间，默认一月 / first period, default January")
    ] = "",
    party: Annotated[str, typer.Option(help="只看这个往来单位 / this counterparty alone")] = "",
    project: Annotated[str, typer.Option(help="只看这个项目 / this project alone")] = "",
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """明细账、日记账 / An account's ledger; of cash and banks with each day's total."""
    with _up_to_date(book) as connection:
        result = account_ledger(connection, book, account, LedgerFilter(period, first, party, project))
    _write(ledgers.ledger_object(result), ledgers.ledger_table(result), wanted, target)


@report.command("journal")
def report_journal(
    book: BookOption,
    period: Annotated[
        str,
        typer.Option(
            help="只看这个期间；有 --from 时是截止期间 / this period; with --from, up to it, YYYY-MM"
        ),
    ] = "",
    first: Annotated[str, typer.Option("--from", help="起始期间 / first period")] = "",
    last: Annotated[str, typer.Option("--to", help="截止期间 / last period")] = "",
    account: Annotated[str, typer.Option(help="科目及其下级 / account and below")] = "",
    text: Annotated[str, typer.Option(help="摘要、往来、科目名称含 / text")] = "",
    smallest: Annotated[str, typer.Option("--min", help="最小金额（元）/ at least, yuan")] = "",
    largest: Annotated[str, typer.Option("--max", help="最大金额（元）/ at most, yuan")] = "",
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """序时账 / The journal of a book, filtered."""
    top = parse_fen(largest) if largest else JournalFilter.max_fen
    for one in filter(None, (first, last, period)):
        parse_period(one)
    first, last = first or period, last or period or JournalFilter.last
    filtered = JournalFilter(first, last, account, text, parse_fen(smallest), top)
    with _up_to_date(book) as connection:
        name = register.book(connection, book).name
        lines = journals.journal(connection, book, filtered)
    _write(reports.journal_object(book, lines), reports.journal_table(name, lines), wanted, target)


Ask = Callable[..., Any]
"""What asks for a report where the read side alone does not know it all."""


FirstOption = Annotated[
    str | None, typer.Option("--from", help="起始期间，默认如说明 / first period, by default as described")
]


def _offer(statement: Statement, words: str, period_words: str, ask: Ask | None = None) -> None:
    """Offer a statement as a command; `words` say what it is, `period_words` what its period is.

    `ask` asks for it in place of its own.
    """
    period_option = typer.Option(help=f"{period_words}, YYYY-MM")

    def write_statement(book: str, wanted: Format, target: Path | None, *asked: str | None) -> None:
        with _opened(book) as (service, connection):
            result = (
                ask(service, connection, book, *asked) if ask else statement.ask(connection, book, *asked)
            )
        _write(statement.as_object(result), statement.as_table(result), wanted, target)

    def report_period(
        book: BookOption,
        period: str = period_option,
        wanted: FormatOption = Format.text,
        target: OutOption = None,
    ) -> None:
        write_statement(book, wanted, target, period)

    def report_span(
        book: BookOption,
        period: str = period_option,
        first: FirstOption = None,
        wanted: FormatOption = Format.text,
        target: OutOption = None,
    ) -> None:
        write_statement(book, wanted, target, period, first)

    report.command(statement.name, help=words)(report_span if statement.spans else report_period)


@contextmanager
def _opened(book: str) -> Iterator[tuple[Service, Connection[Any]]]:
    """Lend the program, and one snapshot of its read side, when that holds all entries of a book."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            yield service, connection


@contextmanager
def _up_to_date(book: str) -> Iterator[Connection[Any]]:
    """Lend the snapshot alone."""
    with _opened(book) as (_, connection):
        yield connection


def _checklist(service: Service, connection: Connection[Any], book: str, period: str) -> Checklist:
    return closing.checklist(connection, book, period, service.attachments, named=True)


def _write(value: dict[str, Any], table: Table, wanted: Format, target: Path | None) -> None:
    """Write a report as JSON, or its table in another format."""
    if wanted is Format.json:
        data = json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
    else:
        data = to_format(table, wanted.value)
    write(data, target)


_offer(
    statements.BALANCE_SHEET,
    "资产负债表 / The balance sheet of a book at the end of a period.",
    "期间 / period",
)
_offer(
    statements.INCOME_STATEMENT,
    "收益及收益分配表 / Income and its distribution, of the year (or from a period) up to a period.",
    "截止期间 / last period",
)
_offer(
    statements.INCOME_DETAILS,
    "收支明细表 / Income and expense by detail account, of a period (or from one) and of its year so far.",
    "期间 / period",
)
_offer(
    statements.CROSS_CHECKS,
    "报表勾稽关系 / The cross-checks between the statements of the year up to a period.",
    "截止期间 / last period",
)
_offer(
    statements.NOTES,
    "会计报表附注 / The skeleton of the notes to the statements, of the year up to a period.",
    "截止期间 / last period",
)
_offer(
    statements.BUDGET,
    "收支计划执行情况表 / The year's plan and how it is carried out, up to a period.",
    "截止期间 / last period",
)
_offer(
    ledgers.GENERAL_LEDGER,
    "总账 / The general ledger of the year up to a period: each account's months.",
    "截止期间 / last period",
)
_offer(
    ledgers.AGEING, "账龄分析表 / Receivables and payables by age.", "截至期间 / at the end of this period"
)
_offer(ledgers.PROJECTS, "项目余额表 / Funds by project: before, in, out and left.", "截止期间 / last period")
_offer(closing.CHECKLIST, "结账检查 / What to know before a period is closed.", "期间 / period", _checklist)
