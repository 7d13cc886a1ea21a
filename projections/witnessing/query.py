"""Queries: what the kept cosignatures mean under a policy. What a quorum has cosigned is witnessed."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.tlog.cosignature import moment_of
from domain.kernel.errors import Kind, rule
from projections import log

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from psycopg import Connection

    from audit.tlog.policy import Policy, WitnessLine

NOT_WITNESSED = rule(
    "checkpoint.not_witnessed",
    Kind.UNKNOWN,
    "账套 {book} 还没有达到约定见证人数的检查点",
    "the book {book} has no checkpoint yet that a quorum of witnesses has cosigned",
    "C2SP tlog-policy",
)

ROWS_MAX = 5_000
"""Cosignatures that are read at a time in search of a quorum: those of one size, of which there are far fewer, are
among them whole."""

FEW, NEAR_SIZES = 200, 8
"""For so few entries, as a page lists, the cosignatures next behind each are looked at, of about so many sizes."""

_COSIGNERS = """
    SELECT size, vkey, min(time_s) AS time_s FROM cosignatures
    WHERE book = %s AND vkey = ANY(%s) AND size > %s GROUP BY size, vkey
"""
SELECT_NEWEST_COSIGNERS = _COSIGNERS + "ORDER BY size DESC, time_s LIMIT %s"
SELECT_FIRST_COSIGNERS = _COSIGNERS + "ORDER BY size, time_s LIMIT %s"
SELECT_NEAR_COSIGNERS = """
    SELECT entry, near.size, near.vkey, near.time_s FROM unnest(%s::bigint[]) AS entry CROSS JOIN LATERAL (
        SELECT size, vkey, min(time_s) AS time_s FROM cosignatures
        WHERE book = %s AND vkey = ANY(%s) AND size > entry GROUP BY size, vkey ORDER BY size, time_s LIMIT %s
    ) AS near
    ORDER BY entry, near.size, near.time_s
"""
SELECT_BEHIND_SINCE = """
    SELECT min(signed_at), now() FROM (
        SELECT signed_at FROM checkpoints WHERE book = %s AND size > %s ORDER BY size LIMIT 1
    ) AS next
"""


class Witnessed(NamedTuple):
    """A quorum: over how many entries, since when by the witnesses' clocks, and which witnesses signed (labels)."""

    size: int
    at: datetime
    by: tuple[str, ...]


class WitnessState(NamedTuple):
    """A witness: how many entries it has cosigned and when last (None: never), and how far it lags behind the log.

    The lag is counted in entries, and in seconds since the first checkpoint that it has not cosigned; both 0 when it
    has cosigned the newest.
    """

    name: str
    vkey: str
    size: int
    at: datetime | None
    lag_entries: int
    lag_seconds: int


class Witnessing(NamedTuple):
    """A book's newest checkpoint of `size` entries under a policy.

    `missing` are the witnesses (labels) whose cosignature of it is wanted for the quorum; `witnessed` is the newest
    quorum, None when there never was one; `alarms` are those that the witness has not taken back by cosigning since;
    `lapses` are what witnesses have forgotten, the newest first.
    """

    size: int
    witnesses: list[WitnessState]
    missing: tuple[str, ...]
    witnessed: Witnessed | None
    alarms: list[tuple[str, log.Alarm]]
    lapses: list[tuple[str, log.Lapse]]

    @property
    def complete(self) -> bool:
        """Whether the newest checkpoint has its quorum."""
        return self.witnessed is not None and self.witnessed.size == self.size


def state_of(connection: Connection[Any], book: str, policy: Policy) -> Witnessing:
    """Return how far a book is witnessed; raises `checkpoint.unknown`."""
    newest = log.latest_checkpoint(connection, book)
    lines = list(policy.witnesses.values())
    states = [_state(connection, book, line, newest.size) for line in lines]
    signed = {line.name for line, state in zip(lines, states, strict=True) if not state.lag_entries}
    labels = {line.key.vkey: line.label for line in lines}
    return Witnessing(
        newest.size,
        states,
        tuple(policy.witnesses[name].label for name in policy.missing(signed)),
        _newest_quorum(connection, book, policy),
        [(labels[alarm.vkey], alarm) for alarm in log.open_alarms(connection, book, list(labels))],
        [(labels[lapse.vkey], lapse) for lapse in log.lapses(connection, book, list(labels))],
    )


def _state(connection: Connection[Any], book: str, line: WitnessLine, newest: int) -> WitnessState:
    last = log.last_cosignature(connection, book, line.key.vkey)
    size = last.size if last else 0
    lag_seconds = 0
    if size < newest:
        row = connection.execute(SELECT_BEHIND_SINCE, (book, size)).fetchone()
        lag_seconds = int((row[1] - row[0]).total_seconds()) if row and row[0] else 0
    at = moment_of(last.time_s) if last else None
    return WitnessState(line.label, line.key.vkey, size, at, max(0, newest - size), lag_seconds)


