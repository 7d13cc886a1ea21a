"""Commands about the log's own keys, run where they lie: on the server's machine (`sign` runs anywhere)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import out
from api.cli.looking import YesOption
from api.cli.options import URL, WAIT_SECONDS, BookOption, KeyOption, SignOnlyOption, UrlOption, WaitOption
from api.cli.signing import poster, submit
from api.composition import Service, open_service
from api.logs import (
    HeldKey,
    destroy_ended,
    draft_addition,
    draft_move,
    draft_retirement,
    encode_request,
    held_keys,
    read_request,
)
from api.logs import freeze as freeze_log
from api.logs import unfreeze as unfreeze_log
from api.posting import Poster
from api.serving import free_port, serving
from api.settings import Settings
from audit.source import read_kept
from domain.kernel.errors import Kind, rule
from domain.kernel.statement import Record

NO_SIGNERS = rule(
    "log.no_signers",
    Kind.MALFORMED,
    "乡镇、负责人和监督委员会都要签名：用 --key 给出三把密钥，"
    "或用 --request 写出申请，交他们用 sunledger log sign 签署",
    "township, head and supervisor sign: give their keys with --key, or write the request with --request and let them"
    " sign it with sunledger log sign",
    "ADR 0027",
)

log = typer.Typer(
    help="日志自己的密钥：更换、停用、迁移、冻结 / the log's own keys: rotate, retire, move, freeze",
    no_args_is_help=True,
)

SignersOption = Annotated[
    list[Path] | None, typer.Option("--key", help="签名密钥文件，可多个 / key files that sign")
]
RequestOption = Annotated[
    Path | None, typer.Option("--request", help="只写出申请，交他人签署 / only write what others are to sign")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="原因 / why")]


class Loss(StrEnum):
    """Why a log moves."""

    compromised = "compromised"
    lost = "lost"


@contextmanager
def _door(service: Service, book: str) -> Iterator[Poster]:
    """Serve on this machine for as long as something is posted, whether the server runs or not."""
    with serving(service, free_port("127.0.0.1", 0)) as url, poster(book, url, WAIT_SECONDS) as server:
        yield server


def _sign(
    service: Service,
    book: str,
    data: Record,
    keys: list[Path] | None,
    request: Path | None,
    *,
    yes: bool,
) -> None:
    """Sign what was drafted, asking first unless `yes`, and post it, or write it for others to sign."""
    text = encode_request(data)
    if request:
        request.write_bytes(text)
        out.print(f"申请已写入，交乡镇、负责人、监督委员会签署 / written, for the signers: {request}")
        return
    if not keys:
        raise NO_SIGNERS()
    kind, _ = read_request(book, text)
    with _door(service, book) as server:
        submit(server, kind, data, keys, None, yes=yes)


def _tell_unlisted(service: Service, book: str, vkey: str) -> None:
    """Say that the policy wants a line for the log's new key."""
    if not service.witnesses.accepts(book, [vkey]):
        out.print(
            "见证策略还没有列出新公钥：请加上下面一行，重启服务，再公布策略 / the policy of witnesses does not list the"
            f" new key yet: add this line, restart the server, and publish the policy\nlog {vkey}"
        )


@log.command()
def rotate(
    book: BookOption,
    reason: ReasonOption,
    key: SignersOption = None,
    request: RequestOption = None,
    yes: YesOption = False,
) -> None:
    """增加一把日志密钥，新旧并签，开始重叠期 / Add a key; both sign from now on: the overlap."""
    with open_service(Settings()) as service:
        addition = draft_addition(service, book, reason)
        _sign(service, book, addition, key, request, yes=yes)
        _tell_unlisted(service, book, addition.vkey)


@log.command()
def retire(
    book: BookOption,
    reason: ReasonOption,
    vkey: Annotated[str, typer.Option(help="要停用的公钥，默认最旧的 / which key, default the oldest")] = "",
    key: SignersOption = None,
    request: RequestOption = None,
    yes: YesOption = False,
) -> None:
    """停用一把日志密钥，结束重叠期 / Retire a key: the overlap ends and the other one signs alone."""
    with open_service(Settings()) as service:
        _sign(service, book, draft_retirement(service, book, reason, vkey), key, request, yes=yes)


@log.command()
def move(
    book: BookOption,
    origin: Annotated[str, typer.Option(help="新来源，以 /账套编号 结尾 / the new origin, ends in /BOOK")],
    reason: Annotated[Loss, typer.Option(help="失窃或丢失 / why")],
    last: Annotated[
        Path | None,
        typer.Option(
            help="最后一个已见证的检查点，默认达到见证人数的最新一个 / the last witnessed checkpoint;"
            " default the newest with its quorum"
        ),
    ] = None,
    key: SignersOption = None,
    request: RequestOption = None,
    yes: YesOption = False,
) -> None:
    """密钥失窃或丢失：迁到新来源和新密钥 / The key is stolen or lost: move to a new origin and key."""
    note = read_kept(last) if last else b""
    with open_service(Settings()) as service:
        moving = draft_move(service, book, origin, reason.value, note)
        _sign(service, book, moving, key, request, yes=yes)
        _tell_unlisted(service, book, moving.vkey)


@log.command()
def sign(
    file: Annotated[Path, typer.Argument(help="申请 / the request that the server wrote")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """签署服务器写出的申请 / Sign a request that the server wrote, on one's own machine."""
    kind, data = read_request(file, file.read_bytes())
    with poster(book, url, wait) as server:
        submit(server, kind, data, key, sign_only, yes=yes, silence=False)


@log.command()
def freeze(book: BookOption, reason: ReasonOption) -> None:
    """立即停止签署和记账 / Stop signing and posting at once."""
    with open_service(Settings()) as service:
        origin = freeze_log(service, book, reason)
    out.print(
        f"已冻结 {origin}：不签署，不记账。下一步见 sunledger doctor / "
        "frozen: nothing is signed or posted; sunledger doctor says what to do next"
    )


@log.command()
def unfreeze(book: BookOption) -> None:
    """解除冻结 / Let the log go on."""
    with open_service(Settings()) as service:
        origin = unfreeze_log(service, book)
    out.print(f"已解除冻结 / no longer frozen: {origin}")


@log.command()
def destroy(book: BookOption) -> None:
    """销毁已停用的日志私钥 / Destroy the private keys that sign no more."""
    with open_service(Settings()) as service:
        gone = destroy_ended(service, book)
    for vkey in gone:
        out.print(f"已销毁 / destroyed: {vkey}")
    out.print(f"共销毁 {len(gone)} 把私钥 / {len(gone)} private keys destroyed")


@log.command("list")
def list_(book: BookOption) -> None:
    """列出日志的全部密钥 / List the keys of a log, which sign, and which are here."""
    with open_service(Settings()) as service:
        found = held_keys(service, book)
        words = service.log_keys.frozen(next(key.row.origin for key in reversed(found) if key.row))
    for held in found:
        out.print(f"{held.vkey}\n    {_words(held)}")
    if words:
        out.print(f"已冻结 / frozen: {words}")


def _words(key: HeldKey) -> str:
    here = "私钥在此 / private key here" if key.held else "私钥不在此 / private key not here"
    if key.row is None:
        return f"草稿，没有记录提到它 / a draft, no entry names it；{here}"
    since = f"第 {key.row.added} 号记录起 / since entry {key.row.added}"
    if key.row.ended is None:
        return f"现用 / signs，{since}；{here}"
    return f"{since}，第 {key.row.ended} 号记录停用 / ended by entry {key.row.ended}；{here}"
