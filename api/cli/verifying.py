"""The command that verifies a log from outside."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import FINDINGS, out, progress
from api.cli.options import PolicyOption, Words
from audit.source import open_source, read_kept, read_policy
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
) -> None:
    """核对公开日志 / Verify a log; exit code 0 good, 1 findings, 2 could not run."""
    saved = read_kept(kept) if kept else b""
    pinned = read_policy(policy) if policy else None
    with progress("核对 verify") as bar:
        result = audit_book(
            open_source(place),
            anchor=anchor,
            kept=saved,
            policy=pinned,
            processes=processes,
            progress=bar.reach,
        )
    if wanted is Words.json:
        out.print_json(json.dumps(result.as_object(), ensure_ascii=False))
    else:
        out.print(result.as_text(), end="")
    if not result.ok:
        sys.exit(FINDINGS)
