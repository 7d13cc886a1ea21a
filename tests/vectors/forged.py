"""The ways to forge the entries of the honest log, each with what is to be found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from domain.accounts import AccountAdded, NewAccount
from domain.entry import HEADER, seal, sign_text
from domain.founding import BookOpened, Opened
from domain.founding.events import Log as LogKey
from domain.kernel.note import SigningKey, format_note, parse_note, verifier_key
from domain.kernel.statement import Seen
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.policy import PolicySet, PolicyTiers
from domain.roles import KeyGranted, KeyRevoked, KeyRotated
from domain.roles.events import Revocation, Rotation
from domain.sheets import Sheet, SheetPublished
from domain.vouchers import Line, Reversal, Voucher, VoucherPosted, VoucherReversed
from tests.vectors.forged_budgets import budget_cases
from tests.vectors.forged_corrections import correction_cases
from tests.vectors.forged_invoices import invoice_cases
from tests.vectors.forged_openings import opening_cases
from tests.vectors.forged_quantities import quantity_cases
from tests.vectors.forged_subtotals import subtotal_cases
from tests.vectors.village import BOOK, ORIGIN, Log, grant, key, office

if TYPE_CHECKING:
    from domain.roles import KeyGrant
    from tests.vectors.village import Forgery
from tests.vectors.honest import (
    ACCOUNTANT,
    BASIC,
    CASHIER,
    CLERKS,
    HEAD,
    LARGE_FEN,
    NEXT,
    OTHERS,
    PLAIN,
    SUPERVISOR,
    TOWNSHIP,
    founded,
    lines,
    opened,
    reversal,
    sheet,
    tiers,
    voucher,
)


def _voucher(name: str, data: Voucher, code: str, *signers: SigningKey) -> Forgery:
    return name, PLAIN.then(VoucherPosted, data, *(signers or CLERKS)), (code, NEXT)


def _text(index: int, old: bytes, new: bytes) -> Log:
    """Return the log with the text of an entry changed, its signatures kept."""
    return PLAIN.with_entry(index, lambda note: note.replace(old, new))


def _resigned(old: bytes, new: bytes, *signers: SigningKey) -> Log:
    """Return the log with the text of its last entry changed and signed anew."""

    def change(note: bytes) -> bytes:
        return sign_text(parse_note(note).text.replace(old, new), signers)

    return PLAIN.with_entry(NEXT - 1, change)


def _altered() -> list[Forgery]:
    last = NEXT - 1
    at = b'"at":"2026-03-05T10:12:33+08:00"'
    return [
        ("an amount flipped", _text(5, b'_fen":120000', b'_fen":120001'), ("signature.invalid", 5)),
        (
            "a bit of a signature flipped",
            PLAIN.with_entry(5, lambda note: note[:-10] + bytes([note[-10] ^ 1]) + note[-9:]),
            ("signature.invalid", 5),
        ),
        ("a space in the JSON", _resigned(b'{"at"', b'{ "at"', *CLERKS), ("entry.not_canonical", last)),
        ("a default written out", _default(), ("entry.not_canonical", last)),
        (
            "an unknown field",
            _resigned(b'"date"', b'"dato":1,"date"', *CLERKS),
            ("entry.unknown_field", last),
        ),
        (
            "a field that is missing",
            _resigned(b'"date":"2026-02-28",', b"", *CLERKS),
            ("entry.malformed", last),
        ),
        ("a fraction of a fen", _resigned(b'_fen":300', b'_fen":300.5', *CLERKS), ("entry.malformed", last)),
        (
            "a control character",
            _resigned(b'"source":"24"', b'"source":"\\u0007"', *CLERKS),
            ("entry.malformed", last),
        ),
        (
            "half a surrogate pair",
            _resigned(b'"source":"24"', b'"source":"\\ud800"', *CLERKS),
            ("entry.malformed", last),
        ),
        (
            "an unknown type",
            _resigned(b"voucher.posted/1", b"voucher.posted/9", *CLERKS),
            ("entry.unknown_type", last),
        ),
        *(
            (
                f"signed in {end}",
                _resigned(at, b'"at":"%s-01T00:00:00+08:00"' % end.encode(), *CLERKS).publish(),
            )
            for end in ("2099-12", "9999-01", "9999-02", "9999-12")
        ),
        ("a time without offset", _resigned(at, b'"at":"2026-03-05T10:12:33"', *CLERKS), ("entry.at", last)),
        (
            "a day that does not exist",
            _resigned(b"2026-02-28", b"2026-02-29", *CLERKS),
            ("date.malformed", last),
        ),
        ("an id that is no ULID", _resigned(b'"id":"', b'"id":"8', *CLERKS), ("entry.id", last)),
        ("no note at all", PLAIN.plus(HEADER + b"{}\n"), ("note.malformed", NEXT)),
        (
            "two empty lines",
            PLAIN.with_entry(last, lambda note: note.replace(b"\n\n", b"\n\n\n")),
            ("entry.malformed", last),
        ),
        ("signature lines in another order", _reordered(), ("entry.signature_order", last)),
        ("a signer twice", _twice(), ("entry.signature_order", last)),
    ]


def _default() -> Log:
    return _resigned(b'"source"', b'"resolution":"","source"', *CLERKS)


def _reordered() -> Log:
    def change(note: bytes) -> bytes:
        text, signatures = parse_note(note)
        return format_note(text, signatures[::-1])

    return PLAIN.with_entry(NEXT - 1, change)


def _twice() -> Log:
    def change(note: bytes) -> bytes:
        text, signatures = parse_note(note)
        return format_note(text, [signatures[0], *signatures])

    return PLAIN.with_entry(NEXT - 1, change)


def _moved() -> list[Forgery]:
    entries = PLAIN.entries
    swapped = (*entries[:5], entries[6], entries[5], *entries[7:])
    return [
        ("an entry dropped", replace(PLAIN, entries=entries[:5] + entries[6:]), ("entry.seen", 6)),
        ("an account dropped", replace(PLAIN, entries=entries[:3] + entries[4:]), ("entry.seen", 3)),
        ("the first entry dropped", replace(PLAIN, entries=entries[1:]), ("key.not_granted", 0)),
        ("entries swapped", replace(PLAIN, entries=swapped), ("entry.seen", 5)),
        ("an entry replayed", PLAIN.plus(entries[11]), ("entry.id_used", NEXT)),
        ("an empty log", Log(), ("audit.no_founding", None)),
        (
            "a voucher that has seen another history",
            PLAIN.then(VoucherPosted, voucher("2026-02-03", 5), *CLERKS, seen=Seen(n=3, r="A" * 43 + "=")),
            ("entry.seen", NEXT),
        ),
        (
            "a voucher that has seen what is to come",
            PLAIN.then(VoucherPosted, voucher("2026-02-03", 5), *CLERKS, seen=Seen(n=99, r="A" * 43 + "=")),
            ("entry.seen", NEXT),
        ),
        ("an entry of another book", _other_book(), ("entry.wrong_book", NEXT - 1)),
    ]


def _other_book() -> Log:
    return _resigned(f'"book":"{BOOK}"'.encode(), b'"book":"N2330881MF0000013Y"', *CLERKS)


def _signers() -> list[Forgery]:
    data = voucher("2026-02-03", 500)
    stranger = office("accountant", 3)
    forger = SigningKey(HEAD.name, bytes(32))
    return [
        _voucher("a key that was never granted", data, "key.not_granted", stranger, HEAD),
        _voucher("another key of the same name", data, "key.not_granted", CLERKS[0], forger),
        _voucher("a key that was rotated away", data, "key.revoked", ACCOUNTANT, HEAD),
        _voucher("a key that was revoked", data, "key.revoked", *CLERKS, office("cashier", 2)),
        _voucher("a role is missing", data, "policy.roles_missing", CLERKS[0]),
        _voucher("the tier above", voucher("2026-02-03", LARGE_FEN), "policy.roles_missing"),
        ("a transfer of what only the tier above may pay", _large("501", "321").publish()),
        ("a year's result of as much", _large("321", "322").publish()),
        ("income of as much against 322 itself", _large("322", "501"), ("policy.roles_missing", NEXT)),
        ("a distribution of as much", _large("322", "311"), ("policy.roles_missing", NEXT)),
        _voucher("no resolution", voucher("2026-02-03", LARGE_FEN), "policy.no_resolution", *CLERKS, *OTHERS),
        ("signatures of another hand", _other_hand(), ("signature.invalid", NEXT)),
    ]


def _other_hand() -> Log:
    """Return the log with a voucher whose lines name good keys, each signed by some other key."""
    log = PLAIN.then(VoucherPosted, voucher("2026-02-03", 500), *CLERKS)
    text, signatures = parse_note(log.entries[-1])
    forged = [msgspec.structs.replace(line, signature=key("nobody").sign_raw(text)) for line in signatures]
    return PLAIN.plus(format_note(text, forged))


def _granted(name: str, said: KeyGrant, code: str, *signers: SigningKey) -> Forgery:
    return name, PLAIN.then(KeyGranted, said, *(signers or OTHERS)), (code, NEXT)


def _keys() -> list[Forgery]:
    fresh = grant(office("member"), "王五")
    change = msgspec.structs.replace
    other_role = Rotation(new=grant(office("head", 2), "周会计"), old=CLERKS[0].name)
    mine = Revocation(key=CLERKS[0].name, reason="试")
    reused = SigningKey(f"{BOOK}/member/9", HEAD.seed)
    return [
        _granted("a key's name of no role", grant(key(f"{BOOK}/boss/1"), "王五"), "key.name"),
        _granted("a key's name with a leading zero", grant(key(f"{BOOK}/member/01"), "王五"), "key.name"),
        _granted("a key's name that is used", grant(office("head"), "王五"), "key.name"),
        _granted("a key under a second name", grant(reused, "王五"), "key.reused"),
        _granted(
            "a proof of possession of another",
            change(fresh, proof=grant(HEAD, "王五").proof),
            "key.no_possession",
        ),
        _granted("a proof that is no base64", change(fresh, proof="-" * 88), "key.no_possession"),
        _granted("a key with a point of low order", _low_order(), "key.invalid"),
        _granted(
            "a vkey whose id does not fit",
            change(fresh, vkey=fresh.vkey.replace("+", "+0", 1)),
            "note.vkey_malformed",
        ),
        _granted("one person in two roles", grant(office("head", 2), "吴出纳"), "key.not_separated"),
        _granted("a key granted by one", fresh, "key.not_by_others", TOWNSHIP),
        (
            "a key revoked by itself",
            PLAIN.then(KeyRevoked, mine, CLERKS[0], TOWNSHIP),
            ("key.not_by_others", NEXT),
        ),
        (
            "a key revoked twice",
            PLAIN.then(KeyRevoked, Revocation(key=office("cashier", 2).name, reason="试"), *OTHERS),
            ("key.revoked", NEXT),
        ),
        (
            "a key revoked that never was",
            PLAIN.plus(_unborn()),
            ("key.not_granted", NEXT),
        ),
        (
            "a key rotated to another role",
            PLAIN.then(KeyRotated, other_role, CLERKS[0]),
            ("key.not_by_owner", NEXT),
        ),
    ]


def _low_order() -> KeyGrant:
    """Return the grant of the point of order 1, written as a vkey that fits."""
    verifier = verifier_key(f"{BOOK}/member/1", b"\x01" + bytes(31))
    return msgspec.structs.replace(grant(office("member"), "王五"), vkey=verifier.vkey)


def _unborn() -> bytes:
    return seal(PLAIN.statement(KeyRevoked, Revocation(key=f"{BOOK}/member/7", reason="试")), OTHERS)


def _vouchers() -> list[Forgery]:
    unbalanced = [Line(account="101", debit_fen=1_000), Line(account="501", credit_fen=1_001)]
    both = [Line(account="101", debit_fen=1, credit_fen=1), Line(account="501", credit_fen=1)]
    made = voucher("2026-02-03", 1)
    change = msgspec.structs.replace
    return [
        _voucher("a closed period", voucher("2026-01-31", 500), "period.closed"),
        _voucher("before the first period", voucher("2025-12-31", 500), "period.before_first"),
        _voucher("too far ahead", voucher("2027-04-01", 500), "period.too_far_ahead"),
        _voucher("debits that do not equal credits", change(made, lines=unbalanced), "voucher.unbalanced"),
        _voucher("both sides in a line", change(made, lines=both), "voucher.one_side"),
        _voucher(
            "an account that does not exist", voucher("2026-02-03", 5, debit="10209"), "account.unknown"
        ),
        _voucher("an account with details", voucher("2026-02-03", 5, debit="102"), "account.not_leaf"),
        (
            "cash below zero",
            PLAIN.then(VoucherPosted, voucher("2026-02-28", 90_000, debit="51301", credit="101"), *CLERKS),
            ("audit.negative_cash", NEXT),
        ),
        *_reversals(),
    ]


def _large(debit: str, credit: str) -> Log:
    """Return the honest log with a large voucher that the lowest tier signed."""
    data = voucher("2026-02-03", LARGE_FEN, debit=debit, credit=credit)
    return PLAIN.then(VoucherPosted, data, *CLERKS)


def _reversals() -> list[Forgery]:
    def reversed_(name: str, data: Reversal, code: str, *signers: SigningKey) -> Forgery:
        return name, PLAIN.then(VoucherReversed, data, *(signers or CLERKS)), (code, NEXT)

    change = msgspec.structs.replace
    good = reversal(PLAIN, 11, "2026-02-28")
    later = PLAIN.then(VoucherPosted, voucher("2026-02-10", 500), *CLERKS)
    large = reversal(PLAIN, 13, "2026-02-28")
    return [
        reversed_("a reversal of nothing", change(good, reverses="0" * 26), "reversal.unknown"),
        reversed_("a second reversal", reversal(PLAIN, 6, "2026-02-28"), "reversal.twice"),
        reversed_("a reversal of a reversal", reversal(PLAIN, 8, "2026-02-28"), "reversal.of_reversal"),
        reversed_(
            "a reversal of another amount",
            change(good, lines=lines("10201", "501", -8_887)),
            "reversal.not_mirror",
        ),
        reversed_("a reversal by fewer", large, "policy.roles_missing"),
        (
            "a reversal dated before its voucher",
            later.then(VoucherReversed, reversal(later, NEXT, "2026-02-09"), *CLERKS),
            ("reversal.before_original", NEXT + 1),
        ),
        reversed_("a reversal in a closed period", reversal(PLAIN, 11), "period.closed"),
    ]


def _others() -> list[Forgery]:
    def close(name: str, period: str, code: str, *signers: SigningKey) -> Forgery:
        return name, PLAIN.then(PeriodClosed, Closing(period=period), *(signers or CLERKS)), (code, NEXT)

    def account(name: str, code: str, rule: str, *signers: SigningKey) -> Forgery:
        data = NewAccount(code=code, name="试")
        return name, PLAIN.then(AccountAdded, data, *(signers or CLERKS[:1])), (rule, NEXT)

    def policy(name: str, said: PolicyTiers, code: str, *signers: SigningKey) -> Forgery:
        return name, PLAIN.then(PolicySet, said, *(signers or (TOWNSHIP, HEAD, SUPERVISOR))), (code, NEXT)

    early = founded()
    opening = Balances(lines=lines("101", "301", 5))
    before = replace(early, entries=early.entries[:4])
    march = PLAIN
    for period in ("2026-02", "2026-03"):
        march = march.then(PeriodClosed, Closing(period=period), *CLERKS)
    return [
        close("a period out of order", "2026-03", "period.out_of_order"),
        (
            "a period closed before it begins",
            march.then(PeriodClosed, Closing(period="2026-04"), *CLERKS),
            ("period.not_begun", NEXT + 2),
        ),
        close("a period closed twice", "2026-01", "period.closed"),
        close("a period that is none", "2026-13", "period.malformed"),
        close("a period closed by one", "2026-02", "policy.roles_missing", CLERKS[0]),
        account("an account that exists", "51301", "account.exists"),
        account("an account without parent", "5990101", "account.no_parent"),
        account("a level-1 account of one's own", "599", "account.no_parent"),
        account("an account below one that was used", "30101", "account.parent_used"),
        account("an account by the cashier", "51302", "policy.roles_missing", CASHIER),
        policy("tiers that do not begin at zero", tiers(5), "policy.tiers"),
        policy("tiers with an end", tiers(0, 100, last=200), "policy.tiers"),
        policy("tiers by one", tiers(0), "policy.roles_missing", TOWNSHIP),
        ("opening balances twice", PLAIN.then(OpeningPosted, opening, *CLERKS), ("opening.twice", NEXT)),
        ("opening balances too late", _late(before, opening), ("opening.too_late", 5)),
        ("opened twice", PLAIN.then(BookOpened, opened(), TOWNSHIP), ("book.opened_twice", NEXT)),
    ]


def _sheets() -> list[Forgery]:
    """Another month's or another sum, once more, or by too few."""
    before = replace(PLAIN, entries=PLAIN.entries[:10])
    place = len(before.entries)
    good, by = sheet(before), (ACCOUNTANT, HEAD, SUPERVISOR)

    def published(name: str, code: str, said: Sheet, *signers: SigningKey) -> Forgery:
        return name, before.then(SheetPublished, said, *(signers or by)), (code, place)

    changed = msgspec.structs.replace
    return [
        published("a sheet with a row more", "sheet.figures", changed(good, rows=good.rows + 1)),
        published("a sheet with another root", "sheet.figures", changed(good, root=f"{'A' * 43}=")),
        published("a sheet of an open month", "sheet.not_closed", changed(good, period="2026-02")),
        published("a sheet that two sign", "policy.roles_missing", good, *BASIC),
        (
            "a sheet that is published twice",
            before.then(SheetPublished, good, *by).then(SheetPublished, good, *by),
            ("sheet.published_twice", place + 1),
        ),
    ]


