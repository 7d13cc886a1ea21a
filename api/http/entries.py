"""The door for signed entries, and each entry at its permanent address."""

from __future__ import annotations

import base64
import re
from asyncio import get_running_loop, wrap_future
from concurrent.futures import Executor
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from psycopg import OperationalError
from pydantic import BaseModel

from api.database import snapshot
from api.http.parts import BYTES, BookId, Database, Index, Services, documented
from api.http.problems import TOO_LARGE
from audit.tlog.tiles import decode_bundle
from domain.entry import HEADER, parse_entry
from domain.kernel.errors import RuleViolation
from domain.ledger import Receipt
from domain.roles import NOT_GRANTED
from projections import log
from projections.register import NO_BOOK

MAX_BODY_BYTES = 16_777_216 + 512
"""256 entries of the largest size, each behind its length."""

MAX_WAIT_SECONDS = 30.0
SUBJECT_ERASED = b'"type":"subject.erased/'
NOTE_TYPE = "text/plain; charset=utf-8"


_BINARY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no text holds, and the lengths in nearly every bundle do."""

router = APIRouter(tags=["entries"])


class WarningBody(BaseModel):
    """What is to be set right of an entry that was taken in: the rule, in Chinese and in English."""

    rule: str
    zh: str
    en: str


class ReceiptBody(BaseModel):
    """Where an entry stands: index, base64 leaf hash; `proof` is a tlog-proof as soon as a checkpoint covers it.

    `warnings` tell of a transfer (结转) that takes more than stands there: it is booked, and to be reversed; and of an
    account that is called as one beside it.
    """

    book: str
    index: int
    leaf_hash: str
    created: bool
    proof: str | None = None
    warnings: list[WarningBody] = []


class Receipts(BaseModel):
    """The receipts of several entries, in the order they were posted."""

    receipts: list[ReceiptBody]


class SignatureBody(BaseModel):
    """One signature: the key's name and the base64 of the raw signature."""

    key: str
    signature: str


class EntryBody(BaseModel):
    """An entry, decoded: the statement as signed, who signed, its index and base64 leaf hash."""

    book: str
    index: int
    leaf_hash: str
    statement: dict[str, Any]
    signatures: list[SignatureBody]


_POSTED = {"model": ReceiptBody | Receipts}
_BODY = {
    "requestBody": {
        "description": "one signed note, or 1 to 256 of them as in an entry bundle (length in 2 bytes, note)",
        "required": True,
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            **BYTES,
        },
    }
}


@router.post(
    "/books/{book}/entries",
    status_code=201,
    responses={
        200: {"description": "all of them were there already", **_POSTED},
        201: {"description": "stored durably", **_POSTED},
        **documented(400, 403, 404, 409, 422, 503),
    },
    openapi_extra=_BODY,
)
async def post_entries(
    book: BookId,
    request: Request,
    service: Services,
    response: Response,
    wait: Annotated[
        float, Query(ge=0, le=MAX_WAIT_SECONDS, description="seconds to wait for the proof")
    ] = 0.0,
) -> ReceiptBody | Receipts:
    """Store one signed note, or several all or none; posting the same bytes again gives the same receipt."""
    body = await read_body(request)
    single = body.startswith(HEADER)
    notes = [body] if single else _notes(body)
    objections = await run_in_threadpool(service.objections, notes)
    try:
        receipts = await wrap_future(await run_in_threadpool(service.ledger.submit, book, notes, objections))
    except RuleViolation as violation:
        if violation.rule == NOT_GRANTED and not await run_in_threadpool(service.has, book):
            raise NO_BOOK(book=book) from None
        raise
    if any(SUBJECT_ERASED in note for note in notes):
        await run_in_threadpool(service.disclosures.forget, book)
    if not any(receipt.created for receipt in receipts):
        response.status_code = 200
    waiters: Executor = request.app.state.waiters
    bodies = await get_running_loop().run_in_executor(waiters, _proved, service, book, receipts, wait)
    return bodies[0] if single else Receipts(receipts=bodies)


async def read_body(
    request: Request, limit: int = MAX_BODY_BYTES, refused: RuleViolation | None = None
) -> bytes:
    """Return the body of a request; raises `request.too_large`, or what else is `refused` so, as soon as it is."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise refused or TOO_LARGE(limit=limit)
    return bytes(body)


def _notes(body: bytes) -> list[bytes]:
    """Return the notes of a bundle; text that is none was meant as a note, and is judged as one."""
    try:
        return decode_bundle(body)
    except RuleViolation:
        if body and not _BINARY.search(body):
            parse_entry(body)
        raise


def _proved(service: Services, book: str, receipts: list[Receipt], wait: float) -> list[ReceiptBody]:
    """Return the receipts, each with its proof when a checkpoint covers it now, or within `wait` seconds.

    What is booked may have to wait for its checkpoint: while the log is frozen, or its key is away. Its receipt stands
    without a proof too, so that the database may be away by now.
    """
    try:
        if wait:
            service.runner.wait_for(book, max(r.index for r in receipts) + 1, wait)
        return _with_proofs(service, book, receipts)
    except OperationalError:
        return [_body(receipt, None) for receipt in receipts]


def _with_proofs(service: Services, book: str, receipts: list[Receipt]) -> list[ReceiptBody]:
    with snapshot(service.pool) as connection:
        signed = log.signed_size(connection, book)
        return [
            _body(
                receipt,
                log.proof_at(connection, book, receipt.index).decode() if receipt.index < signed else None,
            )
            for receipt in receipts
        ]


def _body(receipt: Receipt, proof: str | None) -> ReceiptBody:
    return ReceiptBody(
        book=receipt.book,
        index=receipt.index,
        leaf_hash=base64.b64encode(receipt.leaf_hash).decode(),
        created=receipt.created,
        proof=proof,
        warnings=[WarningBody(rule=one.rule.code, zh=one.zh, en=one.en) for one in receipt.warnings],
    )


@router.get(
    "/books/{book}/entries/{index}.note",
    response_class=Response,
    responses={
        200: {"content": {NOTE_TYPE: {"schema": {"type": "string"}}}, "description": "the signed note"},
        **documented(400, 404, 503),
    },
)
def get_note(book: BookId, index: Index, database: Database) -> Response:
    """Return an entry's exact bytes."""
    note = log.entry_at(database, book, index)
    return Response(
        note, media_type=NOTE_TYPE, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


@router.get("/books/{book}/entries/{index}.json", responses=documented(400, 404, 503))
def get_entry(book: BookId, index: Index, database: Database) -> EntryBody:
    """Return an entry decoded; what proves it is the note."""
    entry = parse_entry(log.entry_at(database, book, index))
    return EntryBody(
        book=book,
        index=index,
        leaf_hash=base64.b64encode(entry.leaf_hash).decode(),
        statement=msgspec.json.decode(entry.text.split(b"\n")[1]),
        signatures=[
            SignatureBody(key=line.name, signature=base64.b64encode(line.signature).decode())
            for line in entry.signatures
        ],
    )


@router.get(
    "/books/{book}/proof/{index}",
    response_class=Response,
    responses={
        200: {"content": {NOTE_TYPE: {"schema": {"type": "string"}}}, "description": "a tlog-proof"},
        **documented(400, 404, 503),
    },
)
def get_proof(book: BookId, index: Index, database: Database) -> Response:
    """Return the tlog-proof of an entry under the newest checkpoint."""
    return Response(log.proof_at(database, book, index), media_type=NOTE_TYPE)
