"""The commands of `sunledger`; each opens what it needs and closes it when done."""

from __future__ import annotations

import json
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import httpx
import typer

from api import reports
from api.adapters.hledger import to_hledger
from api.adapters.tables import to_format
from api.adapters.tlog_export import export_tlog
from api.cli import demo
from api.cli.console import FINDINGS, TERMINATED, err, out, progress, refusals
from api.composition import open_service
from api.database import snapshot
from api.identity import Keyring, load_key, save_key
from api.importing import read_folder, run_import
from api.posting import post_voucher
from api.serving import free_port, listen_for_stop, serving
from api.settings import Settings
from audit.collector import settle
from audit.source import open_source, read_kept
from audit.verify import verify as audit_book
from domain.kernel.money import parse_fen
from domain.kernel.note import SigningKey
from domain.kernel.period import parse_period
from projections import journal as journals
from projections import register
from projections.balances import trial_balance
from projections.journal import JournalFilter

app = typer.Typer(
    name="sunledger",
    help="阳光账本：村集体的签名、可公开核对的账本 / a village's signed, verifiable account book",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
report = typer.Typer(help="报表 / reports", no_args_is_help=True)
export = typer.Typer(help="导出 / exports", no_args_is_help=True)
app.add_typer(report, name="report")
app.add_typer(export, name="export")
app.command()(demo.demo)


class Format(StrEnum):
    """How a report is written."""

    text = "text"
    json = "json"
    csv = "csv"
    xlsx = "xlsx"


class Words(StrEnum):
    """How a verification is written."""

    text = "text"
    json = "json"


BookOption = Annotated[str, typer.Option("--book", help="账套编号（统一社会信用代码）/ organisation id")]
FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 / output format")]
OutOption = Annotated[Path | None, typer.Option("--out", help="写入文件 / write to a file")]


def _write(data: bytes, target: Path | None) -> None:
    if target:
        target.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@app.command("import")
def import_(
    folder: Annotated[
        Path, typer.Argument(help="含 book.toml、opening、journal 的文件夹 / the village's folder")
    ],
    keys: Annotated[Path | None, typer.Option(help="密钥文件夹 / keys folder")] = None,
) -> None:
    """导入一个村的表格 / Import a village's spreadsheets; all is checked before anything is posted."""
    settings = Settings()
    wanted = read_folder(folder)
    keyring = Keyring(
        keys or settings.home / "keys" / wanted.book.id, wanted.book.id, settings.passphrase_text
    )
    with open_service(settings) as service, progress("导入 import") as bar:
        result = run_import(service, wanted, keyring, bar.begin, bar.advance)
    out.print(
        f"{wanted.book.name}: 新入账凭证 {result.vouchers} 张，已有 {result.vouchers_there} 张，"
        f"共 {result.size} 条记录 / "
        f"{result.vouchers} vouchers posted, {result.vouchers_there} there already, {result.size} entries in the log"
    )
    out.print(
        f"乡镇公钥（请张贴在村办公室）/ the township's key, to be posted in the village office:\n{result.anchor}"
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 / port")] = 8000,
) -> None:
    """提供网页和接口 / Serve the pages and the HTTP interface."""
    stopped = listen_for_stop()
    with open_service(Settings()) as service, serving(service, free_port(host, port)) as url:
        out.print(f"{url}/")
        stopped.wait()


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
    _write(data, target)


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
    _write(data, target)


@export.command("tlog")
def export_tlog_(
    folder: Annotated[Path, typer.Argument(help="目标文件夹 / target folder")], book: BookOption
) -> None:
    """导出公开日志 / Export the log in the C2SP tiles layout."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection, progress("导出 export") as bar:
            size = export_tlog(connection, book, folder, bar.advance)
    out.print(f"{folder}: {size} 条记录 / entries")


@export.command("hledger")
def export_hledger(book: BookOption, target: OutOption = None) -> None:
    """导出为 hledger 日记账 / Export as a journal that hledger reads."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            row = register.book(connection, book)
            lines = journals.journal(connection, book, JournalFilter(limit=2**31))
            text = "".join(to_hledger(row, register.accounts(connection, book), lines))
    _write(text.encode(), target)


@app.command()
def verify(
    place: Annotated[str, typer.Argument(help="文件夹或网址 / folder or URL")],
    anchor: Annotated[str, typer.Option(help="乡镇公钥 / the township's vkey you trust")] = "",
    kept: Annotated[
        Path | None,
        typer.Option(
            help="自己留存的检查点文件，日志须与之衔接 / a checkpoint you kept, which the log must extend"
        ),
    ] = None,
    wanted: Annotated[Words, typer.Option("--format", help="输出格式 / output format")] = Words.text,
    processes: Annotated[int, typer.Option(min=1, max=64)] = 1,
) -> None:
    """核对公开日志 / Verify a log; exit code 0 good, 1 findings, 2 could not run."""
    saved = read_kept(kept) if kept else b""
    with progress("核对 verify") as bar:
        result = audit_book(
            open_source(place), anchor=anchor, kept=saved, processes=processes, progress=bar.reach
        )
    if wanted is Words.json:
        out.print_json(json.dumps(result.as_object(), ensure_ascii=False))
    else:
        out.print(result.as_text(), end="")
    if not result.ok:
        sys.exit(FINDINGS)


@app.command()
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="只比较，不替换 / compare only")] = False,
) -> None:
    """从记录重算全部投影 / Rebuild every projection from nothing beside the live one and compare."""
    with open_service(Settings()) as service, progress("重算 rebuild") as bar:
        result = service.rebuild(swap=not check, begin=bar.begin, advance=bar.advance)
    for difference in result.differences:
        err.print(f"✗ {difference}")
    out.print(
        f"{result.entries} 条记录，{len(result.tables)} 张表，{len(result.differences)} 处不同 / "
        f"{result.entries} entries, {len(result.tables)} tables, {len(result.differences)} differences"
    )
    if result.differences and check:
        sys.exit(FINDINGS)


@app.command()
def keygen(
    name: Annotated[str, typer.Argument(help="密钥名称，如 账套/accountant/1 / key name")],
    path: Annotated[Path, typer.Argument(help="密钥文件 / key file")],
) -> None:
    """生成签名密钥 / Make a signing key and print its public half."""
    key = SigningKey.generate(name)
    save_key(path, key, Settings().passphrase_text)
    out.print(key.verifier.vkey)


@app.command()
def post(
    file: Annotated[Path, typer.Argument(help="凭证 JSON / the voucher's JSON")],
    book: BookOption,
    key: Annotated[list[Path], typer.Option(help="签名密钥文件，可多个 / key files that sign")],
    url: Annotated[str, typer.Option(help="服务器网址 / the server's URL")] = "http://127.0.0.1:8000",
    wait: Annotated[float, typer.Option(help="等待证明的秒数 / seconds to wait for the proof")] = 10.0,
) -> None:
    """本地签名并提交一张凭证 / Sign one voucher here and post it to a server."""
    keys = [load_key(path, Settings().passphrase_text) for path in key]
    with httpx.Client(base_url=url, timeout=wait + 30) as client:
        receipt = post_voucher(client, book, file.read_bytes(), keys, wait)
    out.print_json(json.dumps(receipt, ensure_ascii=False))


def main() -> None:
    """Run the command line."""
    settle()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that what is open is closed in order
    with refusals():
        app()
