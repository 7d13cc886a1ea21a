"""Commands that write a book out for other programs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.adapters.hledger import to_hledger
from api.adapters.tlog_export import export_bundle, export_tlog
from api.cli.console import out, progress
from api.cli.options import BookOption, OutOption, write
from api.composition import open_service
from api.database import snapshot
from api.settings import Settings
from projections import journal as journals
from projections import register
from projections.journal import JournalFilter

export = typer.Typer(help="导出 / exports", no_args_is_help=True)


@export.command("tlog")
def export_tlog_(
    folder: Annotated[Path, typer.Argument(help="目标文件夹 / target folder")], book: BookOption
) -> None:
    """导出公开日志 / Export the log in the C2SP tiles layout."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection, progress("导出 export") as bar:
            public = partial(service.disclosures.public, connection, book)
            size = export_tlog(connection, book, folder, bar.advance, public)
    out.print(f"{folder}: {size} 条记录 / entries")


@export.command("bundle")
def export_bundle_(
    file: Annotated[Path, typer.Argument(help="公示包文件 / the bundle's file")], book: BookOption
) -> None:
    """导出公示包：整本账一个文件，断网可核对 / Export the whole log as one file that is verified without a network."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection, progress("导出 export") as bar:
            public = partial(service.disclosures.public, connection, book)
            size = export_bundle(connection, book, file, bar.advance, public)
    out.print(f"{file}: {size} 条记录 / entries")


@export.command("hledger")
def export_hledger(book: BookOption, target: OutOption = None) -> None:
    """导出为 hledger 日记账 / Export as a journal that hledger reads."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            row = register.book(connection, book)
            lines = journals.journal(connection, book, JournalFilter(limit=2**31))
            text = "".join(to_hledger(row, register.accounts(connection, book), lines))
    write(text.encode(), target)
