"""What an audit found: checks with their counts, findings that name the entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.outside import Outside

if TYPE_CHECKING:
    from domain.kernel.errors import RuleViolation


_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
"""What a hostile log says is printed, but cannot steer the terminal."""


FINDINGS_SHOWN = 10
"""A report in words names so many findings; most of the others follow from the first. The JSON has more."""

FINDINGS_MAX = 1000
"""A report lists so many findings, whatever a hostile log contains; more are counted."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the rule, the entry (None: the log as a whole), and words in both languages."""

    rule: str
    entry: int | None
    zh: str
    en: str

    @classmethod
    def of(cls, violation: RuleViolation, entry: int | None = None) -> Finding:
        """Turn a rule's violation into a finding."""
        return cls(violation.rule.code, entry, violation.zh, violation.en)

    @property
    def message(self) -> str:
        """The words, Chinese first."""
        return f"{self.zh} / {self.en}"

    def as_text(self) -> str:
        """Return the finding's line in a report."""
        place = "" if self.entry is None else f"第 {self.entry} 号记录 entry {self.entry}: "
        return f"  ! {place}{self.message} [{self.rule}]"


@dataclass
class Check:
    """One kind of check: its name, what it says when all is well, how many things it looked at, how many failed.

    `nothing` tells, in both languages, what it means that there was nothing to look at; `first` is the lowest entry
    that it found wrong.
    """

    name: str
    zh: str
    en: str
    count: int = 0
    failed: int = 0
    nothing: str = ""
    first: int | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return self.failed == 0

    @property
    def mark(self) -> str:
        """A tick, a cross, or a dash when there was nothing to look at."""
        if self.failed:
            return "✗"
        return "✓" if self.count else "–"

    def as_text(self) -> str:
        """Return the check's line in a report."""
        why = f": {self.nothing}" if self.nothing and self.mark == "–" else ""
        return f"{self.mark} {self.zh} / {self.en} ({self.count}){why}"


@dataclass(frozen=True)
class WitnessReport:
    """Whether the policy's quorum is reached, who cosigned the checkpoint and when (RFC 3339), and who is missing.

    `fresh_s` is how new the quorum is, in POSIX seconds; None without one.
    """

    quorum: bool
    signed: dict[str, str]
    missing: list[str]
    fresh_s: int | None = None

    def as_object(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {"quorum": self.quorum, "signed": self.signed, "missing": self.missing}


def could_not_run(violation: RuleViolation) -> dict[str, Any]:
    """Return as a JSON object why there is no report: what stood in the way of looking at all."""
    error = {"rule": violation.rule.code, "zh": violation.zh, "en": violation.en}
    return {"ok": False, "error": error}


@dataclass
class Report:
    """The outcome: `ok` when there is no finding; `root` is the base64 root of all `entries` that were read.

    `witnesses` is there when a policy was given and the log's own signature is good. Beyond the first `FINDINGS_MAX`
    findings about entries, and as many about the log as a whole, they are only counted, in `unlisted`. `head` is the
    newest checkpoint as it was served, b"" when no key of the log's signed it. `remarks` are no findings, and a
    reader should know them: what came with the log and is no part of it, and names that several office holders bear.
    """

    book: str = ""
    name: str = ""
    entries: int = 0
    root: str = ""
    anchor: str = ""
    anchored: bool = False
    witnesses: WitnessReport | None = None
    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unlisted: int = 0
    remarks: list[Finding] = field(default_factory=list)
    head: bytes = b""
    outside: Outside = field(default_factory=Outside)
    _listed: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    """How many findings are listed: about entries (False), about the log as a whole (True)."""

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return not self.findings

    @property
    def caution(self) -> str:
        """What has to be said when the reader named no key that they trust, else ""."""
        if self.anchor:
            return ""
        return "注意：没有给出 --anchor，乡镇公钥取自日志本身 / no --anchor: the township's key is the log's own word"

    @property
    def heading(self) -> list[str]:
        """The lines that say what was looked at."""
        return [f"{self.name}  {self.book}", f"记录 entries: {self.entries}    根 root: {self.root}"]

    def check(self, name: str, zh: str, en: str) -> Check:
        """Begin a check."""
        check = Check(name, zh, en)
        self.checks.append(check)
        return check

    def failed(self, *names: str) -> bool:
        """Tell whether any of the checks of these names failed."""
        return any(check.failed for check in self.checks if check.name in names)

    @property
    def founded(self) -> bool:
        """Whether nothing is wrong with the first entry: what it founds is the log's own, and not anybody's claim."""
        return all(check.first != 0 for check in self.checks)

    def find(self, check: Check, finding: Finding) -> None:
        """Add a finding of a check, or count it only."""
        check.failed += 1
        whole = finding.entry is None
        if finding.entry is not None:
            check.first = finding.entry if check.first is None else min(check.first, finding.entry)
        if self._listed[whole] < FINDINGS_MAX:
            self._listed[whole] += 1
            self.findings.append(finding)
        else:
            self.unlisted += 1

    def unlist(self, check: Check, count: int) -> None:
        """Count what a check found and kept no more."""
        check.failed += count
        self.unlisted += count

    def as_object(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "ok": self.ok,
            "book": self.book,
            "name": self.name,
            "entries": self.entries,
            "root": self.root,
            "anchored": self.anchored,
            "witnesses": self.witnesses.as_object() if self.witnesses else None,
            "disclosures": self.outside.as_object(),
            "checks": [
                {"name": check.name, "ok": check.ok, "count": check.count, "failed": check.failed}
                for check in self.checks
            ],
            "findings": [
                {"rule": found.rule, "entry": found.entry, "message": found.message}
                for found in self.findings
            ],
            "unlisted": self.unlisted,
            "remarks": [{"rule": found.rule, "message": found.message} for found in self.remarks],
        }

    def as_text(self) -> str:
        """Return the report for a person, Chinese first."""
        lines = self.heading
        lines += [check.as_text() for check in self.checks]
        lines += self.outside.lines()
        lines += [each.as_text() for each in self.findings[:FINDINGS_SHOWN]]
        found = len(self.findings) + self.unlisted
        if (more := found - FINDINGS_SHOWN) > 0:
            lines.append(
                f"  … 还有 {more} 个随之而来的问题，列出请用 --format json / "
                f"and {more} more that follow; --format json lists them"
            )
        if self.witnesses:
            lines += [f"  见证 cosigned: {name} {at}" for name, at in self.witnesses.signed.items()]
        lines += [f"注意：{each.message} [{each.rule}]" for each in self.remarks]
        lines += self.caution.splitlines()
        lines.append("核对无误 / verified" if self.ok else f"发现 {found} 个问题 / findings")
        return "".join(f"{line.translate(_VISIBLE)}\n" for line in lines)
