"""Entries that say they were signed long before something that their signers had already seen (倒签)."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from audit.report import Finding
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from audit.report import Report
    from domain.kernel.statement import Statement

BACKDATED = rule(
    "audit.backdated",
    Kind.REFUSED,
    "第 {entry} 号记录自称签于 {at}，可是签名人当时已经见过第 {seen} 号记录，那条签于 {before}：自称的时间靠不住，"
    "可能是倒签，也可能是电脑的时钟不准（这样的记录共 {count} 条）",
    "entry {entry} says that it was signed at {at}, and its signers had seen entry {seen}, which was signed at"
    " {before}: that time cannot be relied on; it was backdated, or a clock was wrong ({count} such entries)",
    "ADR 0005",
)

CLOCKS_APART = timedelta(days=1)
"""The clocks of those who sign may differ by so much."""

REMEMBERED_MAX = 256
"""So many of the newest entries are looked back on: who signs has mostly seen one of these."""


OFFSET = len("2026-03-05T10:12:33")
"""Where the offset stands in a time."""


class Backdating:
    """The check, fed with every entry in its order."""

    def __init__(self) -> None:
        """Begin; entries of an earlier audit of the same log are not looked back on."""
        self._at: deque[str] = deque(maxlen=REMEMBERED_MAX)
        self._first: dict[str, object] = {}
        self._count = 0

    def look(self, index: int, statement: Statement) -> None:
        """Hold entry `index` against the newest one that its signers had seen."""
        back = index - statement.seen.n + 1
        if 0 < back <= len(self._at):
            before = self._at[-back]
            if _may_be_before(statement.at, before) and _is_long_before(statement.at, before):
                self._count += 1
                facts = {"entry": index, "at": statement.at, "seen": index - back, "before": before}
                self._first = self._first or facts
        self._at.append(statement.at)

    def skip(self) -> None:
        """Pass over an entry that cannot be read."""
        self._at.append("")

    def remark(self, report: Report) -> None:
        """Remark on what was found: no finding, since a wrong clock is no fault of the book's."""
        if self._count:
            report.remarks.append(Finding.of(BACKDATED(count=self._count, **self._first)))


def _may_be_before(at: str, before: str) -> bool:
    """Tell, at no cost, whether two times need be compared: texts with one offset are in the order of their moments."""
    return bool(before) and (at < before or at[OFFSET:] != before[OFFSET:])


def _is_long_before(at: str, before: str) -> bool:
    return datetime.fromisoformat(before) - datetime.fromisoformat(at) > CLOCKS_APART
