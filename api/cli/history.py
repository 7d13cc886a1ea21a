"""Commands that say where a figure comes from, and what came into a book between two checkpoints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api import history as histories
from api.adapters.tables import Table, to_csv, to_text, to_xlsx
from api.cli.console import FINDINGS, err, progress
from api.cli.options import Format, FormatOption, OutOption, PolicyOption, write
from api.clock import posix_seconds
from api.composition import open_service
from api.database import snapshot
from api.entry_background import Background, background_of, read_background
from api.entry_words import added_lines
from api.settings import Settings
from audit.heads import KEY_ENDED, UNKNOWN_ORIGIN, VOID
from audit.heads import kept_size as kept_size_of
from audit.history import compare, trace, witnessed_at
from audit.replay import Replay
from audit.report import Report
from audit.source import Source, open_source, read_kept, read_policy
from audit.tlog.policy import Policy
from audit.verify import verify as audit_book
from audit.witnessed import Asked
from domain.book import Book
from domain.difference import BOTH, FORK, ROLLED_BACK, Difference, Part
from domain.history import span_of
from domain.kernel.errors import Kind, Rule, RuleViolation, rule
from projections import register
from projections.history import Excerpt, History, Wanted, difference, kept_size
from projections.history import history as history_of

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
NO_LOG = rule(
    "diff.no_book",
    Kind.MALFORMED,
    "请用 --book 指明本服务器上的账套，或用 --log 指明公开日志的网址、文件夹或公示包",
    "name a book of this server with --book, or with --log the URL, folder or bundle of a log",
)
TWO_PLACES = rule(
    "history.two_places",
    Kind.MALFORMED,
    "--book {book} 和 {option} {place} 同时给出，只能要一个："
    "--book 问本服务器上的账套，{option} 先核对一份公开日志再问它",
    "--book {book} and {option} {place} are both given; give one of them: --book asks a book of this server, {option}"
    " verifies a log and asks that",
)
ONLY_LOG = rule(
    "history.only_log",
    Kind.MALFORMED,
    "{given} 只在核对公开日志时有用：--book 问的是本服务器，不作核对，见证按服务器自己的策略；"
    "请去掉 {given}，或用 {option} 指明要核对的日志",
    "{given} counts only when a log is verified: --book asks this server, verifies nothing and takes the server's own"
    " policy of witnesses; leave {given} out, or name the log to verify with {option}",
)
NO_TIMES = rule(
    "history.no_times",
    Kind.MALFORMED,
    "公开日志里没有封存时间，不能用 --known-on；请改用当时留存的公示包或文件夹",
    "a log does not hold the times of its checkpoints, so --known-on has no answer here; ask a bundle or folder that"
    " was kept then",
)


NO_LATER = (
    "注意：见证时间是最新检查点的，每条记录的见证不晚于它"
    " / the times of witnessing are the newest checkpoint's: each entry was witnessed no later"
)
OWN_WORD = (
    "注意：没有给出 --policy，见证时间按公示包或文件夹自带的策略算出"
    " / no --policy: the times of witnessing follow the policy that lies beside the log"
)


EVIDENCE = {FORK, ROLLED_BACK, VOID, KEY_ENDED, UNKNOWN_ORIGIN}
"""What a kept checkpoint may show: another history, a key that somebody still has, another log of the book."""

StoredOption = Annotated[
    str, typer.Option("--book", help="本服务器上的账套编号 / organisation id of a book on this server")
]


def history(
    account: Annotated[
        str,
        typer.Option(
            help="科目编码（含下级，几个用 + 连接），或报表项目的键 / "
            "code with all below, several joined by +, or a line of a statement"
        ),
    ],
    as_of: Annotated[str, typer.Option(help="截至日期，看凭证日期 / as of: vouchers dated up to it")] = "",
    known_on: Annotated[
        str, typer.Option(help="据何时所知：日期或时间，看封存时间 / as known on a date or time")
    ] = "",
    period: Annotated[str, typer.Option(help="只看这个月 / only this month, YYYY-MM")] = "",
    since: Annotated[
        str,
        typer.Option(
            help="从这个月算起，收支项目默认从一月 / from this month on, of income by default January"
        ),
    ] = "",
    book: StoredOption = "",
    place: Annotated[
        str,
        typer.Option(
            "--from",
            "--log",
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
    asked = Wanted(span_of(period, as_of, since), histories.moment_of(known_on))
    _check_place(book, "--from", place, {"--anchor": anchor, "--policy": policy}, NO_BOOK)
    if place and known_on:
        raise NO_TIMES()
    found, people = (
        _traced(_verify(place, anchor, policy), account, asked) if place else _stored(book, account, asked)
    )
    if wanted is Format.json:
        write(_json(histories.history_object(found, people)), target)
    else:
        tables = [histories.history_table(found, people), *histories.sheet_tables(found)]
        write(_tables(tables, wanted), target)


def _check_place(book: str, option: str, place: str, of_logs: dict[str, object], missing: Rule) -> None:
    """One place is asked, a book of this server or by `option` a log; what serves to verify logs goes with a log."""
    if book and place:
        raise TWO_PLACES(book=book, option=option, place=place)
    if not (book or place):
        raise missing()
    for given, value in of_logs.items():
        if value and not place:
            raise ONLY_LOG(given=given, option=option)


def _stored(book: str, account: str, asked: Wanted) -> tuple[History, dict[str, str]]:
    """Return a history and the signers' names from this server's tables."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            found = history_of(connection, book, account, asked, service.witnesses.policy_for)
            return found, register.people(connection, book)


