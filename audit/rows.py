"""A household's row of a roll in a file of its own, checked without a network; and all rows, for an auditor.

Both are JSON. A row file has the row (a disclosure), its number and its path to the root that the roll's entry signs;
a rows file has the hashes of all leaves and the rows that are still there. Each has the roll's entry, its tlog-proof
under a signed checkpoint, and the log's key. What is then known: the row stood so in the roll that was signed and
logged, and, if no row is missing, that the rows add up to the published totals.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec

from audit.proving import NAMES_ONLY
from audit.tlog.checkpoint import ORIGIN, SIGNATURE
from audit.tlog.proof import check_inclusion
from audit.tlog.proof_file import parse_proof_file
from audit.witnessed import witnessed
from domain.entry import parse_entry
from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import HASH_BYTES, Tree, leaf_hash
from domain.kernel.money import format_fen
from domain.kernel.note import decode_base64, parse_vkey
from domain.rolls import MAX_ROWS, RollCommitted, Row, amount_of, check_rows, read_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.report import WitnessReport
    from audit.witnessed import Asked
    from domain.rolls import Roll

BAD_FILE = rule(
    "row.file",
    Kind.MALFORMED,
    "这不是清册的行文件：{problem}",
    "this is no file of a roll's rows: {problem}",
    "ADR 0022",
)
OTHER_KEY = rule(
    "row.key",
    Kind.FORBIDDEN,
    "文件中的检查点没有所给日志公钥 {expected} 的有效签名：是另一本日志，或日志已换了公钥",
    "the checkpoint in the file has no good signature of the log's key given, {expected}: it is another log's, or the "
    "log has another key now",
    "ADR 0005",
)
MISPLACED = rule(
    "row.misplaced",
    Kind.REFUSED,
    "第 {number} 行与清册的摘要不符：内容不是当时所签的",
    "row {number} does not fit the roll's hashes: it is not what was signed",
    "RFC 6962 section 2.1",
)
OTHER_ROLL = rule(
    "row.other_roll",
    Kind.REFUSED,
    "本机核对过的账本（{size} 条记录）里，这一号记录不是这份清册：给您的清册与账本里的不同",
    "in the book that this device verified, of {size} entries, the entry of this number is not this roll: you were"
    " given another",
    "RFC 6962 section 2.1",
)

Hash = Annotated[str, msgspec.Meta(min_length=44, max_length=44)]
"""A SHA-256 in standard base64."""


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="format"):
    entry: str
    log_vkey: str
    proof: str


class RowFile(_File, tag="sunledger.row/v1"):
    """One row: its `number` from 0 in the order of leaves, and its `path` from its sibling up to the root's child."""

    number: Annotated[int, msgspec.Meta(ge=0, lt=MAX_ROWS)]
    path: Annotated[list[Hash], msgspec.Meta(max_length=16)]
    row: str


class RowsFile(_File, tag="sunledger.rows/v1"):
    """All rows: the hashes of all `leaves`, and by number the rows that were not erased."""

    leaves: Annotated[list[Hash], msgspec.Meta(min_length=1, max_length=MAX_ROWS)]
    rows: dict[int, str]


