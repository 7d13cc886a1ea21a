"""Options that several commands share, and how their results are written."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.clock import posix_seconds
from audit.source import read_policy
from audit.witnessed import Asked


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
PolicyOption = Annotated[
    Path | None,
    typer.Option(
        "--policy", help="自己留存的见证策略文件 / a policy file of your own: whose cosignatures are needed"
    ),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="写入文件 / write to a file")]


def asked_by(policy: Path | None) -> Asked | None:
    """Return what a policy file asks for by this machine's clock; raises `audit.unreadable`, `tlog.policy`."""
    return Asked(read_policy(policy), posix_seconds()) if policy else None


def write(data: bytes, target: Path | None) -> None:
    """Write a result to a file, or to standard output."""
    if target:
        target.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


KeyOption = Annotated[list[Path], typer.Option("--key", help="签名密钥文件，可多个 / key files that sign")]
UrlOption = Annotated[str, typer.Option("--url", help="服务器网址 / the server's URL")]
WaitOption = Annotated[float, typer.Option("--wait", help="等待证明的秒数 / seconds to wait for the proof")]
SignOnlyOption = Annotated[
    Path | None,
    typer.Option("--sign-only", help="只签名，写入此文件，不提交 / sign into this file and do not send"),
]
URL, WAIT_SECONDS = "http://127.0.0.1:8000", 10.0
