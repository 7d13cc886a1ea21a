"""What a log keeps outside itself, in words: each digest is disclosed, withheld or erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.kernel.canonical import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.kernel.disclosure import Disclosed

LINES_SHOWN = 50
"""A report in words has so many lines about digests; the JSON has each."""

STATES = {
    "disclosed": ("已公开，与摘要相符", "disclosed, and fits the digest"),
    "withheld": ("未公开", "withheld"),
    "erased": ("已依法删除", "erased"),
}
"""What may be said of a digest, in Chinese and English."""


NAMES = {
    "holder": "持有人",
    "id_number": "身份证号码",
    "bank_account": "银行账号",
    "memo": "备注",
    "party": "往来",
    "phone": "电话",
    "project": "项目",
    "summary": "摘要",
}
"""What disclosures are called on paper; another has its own name."""


class DigestState(NamedTuple):
    """A digest of entry `entry`: its state, what was disclosed, and the entry that erases it."""

    entry: int
    digest: str
    state: str
    said: Disclosed | None = None
    erased_by: int | None = None

    def as_object(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        words = dict(zip(("zh", "en"), STATES[self.state], strict=True))
        known = {} if self.said is None else {"name": self.said.name, "value": self.said.value}
        by = {} if self.erased_by is None else {"erased_by": self.erased_by}
        return {"entry": self.entry, "digest": self.digest, "state": self.state, **words, **known, **by}

    @property
    def group(self) -> tuple[object, ...]:
        """What is told in one line: a disclosed value by itself, of the others how many an entry has."""
        return (self.entry, self.state, self.digest if self.state == "disclosed" else self.erased_by)


@dataclass
class Outside:
    """All that a log keeps outside itself: the state of each digest, and how many rows of rolls were erased."""

    digests: list[DigestState] = field(default_factory=list)
    rolls: int = 0
    rows_erased: int = 0

    def count(self, state: str) -> int:
        """Return how many digests are in a state."""
        return sum(one.state == state for one in self.digests)

    def as_object(self) -> dict[str, Any]:
        """Return counts and digests as a JSON object."""
        counts = {state: self.count(state) for state in STATES}
        listed = [one.as_object() for one in self.digests]
        return {**counts, "rolls": self.rolls, "rows_erased": self.rows_erased, "digests": listed}

    def lines(self) -> Iterator[str]:
        """Yield the lines of a report, none when all stands in the log."""
        if self.digests:
            counts = "，".join(f"{STATES[state][0]} {self.count(state)} 项" for state in STATES)
            english = ", ".join(f"{self.count(state)} {state}" for state in STATES)
            yield f"不写入日志的内容：{counts} / values outside the log: {english}"
            groups: dict[tuple[object, ...], list[DigestState]] = {}
            for one in self.digests:
                groups.setdefault(one.group, []).append(one)
            yield from map(_line, list(groups.values())[:LINES_SHOWN])
            if (more := len(groups) - LINES_SHOWN) > 0:
                yield f"  … 还有 {more} 行 / {more} more lines"
        if self.rolls:
            yield (
                f"发放清册 {self.rolls} 份，其中已依法删除 {self.rows_erased} 行 / "
                f"{self.rolls} rolls, {self.rows_erased} of their rows erased"
            )


def _line(group: list[DigestState]) -> str:
    """Return in words what is known of some digests of one entry that are in the same state."""
    first = group[0]
    zh, en = STATES[first.state]
    at = f"  第 {first.entry} 号记录 entry {first.entry}"
    if first.said is not None:
        return f"{at} · {first.digest}: {zh} / {en} {first.said.name} = {encode(first.said.value).decode()}"
    by = "" if first.erased_by is None else f"（第 {first.erased_by} 号记录 entry {first.erased_by}）"
    return f"{at}: {len(group)} 项{zh} / {len(group)} {en}{by}"
