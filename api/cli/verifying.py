"""The command that verifies a log from outside."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import FINDINGS, out, progress
from api.cli.options import PolicyOption, Words, asked_by
from audit.browser import verifier_page
from audit.proving import Proof, is_proof, prove, read_file
from audit.report import Report, could_not_run
from audit.source import open_source, read_kept
from audit.verify import verify as audit_book
from domain.kernel.errors import RuleViolation


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
    with told_in(wanted):
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


@contextmanager
def told_in(wanted: Words) -> Iterator[None]:
    """Say in JSON, too, why there is nothing to show, where JSON is wanted; in words it is said by `refusals`."""
    try:
        yield
    except RuleViolation as violation:
        if wanted is Words.json:
            _print_json(could_not_run(violation))
        raise


def _print_json(found: dict[str, Any]) -> None:
    out.print_json(json.dumps(found, ensure_ascii=False))


def show(result: Report | Proof, wanted: Words) -> None:
    """Print what was found, and exit with 1 when something is wrong."""
    if wanted is Words.json:
        _print_json(result.as_object())
    else:
        out.print(result.as_text(), end="")
    if not result.ok:
        sys.exit(FINDINGS)
