"""The command that makes the line for the newspaper or the wall, and holds a log against one."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.cli.console import err, out
from api.clock import now
from audit.anchor import AnchorLine, anchor_of, check_extends, parse_anchor
from audit.source import open_source
from domain.kernel.errors import Kind, RuleViolation
from domain.kernel.note import parse_vkey

CONTRADICTED, NOT_COMPARED = 1, 2
"""Exit codes beside 0 for a log that holds what was printed: it is another history; nothing can be said."""


def anchor(
    place: Annotated[
        str, typer.Argument(help="日志的网址、文件夹或公示包 / the log's URL, folder or bundle")
    ],
    printed: Annotated[
        str,
        typer.Option("--check", help="照抄印出的锚定行，加引号 / a printed line, typed in quotation marks"),
    ] = "",
    key: Annotated[str, typer.Option(help="您信任的日志公钥 / the log's vkey that you trust")] = "",
) -> None:
    """打印一行锚定，或核对 --check / Print a log's head as one line for a newspaper or a wall, or check such a line.

    With --check the exit code is 0 for the same head or a log that extends it, 1 for one that does not, and 2 when
    nothing can be said: the line was mistyped, or the log could not be read. A log that has moved to a new origin, or
    has retired the key that is given, is followed by its own entries, which are verified for that.
    """
    if not printed:
        print(anchor_of(open_source(place), now()[:10], key).text)
        return
    try:
        line = parse_anchor(printed)
        if key:
            parse_vkey(key)
    except RuleViolation as violation:
        err.print(f"✗ {violation}")
        sys.exit(NOT_COMPARED)
    sys.exit(_check(line, place, key))


def _check(line: AnchorLine, place: str, key: str) -> int:
    try:
        found = check_extends(line, open_source(place), key)
    except RuleViolation as violation:
        err.print(f"✗ {violation}")
        return NOT_COMPARED if violation.rule.kind is Kind.UNAVAILABLE else CONTRADICTED
    size = found.size
    if found.left is not None:
        out.print(
            f"日志已由第 {found.left} 号记录迁往 {found.head.origin}，锚定行是迁移之前的"
            f" / entry {found.left} moved the log to {found.head.origin}; the line is from before"
        )
    if found.ended is not None:
        out.print(
            f"您给出的公钥已由第 {found.ended} 号记录停用，检查点由日志现用的密钥签名"
            f" / entry {found.ended} retired the key that you gave; the log's present key signs its checkpoint"
        )
    if size == line.head.size:
        out.print(
            f"✓ 与 {line.date} 印出的完全相同（{size} 条）/ the same as printed on {line.date}: {size} entries"
        )
    else:
        out.print(
            f"✓ 延续 {line.date} 印出的 {line.head.size} 条，现有 {size} 条"
            f" / extends the {line.head.size} entries printed on {line.date}; it has {size} now"
        )
    return 0
