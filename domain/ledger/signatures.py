"""Signatures of a large batch, verified by two threads before the batch is decided.

libsodium runs without the interpreter's lock, so the second thread uses a second core. A name is one key for
ever, so what is found good under it here is good; whether the key may sign is decided entry by entry afterwards.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.errors import RuleViolation
from domain.roles import check_signatures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.entry import Entry
    from domain.roles import Key, Roles

BATCH_MIN = 64
"""Below this many entries a second thread costs more than it brings."""


class Job(NamedTuple):
    """An entry, and the keys of its book as far as they are known; None when the book is not in memory."""

    roles: Roles | None
    entry: Entry


class BatchVerifier:
    """Verifies the signatures of batches; `close` ends its thread."""

    def __init__(self) -> None:
        """Have a second thread ready."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ledger-signatures")

    def verify(self, jobs: Sequence[Job]) -> list[list[Key]]:
        """Return for each entry the keys under which all its signatures are good, none if that is not known."""
        if len(jobs) < BATCH_MIN:
            return [[] for _ in jobs]
        half = len(jobs) // 2
        second = self._pool.submit(_verify, jobs[half:])
        return _verify(jobs[:half]) + second.result()

    def close(self) -> None:
        """End the second thread."""
        self._pool.shutdown()


def _verify(jobs: Sequence[Job]) -> list[list[Key]]:
    return [_good_keys(job.roles, job.entry) if job.roles else [] for job in jobs]


def _good_keys(roles: Roles, entry: Entry) -> list[Key]:
    keys = [key for signature in entry.signatures if (key := roles.keys.get(signature.name))]
    if len(keys) < len(entry.signatures):
        return []
    try:
        check_signatures(keys, entry.text, entry.signatures)
    except RuleViolation:
        return []
    return keys
