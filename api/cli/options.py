"""Options that several commands share, and how their results are written."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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


def write(data: bytes, target: Path | None) -> None:
    """Write a result to a file, or to standard output."""
    if target:
        target.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
