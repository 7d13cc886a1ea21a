"""Proof files that stand alone: of one entry, or of one figure of a published sheet (公布数字的证明).

A ``.tlog-proof`` carries in `extra` what it proves: the entry's bytes, or canonical JSON

    {"entry":"<the note of sheet.published/1>","number":3,"path":["<base64>",…],"row":{"account":"101",…}}

in which `path` leads from row `number` to the root that the entry signs. With the log's key, known from elsewhere,
neither server nor network is needed.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from audit import files
from audit.files import UNREADABLE
from audit.report import Finding, Report
from audit.tlog.proof import check_inclusion, inclusion_proof
from audit.tlog.proof_file import parse_proof_file
from audit.witnessed import judge_witnesses, witnesses_check
from domain.entry import Entry, parse_entry
from domain.kernel.canonical import encode
from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import leaf_hash
from domain.kernel.money import format_fen
from domain.kernel.note import decode_base64, parse_vkey
from domain.kernel.statement import type_name
from domain.sheets import SheetPublished, rows_tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audit.witnessed import Asked
    from domain.sheets import Row

NOTHING_TO_PROVE = rule(
    "proof.nothing",
    Kind.MALFORMED,
    "证明文件没有附上所证明的记录（extra），也没有用 --entry 给出",
    "the proof file does not carry the entry that it proves (extra), and none was given with --entry",
    "C2SP tlog-proof",
)
NO_KEY = rule(
    "proof.no_key",
    Kind.MALFORMED,
    "核对证明文件要用 --log-key 给出自己信任的日志公钥（村务公开栏上印有）",
    "a proof file is checked with the log's key that you trust: give it with --log-key; the village office prints it",
    "C2SP tlog-proof",
)
BAD_FIGURE = rule(
    "proof.figure",
    Kind.REFUSED,
    "这一行不在所公开的表上：{problem}",
    "this row does not stand on the published sheet: {problem}",
    "RFC 6962 section 2.1.1",
)


NAMES_ONLY = (
    "本证明只说明日志收下了这条记录；签名是否真实，用公示包和 sunledger verify 核对 / that the log holds the entry is "
    "proved; whether the names did sign is checked by sunledger verify on a bundle or the whole log"
)
"""A log's key signs whatever was put into the log: what a proof says of those who are named."""


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What proves a row: the `entry` that published its sheet, the row's `number` from 0, its `path` and itself."""

    entry: str
    number: int
    path: list[str]
    row: dict[str, str | int]


def figure_extra(entry: bytes, rows: Sequence[Row], number: int) -> bytes:
    """Return the `extra` that proves row `number` of the sheet that `entry` published."""
    path = inclusion_proof(number, len(rows), rows_tree(rows))
    figure = {
        "entry": entry.decode(),
        "number": number,
        "path": [base64.b64encode(part).decode() for part in path],
        "row": rows[number],
    }
    return encode(figure)


