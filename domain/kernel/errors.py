"""Rules with a stable code, and the one error that all of them raise.

A rule is declared once, beside the code that enforces it, with its text in Chinese and English
and the article it comes from. `docs/rules.md` lists every declared rule; a test keeps it in step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal


class Kind(Enum):
    """What sort of refusal a rule is; the doors translate it (HTTP: 400, 403, 404, 405, 409, 422, 500, 503)."""

    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    METHOD = "method"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"


@dataclass(frozen=True)
class Phrase:
    """A fact in words: each message of a rule has it in its own language."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en


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


def _said(fact: object, language: Literal["zh", "en"]) -> object:
    """Return a fact as it stands in a message of that language."""
    if isinstance(fact, Phrase):
        return getattr(fact, language)
    if isinstance(fact, RuleViolation):  # the reason of a refusal may be a refusal
        return f"{getattr(fact, language)} [{fact.rule.code}]"
    return fact


RULES: dict[str, Rule] = {}
"""Every declared rule by its code."""


def rule(code: str, kind: Kind, zh: str, en: str, source: str = "") -> Rule:
    """Declare a rule; a code is declared once only."""
    if code in RULES:
        raise ValueError(f"rule {code} is declared twice")
    RULES[code] = Rule(code, kind, zh, en, source)
    return RULES[code]
