"""The county's log of logs, when this server is told where its folder is (SUNLEDGER_COUNTY): files, nothing more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.parts import Services, documented
from api.http.tlog import BINARY, IMMUTABLE, SHORT, TEXT, TEXT_TYPE, TILE_TYPE
from audit.source import FolderSource
from audit.tlog.tiles import parse_tile_path
from domain.kernel.errors import Kind, rule

JSON_TYPE = "application/json"

NOT_HERE = rule(
    "county.not_here",
    Kind.UNKNOWN,
    "本服务器没有总日志的文件 {path}",
    "this server has no file {path} of a county's log",
    "ADR 0025",
)

router = APIRouter(prefix="/county", tags=["county"], default_response_class=Response)


def folder_of(service: Services) -> FolderSource | None:
    """Return the folder that the operator named, if any."""
    folder = service.settings.county
    return FolderSource(folder) if folder and folder.is_dir() else None


Folder = Annotated[FolderSource | None, Depends(folder_of)]


@router.get(
    "/checkpoint",
    responses={200: {"description": "the newest signed checkpoint", **TEXT}, **documented(400, 404, 503)},
)
def get_checkpoint(folder: Folder) -> Response:
    """Return the newest signed checkpoint of the county's log."""
    return Response(_fetch(folder, "checkpoint"), media_type=TEXT_TYPE, headers=SHORT)


@router.get(
    "/log.vkey",
    responses={200: {"description": "the log's key as a C2SP vkey", **TEXT}, **documented(400, 404, 503)},
)
def get_vkey(folder: Folder) -> Response:
    """Return the verifier key of the county's log; trust the one that the county prints, not this one."""
    return Response(_fetch(folder, "log.vkey"), media_type=TEXT_TYPE, headers=SHORT)


@router.get(
    "/books.json",
    responses={
        200: {
            "description": "the books with their keys",
            "content": {JSON_TYPE: {"schema": {"type": "object"}}},
        },
        **documented(400, 404, 503),
    },
)
def get_books(folder: Folder) -> Response:
    """Return the books of the county's log: newest entry, when it was collected, trusted keys."""
    return Response(_fetch(folder, "books.json"), media_type=JSON_TYPE, headers=SHORT)


@router.get(
    "/tile/{path:path}",
    responses={200: {"description": "a tile or an entry bundle", **BINARY}, **documented(400, 404, 503)},
)
def get_tile(path: str, folder: Folder) -> Response:
    """Return a tile (``0/000``, ``0/000.p/12``) or an entry bundle (``entries/000``) of the county's log."""
    tile = parse_tile_path(f"tile/{path}")
    return Response(_fetch(folder, tile.path), media_type=TILE_TYPE, headers=IMMUTABLE)


def _fetch(folder: FolderSource | None, path: str) -> bytes:
    try:
        if folder is not None:
            return folder.fetch(path)
    except FileNotFoundError:
        pass
    raise NOT_HERE(path=path)
