"""What witnesses have cosigned: the newest witnessed checkpoint, the policy, and how far each witness has come."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from psycopg import Connection
from pydantic import BaseModel

from api.composition import Service
from api.http.parts import BookId, Database, Services, documented
from api.http.tlog import SHORT, TEXT_TYPE
from audit.tlog.policy import Policy
from domain.kernel.errors import Kind, rule
from projections import log, register, witnessing

NO_POLICY = rule(
    "log.no_policy",
    Kind.UNKNOWN,
    "账套 {book} 没有设见证人",
    "the book {book} has no witnesses",
    "C2SP tlog-policy",
)

router = APIRouter(prefix="/books/{book}", tags=["witnesses"])

_TEXT = {"content": {TEXT_TYPE: {"schema": {"type": "string"}}}}


class WitnessBody(BaseModel):
    """A witness: the size that it cosigned last and when (absent: never), its lag, and what went wrong last."""

    name: str
    vkey: str
    size: int
    at: str | None = None
    lag_entries: int
    lag_seconds: int
    problem: str | None = None


class QuorumBody(BaseModel):
    """The newest quorum: over how many entries, since when, and who signed."""

    size: int
    at: str
    by: list[str]


class AlarmBody(BaseModel):
    """A witness that has seen more (`ahead`) or another history (`other`), and the checkpoint that it showed, or ""."""

    witness: str
    kind: str
    seen: int
    size: int
    at: str
    evidence: str


class LapseBody(BaseModel):
    """A witness that had cosigned `cosigned` entries and said later, first at `at`, that it had seen only `seen`."""

    witness: str
    cosigned: int
    seen: int
    at: str


class WitnessesBody(BaseModel):
    """How far a book is witnessed: `witnessed` tells whether its newest checkpoint, of `size` entries, has its quorum.

    `missing` names who is still wanted for that, `quorum` is the newest there was. `problem` is what is wrong with the
    policy itself (null: nothing): nothing newer is witnessed then, whoever has signed it.
    """

    book: str
    size: int
    witnessed: bool
    missing: list[str]
    problem: str | None = None
    quorum: QuorumBody | None
    witnesses: list[WitnessBody]
    alarms: list[AlarmBody]
    lapses: list[LapseBody]


def _require_policy(service: Service, database: Connection[Any], book: str) -> Policy:
    policy = service.witnesses.policy_for(register.book(database, book).book)
    if policy is None:
        raise NO_POLICY(book=book)
    return policy


@router.get(
    "/checkpoint/witnessed",
    response_class=Response,
    responses={200: {"description": "a checkpoint with its quorum", **_TEXT}, **documented(400, 404, 503)},
)
def get_witnessed_checkpoint(book: BookId, service: Services, database: Database) -> Response:
    """Return the newest checkpoint that a quorum of witnesses has cosigned."""
    policy = _require_policy(service, database, book)
    found = witnessing.newest_checkpoint(database, book, policy)
    return Response(found.note, media_type=TEXT_TYPE, headers=SHORT)


@router.get(
    "/policy",
    response_class=Response,
    responses={200: {"description": "the policy (C2SP tlog-policy)", **_TEXT}, **documented(400, 404, 503)},
)
def get_policy(book: BookId, service: Services, database: Database) -> Response:
    """Return the log's policy; trust the one that is printed in the village office, not this one."""
    return Response(_require_policy(service, database, book).text, media_type=TEXT_TYPE, headers=SHORT)


@router.get("/witnesses.json", responses=documented(400, 404, 503))
def get_witnesses(book: BookId, service: Services, database: Database) -> WitnessesBody:
    """Return how far each witness has come, who is missing, and what stands against the log."""
    policy = _require_policy(service, database, book)
    state = witnessing.state_of(database, book, policy)
    problems = {line.label: service.witnesses.problem(book, line.name) for line in policy.witnesses.values()}
    interrupted = service.witnesses.interrupted(database, book)
    return WitnessesBody(
        book=book,
        size=state.size,
        witnessed=state.complete and interrupted is None,
        missing=list(state.missing),
        problem=str(interrupted) if interrupted else None,
        quorum=_quorum(state.witnessed),
        witnesses=[
            WitnessBody(
                **{**one._asdict(), "at": one.at.isoformat() if one.at else None},
                problem=str(problems[one.name]) if problems[one.name] else None,
            )
            for one in state.witnesses
        ],
        alarms=[_alarm(name, alarm) for name, alarm in state.alarms],
        lapses=[
            LapseBody(witness=name, cosigned=one.cosigned, seen=one.seen, at=one.at.isoformat())
            for name, one in state.lapses
        ],
    )


def _quorum(found: witnessing.Witnessed | None) -> QuorumBody | None:
    return QuorumBody(size=found.size, at=found.at.isoformat(), by=list(found.by)) if found else None


def _alarm(name: str, alarm: log.Alarm) -> AlarmBody:
    return AlarmBody(
        witness=name,
        kind=alarm.kind,
        seen=alarm.seen,
        size=alarm.size,
        at=alarm.at.isoformat(),
        evidence=alarm.evidence.decode(),
    )
