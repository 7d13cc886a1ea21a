"""Commands that write a book out for other programs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg import Connection

from api.adapters.hledger import to_hledger
from api.adapters.tlog_export import export_bundle, export_tlog
from api.cli.console import out, progress
from api.cli.options import BookOption, OutOption, write
from api.composition import Service, open_service
from api.database import snapshot
from api.disclosures import NOBODY, Selection, Tier
from api.disclosures.leaves import row_files, rows_file
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


EntryArgument = Annotated[int, typer.Argument(min=0, help="清册的记录序号 / the roll's entry")]


@export.command("row")
def export_row(
    entry: EntryArgument,
    folder: Annotated[Path, typer.Argument(help="目标文件夹 / target folder")],
    book: BookOption,
    subject: Annotated[str | None, typer.Option(help="只导出一户 / of one household only")] = None,
) -> None:
    """导出清册的各行，每户一个可断网核对的文件 / Export a roll's rows, a file each, to be checked without a network."""
    with open_service(Settings()) as service, snapshot(service.pool) as connection:
        rows = _rows(service, connection, book, entry, subject)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number, data in row_files(connection, book, entry, rows):
            (folder / f"row-{number + 1:05d}.json").write_bytes(data)
    out.print(f"{folder}: {len(rows)} 行 / rows")


@export.command("rows")
def export_rows(
    entry: EntryArgument,
    file: Annotated[Path, typer.Argument(help="文件 / file")],
    book: BookOption,
) -> None:
    """导出清册的全部各行，供审计重算合计 / Export all rows of a roll, from which an auditor recomputes the totals."""
    with open_service(Settings()) as service, snapshot(service.pool) as connection:
        rows = _rows(service, connection, book, entry, None)
        file.write_bytes(rows_file(connection, book, entry, rows))
    out.print(f"{file}: {len(rows)} 行 / rows")


def _rows(
    service: Service, connection: Connection[Any], book: str, entry: int, subject: str | None
) -> dict[int, str]:
    """Return the rows that are kept of a roll, or of one household in it, by number."""
    kept = service.disclosures.read(connection, book, Tier.auditors, Selection(entry=entry, subject=subject))
    rows = {one.place: one.disclosure for one in kept}
    if subject is not None and not rows:
        raise NOBODY(subject=subject, book=book)
    return rows
