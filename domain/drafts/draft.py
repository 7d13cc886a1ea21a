"""A draft, the signatures on it, and who is missing: as the rules themselves would say if it were posted now.

No list of roles stands here. The rules are asked whether the entry may follow with the signers that it has; whom they
miss is added, until they are content or object to something else. So a draft asks for those whom the log will demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import CASH
from domain.closing import excess_of
from domain.drafts.remarks import remarks
from domain.entry import Entry, parse_entry, parse_text
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.note import format_note
from domain.roles import ROLES, ROLES_MISSING, Key, check_signatures, find_signers, missing_roles
from domain.vouchers import VoucherPosted, VoucherReversed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.book import Book
    from domain.entry import AnyStatement
    from domain.kernel.note import Signature

NOT_THE_TEXT = rule(
    "draft.other_text",
    Kind.CONFLICT,
    "签的不是这张待签凭证现在的内容{changed}；请重新打开、核对后再签",
    "what was signed is not the draft as it is now{changed}; open it again, check it, then sign",
    "ADR 0029",
)
AS_IT_WAS = Phrase("", "")
"""What is added to that of a draft that nobody has changed."""

NOBODY = rule(
    "draft.nobody",
    Kind.REFUSED,
    "需要{role_zh}签名，而本账套没有人持有该岗位的密钥；请先授予密钥",
    "{role} must sign, and nobody in this book holds a key of that role; grant one first",
    "ADR 0029",
)
ALREADY_POSTED = rule(
    "draft.posted",
    Kind.CONFLICT,
    "这张凭证已入账，是第 {entry} 号记录，不能再改、再签或撤回；记错了，就打开那号记录更正",
    "it is posted, as entry {entry}: it can no longer be changed, signed or withdrawn; if it is wrong, open that entry"
    " and set it right",
    "ADR 0029",
)

STUCK = rule(
    "draft.stuck",
    Kind.REFUSED,
    "这张现在不能入账，签名没有存：{problem}。请制单人改正内容，或撤回它；所说的问题在别处的，先在那里解决，再来签",
    "it cannot be posted as things are, and the signature was not kept: {problem}. Have its content changed or the "
    "draft withdrawn by who makes drafts; if what is wrong lies elsewhere, set that right first, then sign",
    "ADR 0029",
)


@dataclass(frozen=True)
class Draft:
    """The exact bytes that are to be signed, and the signatures so far, by key name."""

    text: bytes
    signatures: tuple[Signature, ...] = ()

    @cached_property
    def statement(self) -> AnyStatement:
        """What is to be signed; raises `entry.*` when the text is none of an entry."""
        return parse_text(self.text)

    @property
    def note(self) -> bytes:
        """The entry's bytes, with the signatures so far, of which there is one at least."""
        return format_note(self.text, self.signatures)


class Review(NamedTuple):
    """What the rules say of a draft now: the roles that must sign, those that are missing, and what else forbids it.

    `remarks` forbid nothing; they are to be known before one signs. `asked` are the roles whose signature it waits for:
    those that are missing and, for a voucher of cash, the cashier (出纳), without whom it would be posted all the same.
    `lapsed` are the keys that have signed it and ended since: their signatures count no more.
    """

    demanded: tuple[str, ...]
    missing: tuple[str, ...]
    problem: RuleViolation | None
    remarks: tuple[RuleViolation, ...] = ()
    asked: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it may be posted."""
        return not self.missing and self.problem is None

    @property
    def is_stuck(self) -> bool:
        """Whether it could not be posted if all signed; that nobody holds a role yet is no reason not to sign."""
        return self.problem is not None and self.problem.rule != NOBODY


def standing(book: Book, draft: Draft) -> Draft:
    """Return the draft with those signatures alone whose keys may still sign: a revoked one counts no more."""
    good = [
        one
        for one in draft.signatures
        if (key := book.roles.keys.get(one.name)) and key.last is None and key.verifier.key_id == one.key_id
    ]
    return Draft(draft.text, tuple(good))


def review(book: Book, draft: Draft) -> Review:
    """Return what the rules say of a draft, were it posted to the book now."""
    signatures = standing(book, draft).signatures
    signed = find_signers(book.roles, signatures, book.size)
    entry = Entry(b"", draft.text, draft.statement, signatures, b"")
    _, problem = _demand(book, entry, signed)
    problem = problem or _excess(book, draft.statement)
    demanded, _ = _demand(book, entry, [])
    present = {key.role for key in signed}
    missing = tuple(role for role in demanded if role not in present)
    beside = tuple(role for role in _beside(book, draft.statement) if role not in {*missing, *present})
    lapsed = tuple(one.name for one in draft.signatures if one not in signatures)
    said = tuple(remarks(book, draft.statement))
    return Review(demanded, missing, problem, said, (*missing, *beside), lapsed)


def _beside(book: Book, statement: AnyStatement) -> Iterator[str]:
    """Yield who signs beside those whom the log demands: the cashier what moves cash (会计基础工作规范 art. 51(4))."""
    if not isinstance(statement, (VoucherPosted, VoucherReversed)):
        return
    if any(line.account.startswith(CASH) for line in statement.data.lines):
        yield from {key.role for key in book.roles.active()} & {"cashier"}


def _excess(book: Book, statement: AnyStatement) -> RuleViolation | None:
    """Return what is said of a transfer that would take more than stands there: no rule of the log, but of the desk."""
    return excess_of(book.balances, statement.data) if isinstance(statement, VoucherPosted) else None


def _demand(book: Book, entry: Entry, signers: list[Key]) -> tuple[tuple[str, ...], RuleViolation | None]:
    """Return the roles that the rules demand beside some signers, and what they object to when all have signed."""
    holders = {key.role: key for key in book.roles.active()}
    signers, demanded = [*signers], list[str]()
    while True:
        try:
            book.decide(entry, signers)
        except RuleViolation as violation:
            if violation.rule != ROLES_MISSING:
                return tuple(demanded), violation
            missing = missing_roles(violation)
            demanded += missing
            for role in missing:
                if role not in holders:
                    return tuple(demanded), NOBODY(role=role, role_zh=ROLES[role])
                signers.append(holders[role])
        else:
            return tuple(demanded), None


def sign(book: Book, draft: Draft, note: bytes, changed: Phrase = AS_IT_WAS) -> Draft:
    """Return the draft with the signatures of a note, which has the draft's very text; `changed` says who changed it.

    Raises `note.*` or `entry.*` for what is no note, `draft.other_text`, `key.*`, `signature.invalid`, and
    `draft.stuck` for what could not be posted; of what is posted already nobody asks.
    """
    entry = parse_entry(note)
    if entry.text != draft.text:
        raise NOT_THE_TEXT(changed=changed)
    signers = find_signers(book.roles, entry.signatures, book.size)
    check_signatures(signers, entry.text, entry.signatures)
    found = review(book, draft)
    if found.problem and found.is_stuck and draft.statement.id not in book.ids:
        raise STUCK(problem=found.problem)
    both = {one.name: one for one in (*draft.signatures, *entry.signatures)}
    return Draft(draft.text, tuple(both[name] for name in sorted(both)))
