"""Anchor lines (锚定行): a log's head as one line for a newspaper or a wall, and to be typed in again from there.

    zhangben.example.cn/county 1024 2026-11-25 0Z4M … 9QXG 7T2K

That is origin, size, date of printing (nobody's proof), and 14 groups of Crockford's base 32: the root in 52
characters, whose last 4 bits are 0, then 4 check characters over all of the line. Whoever reads may type capitals or
not, O for 0, I or L for 1, spaces and hyphens anywhere between the groups, and full-width characters.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from audit.head import prove_prefix, read_head, tiles_of
from audit.heads import void_head
from audit.replay import Replay
from audit.tlog.checkpoint import SIGNATURE, Checkpoint, book_of, parse_decimal
from audit.tlog.proof import BAD_PROOF, check_consistency
from audit.verify import verify
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.merkle import HASH_BYTES
from domain.kernel.note import parse_vkey

if TYPE_CHECKING:
    from audit.source import Source
    from domain.kernel.note import VerifierKey
    from domain.logkeys import LogOrigins

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

GROUP, ROOT_CHARACTERS, CHECK_CHARACTERS = 4, 52, 4
PADDING_BITS = 5 * ROOT_CHARACTERS - 8 * HASH_BYTES
MAX_LINE = 1000

MALFORMED = rule(
    "anchor.malformed",
    Kind.MALFORMED,
    "这不是一行锚定行：{problem}",
    "this is no anchor line: {problem}",
    "ADR 0025",
)
MISTYPED = rule(
    "anchor.mistyped",
    Kind.MALFORMED,
    "锚定行抄错了：校验字符是 {read}，而所抄内容应为 {expected}；请逐组与纸上核对：{line}",
    "the anchor line was mistyped: its check characters are {read}, and what was typed would have {expected}; compare"
    " it with the paper group by group: {line}",
    "ADR 0025",
)
OTHER_LOG = rule(
    "anchor.other_log",
    Kind.REFUSED,
    "锚定行属于日志 {expected}，这里却是日志 {read}",
    "the anchor line is of the log {expected}, and this is the log {read}",
    "ADR 0025",
)
ROLLED_BACK = rule(
    "anchor.rolled_back",
    Kind.REFUSED,
    "{date} 印出的锚定行有 {printed} 条，这里的日志只有 {size} 条：日志被回退，或者这里是旧的副本",
    "the anchor line printed on {date} has {printed} entries, and the log here only {size}: it was rolled back, or this"
    " is an old copy",
    "RFC 6962 section 2.1.2",
)
REWRITTEN = rule(
    "anchor.rewritten",
    Kind.REFUSED,
    "日志（现有 {size} 条）不延续 {date} 印出的 {printed} 条：历史被改写，或者没有出示证明所需的内容",
    "the log, now of {size} entries, does not extend the {printed} printed on {date}: history was rewritten, or what"
    " would show otherwise is withheld",
    "RFC 6962 section 2.1.2",
)
OTHER_SIZE = rule(
    "anchor.other_size",
    Kind.UNAVAILABLE,
    "{date} 印出的锚定行有 {printed} 条，而证明出自总日志有 {size} 条的时候，没有附上两者之间的证明，不能比较，"
    "也不说明有问题；请取得依据这一行的证明：sunledger county proof 总日志 --origin 账套日志 --anchor '锚定行'",
    "the line printed on {date} has {printed} entries, and the proof is from when the log had {size} and does not carry"
    " what leads from one to the other: they cannot be compared, and nothing is said against either. Have a proof made"
    " under this line: sunledger county proof LOG --origin ORIGIN --anchor 'LINE'",
    "ADR 0025",
)
OTHER_ROOT = rule(
    "anchor.other_root",
    Kind.REFUSED,
    "同为 {size} 条，证明依据的根不是 {date} 印出的根：出示给您的是另一份历史。请保存好证明文件，它就是证据",
    "of the same {size} entries, the proof's root is not the one printed on {date}: you were shown another history;"
    " keep the proof file, it is the evidence",
    "RFC 6962 section 2.1.2",
)

NOT_FOLLOWED = rule(
    "anchor.not_followed",
    Kind.UNAVAILABLE,
    "锚定行（来源 {printed}）或所给的公钥出自日志（现为 {read}）迁移或更换密钥之前，要由它自己的记录来接，"
    "而它核对不过（{problem}）；请先运行 sunledger verify，再核对这一行",
    "the line, of the origin {printed}, or the key given is from before the log, now {read}, moved or changed its key;"
    " its own entries would lead from one to the other, but it does not verify ({problem}); run sunledger verify first,"
    " then check again",
    "ADR 0027",
)
LATER_KEY = rule(
    "anchor.later_key",
    Kind.UNAVAILABLE,
    "所给的公钥由第 {added} 号记录才启用，在印出的 {printed} 条之后，又已由第 {ended} 号记录停用，不能用来核对这一行；"
    "请给出印出这一行时的公钥，或现用的公钥",
    "the key given came by entry {added}, behind the {printed} that were printed, and entry {ended} retired it: it says"
    " nothing of this line; give the key that the log had when the line was printed, or the one it has now",
    "ADR 0027",
)

_FOLD = str.maketrans("OIL", "011")
_DASH = re.compile("[\u2010-\u2015\u2212]")


def fold(text: str) -> str:
    """Return what a reader may have meant: plain capitals, 0 for O, 1 for I and L."""
    return _DASH.sub("-", unicodedata.normalize("NFKC", text)).upper().translate(_FOLD)


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """A log's `head` as it was printed on a `date` (YYYY-MM-DD)."""

    head: Checkpoint
    date: str

    @property
    def text(self) -> str:
        """The line, without a newline."""
        root = _encode(int.from_bytes(self.head.root, "big") << PADDING_BITS, ROOT_CHARACTERS)
        return _line(self.head.origin, self.head.size, self.date, root)


