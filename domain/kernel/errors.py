"""Rules with a stable code, and the one error that all of them raise.

A rule is declared once, beside the code that enforces it, with its text in Chinese and English
and the article it comes from. `docs/rules.md` lists every declared rule; a test keeps it in step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


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
        zh = {name: fact.zh if isinstance(fact, Phrase) else fact for name, fact in facts.items()}
        return RuleViolation(self, self.zh.format(**zh), self.en.format(**facts), dict(facts))


@dataclass
class RuleViolation(Exception):  # noqa: N818 -- the field's word; it is the refusal itself, not a fault of the program
    """A statement, or a file, breaks `rule`. `facts` hold what was read and what was expected."""

    rule: Rule
    zh: str
    en: str
    facts: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"[{self.rule.code}] {self.zh} / {self.en}"


RULES: dict[str, Rule] = {}
"""Every declared rule by its code."""


def rule(code: str, kind: Kind, zh: str, en: str, source: str = "") -> Rule:
    """Declare a rule; a code is declared once only."""
    if code in RULES:
        raise ValueError(f"rule {code} is declared twice")
    RULES[code] = Rule(code, kind, zh, en, source)
    return RULES[code]
