"""Commands that write a book out for other programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from psycopg import Connection

from api.adapters.beancount import to_beancount
from api.adapters.gbt24589 import to_gbt24589
from api.adapters.hledger import to_hledger
from api.adapters.tlog_export import Beside, export_bundle, export_tlog
from api.archive import Kept, write_archive
from api.cli.console import FINDINGS, err, out, progress
from api.cli.options import BookOption, OutOption, write
from api.composition import Service, open_service
from api.database import snapshot
from api.disclosures import NOBODY, Selection, Tier
from api.disclosures.leaves import row_files, rows_file
from api.settings import Settings
from api.witnessing import Target
from audit.tlog.policy import Policy
from domain.kernel.errors import Kind, rule
from projections import journal as journals
from projections import log, register, witnessing
from projections.journal import JournalFilter, JournalLine
from projections.register import AccountRow, BookRow
from projections.sheets import figure_proof

NO_PAGE = rule(
    "pdf.no_page",
    Kind.UNKNOWN,
    "没有可存为 PDF 的「{page}」（HTTP {status}）；可以的有 trial-balance、balance-sheet、income-statement、vouchers、"
    "ledger/科目编码 等",
    "there is no page {page} to be written as PDF (HTTP {status}); there are trial-balance, balance-sheet, "
    "income-statement, vouchers, ledger/ACCOUNT and others",
)

export = typer.Typer(help="导出 / exports", no_args_is_help=True)


@export.command("tlog")
def export_tlog_(
    folder: Annotated[Path, typer.Argument(help="目标文件夹 / target folder")], book: BookOption
) -> None:
    """导出公开日志 / Export the log in the C2SP tiles layout."""
    with open_service(Settings()) as service:
        policy = _cosigned(service, book)
        with snapshot(service.pool) as connection, progress("导出 export") as bar:
            beside = Beside(policy, partial(service.disclosures.public, connection, book))
            size = export_tlog(connection, book, folder, bar.advance, beside)
    out.print(f"{folder}: {size} 条记录 / entries")


@export.command("bundle")
def export_bundle_(
    file: Annotated[Path, typer.Argument(help="公示包文件 / the bundle's file")], book: BookOption
) -> None:
    """导出公示包：整本账一个文件，断网可核对 / Export the whole log as one file that is verified without a network."""
    with open_service(Settings()) as service:
        policy = _cosigned(service, book)
        with snapshot(service.pool) as connection, progress("导出 export") as bar:
            beside = Beside(policy, partial(service.disclosures.public, connection, book))
            size = export_bundle(connection, book, file, bar.advance, beside)
    out.print(f"{file}: {size} 条记录 / entries")


@export.command("proof")
def export_proof(
    file: Annotated[Path, typer.Argument(help="证明文件 / the proof's file, .tlog-proof")],
    book: BookOption,
    entry: Annotated[int | None, typer.Option(min=0, help="记录序号 / the entry")] = None,
    period: Annotated[str, typer.Option(help="已公开的会计期间 / a published period, with --account")] = "",
    account: Annotated[str, typer.Option(help="科目编码 / the account's code")] = "",
) -> None:
    """导出一条记录或公布数字的证明 / Export the proof of an entry, or of an account's published figures."""
    if (entry is None) == (not (period and account)):
        raise typer.BadParameter("--entry N，或者 --period YYYY-MM --account CODE / one of the two")
    with open_service(Settings()) as service:
        policy = _cosigned(service, book)
        with snapshot(service.pool) as connection:
            if entry is None:
                proof = figure_proof(connection, book, period, account, policy)
            else:
                note = log.entry_at(connection, book, entry)
                proof = witnessing.proof_at(connection, book, policy, entry, note)
    file.write_bytes(proof)
    out.print(f"{file}")