@dataclass
class Proof:
    """What a proof file proves: the `report` of its checks, the `entry` if it is one, the `row` of its sheet if any."""

    report: Report
    index: int = 0
    leaf: bytes = b""
    entry: Entry | None = None
    row: dict[str, str | int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return self.report.ok

    def as_object(self) -> dict[str, Any]:
        """Return the proof as a JSON object: the report, and what was proved."""
        statement = msgspec.to_builtins(self.entry.statement) if self.entry else None
        proved = {
            "index": self.index,
            "statement": statement,
            "named": [line.name for line in self.entry.signatures] if self.entry else [],
            "signatures_checked": False,
            "row": self.row or None,
        }
        return self.report.as_object() | {"proved": proved if self.report.ok else None}

    def as_text(self) -> str:
        """Return the proof for a person, Chinese first."""
        if not self.report.ok:
            return self.report.as_text()
        lines = [f"所证明的 proved: 第 {self.index} 号记录 / entry {self.index}"]
        if self.entry:
            lines.append(f"  {type_name(self.entry.statement)}  {self.entry.statement.book}")
            lines += [
                f"  署名（未核对签名）/ named, signature not checked: {line.name}"
                for line in self.entry.signatures
            ]
            lines.append(f"  {NAMES_ONLY}")
        else:
            lines += [f"  {line}" for line in self.leaf.decode(errors="replace").splitlines()]
        lines += [f"  {name}: {_shown(name, value)}" for name, value in self.row.items()]
        return self.report.as_text() + "".join(f"{line}\n" for line in lines)


def _shown(name: str, value: str | int) -> str:
    return format_fen(value) if isinstance(value, int) and name.endswith("_fen") else str(value)


def is_proof(place: str) -> bool:
    """Tell whether a place is a proof file, by its name."""
    return place.endswith(".tlog-proof")


def read_file(path: Path) -> bytes:
    """Return the bytes of a proof file or of an entry; raises `audit.unreadable`."""
    try:
        with path.open("rb") as file:
            return files.read(file, path)
    except OSError as error:
        raise UNREADABLE(place=path, problem=error) from None


def prove(data: bytes, log_vkey: str, entry: bytes = b"", asked: Asked | None = None) -> Proof:
    """Check a proof file with the log's key; raises only when key or file cannot be read at all (`note.*`, `tlog.*`).

    `entry` is what is to be proved when the file does not carry it; `asked` says whose cosignatures the checkpoint in
    the file needs, and the time.
    """
    if not log_vkey:
        raise NO_KEY()
    key = parse_vkey(log_vkey)
    file = parse_proof_file(data)
    proof = Proof(Report(anchor=log_vkey), file.index)
    report = proof.report
    inclusion = report.check("inclusion", "记录在已签署的日志中", "the entry is in the signed log")
    witnesses = witnesses_check(report) if asked else None
    figure = None if entry else _figure(file.extra)
    proof.leaf = entry or (figure.entry.encode() if figure else file.extra)
    if not proof.leaf:
        raise NOTHING_TO_PROVE()
    inclusion.count = 1
    try:
        checkpoint = file.check(proof.leaf, key)
    except RuleViolation as violation:
        report.find(inclusion, Finding.of(violation, file.index))
        return proof
    report.name, report.entries = checkpoint.origin, checkpoint.size
    report.root = base64.b64encode(checkpoint.root).decode()
    if asked and witnesses:
        judge_witnesses(witnesses, file.checkpoint, checkpoint, [log_vkey], asked, report)
    proof.entry = _entry(proof.leaf)
    if proof.entry:
        report.book = proof.entry.statement.book
    if figure:
        check = report.check("figure", "数字在公开的表上", "the figure stands on the published sheet")
        check.count = 1
        try:
            proof.row = _check_figure(figure, proof.entry)
        except RuleViolation as violation:
            report.find(check, Finding.of(violation, file.index))
    return proof


def _figure(extra: bytes) -> Figure | None:
    """Return the figure that `extra` is about, None when it is an entry."""
    if not extra.startswith(b"{"):
        return None
    try:
        return msgspec.json.decode(extra, type=Figure)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise BAD_FIGURE(problem=decoding_problem(problem)) from None


def _entry(leaf: bytes) -> Entry | None:
    """Return the entry that a leaf is; the leaf of another log, such as a county's, is none."""
    try:
        return parse_entry(leaf)
    except RuleViolation:
        return None


def _check_figure(figure: Figure, entry: Entry | None) -> dict[str, str | int]:
    """Return the row, which is on the sheet that the entry published."""
    if entry is None or not isinstance(entry.statement, SheetPublished):
        raise BAD_FIGURE(problem=Phrase("记录不是 sheet.published", "the entry publishes no sheet"))
    sheet = entry.statement.data
    path = [decode_base64(part.encode()) for part in figure.path]
    try:
        check_inclusion(
            leaf_hash(encode(figure.row)), figure.number, sheet.rows, path, decode_base64(sheet.root.encode())
        )
    except RuleViolation as violation:
        raise BAD_FIGURE(problem=violation) from None
    return figure.row | {"period": sheet.period}