def parse_anchor(line: str) -> AnchorLine:
    """Read a line that was typed; raises `anchor.malformed`, or `anchor.mistyped` when its check does not fit."""
    words = unicodedata.normalize("NFKC", line[:MAX_LINE]).split()
    if len(words) < 4:
        raise MALFORMED(problem=Phrase("应有来源、条数、日期、根", "origin, size, date and root expected"))
    origin, (size, date) = words[0], map(fold, words[1:3])
    letters = fold("".join(words[3:])).replace("-", "")
    if wrong := sorted(set(letters) - set(ALPHABET)):
        raise MALFORMED(
            problem=Phrase(f"根中不会有 {''.join(wrong)!a}", f"not in a root: {''.join(wrong)!a}")
        )
    if len(letters) != ROOT_CHARACTERS + CHECK_CHARACTERS:
        raise MALFORMED(
            problem=Phrase(
                f"应为 14 组、每组 4 个字符，读到 {len(letters)} 个",
                f"14 groups of 4 expected; read {len(letters)} characters",
            )
        )
    number = parse_decimal(size.encode())
    if number < 0 or not _is_date(date):
        raise MALFORMED(problem=Phrase(f"条数或日期：{size!a} {date!a}", f"size or date: {size!a} {date!a}"))
    root, read = letters[:ROOT_CHARACTERS], letters[ROOT_CHARACTERS:]
    expected = _check_characters(origin, number, date, root)
    if read != expected:
        typed = f"{origin} {number} {date} {_grouped(letters)}"
        raise MISTYPED(read=read, expected=expected, line=typed)
    value = _decode(root)
    if value & ((1 << PADDING_BITS) - 1):
        raise MALFORMED(problem=Phrase("根的末尾多出几位", "bits behind the root"))
    return AnchorLine(Checkpoint(origin, number, (value >> PADDING_BITS).to_bytes(HASH_BYTES, "big")), date)


def anchor_of(source: Source, date: str, vkey: str = "") -> AnchorLine:
    """Return the line to print for a log; its signature is checked, and that the log's tiles give the signed root."""
    head = read_head(source, vkey).checkpoint
    tiles_of(source, head)
    return AnchorLine(head, date)


CHANGED = Phrase(
    "先后取到的检查点不是同一个日志的", "the checkpoints that were served one after the other are of two logs"
)


class Extension(NamedTuple):
    """The consistency proof from the first `size` entries of a log to its head; without hashes it is that head."""

    size: int
    hashes: tuple[bytes, ...] = ()


class Extended(NamedTuple):
    """A log's head that is the printed one or extends it.

    `left` is the entry by which it left the printed origin, `ended` the one that retired the key that was trusted.
    """

    head: Checkpoint
    left: int | None = None
    ended: int | None = None

    @property
    def size(self) -> int:
        """How many entries the log has now."""
        return self.head.size


def check_extends(line: AnchorLine, source: Source, vkey: str = "") -> Extended:
    """Return the log's head, which is the printed one or extends it, also under another origin to which it moved.

    It is signed by `vkey`, or by the keys that came after that one. Raises `anchor.other_log`, `anchor.rolled_back`,
    `anchor.rewritten`, `audit.kept_void` and what `read_head` raises; `audit.unreadable`, `anchor.not_followed` and
    `anchor.later_key` are no verdict.
    """
    try:
        head = read_head(source, vkey).checkpoint
    except RuleViolation as violation:
        if not vkey or violation.rule is not SIGNATURE:
            raise
        return _follow(line, read_head(source).checkpoint, source, vkey)
    if fold(head.origin) != fold(line.head.origin):
        return _follow(line, head, source)
    prove_extends(line, head, source)
    return Extended(head)


