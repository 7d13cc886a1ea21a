"""What may be wrong where values stand outside the log, each with what is to be found; and what is not wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.kernel.disclosure import digest_of, hidden
from domain.privacy import ErasedRow, Erasure, SubjectErased
from domain.rolls import Column, Roll, RollCommitted
from domain.vouchers import Line, SaltedVoucher, SaltedVoucherPosted, SaltedVoucherReversed, VoucherReversed
from tests.vectors.honest import BASIC, HEAD, founded, reversal
from tests.vectors.private import (
    BARE,
    DETAILS,
    ERASERS,
    HOLDER,
    MEMO,
    ON_LINE,
    ON_VOUCHER,
    PARTY,
    PHONE,
    PRIVATE,
    PUBLIC,
    SALTED,
    SIZE,
    beside,
    booking,
    committed,
    erasure,
    red,
    roll,
    roll_of,
    salted,
    salted_lines,
    salted_voucher,
)

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey
    from tests.vectors.village import Forgery

ROLL_ID = roll_of(PRIVATE)
FRESH = sorted(hidden([salted("party", name) for name in ("王五", "赵六")]))
UNSIGNED, BROKEN = ("audit.disclosure", None), ("disclosure.malformed", None)
STILL_THERE = ("audit.disclosure_erased", SIZE - 1)


def _published() -> list[Forgery]:
    """Return logs by what is published beside them."""
    crossed = f"{PARTY}\r\n{MEMO}\r{DETAILS}\x0b{HOLDER}\x1c".encode()
    changed = salted("party", "李四")
    return [
        ("private values, some of them public", PUBLIC),
        ("private values, none of them public", PRIVATE),
        ("private values, nothing erased", beside(BARE, PARTY, PHONE, DETAILS)),
        ("a disclosure that stands there twice", beside(PRIVATE, PARTY, PARTY)),
        ("lines that end as on other systems", PRIVATE.alter("disclosures", crossed)),
        ("another value than was signed", beside(PRIVATE, PARTY, changed), UNSIGNED),
        ("a disclosure where nothing is hidden", beside(founded(), PARTY), UNSIGNED),
        ("an erased value that is published", beside(PRIVATE, PHONE), STILL_THERE),
        ("an erased value that is published twice", beside(PRIVATE, PHONE, PHONE), STILL_THERE),
        ("a disclosure cut off", beside(PRIVATE, PARTY, MEMO[:-1]), BROKEN),
        ("an empty line", beside(PRIVATE, PARTY, "", MEMO), BROKEN),
        ("disclosures that are no text", PRIVATE.alter("disclosures", bytes(range(256))), BROKEN),
        ("a disclosure too long", beside(PRIVATE, "A" * 8_196), BROKEN),
    ]


def _vouchers() -> list[Forgery]:
    """Return wrong vouchers with digests."""

    def posted(name: str, code: str, said: SaltedVoucher, *signers: SigningKey) -> Forgery:
        return name, PRIVATE.then(SaltedVoucherPosted, said, *(signers or BASIC)), (code, SIZE)

    bare = salted_lines()
    return [
        posted("digests out of order", "digest.order", salted_voucher(digests=FRESH[::-1], lines=bare)),
        posted(
            "a digest twice in one place", "digest.order", salted_voucher(digests=FRESH[:1] * 2, lines=bare)
        ),
        posted("digests of the book once more", "digest.reused", salted_voucher(digests=[])),
        posted(
            "a digest on the line and on the whole",
            "digest.reused",
            salted_voucher(digests=FRESH, lines=salted_lines(*FRESH)),
        ),
        posted(
            "a salted voucher by one", "policy.roles_missing", salted_voucher(digests=FRESH, lines=bare), HEAD
        ),
        posted(
            "a salted voucher before the first period",
            "period.before_first",
            salted_voucher(date="2025-12-31", digests=FRESH, lines=bare),
        ),
        posted(
            "seventeen digests in one place",
            "entry.malformed",
            salted_voucher(digests=hidden([], [bytes([n]) for n in range(17)]), lines=bare),
        ),
        posted("a digest that is none", "entry.malformed", salted_voucher(digests=["x" * 42], lines=bare)),
        posted("a roll that is booked twice", "roll.booked", booking(ROLL_ID)),
        posted(
            "a roll that is not there", "roll.unknown", booking(PRIVATE.statement(RollCommitted, roll()).id)
        ),
    ]


def _reversals() -> list[Forgery]:
    """Return wrong reversals of a voucher with digests, and what is booked wrong of a roll."""
    log = committed()
    place = len(log.entries)
    bare = [msgspec.structs.replace(line, digests=[]) for line in red(log, SALTED).lines]
    plain = [
        Line(account=line.account, debit_fen=line.debit_fen, credit_fen=line.credit_fen) for line in bare
    ]
    version_1 = msgspec.structs.replace(reversal(log, 5), lines=plain, reverses=red(log, SALTED).reverses)
    reversed_twice = log.then(SaltedVoucherReversed, red(log, SALTED), *BASIC)
    booked = {
        "less than the roll's total": booking(roll_of(log), 15_399),
        "the roll on the other side": booking(roll_of(log), debit="113", credit="322"),
    }
    return [
        (
            "a reversal without the digests",
            log.then(SaltedVoucherReversed, red(log, SALTED, lines=bare), *BASIC),
            ("reversal.not_mirror", place),
        ),
        (
            "a reversal of version 1 without the digests",
            log.then(VoucherReversed, version_1, *BASIC),
            ("reversal.not_mirror", place),
        ),
        (
            "a reversal with digests that were used",
            log.then(SaltedVoucherReversed, red(log, SALTED, digests=ON_VOUCHER), *BASIC),
            ("digest.reused", place),
        ),
        (
            "a salted reversal twice",
            reversed_twice.then(SaltedVoucherReversed, red(log, SALTED), *BASIC),
            ("reversal.twice", place + 1),
        ),
        *(
            (name, log.then(SaltedVoucherPosted, said, *BASIC), ("roll.total", place))
            for name, said in booked.items()
        ),
    ]


def _rolls() -> list[Forgery]:
    """Return wrong rolls."""

    def rolled(name: str, code: str, said: Roll, *signers: SigningKey) -> Forgery:
        return name, PRIVATE.then(RollCommitted, said, *(signers or BASIC)), (code, SIZE)

    elsewhere = Column(account="599", name="分红", side="credit", total_fen=1)
    return [
        rolled("a roll of an account that is not there", "roll.account", roll(columns=[elsewhere])),
        rolled("a roll by one", "policy.roles_missing", roll(), HEAD),
        rolled("a roll of no rows", "entry.malformed", roll(count=0)),
        rolled("a roll of too many rows", "entry.malformed", roll(count=10_001)),
        rolled("a roll without columns", "entry.malformed", roll(columns=[])),
        rolled("a roll of another kind", "entry.malformed", roll(kind="lottery")),
        rolled("a roll whose root is none", "entry.malformed", roll(root="x" * 44)),
    ]


def _erasures() -> list[Forgery]:
    """Return wrong erasures."""

    def erased(name: str, code: str, said: Erasure, *signers: SigningKey) -> Forgery:
        return name, PRIVATE.then(SubjectErased, said, *(signers or ERASERS)), (code, SIZE)

    row = ErasedRow(roll=ROLL_ID, row=0)
    groundless = msgspec.structs.replace(erasure(ON_LINE[0]), basis="whim")
    return [
        erased("nothing is erased", "erasure.nothing", erasure()),
        erased("what is not there is erased", "erasure.unknown", erasure(FRESH[0])),
        erased(
            "a row that is not there is erased",
            "erasure.unknown",
            erasure(rows=[ErasedRow(roll=ROLL_ID, row=2)]),
        ),
        erased("a row of no roll is erased", "erasure.unknown", erasure(rows=[ErasedRow(roll="x", row=0)])),
        erased("what was erased is erased", "erasure.twice", erasure(digest_of(PHONE))),
        erased("one digest is erased twice", "erasure.twice", erasure(digest_of(PARTY), digest_of(PARTY))),
        erased(
            "a row that was erased is erased", "erasure.twice", erasure(rows=[ErasedRow(roll=ROLL_ID, row=1)])
        ),
        erased("one row is erased twice", "erasure.twice", erasure(rows=[row, row])),
        erased("an erasure by two", "policy.roles_missing", erasure(digest_of(PARTY)), *ERASERS[:2]),
        erased("an erasure on another ground", "entry.malformed", groundless),
    ]


def private_cases() -> list[Forgery]:
    """Return every case: its name, the log, and some of what is to be found in it."""
    published: list[Forgery] = [(name, log.publish(), *found) for name, log, *found in _published()]
    return [*published, *_vouchers(), *_reversals(), *_rolls(), *_erasures()]
