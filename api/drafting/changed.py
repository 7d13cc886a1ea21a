"""What is said to whoever works on a text of a draft that another changed meanwhile: who changed it, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.clock import local_minute
from api.drafting.naming import holder
from api.drafting.rules import CHANGED
from domain.drafts import AS_IT_WAS
from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.drafting.store import Waiting
    from domain.kernel.errors import RuleViolation


def changed(was: Waiting, read: int, people: Mapping[str, str]) -> RuleViolation:
    """Return what is said to whoever read another revision of a draft; `people` are the keys' holders, by key."""
    last = was.last
    return CHANGED(
        by=holder(last.key, people), at=local_minute(last.at), revision=was.revision, read=read, key=last.key
    )


def since_changed(was: Waiting, people: Mapping[str, str]) -> Phrase:
    """Return who gave a draft its present text, where that is another than the first."""
    by, at = holder(was.last.key, people), local_minute(was.last.at)
    if was.last.step == "made":
        return AS_IT_WAS
    return Phrase(
        f"，它已由{by.zh}于 {at} 改动（第 {was.revision} 稿）",
        f", which the {by.en} changed at {at} (revision {was.revision})",
    )
