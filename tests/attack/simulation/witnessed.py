"""What an honest log tells of its witnesses (`projections.witnessing`), held against the cosignatures that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.cosignature import MAX_TIME_S, moment_of
from domain.kernel.errors import RuleViolation
from domain.kernel.note import parse_note
from projections.witnessing import first_over, first_over_each, newest_checkpoint, state_of
from projections.witnessing.query import FEW
from tests.attack.history import log_key
from tests.domain.conftest import BOOK

if TYPE_CHECKING:
    from datetime import datetime

    from psycopg import Connection

    from audit.tlog.policy import Policy
    from tests.attack.simulation.database import Database
    from tests.attack.simulation.quorum import Wanted


def _kept(database: Database, policy: Policy) -> dict[int, dict[str, int]]:
    """Return by size who has cosigned, and when first."""
    names = {line.key.vkey: line.name for line in policy.witnesses.values()}
    kept: dict[int, dict[str, int]] = {}
    for _, vkey, size, time_s in sorted(database.begin().table("cosignatures")):
        if size:
            kept.setdefault(size, {}).setdefault(names[vkey], time_s)
    return kept


def check_witnessed(database: Database, wanted: Wanted, policy: Policy) -> None:
    """Since when which entries are witnessed, and what is witnessed last, is what the cosignatures say."""
    kept = _kept(database, policy)
    since = {size: wanted.since(times) for size, times in sorted(kept.items())}
    quorums = {size: moment_of(time_s) for size, time_s in since.items() if time_s is not None}
    connection = cast("Connection[Any]", database.begin())
    first = {index: _first(quorums, index) for index in range(max(kept, default=0) + 1)}
    for index, at in first.items():
        found = first_over(connection, BOOK, policy, index)
        assert (found and found.at) == at, f"entry {index} is witnessed at {found}, and true is {at}"
    true = {index: at for index, at in first.items() if at}
    for indices in (first, range(FEW + 1)):  # more than a few are read another way
        told = first_over_each(connection, BOOK, policy, indices)
        assert told == true, f"entries are witnessed at {told}, and true is {true}"
    _check_newest(connection, policy, max(quorums, default=0))
    _check_state(connection, wanted, policy, kept)


def _first(quorums: dict[int, datetime], index: int) -> datetime | None:
    return next((at for size, at in quorums.items() if size > index), None)


def _check_newest(connection: Connection[Any], policy: Policy, size: int) -> None:
    """The witnessed checkpoint is the largest with a quorum, and shows it."""
    try:
        newest = newest_checkpoint(connection, BOOK, policy)
    except RuleViolation:
        assert not size, f"{size} entries are witnessed, and nothing is shown"
        return
    assert newest.size == size, f"{newest.size} entries are shown as witnessed, and true is {size}"
    checkpoint = open_checkpoint(newest.note, log_key(BOOK).verifier)
    verdict = policy.judge(checkpoint, parse_note(newest.note).signatures, MAX_TIME_S)
    assert verdict.reached, "what is shown has no quorum"


def _check_state(
    connection: Connection[Any], wanted: Wanted, policy: Policy, kept: dict[int, dict[str, int]]
) -> None:
    """How far each witness is, and whose cosignature the newest checkpoint lacks."""
    state = state_of(connection, BOOK, policy)
    sizes = {name: size for size, times in sorted(kept.items()) for name in times}
    told = {witness.name: (witness.size, witness.lag_entries) for witness in state.witnesses}
    true = {name: (size := sizes.get(name, 0), state.size - size) for name in policy.witnesses}
    assert told == true, f"the witnesses are at {told}, and true is {true}"
    signed = {name for name, size in sizes.items() if size == state.size}
    assert {*state.missing} == wanted.missing(signed), f"missing is {state.missing}, and {signed} signed"
    complete = bool(kept.get(state.size)) and wanted.since(kept[state.size]) is not None
    assert state.complete == complete, f"complete is {state.complete}, and {signed} signed"
