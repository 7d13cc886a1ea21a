"""The demonstration (示例): import the sample villages, serve their pages, and verify them as a stranger would."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.table import Table

from api.cli.console import FINDINGS, err, out, progress, tell_notices
from api.cli.imported import tell_import
from api.composition import Service, open_service
from api.database import snapshot
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.serving import free_port, listen_for_stop, serving
from api.settings import Settings
from audit.report import Report
from audit.source import open_source
from audit.verify import verify
from domain.kernel.money import format_fen
from projections import month, register
from projections.journal import count_vouchers

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGES = ("", "/trial-balance", "/journal", "/signers", "/entries/0", "/checkpoint")


def demo(
    examples: Annotated[Path, typer.Option(help="示例文件夹 / the folder of samples")] = EXAMPLES,
    host: Annotated[str, typer.Option(help="地址 / address")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="端口，被占用则用下一个 / port, or the next free one")
    ] = 8000,
    leave: Annotated[bool, typer.Option("--exit", help="全部做完就退出 / do all but stay up")] = False,
) -> None:
    """导入示例村、打开网页并核对 / Import the sample villages, open their pages and verify them."""
    settings = Settings()
    out.print(f"数据在 / data in {settings.home}")
    with open_service(settings) as service:
        anchors = _import_all(service, settings, examples)
        with serving(service, free_port(host, port)) as url:
            good = _show(service, url, anchors)
            if not leave and good:
                stopped = listen_for_stop()
                out.print(f"网页已打开 / serving at {url}/  (Ctrl-C 停止 / stops)")
                stopped.wait()
    if not good:
        raise typer.Exit(FINDINGS)


def _import_all(service: Service, settings: Settings, examples: Path) -> dict[str, str]:
    """Import every sample and return the township's key of each book, the trust anchor."""
    anchors = {}
    for path in sorted(examples.glob("*/book.toml")):
        folder = read_folder(path.parent)
        tell_notices(folder.notices)
        book = folder.book
        keyring = Keyring(settings.home / "keys" / book.id, book.id, settings.passphrase_text)
        with progress(f"导入 import {path.parent.name}") as bar:
            result = run_import(service, folder, keyring, bar.begin, bar.advance)
        tell_import(book.name, result)
        anchors[book.id] = result.anchor
    return anchors


def _show(service: Service, url: str, anchors: dict[str, str]) -> bool:
    """Open the pages, verify each book over HTTP, and print what was found; whether all is well."""
    table = Table(caption="book · vouchers · entries · money (yuan) · verified")
    table.add_column("村", overflow="fold")
    for header in ("凭证", "记录", "现有资金（元）", "核对"):
        table.add_column(header, justify="right", no_wrap=True)
    with snapshot(service.pool) as connection:
        books = register.books(connection)
    reports = [_visit(url, book, anchors.get(book.book, "")) for book in books]
    for book, report in zip(books, reports, strict=True):
        with snapshot(service.pool) as connection:
            newest = month.periods_of(connection, book.book)[0]
            money = format_fen(month.month_of(connection, book.book, newest).end_fen)
            vouchers = count_vouchers(connection, book.book)
        verdict = "✓" if report.ok else f"✗ {len(report.findings)}"
        table.add_row(book.name, str(vouchers), str(book.entries), money, verdict)
    out.print(table)
    for book, report in zip(books, reports, strict=True):
        out.print(f"{book.name}: {url}/books/{book.book}")
        if not report.ok:
            err.print(report.as_text())
    return all(report.ok for report in reports)


def _visit(url: str, book: register.BookRow, anchor: str) -> Report:
    """Open a book's pages, then verify it from its public address, as anyone can."""
    address = f"{url}/books/{book.book}"
    with httpx.Client(headers={"Accept": "text/html"}) as client:
        for page in PAGES:
            client.get(f"{address}{page}").raise_for_status()
    with progress("核对 verify") as bar:
        return verify(open_source(address), anchor=anchor, progress=bar.reach)