def first_over(connection: Connection[Any], book: str, policy: Policy, index: int) -> Witnessed | None:
    """Return the first quorum over a checkpoint that covers entry `index`, None as long as there is none."""
    return next(_quorums(connection, book, policy, index), None)


def first_over_each(
    connection: Connection[Any], book: str, policy: Policy, indices: Iterable[int]
) -> dict[int, datetime]:
    """Return for each of these entries when the first quorum over it was complete; those without one are left out.

    Of many entries, and where a quorum was long in coming, the cosignatures from the first entry up to the quorum over
    the last are read once for all.
    """
    wanted = set(indices)
    near = _near(connection, book, policy, wanted) if 0 < len(wanted) <= FEW else {}
    times = {index: at for index, at in near.items() if at}
    waiting = sorted(wanted - near.keys(), reverse=True)
    for quorum in _quorums(connection, book, policy, waiting[-1]) if waiting else ():
        while waiting and waiting[-1] < quorum.size:
            times[waiting.pop()] = quorum.at
        if not waiting:
            break
    return times


def _near(
    connection: Connection[Any], book: str, policy: Policy, indices: Collection[int]
) -> dict[int, datetime | None]:
    """Return when entries were witnessed, as far as the next cosignatures tell; None: never so far."""
    vkeys = [line.key.vkey for line in policy.witnesses.values()]
    limit = NEAR_SIZES * len(vkeys)
    found: dict[int, datetime | None] = dict.fromkeys(indices)
    rows = connection.execute(SELECT_NEAR_COSIGNERS, (list(indices), book, vkeys, limit)).fetchall()
    for index, group in groupby(rows, key=itemgetter(0)):
        next_rows = [row[1:] for row in group]
        quorum = next(_among(policy, next_rows), None)
        if quorum:
            found[index] = quorum.at
        elif len(next_rows) == limit:  # there may be one further on
            del found[index]
    return found


def newest_checkpoint(connection: Connection[Any], book: str, policy: Policy) -> log.SignedCheckpoint:
    """Return the newest checkpoint that a quorum has cosigned, with its cosignatures.

    Raises `checkpoint.not_witnessed`, `checkpoint.unknown`.
    """
    newest = log.latest_checkpoint(connection, book)
    found = _newest_quorum(connection, book, policy)
    if found is None:
        raise NOT_WITNESSED(book=book)
    if found.size != newest.size:
        newest = log.checkpoint_at(connection, book, found.size)
    return log.cosigned(connection, book, newest)


def proof_at(
    connection: Connection[Any], book: str, policy: Policy | None, index: int, extra: bytes = b""
) -> bytes:
    """Return the tlog-proof of an entry under the newest witnessed checkpoint, if that covers it, else the newest.

    Without a policy nothing is witnessed. Raises `entry.unknown`, `checkpoint.unknown`.
    """
    found = _newest_quorum(connection, book, policy) if policy else None
    if found is None or found.size <= index:
        return log.proof_at(connection, book, index, extra)
    under = log.cosigned(connection, book, log.checkpoint_at(connection, book, found.size))
    return log.proof_at(connection, book, index, extra, under)


def _newest_quorum(connection: Connection[Any], book: str, policy: Policy) -> Witnessed | None:
    """Return the quorum over the most entries."""
    rows = connection.execute(
        SELECT_NEWEST_COSIGNERS, (book, [line.key.vkey for line in policy.witnesses.values()], 0, ROWS_MAX)
    )
    return next(_among(policy, rows.fetchall()), None)


def _quorums(connection: Connection[Any], book: str, policy: Policy, above: int) -> Iterator[Witnessed]:
    """Yield the quorums over more than `above` entries, by size."""
    vkeys = [line.key.vkey for line in policy.witnesses.values()]
    full = True
    while full:
        rows = connection.execute(SELECT_FIRST_COSIGNERS, (book, vkeys, above, ROWS_MAX)).fetchall()
        full = len(rows) == ROWS_MAX
        if full:  # there may be more of the last size
            rows = [row for row in rows if row[0] != rows[-1][0]]
            above = rows[-1][0]
        yield from _among(policy, rows)


def _among(policy: Policy, rows: Iterable[tuple[int, str, int]]) -> Iterator[Witnessed]:
    """Yield the quorums among cosignatures, which are in order of size, those of a size in order of time."""
    names = {line.key.vkey: line.name for line in policy.witnesses.values()}
    for size, group in groupby(rows, key=itemgetter(0)):
        signed = {names[vkey]: time_s for _, vkey, time_s in group}
        since = policy.complete_at(signed)
        if since is not None:
            by = tuple(policy.witnesses[name].label for name in signed)
            yield Witnessed(size, moment_of(since), by)
