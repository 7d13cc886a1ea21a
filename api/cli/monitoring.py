"""The command that follows many books."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import COULD_NOT_RUN, FINDINGS, progress
from api.cli.options import PolicyOption
from api.settings import Settings
from audit.monitor import StateStore, follow
from audit.source import read_policy


def monitor(
    addresses: Annotated[list[str], typer.Argument(help="账套的网址，可多个 / the books' URLs")],
    state: Annotated[
        Path | None, typer.Option(help="记住核对进度的文件夹 / where it remembers how far it has come")
    ] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="乡镇公钥，按网址的次序 / the townships' keys, in the order of the URLs"),
    ] = None,
    policy: PolicyOption = None,
) -> None:
    """跟踪多本账，只核对新增的 / Follow books, verify only what is new; exit code 0 good, 1 findings, 2 unread."""
    store = StateStore(state or Settings().home / "monitor")
    anchors = dict(zip(addresses, anchor or [], strict=False))
    pinned = read_policy(policy) if policy else None
    code = 0
    with progress("监察 monitor") as bar:
        bar.begin(len(addresses))
        for outcome in follow(addresses, store, anchors, pinned):
            for line in outcome.as_lines():
                print(json.dumps(line, ensure_ascii=False), flush=True)
            bar.advance(1)
            if outcome.findings:
                code = FINDINGS
            elif outcome.unreadable and code == 0:
                code = COULD_NOT_RUN
    sys.exit(code)
