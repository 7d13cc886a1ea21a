"""Nobody is at work without having shown a key, and a session is good for one day, one book and this server."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from api.sessions import Challenge, Sessions, answer, parse_challenge
from domain.entry import sign_text
from domain.kernel.note import SigningKey
from domain.roles import KeyGranted
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.conftest import Door

SESSIONS = f"/books/{BOOK}/sessions"


@pytest.fixture
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == PROBLEM
    return (answer.status_code, answer.json()["rule"]) == (status, code)


def test_a_key_signs_in_once_for_a_challenge(office: Office) -> None:
    head = office.stranger("head")
    text = head.challenge()
    begun = head.client.post(SESSIONS, content=answer(text, head.key))
    assert begun.status_code == 201
    assert begun.json()["role"] == "head"
    assert head.get().status_code == 200
    thief = office.stranger("head")
    assert refused(thief.client.post(SESSIONS, content=answer(text, head.key)), 403, "session.challenge")


def test_each_sign_in_gives_another_token_and_the_old_one_is_dead(office: Office) -> None:
    """Whoever planted a token in somebody's browser is not at work in their name."""
    head = office["head"]
    planted = head.client.cookies["sunledger"]
    assert head.sign_in().status_code == 201
    assert head.client.cookies["sunledger"] != planted
    assert head.get().status_code == 200
    thief = office.stranger("head")
    thief.client.cookies.set("sunledger", planted)
    assert refused(thief.get(), 403, "session.needed")


def test_who_is_at_work_in_one_village_stays_so_when_signing_in_to_another(office: Office) -> None:
    head, other = office["head"], "N2330881MF0000013Y"
    token = hashlib.sha256(head.client.cookies["sunledger"].encode()).digest()
    with office.door.service.pool.connection() as connection:
        connection.execute(
            "INSERT INTO sessions VALUES (%s, %s, %s, now() + interval '1 hour')",
            (other, token, f"{other}/accountant/1"),
        )
    head.sign_in()
    assert [one["book"] for one in head.client.get("/session").json()["books"]] == [other, BOOK]


def test_the_cookie_is_kept_from_scripts_and_other_sites(office: Office) -> None:
    cookie = office.stranger("head").sign_in().headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_without_a_session_nothing_is_shown(office: Office) -> None:
    stranger = office.stranger("head")
    assert refused(stranger.get(), 403, "session.needed")
    assert refused(stranger.get("/01JNK000000000000000000000"), 403, "session.needed")
    assert refused(stranger.post("", {}), 403, "session.needed")
    stranger.client.cookies.set("sunledger", "guessed")
    assert refused(stranger.get(), 403, "session.needed")


def test_a_members_key_has_no_part_in_the_workspace(office: Office) -> None:
    granted = office.door.keyring.grant("member", "村民甲")
    posted = office.door.post(office.door.note(granted, KeyGranted, "head", "township"), wait=10)
    assert posted.status_code == 201, posted.text
    assert refused(office.stranger("member").sign_in(), 403, "session.no_office")


def test_a_key_of_nobody_does_not_sign_in(office: Office) -> None:
    stranger = office.stranger("head")
    stranger.key = SigningKey.generate(f"{BOOK}/head/9")
    assert refused(stranger.sign_in(), 403, "key.not_granted")


def test_a_forged_answer_does_not_sign_in_and_leaves_the_challenge_good(office: Office) -> None:
    head = office.stranger("head")
    text = head.challenge()
    impostor = SigningKey(head.key.name, bytes(32))
    forged = text + b"\n" + impostor.sign(text).line
    assert refused(head.client.post(SESSIONS, content=forged), 403, "key.not_granted")
    assert head.client.post(SESSIONS, content=answer(text, head.key)).status_code == 201


def test_a_signature_over_something_else_does_not_sign_in(office: Office) -> None:
    head = office.stranger("head")
    forged = head.challenge() + b"\n" + head.key.sign(head.challenge()).line
    assert refused(head.client.post(SESSIONS, content=forged), 403, "signature.invalid")


@pytest.mark.parametrize("field", ["book", "origin", "nonce"])
def test_a_challenge_is_for_one_book_one_server_one_time(office: Office, field: str) -> None:
    head = office.stranger("head")
    asked = msgspec.structs.asdict(parse_challenge(head.challenge()))
    other = {"book": "N2330881MF0000013Y", "nonce": "B" * 32, "origin": "elsewhere.example"}
    text = Challenge(**(asked | {field: other[field]})).text
    assert refused(head.client.post(SESSIONS, content=answer(text, head.key)), 403, "session.challenge")


@pytest.mark.parametrize("body", [b"", b"x", b"sunledger.session/v1\n{}\n", b"\xff\n\n"])
def test_what_is_no_answer_is_refused(office: Office, body: bytes) -> None:
    head = office.stranger("head")
    assert refused(head.client.post(SESSIONS, content=body), 403, "session.challenge")