def _cosigned(service: Service, book: str) -> Policy | None:
    """Bring a book and its cosignatures up to date, as far as its witnesses answer; return the policy of its log.

    What is exported convinces no reader of the policy when that is missing or behind the log's key: that is said.
    """
    service.runner.catch_up([book])
    with service.pool.connection() as connection:
        row = register.book(connection, book)
        interrupted = service.witnesses.interrupted(connection, book)
    if interrupted:
        err.print(f"注意 / note: {interrupted}")
    service.witnesses.ask([Target(book, row.origin)])
    return service.witnesses.policy_for(book)


@export.command("hledger")
def export_hledger(book: BookOption, target: OutOption = None) -> None:
    """导出为 hledger 日记账 / Export as a journal that hledger reads."""
    _write_journal(book, to_hledger, target)


@export.command("beancount")
def export_beancount(book: BookOption, target: OutOption = None) -> None:
    """导出为 beancount 账本 / Export as a ledger that beancount reads."""
    _write_journal(book, to_beancount, target)


def _write_journal(
    book: str,
    written: Callable[[BookRow, Iterable[AccountRow], Iterable[JournalLine]], Iterator[str]],
    target: Path | None,
) -> None:
    """Write all lines of a book as another program reads them."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            lines = journals.journal(connection, book, JournalFilter(limit=2**31))
            text = "".join(
                written(register.book(connection, book), register.accounts(connection, book), lines)
            )
    write(text.encode(), target)


@export.command("archive")
def export_archive(
    folder: Annotated[Path, typer.Argument(help="新文件夹 / a new folder")],
    book: BookOption,
    year: Annotated[str, typer.Option(help="已结完账的年份 / a year that is closed, YYYY")],
) -> None:
    """年度归档：一个文件夹，不用本程序也能打开 / Archive a closed year as a folder that opens without this program."""
    with open_service(Settings()) as service:
        policy = _cosigned(service, book)
        with snapshot(service.pool) as connection, progress("归档 archive") as bar:
            beside = Beside(policy, partial(service.disclosures.public, connection, book))
            written = write_archive(
                connection,
                book,
                year,
                folder,
                Kept(service.attachments, service.banks),
                beside,
                advance=bar.advance,
            )
    out.print(f"{folder}: {written.records} 份 / records")
    for record in written.missing:
        err.print(
            f"✗ 凭证 {record.number} 的附件「{record.title}」不在本服务器上，归档里没有它（目录中已注明） / "
            f"the attachment '{record.title}' of voucher {record.number} is not on this server, nor in the archive, "
            f"as its catalogue says: SHA-256 {record.sha256}"
        )
    for said in written.absent:
        err.print(f"! 归档里没有 / not in the archive: {said}", soft_wrap=True)
    if written.missing:
        raise typer.Exit(FINDINGS)


@export.command("gbt24589")
def export_gbt24589(
    folder: Annotated[Path, typer.Argument(help="目标文件夹 / target folder")],
    book: BookOption,
    year: Annotated[str, typer.Option(help="年份 / the year, YYYY")],
) -> None:
    """按 GB/T 24589.1 导出公共档案和总账 / Export a year for auditors' software as XML (GB/T 24589.1)."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            files = to_gbt24589(connection, book, year)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    out.print(f"{folder}: {', '.join(files)}")


@export.command("pdf")
def export_pdf(
    page: Annotated[str, typer.Argument(help="哪张表，如 balance-sheet、ledger/101 / which page")],
    file: Annotated[Path, typer.Argument(help="PDF 文件 / the PDF file")],
    book: BookOption,
    period: Annotated[str, typer.Option(help="截止期间 / last period, YYYY-MM")],
) -> None:
    """把报表的页面存为 PDF（需要 WeasyPrint）/ Write a report's page as PDF; it takes WeasyPrint."""
    from api.http.app import create_app  # noqa: PLC0415 -- the web application is imported by who serves it
    from api.http.pdf import pdf_of  # noqa: PLC0415

    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        path = f"/books/{quote(book)}/{quote(page)}"
        answer = asyncio.run(pdf_of(create_app(service), path, f"period={quote(period)}"))
    if answer.media_type != "application/pdf":
        raise NO_PAGE(page=page, status=answer.status_code)
    file.write_bytes(bytes(answer.body))
    out.print(f"{file}")


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
