"""Policies (见证策略) after C2SP tlog-policy: which logs are accepted, and whose cosignatures a checkpoint needs.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Lines end in a newline, items are parted by spaces and tabs; empty lines and those that begin with # are passed over.
A name is defined once, before it is used, and is a member of at most one group, so that a witness counts in one way
only. Names are bytes that mean nothing outside of the file. A key stands in one line only, whatever its name there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.tlog.checkpoint import parse_decimal
from audit.tlog.cosignature import check_cosignature
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.note import COSIGNATURE, ED25519, VerifierKey, is_valid_public_key, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from audit.tlog.checkpoint import Checkpoint
    from domain.kernel.note import Signature

MAX_POLICY_BYTES = 1_000_000
MAX_LOGS = 10_000
"""One file may serve for all books of a county."""

MAX_WITNESSES = 48
"""Their lines have room in one note, beside the log's own."""

MAX_GROUPS = 64
NONE: Final = "none"
"""The predefined name of a quorum that asks for nobody."""

QUOTED_MAX = 80

LINE = rule(
    "tlog.policy",
    Kind.MALFORMED,
    "见证策略文件第 {line} 行：读到 {read}，应为{wanted}",
    "line {line} of the policy reads {read}, where {expected} is expected",
    "C2SP tlog-policy",
)

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\A\xef\xbb\xbf")


class LogLine(NamedTuple):
    """A log that is accepted: its key, whose name is the origin, and where it can be reached, if that is said."""

    key: VerifierKey
    url: str = ""


class WitnessLine(NamedTuple):
    """A witness: its name in the file, its key, and where it takes checkpoints, if that is said."""

    name: str
    key: VerifierKey
    url: str = ""

    @property
    def label(self) -> str:
        """The name as it can be shown: bytes that are no UTF-8 are replaced."""
        return label_of(self.name)


class Group(NamedTuple):
    """A group of witnesses or groups that has witnessed what at least `needed` of its `members` have."""

    name: str
    needed: int
    members: tuple[str, ...]


