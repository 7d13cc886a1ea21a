"""Signature checking apart from the replay, so that it can go on in other processes meanwhile."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

import msgspec

from domain.kernel.note import verify_ed25519
from domain.roles import BAD_SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from domain.entry import Entry
    from domain.roles import Key

JOBS_AT_ONCE = 2000
"""Signatures that are checked in one go: libsodium and the replay would push each other out of the cache."""

JOBS_PER_TASK = 200
"""Signatures that go to another process together: some ten milliseconds of work."""

TASKS_WAITING_MAX = 100
"""Tasks for each other process; when so many wait, this one works too instead of reading on."""

BAD_MAX = 1000
"""Of more bad signatures only the number is remembered."""


Job: TypeAlias = tuple[int, str, bytes, bytes, bytes]
"""A signature to check: entry, key name, public key, text, signature."""


class Bad(NamedTuple):
    """A signature that does not hold."""

    entry: int
    key: str


def check_jobs(jobs: Iterable[Job]) -> list[Bad]:
    """Return the signatures that are not the key's over the text."""
    return [
        Bad(index, name)
        for index, name, public_key, text, signature in jobs
        if not verify_ed25519(public_key, text, signature)
    ]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Job])


def check_packed(packed: bytes) -> list[Bad]:
    """As `check_jobs`, of jobs that were packed as one string: it is passed on faster than many."""
    return check_jobs(_decoder.decode(packed))


class _Task(NamedTuple):
    """Jobs that wait for another process, or are in its hands."""

    jobs: list[Job]
    future: Future[list[Bad]]

    def result(self) -> list[Bad]:
        """Return what it found; a task that no other process has begun is done here."""
        return check_jobs(self.jobs) if self.future.cancel() else self.future.result()


class SignatureChecker:
    """Checks signatures in this process, or in `processes` - 1 others beside it."""

    def __init__(self, processes: int = 1) -> None:
        """Begin; other processes are started when the first task is full."""
        self._others = processes - 1
        self._executor: ProcessPoolExecutor | None = None
        self._jobs: list[Job] = []
        self._jobs_max = JOBS_PER_TASK if self._others else JOBS_AT_ONCE
        self._tasks: deque[_Task] = deque()
        self._bad: list[Bad] = []
        self.count = 0
        self.failed = 0

    def __enter__(self) -> Self:
        """Start the other processes, if any."""
        if self._others > 0:
            self._executor = ProcessPoolExecutor(self._others)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the other processes."""
        if self._executor:
            self._executor.shutdown(cancel_futures=kind is not None)

    def add(self, index: int, entry: Entry, signers: Sequence[Key]) -> None:
        """Take in the signatures of an entry and the keys they name."""
        for key, signature in zip(signers, entry.signatures):  # noqa: B905 -- `signers` are found for each of them
            self._jobs.append(
                (index, signature.name, key.verifier.public_key, entry.text, signature.signature)
            )
            self.count += 1
        if len(self._jobs) >= self._jobs_max:
            self._flush()

    def _flush(self) -> None:
        jobs, self._jobs = self._jobs, []
        while self._tasks and self._tasks[0].future.done():
            self._found(self._tasks.popleft().result())
        if self._executor and len(self._tasks) < TASKS_WAITING_MAX * self._others:
            self._tasks.append(_Task(jobs, self._executor.submit(check_packed, _encoder.encode(jobs))))
        else:
            self._found(check_jobs(jobs))

    def _found(self, bad: list[Bad]) -> None:
        """Count the bad signatures and keep the first ones."""
        if bad:
            self.failed += len(bad)
            self._bad = sorted([*self._bad, *bad])[:BAD_MAX]

    def finish(self) -> Iterator[Bad]:
        """Yield the signatures that do not hold, in the order of entries; how many they are in all is in `failed`.

        What waits is shared: this process begins with the newest task, the others go on with the oldest.
        """
        self._found(check_jobs(self._jobs))
        self._jobs = []
        while self._tasks:
            self._found(self._tasks.pop().result())
        yield from self._bad


RULE = BAD_SIGNATURE
"""The rule that a bad signature breaks."""