def prove_extends(line: AnchorLine, head: Checkpoint, source: Source) -> Extension:
    """Return the proof that a log's `head` extends the printed one, from the log's tiles.

    Raises `anchor.other_log`, `anchor.rolled_back`, `anchor.rewritten`, `audit.unreadable`.
    """
    printed = line.head
    if fold(head.origin) != fold(printed.origin):
        raise OTHER_LOG(expected=printed.origin, read=head.origin)
    if head.size < printed.size:
        raise ROLLED_BACK(date=line.date, printed=printed.size, size=head.size)
    if not printed.size:
        return Extension(0)
    try:
        root, hashes = prove_prefix(source, head, printed.size)
    except RuleViolation as violation:
        if violation.rule is not BAD_PROOF:
            raise
        root, hashes = b"", []
    if root != printed.root:
        raise REWRITTEN(date=line.date, printed=printed.size, size=head.size)
    return Extension(printed.size, tuple(hashes))


def _follow(line: AnchorLine, head: Checkpoint, source: Source, vkey: str = "") -> Extended:
    """Return the head of a log that has left the printed origin or the key, by its own entries, which are verified."""
    printed = line.head
    other = OTHER_LOG(expected=printed.origin, read=head.origin)
    if fold(book_of(head.origin)) != fold(book_of(printed.origin)):
        raise other
    replay = Replay()
    report, book = verify(source, replay=replay), replay.book
    stopped = NOT_FOLLOWED(
        printed=printed.origin,
        read=head.origin,
        problem=report.findings[0].message if report.findings else CHANGED,
    )
    if head.size > book.size:  # an entry could not be read, or another head is served now
        raise stopped
    # its entries say when a key was retired: they are to be good themselves
    if book.tree.root(head.size) != head.root or any(found.entry is not None for found in report.findings):
        raise stopped
    ended = _ended(printed, book.log, parse_vkey(vkey)) if vkey else None
    if report.findings:
        raise stopped
    origin = next((one for one in book.log.origins if fold(one.name) == fold(printed.origin)), None)
    if origin is None:
        raise other
    if printed.size <= book.size and book.tree.root(printed.size) == printed.root:
        return Extended(head, origin.left, ended)
    if origin.is_void(printed.size):
        raise void_head(printed, origin)
    if printed.size > book.size:
        raise ROLLED_BACK(date=line.date, printed=printed.size, size=book.size)
    raise REWRITTEN(date=line.date, printed=printed.size, size=book.size)


def _ended(printed: Checkpoint, log: LogOrigins, trusted: VerifierKey) -> int:
    """Return the entry that retired the key, which the log had among the printed entries.

    Raises `checkpoint.signature` for a key that the log never had, or still has: then it ought to have signed.
    """
    key = next((one for one in log.all_keys() if one.verifier == trusted), None)
    if key is None or key.ended is None:
        raise SIGNATURE(key=trusted.name)
    if key.added >= printed.size:
        raise LATER_KEY(added=key.added, printed=printed.size, ended=key.ended)
    return key.ended


@dataclass(frozen=True, slots=True)
class Proved:
    """What a county proof says: the entry `index` is in the log of `head`.

    `extension` leads to that head from the first entries of the log, if the proof carries one.
    """

    index: int
    head: Checkpoint
    extension: Extension | None


def check_commits(line: AnchorLine, proved: Proved) -> None:
    """Check that the printed line commits to the entry that is proved.

    Raises `anchor.other_log`, `….other_root`, `….rewritten`; `anchor.other_size` is no verdict.
    """
    printed, head, extension = line.head, proved.head, proved.extension
    if fold(head.origin) != fold(printed.origin):
        raise OTHER_LOG(expected=printed.origin, read=head.origin)
    if head.size == printed.size:
        if head.root != printed.root:
            raise OTHER_ROOT(date=line.date, size=head.size)
        return
    if extension is None or extension.size != printed.size or proved.index >= printed.size:
        raise OTHER_SIZE(date=line.date, printed=printed.size, size=head.size)
    try:
        check_consistency(printed.size, printed.root, head.size, head.root, extension.hashes)
    except RuleViolation:
        raise REWRITTEN(date=line.date, printed=printed.size, size=head.size) from None


def _line(origin: str, size: int, date: str, root: str) -> str:
    return f"{origin} {size} {date} {_grouped(root + _check_characters(origin, size, date, root))}"


def _check_characters(origin: str, size: int, date: str, root: str) -> str:
    """Return 20 bits of SHA-256 over the line as it is folded: of a million wrong lines one passes."""
    digest = hashlib.sha256(
        f"sunledger.anchor/v1\n{fold(origin)}\n{size}\n{date}\n{root}\n".encode()
    ).digest()
    return _encode(int.from_bytes(digest[:3], "big") >> 4, CHECK_CHARACTERS)


def _encode(number: int, characters: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(characters)))


def _decode(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    return number


def _grouped(letters: str) -> str:
    return " ".join(letters[place : place + GROUP] for place in range(0, len(letters), GROUP))


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
