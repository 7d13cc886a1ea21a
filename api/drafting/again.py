"""What is sent again because its answer was lost: a draft that was made, a signature that was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.drafting import store
from api.drafting.naming import page_of
from api.drafting.rules import MADE
from domain.entry import parse_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from domain.book import Book
    from domain.drafts import Draft
    from domain.kernel.errors import RuleViolation


def is_made(connection: Connection[Any], book: Book, key: str, draft: Draft) -> bool:
    """Tell whether the same key made the same draft before; raises `draft.made` when its id is used for another.

    What is private in one is salted anew each time: whether it is the same is for a person to see.
    """
    id_ = draft.statement.id
    was = store.find(connection, book.book, id_)
    if was and was.made_by == key and was.draft.statement.data == draft.statement.data:
        return True
    if was or id_ in book.ids:
        raise MADE(draft=id_, see=page_of(book.book, id_))
    return False


def used(connection: Connection[Any], book: str, draft: Draft) -> Iterator[RuleViolation]:
    """Yield what is said of what is kept as no draft, where one of another text waits under its id."""
    was = store.find(connection, book, draft.statement.id)
    if was and was.state == "open" and was.draft.text != draft.text:
        yield MADE(draft=was.id, see=page_of(book, was.id))


def is_signed(draft: Draft, note: bytes) -> bool:
    """Tell whether a draft was signed by the very signatures of a note before."""
    signed = parse_entry(note)
    return signed.text == draft.text and set(signed.signatures) <= set(draft.signatures)