@dataclass(frozen=True)
class Verified:
    """A log that was verified without findings: where it lies, its replay, the time, and the reader's own policy."""

    source: Source
    book: Book
    report: Report
    now_s: int
    policy: Policy | None


def _verify(place: str, anchor: str, policy: Path | None) -> Verified:
    """Verify a log before it is asked; exit with 1 when it has findings."""
    pinned = read_policy(policy) if policy else None
    source, replay, now_s = open_source(place), Replay(), posix_seconds()
    asked = Asked(pinned, now_s) if pinned else None
    with progress("核对 verify") as bar:
        report = audit_book(source, anchor=anchor, asked=asked, replay=replay, progress=bar.reach)
    if not report.ok:
        err.print(report.as_text(), end="")
        sys.exit(FINDINGS)
    return Verified(source, replay.book, report, now_s, pinned)


def _traced(log: Verified, account: str, asked: Wanted) -> tuple[History, dict[str, str]]:
    """Return a history and the signers' names from a log that was verified."""
    fold = trace(log.source, log.book, account, asked.span)
    sums, rows = fold.over(asked.span)
    at = witnessed_at(log.source, log.book, log.now_s, log.policy)
    _caution(log, at)
    found = History(
        book=log.report.book,
        name=log.report.name,
        figure=fold.figure,
        wanted=replace(asked, span=fold.listed(asked.span)),
        size=log.report.entries,
        root=log.report.root,
        sums=sums,
        carried_fen=sums.opening_fen,
        rows=[row._replace(witnessed_at=at) for row in rows],
        on_sheet=fold.on_sheet(asked.span),
    )
    return found, log.book.roles.people


def _caution(log: Verified, at: datetime | None) -> None:
    """Say what the times of witnessing mean, and whose word they are when the reader has no policy of their own."""
    if at:
        err.print(NO_LATER)
    if at and not log.policy:
        err.print(OWN_WORD)


def diff(
    first: Annotated[
        str, typer.Option("--from", help="起始条数，或留存的检查点文件 / a size, or a checkpoint you kept")
    ],
    last: Annotated[
        str,
        typer.Option("--to", help="截止条数或检查点文件，默认最新 / a size or checkpoint; default: newest"),
    ] = "",
    book: StoredOption = "",
    place: Annotated[
        str,
        typer.Option(
            "--log",
            help="先核对再比较的公开日志：网址、文件夹或公示包 / a log to verify and compare: URL, folder, bundle",
        ),
    ] = "",
    anchor: Annotated[
        str, typer.Option(help="与 --log 同用：乡镇公钥 / with --log: the township's vkey you trust")
    ] = "",
    policy: PolicyOption = None,
    part: Annotated[Part, typer.Option(help="CSV 要哪张表 / which table CSV holds")] = Part.entries,
    wanted: FormatOption = Format.text,
    target: OutOption = None,
) -> None:
    """两个检查点之间新增了什么 / What came in between two checkpoints; exit code 1 when one is evidence."""
    _check_place(book, "--log", place, {"--anchor": anchor, "--policy": policy}, NO_LOG)
    parts = {part} if wanted is Format.csv else BOTH
    try:
        found, background = (
            _compared(_verify(place, anchor, policy), first, last, parts)
            if place
            else _different(book, first, last, parts)
        )
    except RuleViolation as violation:
        if violation.rule not in EVIDENCE:
            raise
        err.print(f"✗ {violation}")
        sys.exit(FINDINGS)
    lines, people = added_lines(found, background), background.holders
    if wanted is Format.json:
        write(_json(histories.difference_object(found, lines, people)), target)
        return
    tables = [histories.changes_table(found), histories.added_table(found, lines, people)]
    if wanted is Format.csv and part is Part.entries:
        tables.reverse()
    write(_tables(tables, wanted), target)


def _different(book: str, first: str, last: str, parts: Collection[Part]) -> tuple[Difference, Background]:
    """Return a difference, and what its words refer to, from this server's tables."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        with snapshot(service.pool) as connection:
            sizes = _sizes(first, last, lambda note: kept_size(connection, book, note))
            policy_for = service.witnesses.policy_for
            found = difference(connection, book, sizes, Excerpt(parts), policy_for=policy_for)
            return found, read_background(connection, register.book(connection, book))


def _compared(log: Verified, first: str, last: str, parts: Collection[Part]) -> tuple[Difference, Background]:
    """Return a difference, and what its words refer to, from a log that was verified."""
    sizes = _sizes(first, last, lambda note: kept_size_of(note, log.book.log, log.book.size, log.book.root))
    found = compare(log.source, log.book, sizes, log.now_s, log.policy, parts=parts)
    _caution(log, next((one.witnessed_at for one in found.added), None))
    return found, background_of(log.book)


def _sizes(first: str, last: str, kept: Callable[[bytes], int]) -> tuple[int, int | None]:
    """Return two sizes, each given as a number or by the file of a checkpoint, whose size `kept` tells; "": now."""
    return _size(first, kept), _size(last, kept) if last else None


def _size(text: str, kept: Callable[[bytes], int]) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    path = Path(text)
    if not path.is_file():
        raise BAD_SIZE(read=text[:100])
    return kept(read_kept(path))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


def _tables(tables: list[Table], wanted: Format) -> bytes:
    """Return tables as text, as a workbook with a sheet for each, or the first of them as CSV."""
    if wanted is Format.csv:
        return to_csv(tables[0])
    return to_xlsx(*tables) if wanted is Format.xlsx else "\n".join(map(to_text, tables)).encode()
