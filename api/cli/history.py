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
from api.cli.console import FINDINGS, err, progress
from api.cli.options import BookOption, Format, FormatOption, OutOption, PolicyOption, write
from api.composition import open_service
from api.database import snapshot
from api.http.entry_words import added_lines
from api.settings import Settings
from audit.history import trace, witnessed_at
from audit.replay import Replay
from audit.source import open_source, read_kept, read_policy
from audit.verify import verify
from domain.history import span_of
from domain.kernel.errors import Kind, RuleViolation, rule
from projections import register
from projections.history import History, Wanted, difference, kept_size
from projections.history import history as history_of
from projections.history.difference import FORK, ROLLED_BACK

BAD_SIZE = rule(
    "diff.size",
    Kind.MALFORMED,
    "「{read}」既不是记录条数，也不是检查点文件；请填 0 以上的整数，或所留存检查点的文件名",
    "'{read}' is neither a size nor a file; give a whole number of entries, or the file of a checkpoint that you kept",
)


NO_BOOK = rule(
    "history.no_book",
    Kind.MALFORMED,
    "请用 --book 指明本服务器上的账套，或用 --from 指明公开日志的网址、文件夹或公示包",
    "name a book of this server with --book, or with --from the URL, folder or bundle of a log",
)
NO_TIMES = rule(
    "history.no_times",
    Kind.MALFORMED,
    "公开日志里没有封存时间，不能用 --known-on；请改用当时留存的公示包或文件夹",
    "a log does not hold the times of its checkpoints, so --known-on has no answer here; ask a bundle or folder that"
    " was kept then",
)


OWN_WORD = (
    "注意：没有给出 --policy，见证时间按公示包或文件夹自带的策略算出"
    " / no --policy: the times of witnessing follow the policy that lies beside the log"
)


class Part(StrEnum):
    """Which table of a difference CSV holds."""

    accounts = "accounts"
    entries = "entries"


def history(
    account: Annotated[
        str,
        typer.Option(
            help="科目编码（含下级），或资产负债表项目的键，如 money / code with all below, or a line of the sheet"
        ),
    ],
    as_of: Annotated[str, typer.Option(help="截至日期，看凭证日期 / as of: vouchers dated up to it")] = "",
    known_on: Annotated[
        str, typer.Option(help="据何时所知：日期或时间，看封存时间 / as known on a date or time")
    ] = "",
    period: Annotated[str, typer.Option(help="只看这个月 / only this month, YYYY-MM")] = "",
    book: Annotated[
        str, typer.Option(help="本服务器上的账套编号 / organisation id of a book on this server")
    ] = "",
    place: Annotated[
        str,
        typer.Option(
            "--from",
            help="先核对再算的公开日志：网址、文件夹或公示包 / a log to verify and ask: URL, folder, bundle",
        ),
    ] = "",
    anchor: Annotated[
        str, typer.Option(help="与 --from 同用：乡镇公钥 / with --from: the township's vkey you trust")
    ] = "",
    policy: PolicyOption = None,
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """数字的来历：由哪些记录算出 / The entries that make a figure, with who signed and when each was recorded."""
    asked = Wanted(span_of(period, as_of), histories.moment_of(known_on))
    if bool(book) == bool(place):
        raise NO_BOOK()
    found, people = (
        _verified(place, anchor, policy, account, asked) if place else _stored(book, account, asked)
    )
    if wanted is Format.json:
        write(_json(histories.history_object(found, people)), target)
    else:
        tables = [histories.history_table(found, people), *histories.sheet_tables(found)]
        write(_tables(tables, wanted), target)


def _stored(book: str, account: str, asked: Wanted) -> tuple[History, dict[str, str]]:
    """Return a history and the signers' names from this server's tables."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            found = history_of(connection, book, account, asked, service.witnesses.policy_for)
            return found, register.people(connection, book)


def _verified(
    place: str, anchor: str, policy: Path | None, account: str, asked: Wanted
) -> tuple[History, dict[str, str]]:
    """Return a history and the signers' names from a log, verified first; exit with 1 when it has findings."""
    if asked.known_on:
        raise NO_TIMES()
    pinned = read_policy(policy) if policy else None
    source, replay = open_source(place), Replay()
    with progress("核对 verify") as bar:
        report = verify(source, anchor=anchor, policy=pinned, replay=replay, progress=bar.reach)
    if not report.ok:
        err.print(report.as_text(), end="")
        sys.exit(FINDINGS)
    fold = trace(source, replay.book, account)
    sums, rows = fold.over(asked.span)
    at = witnessed_at(source, replay.book, pinned)
    if at and not pinned:
        err.print(OWN_WORD)
    found = History(
        book=report.book,
        name=report.name,
        figure=fold.figure,
        wanted=asked,
        size=report.entries,
        root=report.root,
        sums=sums,
        carried_fen=sums.opening_fen,
        rows=[row._replace(witnessed_at=at) for row in rows],
        on_sheet=fold.on_sheet(asked.span),
    )
    return found, {key.name: key.person for key in replay.book.roles.keys.values()}


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
