"""Commands for bank and cash (银行对账、现金盘点): read a statement in, reconcile it, count the cash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from api.adapters.tables import to_format
from api.banking import (
    SourceFile,
    count_table,
    read_as_before,
    read_columns,
    reconciliation_object,
    reconciliation_table,
)
from api.cli.at_work import at_work
from api.cli.console import out, tell_notices
from api.cli.options import BookOption, Format, FormatOption, OutOption, write
from api.composition import Service, open_service
from api.drafting import require_maker
from api.settings import Settings
from domain.kernel.money import parse_fen

bank = typer.Typer(help="银行对账和现金盘点 / bank reconciliation and cash count", no_args_is_help=True)

AccountOption = Annotated[str, typer.Option("--account", help="科目编码 / the account's code")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", help="谁读入的：会计或出纳的密钥文件 / by whom: the key of accountant or cashier"),
]
DateOption = Annotated[str, typer.Option("--date", help="哪天日终 / at the end of which day, YYYY-MM-DD")]


@bank.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="对账单，.csv 或 .xlsx / the statement")],
    book: BookOption,
    account: AccountOption,
    columns: Annotated[
        str,
        typer.Option(
            help="表头与常见的不同时写一次，以后记住，如 date=交易时间戳,received=入账，"
            "或 amount=发生数,direction=进出 / headers, once"
        ),
    ] = "",
    through: Annotated[
        str,
        typer.Option(help="对账单到哪天，晚于最后一笔时写 / up to which day it goes, behind its last line"),
    ] = "",
    key: KeyOption = None,
) -> None:
    """读入银行对账单，已读过的不重复 / Read a bank's statement in; what was read before is not kept twice."""
    given = read_columns(columns)
    with _reading(book, key) as (service, reader):
        read = read_as_before(file, given, service.banks.headers(book, account))
        source = SourceFile(file.name, sha256(file.read_bytes()).hexdigest(), reader)
        taken = service.banks.take_in(book, account, read.lines, source, through)
        if given:
            service.banks.remember_headers(book, account, given)
    tell_notices([*read.notices, *taken.notices])
    out.print(
        f"第 {taken.number} 次读入：新 {taken.new} 行，以前读过 {taken.known} 行"
        f" / import {taken.number}: {taken.new} new lines, {taken.known} known"
    )


@contextmanager
def _reading(book: str, key: Path | None) -> Iterator[tuple[Service, str | None]]:
    """Open what a statement is read into, and tell by which key: none at the server."""
    if key is None:
        with open_service(Settings()) as service:
            yield service, None
    else:
        with at_work(book, key) as (service, session):
            require_maker(session)
            yield service, session.key.name


@bank.command()
def reconcile(
    book: BookOption,
    account: AccountOption,
    date: DateOption,
    balance: Annotated[
        str,
        typer.Option(help="对账单上的余额，元；有余额列就不用写 / its balance in yuan, unless it has them"),
    ] = "",
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """银行存款余额调节表 / The bank reconciliation statement."""
    bank_fen = parse_fen(balance) if balance else None
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        found = service.banks.reconcile(book, account, date, bank_fen)
    if wanted is Format.json:
        value = reconciliation_object(account, date, found)
        write(json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n", target)
    else:
        write(to_format(reconciliation_table(account, date, found), wanted.value), target)


@bank.command()
def count(
    book: BookOption,
    account: AccountOption,
    date: DateOption,
    counted: Annotated[str, typer.Option(help="盘点的现金，元 / the cash that was counted, in yuan")],
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """现金盘点表 / Cash that was counted against the book."""
    counted_fen = parse_fen(counted)
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        book_fen, over_fen = service.banks.counted(book, account, date, counted_fen)
    if wanted is Format.json:
        value = {"account": account, "date": date, "book_fen": book_fen, "counted_fen": counted_fen}
        data = json.dumps(value | {"difference_fen": over_fen}, indent=2).encode() + b"\n"
    else:
        data = to_format(count_table(account, date, book_fen, counted_fen), wanted.value)
    write(data, target)
