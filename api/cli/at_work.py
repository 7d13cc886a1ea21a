"""Being at work in a book from the command line, with the rights of one's key, as over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.composition import Service, open_service
from api.identity import load_key
from api.sessions import Session, answer
from api.settings import Settings


@contextmanager
def at_work(book: str, key: Path) -> Iterator[tuple[Service, Session]]:
    """Let the holder of a key be at work in a book for as long as a command runs."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        signer = load_key(key, service.settings.passphrase_text)
        begun = service.sessions.begin(book, answer(service.sessions.challenge(book).text, signer))
        try:
            yield service, begun.session
        finally:
            service.sessions.end(begun.token)
