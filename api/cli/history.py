"""Commands that say where a figure comes from, and what came into a book between two checkpoints."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg import Connection

from api import history as histories
from api.adapters.tables import Table, to_csv, to_text, to_xlsx
from api.cli.console import FINDINGS, err
from api.cli.options import BookOption, Format, FormatOption, OutOption, write
from api.composition import open_service
from api.database import snapshot
from api.http.entry_words import added_lines
from api.settings import Settings
from audit.source import read_kept
from domain.history import span_of
from domain.kernel.errors import Kind, RuleViolation, rule
from projections import register
from projections.history import Wanted, difference, kept_size
from projections.history import history as history_of
from projections.history.difference import FORK, ROLLED_BACK

BAD_SIZE = rule(
    "diff.size",
    Kind.MALFORMED,
    "「{read}」既不是记录条数，也不是检查点文件；请填 0 以上的整数，或所留存检查点的文件名",
    "'{read}' is neither a size nor a file; give a whole number of entries, or the file of a checkpoint that you kept",
)


class Part(StrEnum):
    """Which table of a difference CSV holds."""

    accounts = "accounts"
    entries = "entries"


def history(
    book: BookOption,
    account: Annotated[
        str, typer.Option(help="科目编码（含下级），或 money 货币资金 / code with all below, or money")
    ],
    as_of: Annotated[str, typer.Option(help="截至日期，看凭证日期 / as of: vouchers dated up to it")] = "",
    known_on: Annotated[
        str, typer.Option(help="据何时所知：日期或时间，看封存时间 / as known on a date or time")
    ] = "",
    period: Annotated[str, typer.Option(help="只看这个月 / only this month, YYYY-MM")] = "",
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """数字的来历：由哪些记录算出 / The entries that make a figure, with who signed and when each was recorded."""
    asked = Wanted(span_of(period, as_of), histories.moment_of(known_on))
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            found = history_of(connection, book, account, asked)
            people = register.people(connection, book)
    if wanted is Format.json:
        write(_json(histories.history_object(found, people)), target)
    else:
        write(_tables([histories.history_table(found, people)], wanted), target)


def diff(
    book: BookOption,
    first: Annotated[
        str, typer.Option("--from", help="起始条数，或留存的检查点文件 / a size, or a checkpoint you kept")
    ],
    last: Annotated[
        str,
        typer.Option("--to", help="截止条数或检查点文件，默认最新 / a size or checkpoint; default: newest"),
    ] = "",
    part: Annotated[Part, typer.Option(help="CSV 要哪张表 / which table CSV holds")] = Part.entries,
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """两个检查点之间新增了什么 / What came in between two checkpoints; exit code 1 when one proves a fork."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            try:
                sizes = [_size(connection, book, text) for text in (first, last) if text]
            except RuleViolation as violation:
                if violation.rule not in {FORK, ROLLED_BACK}:
                    raise
                err.print(f"✗ {violation}")
                sys.exit(FINDINGS)
            found = difference(connection, book, (sizes[0], sizes[1] if last else None))
            lines, people = added_lines(connection, found), register.people(connection, book)
    if wanted is Format.json:
        write(_json(histories.difference_object(found, lines, people)), target)
        return
    tables = [histories.changes_table(found), histories.added_table(found, lines, people)]
    if wanted is Format.csv and part is Part.entries:
        tables.reverse()
    write(_tables(tables, wanted), target)


def _size(connection: Connection[Any], book: str, text: str) -> int:
    """Return a size that was given as a number or by the file of a checkpoint, which must be a beginning of the log."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    path = Path(text)
    if not path.is_file():
        raise BAD_SIZE(read=text[:100])
    return kept_size(connection, book, read_kept(path))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _tables(tables: list[Table], wanted: Format) -> bytes:
    """Return tables as text, as a workbook with a sheet for each, or the first of them as CSV."""
    if wanted is Format.csv:
        return to_csv(tables[0])
    return to_xlsx(*tables) if wanted is Format.xlsx else "\n".join(map(to_text, tables)).encode()
