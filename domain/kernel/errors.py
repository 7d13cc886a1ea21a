"""Rules with a stable code, and the one error that all of them raise.

A rule is declared once, beside the code that enforces it, with its text in Chinese and English
and the article it comes from. `docs/rules.md` lists every declared rule; a test keeps it in step.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(Enum):
    """What sort of refusal a rule is; the doors translate it (HTTP: 400, 403, 404, 405, 409, 422, 429, 500, 503)."""

    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    METHOD = "method"
    CONFLICT = "conflict"
    REFUSED = "refused"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"


@dataclass(frozen=True)
class Phrase:
    """A fact in words: each message of a rule has it in its own language."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en


class EntryId(str):
    """The id of an entry, as a fact: who knows the book calls the entry in its place as people do (`called`)."""

    __slots__ = ()


@dataclass(frozen=True)
class Rule:
    """A rule: stable `code`, `kind`, message templates (`str.format`) and `source` (article, RFC, C2SP)."""

    code: str
    kind: Kind
    zh: str
    en: str
    source: str = ""

    def __call__(self, **facts: object) -> RuleViolation:
        """Return the violation of this rule with `facts` filled into its messages."""
        zh = self.zh.format(**{name: _said(fact, "zh") for name, fact in facts.items()})
        en = self.en.format(**{name: _said(fact, "en") for name, fact in facts.items()})
        return RuleViolation(self, zh, en, dict(facts))


@dataclass
class RuleViolation(Exception):  # noqa: N818 -- the field's word; it is the refusal itself, not a fault of the program
    """A statement, or a file, breaks `rule`. `facts` hold what was read and what was expected."""

    rule: Rule
    zh: str
    en: str
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"[{self.rule.code}] {self.zh} / {self.en}"

    @property
    def entries(self) -> set[str]:
        """The ids of the entries that it names, and that the refusals name which are its reasons."""
        named = {fact for fact in self.facts.values() if isinstance(fact, EntryId)}
        return named.union(*(fact.entries for fact in self.facts.values() if isinstance(fact, RuleViolation)))

    def called(self, names: Mapping[str, Phrase]) -> RuleViolation:
        """Return it with its entries called by `names`, by id, in its words; its facts are the same."""
        if not self.entries & names.keys():
            return self
        told = self.rule(**{name: _called(fact, names) for name, fact in self.facts.items()})
        return replace(self, zh=told.zh, en=told.en)


SHOWN_MAX = 300
"""The most characters of one fact that a message repeats: what was read may be a whole file in one cell."""


def _called(fact: object, names: Mapping[str, Phrase]) -> object:
    """Return a fact with what people call the entry that it names, if it is known."""
    if isinstance(fact, RuleViolation):
        return fact.called(names)
    return names.get(fact, fact) if isinstance(fact, EntryId) else fact


def _said(fact: object, language: Literal["zh", "en"]) -> object:
    """Return a fact as it stands in a message of that language."""
    if isinstance(fact, Phrase):
        return getattr(fact, language)
    if isinstance(fact, RuleViolation):  # the reason of a refusal may be a refusal
        return f"{getattr(fact, language)} [{fact.rule.code}]"
    if isinstance(fact, Exception):
        return _shortened(getattr(system_problem(fact), language))
    return _shortened(fact) if isinstance(fact, str) else fact


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


_SYSTEM = {
    errno.EACCES: Phrase("没有权限", "permission denied"),
    errno.EADDRINUSE: Phrase("已被别的程序占用", "it is in use"),
    errno.ECONNREFUSED: Phrase("那里没有程序在应答", "nothing answers there"),
    errno.ECONNRESET: Phrase("连接中断", "the connection was broken off"),
    errno.EEXIST: Phrase("已有同名的文件", "there is a file of that name"),
    errno.EHOSTUNREACH: Phrase("找不到通往它的路", "there is no way to it"),
    errno.EISDIR: Phrase("是文件夹，不是文件", "it is a folder and no file"),
    errno.ENETUNREACH: Phrase("没有网络", "there is no network"),
    errno.ENOENT: Phrase("没有这个文件", "there is no such file"),
    errno.ENOSPC: Phrase("磁盘已满", "the disk is full"),
    errno.ENOTDIR: Phrase("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EPERM: Phrase("不允许", "not permitted"),
    errno.EROFS: Phrase("磁盘只读", "the disk is read-only"),
    errno.ETIMEDOUT: Phrase("超时没有应答", "no answer in time"),
}
_ERRNO = re.compile(r"\[Errno (-?[0-9]+)\] ?([^>]*)")


def system_problem(error: Exception) -> Phrase:
    """Return what an error of the system or the network means, in both languages; another one as it speaks itself.

    Libraries wrap such an error in one of their own, whose text then has its number, which no message repeats.
    """
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return _SYSTEM[errno.ETIMEDOUT]
    found = _ERRNO.search(str(error))
    number = int(found[1]) if found else getattr(error, "errno", None)
    said = (found[2] if found else str(error)) or type(error).__name__
    return _SYSTEM.get(number or 0, Phrase(said, said))


RULES: dict[str, Rule] = {}
"""Every declared rule by its code."""


def rule(code: str, kind: Kind, zh: str, en: str, source: str = "") -> Rule:
    """Declare a rule; a code is declared once only."""
    if code in RULES:
        raise ValueError(f"rule {code} is declared twice")
    RULES[code] = Rule(code, kind, zh, en, source)
    return RULES[code]
