"""Commands that print a report."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api import reports
from api.adapters.tables import to_format
from api.cli.options import BookOption, Format, FormatOption, OutOption, write
from api.composition import open_service
from api.database import snapshot
from api.settings import Settings
from domain.kernel.money import parse_fen
from domain.kernel.period import parse_period
from projections import journal as journals
from projections import register
from projections.balances import trial_balance
from projections.journal import JournalFilter
from projections.statements import balance_sheet

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
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            result = trial_balance(connection, book, period, first)
    if wanted is Format.json:
        data = json.dumps(reports.trial_object(result), ensure_ascii=False, indent=2).encode() + b"\n"
    else:
        data = to_format(reports.trial_table(result), wanted.value)
    write(data, target)


@report.command("balance-sheet")
def report_balance_sheet(
    book: BookOption,
    period: Annotated[str, typer.Option(help="期间 / period, YYYY-MM")],
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """资产负债表 / The balance sheet of a book at the end of a period."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            result = balance_sheet(connection, book, period)
    if wanted is Format.json:
        data = json.dumps(reports.sheet_object(result), ensure_ascii=False, indent=2).encode() + b"\n"
    else:
        data = to_format(reports.sheet_table(result), wanted.value)
    write(data, target)


@report.command("journal")
def report_journal(
    book: BookOption,
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
    with open_service(Settings()) as service:
        top = parse_fen(largest) if largest else JournalFilter.max_fen
        first = parse_period(first) if first else ""
        last = parse_period(last) if last else JournalFilter.last
        filtered = JournalFilter(first, last, account, text, parse_fen(smallest), top)
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            name = register.book(connection, book).name
            lines = journals.journal(connection, book, filtered)
    if wanted is Format.json:
        data = json.dumps(reports.journal_object(book, lines), ensure_ascii=False, indent=2).encode() + b"\n"
    else:
        data = to_format(reports.journal_table(name, lines), wanted.value)
    write(data, target)