def test_an_entry_is_no_answer_and_an_answer_no_entry(office: Office) -> None:
    head = office.stranger("head")
    entry = office.door.note()
    assert refused(head.client.post(SESSIONS, content=entry), 403, "session.challenge")
    signed_in = sign_text(head.challenge(), [head.key])
    assert office.door.post(signed_in).json()["rule"] == "entry.malformed"


def test_another_sites_page_cannot_act_here(office: Office) -> None:
    head = office["head"]
    foreign = {"Origin": "https://evil.example"}
    path = f"/books/{BOOK}/drafts/01JNK000000000000000000000/withdrawal"
    sent = head.client.post(path, headers=foreign, content=b'{"revision":1}')
    assert refused(sent, 403, "session.foreign")
    assert refused(head.client.delete("/session", headers=foreign), 403, "session.foreign")
    own = {"Origin": office.door.url}
    assert refused(head.client.post(path, headers=own, content=b'{"revision":1}'), 403, "draft.not_maker")


def test_signing_out_ends_it(office: Office) -> None:
    head = office["head"]
    assert [one["book"] for one in head.client.get("/session").json()["books"]] == [BOOK]
    token = head.client.cookies["sunledger"]
    assert head.client.delete("/session").status_code == 204
    head.client.cookies.set("sunledger", token)
    assert refused(head.get(), 403, "session.needed")
    assert head.client.get("/session").json()["books"] == []


def test_it_ends_after_a_day(office: Office) -> None:
    head = office["head"]
    with office.door.service.pool.connection() as connection:
        connection.execute(
            "UPDATE sessions SET expires = now() - interval '1 second' WHERE key = %s", (head.key.name,)
        )
    assert refused(head.get(), 403, "session.ended")


def test_an_old_challenge_has_expired(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    head = office.stranger("head")
    monkeypatch.setattr("api.sessions.seal.CHALLENGE_SECONDS", -1)
    text = head.challenge()
    assert refused(head.client.post(SESSIONS, content=answer(text, head.key)), 403, "session.challenge")


def kept(office: Office) -> int:
    with office.door.service.pool.connection() as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM challenges").fetchall()
    return int(count)


def test_nobody_is_kept_out_by_whoever_asks_for_challenges(office: Office) -> None:
    """What is asked for without a key takes no place that another's challenge could need."""
    head, flood = office.stranger("head"), office.stranger("accountant")
    text, before = head.challenge(), kept(office)
    for _ in range(1_050):
        flood.challenge()
    assert kept(office) == before
    assert head.client.post(SESSIONS, content=answer(text, head.key)).status_code == 201


def test_what_was_signed_is_remembered_until_it_expires(office: Office) -> None:
    head, before = office.stranger("head"), kept(office)
    impostor = SigningKey(head.key.name, bytes(32))
    head.client.post(SESSIONS, content=answer(head.challenge(), impostor))
    assert kept(office) == before
    assert head.sign_in().status_code == 201
    assert kept(office) == before + 1
    with office.door.service.pool.connection() as connection:
        connection.execute("RESET ROLE")
        connection.execute("UPDATE challenges SET expires = expires - interval '10 minutes'")
        connection.execute("SET ROLE sunledger_web")
    assert head.sign_in().status_code == 201
    assert kept(office) == 1


def test_a_challenge_is_no_others_and_no_later_one(office: Office) -> None:
    """Whoever changes the book, the server, the time or the number of a challenge has none of this server."""
    head = office.stranger("head")
    asked = parse_challenge(head.challenge())
    expires, number, seal = asked.nonce.split(".")
    for nonce in (
        f"{int(expires) + 60}.{number}.{seal}",
        f"{expires}.{number[::-1]}.{seal}",
        f"{expires}.{number}.{seal[::-1]}",
        f"{expires}.{number}",
        f"x.{number}.{seal}",
        f"{number}.{seal}.{expires}",
        "..",
        "",
    ):
        text = Challenge(asked.book, nonce, asked.origin).text
        assert refused(head.client.post(SESSIONS, content=answer(text, head.key)), 403, "session.challenge")


def test_another_servers_challenge_is_not_this_ones(office: Office) -> None:
    service = office.door.service
    other = Sessions(service.pool, service.drafts.roles, service.settings.origin)
    head = office.stranger("head")
    text = other.challenge(BOOK).text
    assert refused(head.client.post(SESSIONS, content=answer(text, head.key)), 403, "session.challenge")


def test_a_book_that_is_not_here_has_no_challenge(office: Office) -> None:
    sent = office.stranger("head").client.post("/books/N2330881MF0000099X/sessions/challenge")
    assert refused(sent, 404, "book.unknown")
