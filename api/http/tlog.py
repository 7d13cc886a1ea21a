"""The log's static files: checkpoint, tiles, entry bundles (C2SP tlog-tiles), and its key."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http.parts import BookId, Database, documented
from projections import log, register

TEXT_TYPE = "text/plain; charset=utf-8"
TILE_TYPE = "application/octet-stream"
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
SHORT = {"Cache-Control": "public, max-age=1, must-revalidate"}

router = APIRouter(prefix="/books/{book}", tags=["log"], default_response_class=Response)

TEXT = {"content": {TEXT_TYPE: {"schema": {"type": "string"}}}}
BINARY = {"content": {TILE_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/checkpoint",
    responses={200: {"description": "the newest signed checkpoint", **TEXT}, **documented(400, 404, 503)},
)
def get_checkpoint(book: BookId, database: Database) -> Response:
    """Return the newest signed checkpoint, with the cosignatures that witnesses have given so far."""
    newest = log.published_checkpoint(database, book)
    return Response(newest.note, media_type=TEXT_TYPE, headers=SHORT)


@router.get(
    "/log.vkey",
    responses={200: {"description": "the log's key as a C2SP vkey", **TEXT}, **documented(400, 404, 503)},
)
def get_vkey(book: BookId, database: Database) -> Response:
    """Return the log's verifier key; trust the one that is printed in the village office, not this one."""
    return Response(register.book(database, book).log_vkey + "\n", media_type=TEXT_TYPE, headers=SHORT)


@router.get(
    "/tile/{path:path}",
    responses={200: {"description": "a tile or an entry bundle", **BINARY}, **documented(400, 404, 503)},
)
def get_tile(book: BookId, path: str, database: Database) -> Response:
    """Return a tile (``0/000``, ``0/000.p/12``) or an entry bundle (``entries/000``)."""
    data = log.tile_at(database, book, f"tile/{path}")
    return Response(data, media_type=TILE_TYPE, headers=IMMUTABLE)
