"""Commands of a witness, and the request by which a log asks one; where there is no line, both travel as files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import FINDINGS, err, out
from api.cli.options import OutOption, write
from api.clock import CHINA, posix_seconds
from api.composition import open_service
from api.database import snapshot
from api.identity import load_key, save_key
from api.serving import free_port, listen_for_stop, serving_app
from api.settings import Settings
from audit.files import UNREADABLE
from audit.source import open_source
from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import witness_verifier
from audit.tlog.proof import check_consistency, range_root
from audit.tlog.tiles import TileReader
from audit.tlog.witness_request import MAX_REQUEST_BYTES, make_request
from audit.witness import MISSING, OLD_SIZE, Witness, WitnessFolder, origin_hash
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.note import SigningKey, parse_note
from projections import log as logs

witness = typer.Typer(help="见证人 / a witness of logs", no_args_is_help=True)

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="见证人的文件夹 / the witness's folder; SUNLEDGER_HOME/witness")
]
VkeyArgument = Annotated[str, typer.Argument(help="日志的公钥 / the log's verifier key")]
OriginArgument = Annotated[
    str, typer.Argument(help="日志来源，默认是公钥的名称 / the log's origin; the key's name by default")
]
KEY_FILE = "witness.key"

WHICH_LOG = rule(
    "witness.which_log",
    Kind.MALFORMED,
    "请写明一个日志：网址、文件夹、公示包，或者 --book 账套，二者选一",
    "name one log: a URL, a folder or a bundle, or else --book",
)


def _folder(home: Path | None) -> Path:
    return home or Settings().home / "witness"


def _open(home: Path | None) -> Witness:
    folder = _folder(home)
    if not (folder / KEY_FILE).exists():
        raise MISSING(folder=folder)
    return Witness(load_key(folder / KEY_FILE, Settings().passphrase_text), WitnessFolder(folder))


@witness.command()
def init(
    name: Annotated[
        str, typer.Argument(help="见证人的名称，如 witness.example.cn/town / the witness's name")
    ],
    home: HomeOption = None,
) -> None:
    """建立见证人，打印公钥 / Make a witness with a key of its own and print its public half."""
    folder = _folder(home)
    key = SigningKey.generate(name)
    save_key(folder / KEY_FILE, key, Settings().passphrase_text)
    vkey = witness_verifier(key).vkey
    WitnessFolder(folder).create(vkey)
    out.print(vkey)


@witness.command("add-log")
def add_log(vkey: VkeyArgument, origin: OriginArgument = "", home: HomeOption = None) -> None:
    """为一个日志见证；日志换密钥时再加一把 / Witness a log, or trust one more key of it."""
    log = _open(home).add_log(vkey, origin)
    out.print(f"{log.origin}\n{origin_hash(log.origin)}")


@witness.command("drop-key")
def drop_key(vkey: VkeyArgument, origin: OriginArgument = "", home: HomeOption = None) -> None:
    """不再信任日志的一把密钥 / Trust a key of a log no longer."""
    log = _open(home).drop_key(vkey, origin)
    out.print(f"{log.origin}: 还信任 {len(log.vkeys)} 把密钥 / {len(log.vkeys)} keys are trusted still")


@witness.command("list")
def list_(home: HomeOption = None) -> None:
    """列出日志：大小、上次见证的时间、分叉 / List the logs; exit code 1 when one of them is forked."""
    forked = False
    for status in _open(home).logs():
        forked = forked or bool(status.forks)
        if status.time_s:
            time = datetime.fromtimestamp(status.time_s, UTC).astimezone(CHINA).isoformat()
            seen = f"{status.size} 条 / entries  {time}"
        else:
            seen = "还没有见证 / nothing cosigned yet"
        out.print(f"{'✗' if status.forks else '✓'} {status.log.origin}  {seen}  分叉 / forks {status.forks}")
    if forked:
        sys.exit(FINDINGS)


@witness.command()
def serve(
    host: Annotated[str, typer.Option(help="地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 / port")] = 8010,
    home: HomeOption = None,
) -> None:
    """提供见证服务 / Answer logs over HTTP (C2SP tlog-witness)."""
    from api.http.witness import create_witness_app  # noqa: PLC0415 -- only who serves waits for it

    stopped = listen_for_stop()
    opened = _open(home)
    with serving_app(create_witness_app(opened, posix_seconds), free_port(host, port)) as url:
        out.print(f"{url}/\n{opened.verifier.vkey}")
        stopped.wait()


@witness.command()
def answer(
    file: Annotated[Path, typer.Argument(help="请求文件 / the request's file")],
    target: OutOption = None,
    home: HomeOption = None,
) -> None:
    """回答一份请求文件 / Answer a request that came as a file; exit code 1 when nothing was cosigned."""
    opened = _open(home)
    with file.open("rb") as read:
        body = read.read(MAX_REQUEST_BYTES + 1)
    given = opened.answer_in_file(body, posix_seconds())
    write(given.body, target)
    if given.refusal:
        err.print(f"✗ {given.refusal}")
        sys.exit(FINDINGS)


@witness.command()
def request(
    place: Annotated[
        str, typer.Argument(help="账套的网址、文件夹或公示包 / the book's URL, folder or bundle")
    ] = "",
    book: Annotated[str, typer.Option("--book", help="本机的账套 / a book of this server")] = "",
    old: Annotated[
        int, typer.Option(min=0, help="见证人上次见证到第几条 / the size that the witness cosigned last")
    ] = 0,
    target: OutOption = None,
) -> None:
    """写出请见证人签名的请求文件 / Write the request by which a log asks a witness, as a file."""
    if bool(place) == bool(book):
        raise WHICH_LOG()
    if place:
        try:
            data = _request(open_source(place).fetch, old)
        except FileNotFoundError as gone:
            raise UNREADABLE(
                place=f"{place}/{gone}", problem=Phrase("没有这个文件", "there is no such file")
            ) from None
        write(data, target)
        return
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            note = logs.latest_checkpoint(connection, book).note
            data = _request(
                lambda path: note if path == "checkpoint" else logs.tile_at(connection, book, path), old
            )
    write(data, target)


def _request(fetch: Callable[[str], bytes], old: int) -> bytes:
    """Return the request for a log's newest checkpoint; its proof is checked, so that a bad tile is found here."""
    note = fetch("checkpoint")
    head = parse_checkpoint(parse_note(note).text)
    if old > head.size:
        raise OLD_SIZE(old=old, size=head.size)
    reader = TileReader(head.size, fetch)
    made = make_request(old, head.size, note, reader)
    if old:
        check_consistency(old, range_root(0, old, reader), head.size, head.root, made.hashes)
    return made.encode()
