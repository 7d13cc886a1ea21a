"""Commands about personal data: hand it in, read it, give a person all that is held on them, erase it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.cli.console import FINDINGS, err, out
from api.cli.looking import Looking, YesOption
from api.cli.options import (
    URL,
    WAIT_SECONDS,
    BookOption,
    KeyOption,
    OutOption,
    PolicyOption,
    SignOnlyOption,
    UrlOption,
    WaitOption,
    asked_by,
    write,
)
from api.cli.signing import load_keys, poster, print_receipt, submit
from api.composition import open_service
from api.database import snapshot
from api.disclosures import Selection, Tier
from api.disclosures.subject import erasure_of, held_on
from api.outbox import note_path
from api.posting import read_data
from api.salting import kept_disclosures, salt_roll, salted_once
from api.settings import Settings
from audit.files import read as read_file
from audit.rows import verify_rows
from domain.kernel.errors import Kind, RuleViolation
from domain.privacy import Erasure, SubjectErased
from domain.rolls import Roll, RollCommitted

SubjectOption = Annotated[
    str, typer.Option(help="本人（存放披露时所用的称谓或编号）/ the person, as named on keeping")
]

subject = typer.Typer(help="个人信息的查询与删除 / what is held on a person", no_args_is_help=True)


def roll(
    file: Annotated[Path, typer.Argument(help="清册 JSON / the roll's JSON, with its rows")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    yes: YesOption = False,
) -> None:
    """提交发放清册：各行加盐后只公布根和合计 / Commit a roll: root and totals are public, the rows are kept apart."""
    salted = salted_once(file, salt_roll, Roll)
    with poster(book, url, wait) as server:
        kept, keys = note_path(file), load_keys(key)
        look = Looking(server, keys, yes=yes)
        receipt = server.post(RollCommitted, salted.data, keys, kept, look)
        server.disclose(receipt["index"], salted.given)
        roll_id = server.statement_of(receipt["index"], RollCommitted, "清册", "roll").id
    print_receipt(receipt)
    err.print(f'清册编号，写入凭证的 "roll" / the roll\'s id, for "roll" of its voucher: {roll_id}')


def disclose(
    file: Annotated[Path, typer.Argument(help="post 或 roll 所留的 .salted 文件 / the .salted file")],
    entry: Annotated[int, typer.Option(min=0, help="记录序号 / the entry")],
    book: BookOption,
    url: UrlOption = URL,
) -> None:
    """补交一条记录的披露（先签名、后提交时用）/ Hand in an entry's disclosures, when it was sent by another way."""
    with poster(book, url, WAIT_SECONDS) as server:
        stored = server.disclose(entry, kept_disclosures(file))
    out.print(f"新存 {stored} 项 / {stored} kept")


def disclosures(
    book: BookOption,
    reader: Annotated[Tier, typer.Option(help="为谁而读 / for whom")] = Tier.auditors,
    entry: Annotated[int | None, typer.Option(min=0, help="只看一条记录 / of one entry")] = None,
) -> None:
    """列出存放的披露（在服务器上，供负责人和审计）/ List what is kept, on the server, for the operator and auditors."""
    if reader is Tier.person:
        raise typer.BadParameter(
            "用 sunledger subject export / use: sunledger subject export", param_hint="--reader"
        )
    with open_service(Settings()) as service, snapshot(service.pool) as connection:
        for kept in service.disclosures.read(connection, book, reader, Selection(entry=entry)):
            line = {
                "entry": kept.entry,
                "place": kept.place,
                "digest": kept.digest,
                "tier": kept.tier,
                "subject": kept.subject,
                "name": kept.said.name,
                "value": kept.said.value,
            }
            out.print(json.dumps(line, ensure_ascii=False))


@subject.command("export")
def export_subject(
    subject: SubjectOption,
    book: BookOption,
    folder: Annotated[Path, typer.Option("--out", help="目标文件夹 / target folder")],
) -> None:
    """导出关于一个人的全部内容：JSON 和可读文本 / Export all that is held on a person, as JSON and as text."""
    with open_service(Settings()) as service, snapshot(service.pool) as connection:
        held = held_on(service.disclosures, connection, book, subject)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "subject.json").write_bytes(held.as_json())
    (folder / "subject.txt").write_text(held.as_text(), encoding="utf-8")
    out.print(f"{folder}: {len(held.kept) + len(held.waiting)} 项 / items")


@subject.command("erasure")
def request_erasure(
    subject: SubjectOption,
    basis: Annotated[
        str, typer.Option(help="purpose / period / consent / unlawful / law（个保法第四十七条）")
    ],
    book: BookOption,
    note: Annotated[str, typer.Option(help="说明 / a note")] = "",
    target: OutOption = None,
) -> None:
    """写出删除一个人全部内容的文书，供签名 / Write what erases all that is held on a person, to be signed (erase)."""
    with open_service(Settings()) as service, snapshot(service.pool) as connection:
        held = held_on(service.disclosures, connection, book, subject)
    data = msgspec.json.encode(erasure_of(held, basis, note))
    read_data("--basis", data, Erasure)
    write(msgspec.json.format(data) + b"\n", target)


def erase(
    file: Annotated[Path, typer.Argument(help="subject erasure 写出的文书 / what subject erasure wrote")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """删除个人信息（乡镇、负责人、监督委员会签名）/ Erase personal data; the server deletes it with the entry."""
    data = read_data(file, file.read_bytes(), Erasure)
    with poster(book, url, wait) as server:
        submit(server, SubjectErased, data, key, sign_only, yes=yes)


def verify_row(
    file: Annotated[Path, typer.Argument(help="自己的一行，或全部各行 / the file of a row, or of all rows")],
    log: Annotated[str, typer.Option(help="日志公钥 / the log's vkey that you trust")] = "",
    policy: PolicyOption = None,
) -> None:
    """断网核对清册的一行或全部各行 / Check a roll's row, or all rows, without a network; exit code 0, 1 or 2."""
    with file.open("rb") as opened:
        data = read_file(opened, file)
    try:
        verdict = verify_rows(data, log, asked_by(policy))
    except RuleViolation as violation:
        if violation.rule.kind is Kind.MALFORMED:
            raise
        err.print(f"✗ {violation}")
        sys.exit(FINDINGS)
    for line in verdict.lines():
        out.print(line)
