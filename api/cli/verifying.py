"""The command that verifies a log from outside."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import FINDINGS, out, progress
from api.cli.options import PolicyOption, Words, asked_by
from audit.browser import verifier_page
from audit.proving import Proof, is_proof, prove, read_file
from audit.report import Report
from audit.source import open_source, read_kept
from audit.verify import verify as audit_book


def verify(
    place: Annotated[str, typer.Argument(help="网址、文件夹或公示包 / URL, folder or bundle")],
    anchor: Annotated[str, typer.Option(help="乡镇公钥 / the township's vkey you trust")] = "",
    kept: Annotated[
        Path | None,
        typer.Option(
            help="自己留存的检查点文件，日志须与之衔接 / a checkpoint you kept, which the log must extend"
        ),
    ] = None,
    policy: PolicyOption = None,
    wanted: Annotated[Words, typer.Option("--format", help="输出格式 / output format")] = Words.text,
    processes: Annotated[int, typer.Option(min=1, max=64)] = 1,
    log_key: Annotated[
        str,
        typer.Option(help="日志公钥，核对 .tlog-proof 时用 / the log's vkey you trust, for a .tlog-proof"),
    ] = "",
    entry: Annotated[
        Path | None,
        typer.Option(help="证明文件未附带记录时，记录的文件 / the entry, if the proof does not carry it"),
    ] = None,
) -> None:
    """核对日志或证明文件 / Verify a log or a .tlog-proof; exit code 0 good, 1 findings, 2 could not run."""
    asked = asked_by(policy)
    if is_proof(place):
        note = read_file(entry) if entry else b""
        show(prove(read_file(Path(place)), log_key, note, asked), wanted)
        return
    saved = read_kept(kept) if kept else b""
    with progress("核对 verify") as bar:
        result = audit_book(
            open_source(place),
            anchor=anchor,
            kept=saved,
            asked=asked,
            page=verifier_page,
            processes=processes,
            progress=bar.reach,
        )
    show(result, wanted)


def show(result: Report | Proof, wanted: Words) -> None:
    """Print what was found, and exit with 1 when something is wrong."""
    if wanted is Words.json:
        out.print_json(json.dumps(result.as_object(), ensure_ascii=False))
    else:
        out.print(result.as_text(), end="")
    if not result.ok:
        sys.exit(FINDINGS)