class Verdict(NamedTuple):
    """What is known of a file that was checked: where the roll stands, and the rows by number."""

    book: str
    entry: int
    size: int
    roll: Roll
    rows: Mapping[int, Row]
    given_key: bool
    names: tuple[str, ...] = ()
    witnesses: WitnessReport | None = None

    @property
    def complete(self) -> bool:
        """Whether no row is missing, so that the totals were recomputed."""
        return len(self.rows) == self.roll.count

    def lines(self) -> Iterator[str]:
        """Yield in words what was found, Chinese first."""
        roll = self.roll
        yield f"{self.book} 第 {self.entry} 号记录 entry {self.entry}: {roll.summary}"
        for number, row in self.rows.items():
            amounts = "，".join(
                f"{column.name} {format_fen(amount_of(roll, row, place))} 元"
                for place, column in enumerate(roll.columns)
            )
            yield f"  {number + 1}. {row.who} {amounts}{f'（{row.note}）' if row.note else ''}"
        yield f"✓ 以上各行在清册之中，清册在日志的前 {self.size} 条记录之中 / the rows are in the roll,"
        yield f"  which is among the first {self.size} entries of the log"
        totals = "，".join(f"{column.name} {format_fen(column.total_fen)} 元" for column in roll.columns)
        if self.complete:
            yield f"✓ 全部 {roll.count} 行合计与公布的一致：{totals} / all rows add up to the published totals"
        else:
            missing = roll.count - len(self.rows)
            yield f"– 共 {roll.count} 行，其余 {missing} 行未出示或已删除 / {missing} more rows, withheld or erased"
            yield f"  公布的合计 published totals: {totals}"
        yield from self._cautions()

    def _cautions(self) -> Iterator[str]:
        """Yield what was not checked here, or who witnessed it."""
        for name in self.names:
            yield f"  署名（未核对签名）/ named, signature not checked: {name}"
        yield f"  {NAMES_ONLY}"
        if self.witnesses:
            signed = ", ".join(self.witnesses.signed)
            yield f"✓ 检查点有见证策略所要求的见证签名 / the checkpoint has its cosignatures: {signed}"
        else:
            yield "注意：没有给出 --policy，没有核对见证签名 / no --policy: cosignatures were not checked"
        if not self.given_key:
            yield "注意：没有给出 --log，日志公钥取自文件本身 / no --log: the log's key is the file's own word"


def verify_rows(data: bytes, log_vkey: str = "", asked: Asked | None = None) -> Verdict:
    """Check a row file or a rows file; raises `row.*`, `tlog.*`, `note.*`, … for what does not hold.

    `log_vkey` is the log's key that the caller trusts; `asked` says whose cosignatures the checkpoint in the
    file needs, and the time. The signatures of the roll are for an audit of the log to check.
    """
    file = _read(data)
    note = file.entry.encode()
    proof = parse_proof_file(file.proof.encode())
    key = parse_vkey(log_vkey or file.log_vkey)
    try:
        checkpoint = proof.check(note, key)
    except RuleViolation as violation:
        if key.vkey != file.log_vkey and violation.rule in {SIGNATURE, ORIGIN}:
            raise OTHER_KEY(expected=log_vkey) from None
        raise
    entry = parse_entry(note)
    statement = entry.statement
    if not isinstance(statement, RollCommitted):
        raise BAD_FILE(problem=Phrase("记录不是清册", "the entry is no roll"))
    roll = statement.data
    rows = _one(file, roll) if isinstance(file, RowFile) else _all(file, roll)
    names = tuple(line.name for line in entry.signatures)
    witnesses = witnessed(proof.checkpoint, checkpoint, [key.vkey], asked) if asked else None
    return Verdict(statement.book, proof.index, checkpoint.size, roll, rows, bool(log_vkey), names, witnesses)


def _read(data: bytes) -> RowFile | RowsFile:
    try:
        file: RowFile | RowsFile = msgspec.json.decode(data, type=RowFile | RowsFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BAD_FILE(problem=decoding_problem(error)) from None
    return file


def _one(file: RowFile, roll: Roll) -> dict[int, Row]:
    path = [decode_base64(line.encode()) for line in file.path]
    root = base64.b64decode(roll.root)
    check_inclusion(leaf_hash(file.row.encode()), file.number, roll.count, path, root)
    return {file.number: _fitting(roll, file.row)}


def _all(file: RowsFile, roll: Roll) -> dict[int, Row]:
    leaves = [decode_base64(line.encode()) for line in file.leaves]
    tree = Tree()
    for leaf in leaves:
        if len(leaf) != HASH_BYTES:
            raise BAD_FILE(
                problem=Phrase("哈希应为严格 base64 的 32 字节", "a hash is 32 bytes in strict base64")
            )
        tree.append(leaf)
    if len(leaves) != roll.count or tree.root() != base64.b64decode(roll.root):
        raise MISPLACED(number="-")
    for number, row in file.rows.items():
        if not 0 <= number < roll.count or leaves[number] != leaf_hash(row.encode()):
            raise MISPLACED(number=number)
    if len(file.rows) == roll.count:
        check_rows(roll, file.rows.values())
    return {number: _fitting(roll, row) for number, row in sorted(file.rows.items())}


def _fitting(roll: Roll, disclosed: str) -> Row:
    """Return a row that has an amount for each column."""
    row = read_row(disclosed)
    amount_of(roll, row, 0)
    return row