def _late(before: Log, opening: Balances) -> Log:
    first = before.then(VoucherPosted, voucher("2026-01-08", 1_000), *BASIC)
    return first.then(OpeningPosted, opening, *BASIC)


def _opened() -> list[Forgery]:
    def first(name: str, said: Opened, code: str, *signers: SigningKey) -> Forgery:
        return name, Log().then(BookOpened, said, *(signers or (TOWNSHIP,))), (code, 0)

    organisation = opened().organisation
    elsewhere = LogKey(
        origin="village.example/books/other", vkey=key("village.example/books/other").verifier.vkey
    )
    renamed = LogKey(origin=ORIGIN, vkey=key("village.example/other").verifier.vkey)
    change = msgspec.structs.replace
    both = [*opened().keys, grant(office("head", 2), "吴出纳")]
    return [
        first(
            "a code with a wrong check digit",
            opened(organisation=change(organisation, id=f"{BOOK[:-1]}T")),
            "organisation.check_digit",
        ),
        first(
            "a code of a company",
            opened(organisation=change(organisation, id="91350100M000100Y43")),
            "organisation.type",
        ),
        first(
            "a code that is none",
            opened(organisation=change(organisation, id="村")),
            "organisation.malformed",
        ),
        first(
            "another village's code",
            opened(organisation=change(organisation, id="N2330881MF0000013Y")),
            "book.wrong_organisation",
        ),
        first("an unknown chart", opened(chart="other"), "chart.unknown"),
        first("a first period that is none", opened(first_period="2026-1"), "period.malformed"),
        first("a first period far ahead", opened(first_period="2036-01"), "period.too_far_ahead"),
        first("an origin of another book", opened(log=elsewhere), "book.origin"),
        first("a log key of another name", opened(log=renamed), "book.log_key"),
        first("one person in two roles from the start", opened(keys=both), "key.not_separated"),
        first("not opened by the township", opened(), "policy.roles_missing", HEAD),
    ]


def forged_entries() -> list[Forgery]:
    """Return every forgery: its name, the log, and some of what is to be found in it."""
    return [
        *_altered(),
        *_moved(),
        *_signers(),
        *_keys(),
        *_vouchers(),
        *_others(),
        *_sheets(),
        *_opened(),
        *budget_cases(),
        *invoice_cases(),
        *correction_cases(),
        *opening_cases(),
        *quantity_cases(),
        *subtotal_cases(),
    ]
