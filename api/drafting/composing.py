"""How a draft's text comes about: what the maker gives, with the id, time and history that the server adds.

Whoever signs sees the very bytes, and checks the history that they name against what they have verified.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar, get_type_hints

import msgspec
import nacl.utils

from api.clock import new_id, now
from api.drafting.rules import MALFORMED, OTHER_BOOK, OTHER_TYPE
from api.posting import read_data
from api.salting import salt_voucher
from domain.accounts import AccountAdded
from domain.budget import BudgetAdopted
from domain.digests import check_name, hidden_in
from domain.drafts import Draft
from domain.entry import unsigned_text
from domain.kernel.decoding import decoding_problem
from domain.kernel.disclosure import digest_of, parse_disclosure
from domain.kernel.statement import PLAIN, Seen, type_name
from domain.opening import OpeningPosted
from domain.periods import PeriodClosed
from domain.policy import PolicySet
from domain.privacy import check_clear_fields
from domain.subtotals import SubtotalsSet
from domain.vouchers import (
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    VoucherPosted,
    VoucherReversed,
    check_told,
)
from projections import log

if TYPE_CHECKING:
    from psycopg import Connection

    from api.disclosures import Given
    from domain.kernel.errors import Rule
    from domain.kernel.statement import Statement

T = TypeVar("T")
UlidText = Annotated[str, msgspec.Meta(pattern=r"^([0-7][0-9A-HJKMNP-TV-Z]{25})?\Z")]
TemplateId = Annotated[str, msgspec.Meta(max_length=26, pattern=r"^[0-9A-HJKMNP-TV-Z]*\Z")]

KINDS: dict[str, type[Statement]] = {
    type_name(kind): kind
    for kind in (
        VoucherPosted,
        SaltedVoucherPosted,
        VoucherReversed,
        SaltedVoucherReversed,
        PeriodClosed,
        AccountAdded,
        OpeningPosted,
        PolicySet,
        BudgetAdopted,
        SubtotalsSet,
    )
}
"""What can wait as a draft, by its type's name."""

REMARKED = tuple(name for name, kind in KINDS.items() if kind is not PeriodClosed)
"""Of what is remarked though it is kept as no draft; what a closing's are, its checklist says (closing.json)."""

DESPITE_MAX = 200
"""Characters of the reason for which a closing is drafted past its checklist."""

SIGNERS_MAX = 100
"""The most keys that may be named as about to sign one text."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a maker gives: the entry's type and its data; the revision that is changed, 0 for a new draft.

    `id` is the id that a new draft gets, so that sending it again makes no second one; "": one is made here.
    `template` is the id of the voucher template that a new draft was made of, if any. `despite` says in words why
    the draft of a closing is made although the month's checklist stops it, "" for one that is not.
    """

    type: str
    data: msgspec.Raw
    revision: int = 0
    template: TemplateId = ""
    id: UlidText = ""
    despite: Annotated[str, msgspec.Meta(max_length=DESPITE_MAX, pattern=PLAIN)] = ""


class Unkept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The exact text of a statement that is kept as no draft, and the names of the keys that are about to sign it."""

    text: str
    keys: Annotated[list[str], msgspec.Meta(max_length=SIGNERS_MAX)]


def unkept_text(book: str, asked: Unkept) -> Draft:
    """Return what is about to be signed in a book; raises `entry.*`, `draft.type`, `draft.other_book`."""
    draft = Draft(asked.text.encode())
    statement = draft.statement
    if type_name(statement) not in REMARKED:
        raise OTHER_TYPE(type=type_name(statement), known=", ".join(REMARKED))
    if statement.book != book:
        raise OTHER_BOOK(read=statement.book, book=book)
    return draft


class Composed(NamedTuple):
    """A draft, and the disclosures of the values that its text has only as digests."""

    draft: Draft
    given: list[Given]


def read_request(body: bytes, kind: type[T], malformed: Rule = MALFORMED) -> T:
    """Return a request's body; raises `draft.malformed`, or what another door says in its place."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(problem=decoding_problem(error)) from None


def compose(connection: Connection[Any], book: str, wanted: Wanted, id_: str = "") -> Composed:
    """Return the draft of what is wanted, under a new id or an old one.

    What is `private` in a voucher of the salted type, as `api.salting` has it, stands in the text as a digest.
    Raises `draft.type`, `post.data`, `disclosure.name`, `privacy.*` for what looks like a person's number, and
    `voucher.blank_text`.
    """
    kind = KINDS.get(wanted.type)
    if kind is None:
        raise OTHER_TYPE(type=wanted.type, known=", ".join(KINDS))
    given: list[Given] = []
    if kind is SaltedVoucherPosted:
        data, given = salt_voucher(wanted.type, bytes(wanted.data), nacl.utils.random)
    else:
        data = read_data(wanted.type, bytes(wanted.data), get_type_hints(kind)["data"])
    check_clear_fields(data)
    check_told(data)
    checkpoint = log.latest_checkpoint(connection, book)
    seen = Seen(n=checkpoint.size, r=base64.b64encode(checkpoint.root).decode())
    fields: dict[str, Any] = {
        "at": now(),
        "book": book,
        "data": data,
        "id": id_ or wanted.id or new_id(),
        "seen": seen,
    }
    draft = Draft(unsigned_text(kind(**fields)))  # type: ignore[arg-type]  # one of the entry types
    places = {one.digest: one for one in hidden_in(draft.statement)}
    for one in given:
        check_name(places[digest_of(one.disclosure)], parse_disclosure(one.disclosure))
    return Composed(draft, given)
