"""Files that are withheld, damaged or exchanged on their way: checkpoints, tiles, bundles, figures."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from audit.files import MAX_FILE_BYTES
from audit.statements import FORMS
from audit.tlog.checkpoint import open_checkpoint, sign_checkpoint
from audit.tlog.tiles import MAX_LEAVES
from domain.kernel.note import MAX_NOTE_BYTES, SigningKey, format_note
from tests.attack.model import BROWSER, MONITOR, Attack, Notice, Played, all_readers, readers, witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.attack.history import Files, History

SERVER, NETWORK = "服务器 server", "网络 network"
TILE, BUNDLE = "tile/0/000.p/13", "tile/entries/000.p/13"
JANUARY, MARCH = "trial-balance/2026-01.json", "trial-balance/2026-03.json"


def _attack(
    name: str,
    zh: str,
    en: str,
    by: str,
    change: Callable[[History, History], Files],
    notices: Mapping[str, Notice],
) -> Attack:
    """Serve the true files with some of them changed; an empty one is withheld."""

    def play(truth: History, other: History) -> Played:
        files = truth.files | change(truth, other)
        return Played(files={path: data for path, data in files.items() if data})

    return Attack(name, zh, en, by, play, notices)


def _wrong_root(truth: History, _: History) -> Files:
    return {"checkpoint": truth.checkpoint(root=truth.village.book.tree.root(12))}


def _other_key(truth: History, _: History) -> Files:
    checkpoint = open_checkpoint(truth.files["checkpoint"], truth.key.verifier)
    return {"checkpoint": sign_checkpoint(checkpoint, SigningKey.generate(truth.key.name))}


def _two_blank_lines(truth: History, _: History) -> Files:
    text = open_checkpoint(truth.files["checkpoint"], truth.key.verifier).text + b"\n"
    return {"checkpoint": format_note(text, [truth.key.sign(text)])}


def _changed(files: Files, path: str) -> Files:
    report = json.loads(files[path])
    report["rows"][0]["closing_debit_fen"] += 100
    report["totals"]["closing_debit_fen"] += 100
    return {path: json.dumps(report).encode()}


def _changed_month_of_today(truth: History, _: History) -> Files:
    shown = truth.files[MARCH].replace(b"2026-03", b"2026-07")
    return {"trial-balance.json": shown, "trial-balance/2026-07.json": shown}


OTHER_AMOUNTS = (
    ("claims", "closing_fen"),
    ("lines", "amount_fen"),
    ("rows", "year_fen"),
    ("rows", "planned_fen"),
)
"""In which lines and which column of each statement one yuan is added."""


def _with_another_amount(path: str, lines: str, column: str, truth: History, _: History) -> Files:
    """Return a statement with one yuan more in a column of its last line."""
    report = json.loads(truth.files[path])
    report[lines][-1][column] += 100
    return {path: json.dumps(report).encode()}


def _of_yesterday(truth: History, _: History) -> Files:
    return {MARCH: truth.served(truth.entries[:-1])[MARCH]}


ATTACKS = (
    _attack(
        "wrong_root",
        "条数正确、根不对的检查点",
        "a checkpoint of the right size and another root",
        SERVER,
        _wrong_root,
        all_readers("audit.root") | witness("witness.fork"),
    ),
    _attack(
        "other_key",
        "检查点由另一把密钥签名",
        "a checkpoint signed by another key",
        NETWORK,
        _other_key,
        all_readers("checkpoint.signature") | witness("witness.signature"),
    ),
    _attack(
        "more_than_there_is",
        "检查点的条数比记录多",
        "a checkpoint of more entries than there are",
        SERVER,
        lambda truth, _: {"checkpoint": truth.checkpoint(size=14)},
        all_readers("audit.bundle", 0) | witness("witness.proof"),
    ),
    _attack(
        "endless",
        "检查点声称有 2^63-1 条记录",
        "a checkpoint that claims 2^63-1 entries",
        SERVER,
        lambda truth, _: {"checkpoint": truth.checkpoint(size=MAX_LEAVES)},
        all_readers("audit.bundle", 0) | witness("witness.proof"),
    ),
    _attack(
        "blank_line_in_checkpoint",
        "检查点中多一个空行",
        "a checkpoint with two blank lines",
        SERVER,
        _two_blank_lines,
        all_readers("checkpoint.malformed") | witness("checkpoint.malformed"),
    ),
    _attack(
        "large_checkpoint",
        "检查点过大",
        "a checkpoint that is too large",
        SERVER,
        lambda truth, _: {"checkpoint": b"\n" * MAX_NOTE_BYTES + truth.files["checkpoint"]},
        all_readers("note.malformed") | witness("witness.request_malformed"),
    ),
    _attack(
        "no_checkpoint",
        "不给检查点",
        "withhold the checkpoint",
        NETWORK,
        lambda *_: {"checkpoint": b""},
        all_readers("audit.no_checkpoint"),
    ),
    _attack(
        "swapped_checkpoints",
        "对调两个账套的检查点",
        "swap the checkpoints of two books",
        SERVER,
        lambda _, other: {"checkpoint": other.files["checkpoint"]},
        all_readers("checkpoint.signature") | witness("witness.unknown_log"),
    ),
    _attack(
        "swapped_books",
        "在本账套的网址提供另一账套的日志",
        "serve another book at this address",
        SERVER,
        lambda _, other: other.files,
        readers("audit.anchor", 0)
        | {BROWSER: Notice("audit.other_book"), MONITOR: Notice("checkpoint.signature")}
        | witness("witness.unknown_log"),
    ),
    _attack(
        "other_vkey",
        "换掉日志公钥文件",
        "exchange the file of the log's key",
        NETWORK,
        lambda _, other: {"log.vkey": other.files["log.vkey"]},
        all_readers("audit.vkey"),
    ),
    _attack(
        "no_tile",
        "扣留一个瓦片",
        "withhold a tile",
        SERVER,
        lambda *_: {TILE: b""},
        readers("audit.tile_missing"),
    ),
    _attack(
        "wrong_tile",
        "改动一个瓦片",
        "alter a tile",
        NETWORK,
        lambda truth, _: {TILE: truth.files[TILE][:-1] + b"\0"},
        readers("audit.tile"),
    ),
    _attack(
        "no_bundle",
        "扣留一个记录包",
        "withhold a bundle of entries",
        SERVER,
        lambda *_: {BUNDLE: b""},
        readers("audit.bundle", 0),
    ),
    _attack(
        "cut_bundle",
        "截断一个记录包",
        "truncate a bundle of entries",
        NETWORK,
        lambda truth, _: {BUNDLE: truth.files[BUNDLE][:-100]},
        readers("audit.bundle", 0),
    ),
    _attack(
        "large_bundle",
        "记录包过大",
        "a bundle of entries that is too large",
        SERVER,
        lambda *_: {BUNDLE: bytes(MAX_FILE_BYTES + 1)},
        readers("audit.unreadable"),
    ),
    _attack(
        "large_tile",
        "瓦片过大",
        "a tile that is too large",
        SERVER,
        lambda *_: {TILE: bytes(MAX_FILE_BYTES + 1)},
        readers("audit.unreadable"),
    ),
    _attack(
        "large_statement",
        "报表过大",
        "a statement that is too large",
        SERVER,
        lambda *_: {MARCH: b" " * (MAX_FILE_BYTES + 1)},
        all_readers("audit.unreadable"),
    ),
    _attack(
        "changed_statement",
        "改动公布的报表，不改日志",
        "change a published statement, not the log",
        SERVER,
        lambda truth, _: _changed(truth.files, MARCH),
        all_readers("audit.published"),
    ),
    *(
        _attack(
            f"changed_{form.name.replace('-', '_')}",
            f"改动公布的{form.said.zh}，不改日志",
            f"change a published {form.said.en}, not the log",
            SERVER,
            partial(_with_another_amount, f"{form.name}/2026-03.json", *at),
            all_readers("audit.published"),
        )
        for form, at in zip(FORMS[1:], OTHER_AMOUNTS, strict=True)
    ),
    _attack(
        "changed_quiet_month",
        "改动还没有凭证的当月的报表，网页先显示的正是它",
        "change the statement of a month without a voucher, the one that pages show first",
        SERVER,
        _changed_month_of_today,
        all_readers("audit.published"),
    ),
    _attack(
        "field_twice",
        "报表里同一栏写两遍，前一遍是假的",
        "a field of a statement twice, the first one false",
        SERVER,
        lambda truth, _: {MARCH: truth.files[MARCH].replace(b'"rows":', b'"rows":[],"rows":', 1)},
        all_readers("audit.published"),
    ),
    _attack(
        "changed_old_statement",
        "改动早先月份的报表",
        "change the statement of an earlier month",
        SERVER,
        lambda truth, _: _changed(truth.files, JANUARY),
        readers("audit.published"),
    ),
    _attack(
        "old_statement",
        "报表停留在从前",
        "go on showing the statement of an earlier size",
        SERVER,
        _of_yesterday,
        all_readers("audit.published"),
    ),
    _attack(
        "no_statement",
        "不公布某月报表",
        "withhold the statement of a month",
        SERVER,
        lambda *_: {MARCH: b""},
        all_readers("audit.withheld"),
    ),
    _attack(
        "no_income_statement",
        "不公布某月收益及收益分配表",
        "withhold the statement of income of a month",
        SERVER,
        lambda *_: {"income-statement/2026-03.json": b""},
        all_readers("audit.withheld"),
    ),
)
