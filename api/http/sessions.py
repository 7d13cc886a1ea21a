"""Signing in with one's key, over HTTP (登录), and what every door of the workspace asks: who is at work."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from api.http.entries import NOTE_TYPE, read_body
from api.http.parts import BookId, Services, documented
from api.sessions import FOREIGN, SESSION_SECONDS, Session

COOKIE = "sunledger"
"""The cookie that holds the token; no script may read it, and no other site's request carries it."""

router = APIRouter(tags=["sessions"])


class ChallengeBody(BaseModel):
    """The text to be signed as a note by one key of the book, once, within five minutes."""

    text: str


class SessionBody(BaseModel):
    """Who is at work: a key, its role, its holder's name if that is public, and until when."""

    book: str
    key: str
    role: str
    person: str
    expires: datetime


class DeskBody(BaseModel):
    """A book in which one is at work, with which key, until when."""

    book: str
    key: str
    expires: datetime


class DesksBody(BaseModel):
    """The books in which one is at work, by their ids."""

    books: list[DeskBody]


def from_here(request: Request) -> None:
    """Refuse what another site's page lets a browser send (CSRF): `session.foreign`."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise FOREIGN(origin=origin)


def session_of(request: Request, book: BookId, service: Services) -> Session:
    """Return who is at work in a book; raises `session.needed`, `session.ended`."""
    return service.sessions.at(book, request.cookies.get(COOKIE, ""))


FromHere = Depends(from_here)
AtWork = Annotated[Session, Depends(session_of)]


@router.post(
    "/books/{book}/sessions/challenge",
    dependencies=[FromHere],
    responses=documented(400, 403, 404, 503),
)
def post_challenge(book: BookId, service: Services) -> ChallengeBody:
    """Return a text for a key of the book to sign."""
    return ChallengeBody(text=service.sessions.challenge(book).text.decode())


@router.post(
    "/books/{book}/sessions",
    status_code=201,
    dependencies=[FromHere],
    responses=documented(400, 403, 404, 503),
    openapi_extra={
        "requestBody": {
            "description": "the challenge, signed as a note by one key of the book",
            "required": True,
            "content": {NOTE_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
async def post_session(book: BookId, request: Request, response: Response, service: Services) -> SessionBody:
    """Let the key that signed a challenge be at work for a day; the cookie stands for it."""
    note, token = await read_body(request), request.cookies.get(COOKIE, "")
    begun = await run_in_threadpool(service.sessions.begin, book, note, token)
    response.set_cookie(
        COOKIE,
        begun.token,
        max_age=SESSION_SECONDS,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return _body(begun.session)


@router.get("/session", responses=documented(503))
def get_session(request: Request, service: Services) -> DesksBody:
    """Say in which books one is at work, and with which keys; in none without a session."""
    found = service.sessions.desks(request.cookies.get(COOKIE, ""))
    return DesksBody(books=[DeskBody(**desk._asdict()) for desk in found])


@router.delete("/session", status_code=204, dependencies=[FromHere], responses=documented(403, 503))
def delete_session(request: Request, response: Response, service: Services) -> None:
    """Sign out, of all books."""
    service.sessions.end(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE)


def _body(session: Session) -> SessionBody:
    key = session.key
    return SessionBody(
        book=session.book, key=key.name, role=key.role, person=key.person, expires=session.expires
    )