class Verdict(NamedTuple):
    """What a policy says of a checkpoint: who signed when (POSIX seconds), whose line is bad, who is missing.

    `missing` is empty when the quorum is `reached`; `future` has each line that is dated too late to count, with its
    time; all are the names of the policy.
    """

    reached: bool
    signed: dict[str, int]
    bad: tuple[str, ...]
    missing: tuple[str, ...]
    future: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that was parsed; `quorum` is the name of a witness, of a group, or `none`; `text` is the file."""

    text: bytes = field(repr=False)
    quorum: str = NONE
    logs: tuple[LogLine, ...] = ()
    witnesses: dict[str, WitnessLine] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()

    def accepts(self, vkey: str) -> bool:
        """Whether a log's key is one of those listed; without any, the log is known from elsewhere."""
        return not self.logs or any(line.key.vkey == vkey for line in self.logs)

    def reached(self, names: Collection[str]) -> bool:
        """Whether these witnesses make the quorum."""
        return self.quorum == NONE or self.quorum in self._satisfied(names)

    def complete_at(self, signed: Mapping[str, int]) -> int | None:
        """Return when (POSIX seconds) these witnesses, each by its time, first made the quorum; None if they do not."""
        return self._reached_at(sorted(signed.items(), key=itemgetter(1)))

    def fresh_at(self, signed: Mapping[str, int]) -> int | None:
        """Return the newest time at which all that a quorum needs had signed then or later; None without a quorum."""
        return self._reached_at(sorted(signed.items(), key=itemgetter(1), reverse=True))

    def _reached_at(self, signed: Iterable[tuple[str, int]]) -> int | None:
        """Return the time of the witness who makes the quorum, taking one after the other."""
        names: list[str] = []
        for name, time_s in signed:
            names.append(name)
            if self.reached(names):
                return time_s
        return None

    def missing(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the witnesses that did not sign and whose signature would bring the quorum nearer."""
        satisfied, groups = self._satisfied(names), {group.name: group for group in self.groups}
        wanted, found = [self.quorum], []
        while wanted:
            name = wanted.pop(0)
            if name in self.witnesses and name not in satisfied:
                found.append(name)
            elif name in groups and name not in satisfied:
                wanted.extend(groups[name].members)
        return tuple(found)

    def _satisfied(self, names: Collection[str]) -> set[str]:
        """Return the witnesses and groups that have witnessed; groups name only what stands before them."""
        satisfied = set(names)
        for group in self.groups:
            if sum(member in satisfied for member in group.members) >= group.needed:
                satisfied.add(group.name)
        return satisfied

    def witness_of(self, line: Signature) -> WitnessLine | None:
        """Return the witness that a signature line names by its key's name and id, None for a stranger."""
        for witness in self.witnesses.values():
            if (witness.key.name, witness.key.key_id) == (line.name, line.key_id):
                return witness
        return None

    def judge(self, checkpoint: Checkpoint, lines: Iterable[Signature], latest_s: int) -> Verdict:
        """Check every line of a known witness; one that signed twice counts once, at its latest time.

        What is dated after `latest_s` (POSIX seconds) does not count.
        """
        signed: dict[str, int] = {}
        bad: list[str] = []
        future: list[tuple[str, int]] = []
        for line in lines:
            witness = self.witness_of(line)
            if witness is None:
                continue
            try:
                time_s = check_cosignature(checkpoint, line, witness.key)
            except RuleViolation:
                bad.append(witness.name)
                continue
            if time_s > latest_s:
                future.append((witness.name, time_s))
            else:
                signed[witness.name] = max(time_s, signed.get(witness.name, 0))
        return Verdict(self.reached(signed), signed, tuple(bad), self.missing(signed), tuple(future))


def label_of(name: str) -> str:
    """Return a name of a policy as it can be shown."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parse_policy(text: bytes) -> Policy:
    """Parse a policy file strictly; raises `tlog.policy` with the line, what was read and what was expected."""
    if len(text) > MAX_POLICY_BYTES:
        raise _refuse(
            0, f"{len(text)} bytes", f"至多 {MAX_POLICY_BYTES} 字节", f"at most {MAX_POLICY_BYTES} bytes"
        )
    parser = _Parser()
    lines = text.split(b"\n")
    last = lines.pop()
    for number, line in enumerate(lines, start=1):
        if _CONTROL.search(line):
            raise _refuse(
                number,
                line,
                "没有控制字符的一行；请另存为 UTF-8（无 BOM）、换行为 LF 的文本",
                "a line without control characters; save the file as UTF-8 without BOM, with LF",
            )
        parser.line(number, line.decode("utf-8", "surrogateescape"))
    if last:
        raise _refuse(len(lines) + 1, last, "以换行结尾的一行", "a line that ends in a newline")
    if parser.quorum is None:
        raise _refuse(len(lines) + 1, "文件结尾 / the end", "一行 quorum", "a line 'quorum <name>|none'")
    return Policy(text, parser.quorum, tuple(parser.logs), parser.witnesses, tuple(parser.groups.values()))


def _refuse(number: int, read: object, wanted: str, expected: str) -> RuleViolation:
    shown = read if isinstance(read, bytes) else str(read).encode("utf-8", "surrogateescape")
    quoted = shown.decode("utf-8", "replace")[:QUOTED_MAX]
    return LINE(line=number, read=f"“{quoted}”", wanted=wanted, expected=expected)


class _Parser:
    """What the lines so far define."""

    def __init__(self) -> None:
        self.logs: list[LogLine] = []
        self.witnesses: dict[str, WitnessLine] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()
        self._keys: set[bytes] = set()
        self._number = 0

    def line(self, number: int, line: str) -> None:
        """Take in one line."""
        self._number = number
        items = re.split(r"[ \t]+", line.strip(" \t"))
        match items:
            case [""]:
                return
            case [word, *_] if word.startswith("#"):
                return
            case ["log", vkey, *url] if len(url) <= 1:
                self._log(vkey, *url)
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._witness(name, vkey, *url)
            case ["group", name, needed, *members] if members:
                self._group(name, needed, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise self._expected(
                    line,
                    "“log 公钥 [网址]”“witness 名称 公钥 [网址]”“group 名称 all|any|数 成员…”或“quorum 名称”",
                    "'log <vkey> [url]', 'witness <name> <vkey> [url]', 'group <name> all|any|<k> <names>'"
                    " or 'quorum <name>'",
                )

    def _expected(self, read: object, wanted: str, expected: str) -> RuleViolation:
        return _refuse(self._number, read, wanted, expected)

    def _log(self, vkey: str, url: str = "") -> None:
        if len(self.logs) == MAX_LOGS:
            raise self._expected(vkey, f"至多 {MAX_LOGS} 个日志", f"at most {MAX_LOGS} logs")
        self.logs.append(LogLine(self._key(vkey, ED25519), url))

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        if len(self.witnesses) == MAX_WITNESSES:
            raise self._expected(name, f"至多 {MAX_WITNESSES} 个见证人", f"at most {MAX_WITNESSES} witnesses")
        self._check_new(name)
        self.witnesses[name] = WitnessLine(name, self._key(vkey, COSIGNATURE), url)

    def _group(self, name: str, needed: str, members: Sequence[str]) -> None:
        if len(self.groups) == MAX_GROUPS:
            raise self._expected(name, f"至多 {MAX_GROUPS} 个组", f"at most {MAX_GROUPS} groups")
        self._check_new(name)
        for member in members:
            self._check_defined(member)
            if member in self._members:
                raise self._expected(member, "尚未列入任何组的名称", "a name that is in no group yet")
            self._members.add(member)
        count = {"all": len(members), "any": 1}.get(needed) or parse_decimal(
            needed.encode("utf-8", "replace")
        )
        if not 1 <= count <= len(members):
            raise self._expected(
                needed, f"all、any 或 1 至 {len(members)}", f"all, any, or 1 to {len(members)}"
            )
        self.groups[name] = Group(name, count, tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise self._expected(f"quorum {name}", "唯一的一行 quorum", "one quorum line only")
        if name != NONE:
            self._check_defined(name)
        self.quorum = name

    def _check_new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise self._expected(name, "尚未使用的名称", "a name that is not taken")

    def _check_defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise self._expected(name, "前面已定义的见证人或组", "a witness or group defined before")

    def _key(self, vkey: str, algorithm: int) -> VerifierKey:
        """Return a key that stands in no line before: one key under two names would count twice."""
        try:
            key = parse_vkey(vkey, algorithm)
        except RuleViolation as violation:
            which = ("日志", "a log") if algorithm == ED25519 else ("见证人", "a witness")
            raise self._expected(
                vkey, f"{which[0]}的公钥（{violation.zh}）", f"the vkey of {which[1]} ({violation.en})"
            ) from None
        if not is_valid_public_key(key.public_key):
            raise self._expected(vkey, "有效的 Ed25519 公钥", "a valid Ed25519 public key")
        if key.public_key in self._keys:
            raise self._expected(vkey, "别的行没有用过的公钥", "a key that stands in no other line")
        self._keys.add(key.public_key)
        return key
