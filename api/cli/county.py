"""Commands of whoever keeps the county's log of logs: make it, collect into it, prove from it, verify it."""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import COULD_NOT_RUN, FINDINGS, out, progress
from api.cli.options import OutOption, Words, write
from api.cli.verifying import show, told_in
from api.clock import now
from api.identity.logkeys import LogKeyFolder
from api.settings import Settings
from audit.anchor import parse_anchor
from audit.county import Collection, check_book, known_books, prove_book, verify_county
from audit.files import UNREADABLE
from audit.proving import read_file
from audit.source import FolderSource, open_source
from audit.tlog.folder import create_log, open_log
from domain.kernel.errors import Kind, rule

BAD_ORIGIN = rule(
    "county.origin",
    Kind.MALFORMED,
    "日志来源「{read}」应是总日志的公开网址去掉 https://，以主机名开头；文件夹写在它后面，"
    "如 sunledger county init zongzhang.example.cn/kaihua 文件夹",
    "the origin '{read}' should be the log's URL without https://, which begins with a host name; the folder stands"
    " behind it, as in: sunledger county init zongzhang.example.cn/kaihua FOLDER",
    "C2SP tlog-checkpoint: an origin should be a scheme-less URL",
)
_ORIGIN = re.compile(r"(localhost|[^\s/:.~+]+(\.[^\s/:.+]+)+)(:[0-9]{1,5})?(/[^\s/+]+)*")

county = typer.Typer(help="县级总日志 / the county's log of logs", no_args_is_help=True)

FolderArgument = Annotated[Path, typer.Argument(help="总日志的文件夹 / the log's folder")]
PlaceArgument = Annotated[str, typer.Argument(help="总日志的文件夹或网址 / the log's folder or URL")]
TrustedKeyOption = Annotated[
    str, typer.Option("--key", help="您信任的总日志公钥 / the log's vkey that you trust")
]


def _log_keys() -> LogKeyFolder:
    settings = Settings()
    return LogKeyFolder(settings.home / "logkeys", settings.passphrase_text)


@county.command()
def init(
    origin: Annotated[
        str, typer.Argument(help="日志来源：公开网址去掉 https:// / its URL without the scheme")
    ],
    folder: FolderArgument,
) -> None:
    """建立总日志并打印公钥 / Make the log, and print its key; whoever serves the folder at ORIGIN publishes it."""
    if not _ORIGIN.fullmatch(origin):
        raise BAD_ORIGIN(read=origin)
    keys = _log_keys()
    key = keys.draft(origin)
    keys.keep(key)
    create_log(folder, key, keys)
    out.print(key.verifier.vkey)


@county.command()
def collect(
    folder: FolderArgument,
    places: Annotated[
        list[str] | None,
        typer.Argument(help="账套的网址、文件夹或公示包 / the books' URLs, folders or bundles"),
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option(
            "--from", help="文件，每行一个网址，其后可写公钥 / a file: a URL a line, a vkey may follow it"
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="您信任的账套日志公钥，可多个 / vkeys of books' logs that you trust"),
    ] = None,
) -> None:
    """归集各账套的检查点 / Collect the books' checkpoints; exit code 0 good, 1 findings, 2 some were unread."""
    wanted, given = list(places or []), []
    if listed:
        for words in _lines(listed):
            wanted.append(words[0])
            given.extend(words[1:])
    given.extend(key or [])
    if not wanted:
        raise typer.BadParameter("请给出网址或 --from 文件 / name places, or a file with --from")
    found = unread = appended = 0
    with open_log(folder, _log_keys()) as log, progress("归集 collect") as bar:
        bar.begin(len(wanted))
        for outcome in Collection(folder, log, given).collect(wanted, now()):
            print(json.dumps(outcome.as_object(), ensure_ascii=False), flush=True)
            bar.advance(1)
            found += outcome.finding is not None
            unread += bool(outcome.unreadable)
            appended += outcome.appended
        head = log.checkpoint
    root = base64.b64encode(head.root).decode()
    print(json.dumps({"origin": head.origin, "size": head.size, "root": root, "appended": appended}))
    if found or unread:
        sys.exit(FINDINGS if found else COULD_NOT_RUN)


def _lines(path: Path) -> list[list[str]]:
    """Return the words of each line; empty ones, and what stands behind a number sign, are passed over."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UNREADABLE(place=path, problem=error) from None
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [words for words in lines if words]


@county.command("list")
def list_(
    folder: FolderArgument,
    wanted: Annotated[Words, typer.Option("--format", help="输出格式 / format")] = Words.text,
) -> None:
    """列出账套：条数、归集时间、在总日志中的序号 / List the books: entries, when collected, index in the log."""
    books = known_books(FolderSource(folder))
    if wanted is Words.json:
        rows = [
            {"origin": origin, "size": b.size, "at": b.at, "index": b.index} for origin, b in books.items()
        ]
        print(json.dumps({"books": rows}, ensure_ascii=False))
        return
    for origin, book in books.items():
        print(f"{origin}  {book.size}  {book.at or '–'}  {book.index}")
    print(f"{len(books)} 本账 / books")


@county.command()
def proof(
    place: PlaceArgument,
    origin: Annotated[str, typer.Option("--origin", help="账套日志的来源 / the origin of the book's log")],
    target: OutOption = None,
    key: TrustedKeyOption = "",
    anchor: Annotated[
        str,
        typer.Option(
            help="照抄以前印出的总日志锚定行，加引号：证明它管住的那一条"
            " / the county's line as it was printed earlier, in quotation marks: prove what it commits to"
        ),
    ] = "",
) -> None:
    """证明一本账的检查点在总日志中 / Prove that a book's newest checkpoint is in the log: a .tlog-proof with it.

    The log grows; for a line that was printed before, give it with --anchor, here and to county check.
    """
    line = parse_anchor(anchor) if anchor else None
    write(prove_book(open_source(place), origin, key, line).encode(), target)


@county.command()
def check(
    file: Annotated[Path, typer.Argument(help="总日志证明 / the county's proof, .tlog-proof")],
    key: TrustedKeyOption = "",
    anchor: Annotated[
        str,
        typer.Option(help="照抄印出的总日志锚定行，加引号 / the county's printed line, in quotation marks"),
    ] = "",
    book_key: Annotated[
        str, typer.Option(help="您信任的账套日志公钥 / the vkey of the book's log that you trust")
    ] = "",
    wanted: Annotated[Words, typer.Option("--format", help="输出格式 / output format")] = Words.text,
) -> None:
    """核对总日志证明：哪本账、几条、县根是否印出的那个 / Check a proof: which book, its root, and the printed line.

    One of --key and --anchor is needed. Exit code 0 good, 1 findings, 2 could not run, or the proof and the line are of
    different sizes: county proof --anchor makes one for the line.
    """
    with told_in(wanted):
        line = parse_anchor(anchor) if anchor else None
        show(check_book(read_file(file), key=key, anchor=line, book_key=book_key), wanted)


@county.command()
def verify(
    place: PlaceArgument,
    key: TrustedKeyOption = "",
    wanted: Annotated[Words, typer.Option("--format", help="输出格式 / output format")] = Words.text,
) -> None:
    """核对总日志 / Verify the log; exit code 0 good, 1 findings, 2 could not run."""
    with told_in(wanted):
        with progress("核对 verify") as bar:
            result = verify_county(open_source(place), key, bar.reach)
        show(result, wanted)
