"""Who may sign: keys are granted, rotated and revoked by position in the log, and one person holds one office."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.book import Book
from domain.entry import parse_entry, seal, sign_text, unsigned_text
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, format_note, verifier_key
from domain.periods import Closing, PeriodClosed
from domain.roles import SEPARATED, KeyGranted, KeyRotated, Roles, find_signers, require_roles, role_of
from domain.roles.events import Rotation

if TYPE_CHECKING:
    from domain.entry import AnyStatement
    from domain.kernel.note import Signature
    from tests.domain.conftest import Village

ORDER = 2**252 + 27742317777372353535851937790883648493
LOW_ORDER = bytes.fromhex("0100000000000000000000000000000000000000000000000000000000000000")


def closing(village: Village) -> AnyStatement:
    statement: AnyStatement = village.statement(PeriodClosed, Closing(period="2026-01"))
    return statement


# ---------------------------------------------------------------------------------------- who signs


def test_a_granted_key_signs_from_the_next_entry_on(village: Village) -> None:
    with village.refuses("key.not_granted"):
        village.close(by="accountant/2 head")
    village.grant("accountant/2", "new accountant")
    village.close(by="accountant/2 head")


def test_a_grant_does_not_count_for_its_own_entry(village: Village) -> None:
    with village.refuses("key.not_granted"):
        village.grant("head/2", "new head", by="head/2 township")


def test_the_grant_is_remembered(village: Village) -> None:
    village.grant("head/2", "new head")
    key = village.book.roles.keys[village.key("head/2").name]
    assert (key.role, key.holder, key.granted, key.last) == ("head", village.holder("new head"), 1, None)
    assert key.verifier == village.key("head/2").verifier


def test_a_key_of_the_same_name_is_another_key(village: Village) -> None:
    impostor = SigningKey(village.key("accountant").name, bytes(32))
    entry = parse_entry(seal(closing(village), [impostor, village.key("head")]))
    with village.refuses("key.not_granted"):
        village.book.apply(entry)


def test_a_signature_over_another_text(village: Village) -> None:
    keys = [village.key("accountant"), village.key("head")]
    text = unsigned_text(closing(village))
    other = text.replace(b"2026-01", b"2026-02")
    note = sign_text(text, keys).replace(text, other)
    with village.refuses("signature.invalid"):
        village.book.apply(parse_entry(note))


def test_one_bad_signature_among_good_ones(village: Village) -> None:
    names = ("accountant", "cashier", "head")
    text = unsigned_text(closing(village))
    signatures = [village.key(name).sign(text) for name in names]
    torn = [*signatures[:2], msgspec.structs.replace(signatures[2], signature=bytes(64))]
    with village.refuses("signature.invalid"):
        village.book.apply(parse_entry(format_note(text, torn)))
    village.book.apply(parse_entry(format_note(text, signatures)))


def _malleable(signature: Signature) -> Signature:
    """Return the other S of the same signature, S + L, which RFC 8032 forbids."""
    raw = signature.signature
    s = int.from_bytes(raw[32:], "little") + ORDER
    return msgspec.structs.replace(signature, signature=raw[:32] + s.to_bytes(32, "little"))


def test_a_malleated_signature(village: Village) -> None:
    text = unsigned_text(closing(village))
    signatures = [village.key("accountant").sign(text), _malleable(village.key("head").sign(text))]
    with village.refuses("signature.invalid"):
        village.book.apply(parse_entry(format_note(text, signatures)))


def test_the_missing_roles_are_named(village: Village) -> None:
    signers = [village.book.roles.keys[village.key("head").name]]
    with pytest.raises(RuleViolation) as caught:
        require_roles(signers, ["accountant", "head", "cashier"])
    assert caught.value.facts == {
        "missing": "accountant, cashier",
        "missing_zh": "会计、出纳",
        "present": "head",
        "present_zh": "负责人",
    }
    assert "会计、出纳" in caught.value.zh
    assert "head" not in caught.value.zh


def test_the_role_is_the_middle_of_the_name(village: Village) -> None:
    assert role_of(village.key("supervisor/12").name) == "supervisor"


# ----------------------------------------------------------------------------------- granting a key


@pytest.mark.parametrize("name", ["mayor/1", "accountant/0", "accountant/01", "accountant/x", "accountant/²"])
def test_a_key_needs_a_role_and_a_number(village: Village, name: str) -> None:
    with village.refuses("key.name"):
        village.grant(name, "someone")


def test_a_key_of_another_book(village: Village) -> None:
    foreign = village.key("accountant/2", book="N2330881MF0000021R")
    statement = village.statement(KeyGranted, village.key_grant("", "someone", foreign))
    with village.refuses("key.name"):
        village.append(statement, "township head")


@pytest.mark.parametrize(
    "name", ["accountant", "N2330881MF0000013Y/accountant", "N2330881MF0000013Y/member/1/2"]
)
def test_a_key_name_has_three_parts(village: Village, name: str) -> None:
    key = SigningKey(name, bytes(32))
    with village.refuses("key.name"):
        village.append(village.statement(KeyGranted, village.key_grant("", "x", key)), "township head")


def test_a_key_name_is_used_once(village: Village) -> None:
    village.revoke("accountant")
    with village.refuses("key.name"):
        village.grant("accountant/1", "new accountant")


def test_a_public_key_of_low_order(village: Village) -> None:
    vkey = verifier_key(village.key("member/1").name, LOW_ORDER).vkey
    grant = msgspec.structs.replace(village.key_grant("member/1"), vkey=vkey)
    with village.refuses("key.invalid"):
        village.append(village.statement(KeyGranted, grant), "township head")


def test_a_vkey_that_is_none(village: Village) -> None:
    grant = msgspec.structs.replace(village.key_grant("member/1"), vkey="member/1")
    with village.refuses("note.vkey_malformed"):
        village.append(village.statement(KeyGranted, grant), "township head")


def test_a_proof_for_another_holder(village: Village) -> None:
    grant = msgspec.structs.replace(village.key_grant("member/1", "a"), holder=village.holder("b"))
    with village.refuses("key.no_possession"):
        village.append(village.statement(KeyGranted, grant), "township head")


@pytest.mark.parametrize(
    "proof",
    [base64.b64encode(bytes(64)).decode(), "A" * 85 + "!!!", "é" * 88, "=" * 88],
    ids=["zeros", "torn", "beyond ASCII", "padding only"],
)
def test_a_proof_that_is_none(village: Village, proof: str) -> None:
    grant = msgspec.structs.replace(village.key_grant("member/1"), proof=proof)
    with village.refuses("key.no_possession"):
        village.append(village.statement(KeyGranted, grant), "township head")


@pytest.mark.parametrize("holder", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 43 + "\n"])
def test_a_holder_is_a_digest(village: Village, holder: str) -> None:
    grant = msgspec.structs.replace(village.key_grant("member/1"), holder=holder)
    with village.refuses("entry.malformed"):
        village.append(village.statement(KeyGranted, grant), "township head")


@pytest.mark.parametrize("role", sorted(SEPARATED))
@pytest.mark.parametrize("held", sorted(SEPARATED))
def test_one_person_holds_one_office(village: Village, held: str, role: str) -> None:
    if held == role:
        village.grant(f"{role}/2", held, by="township head supervisor")
    else:
        with village.refuses("key.not_separated"):
            village.grant(f"{role}/2", held, by="township head supervisor")


def test_an_office_holder_may_be_a_member(village: Village) -> None:
    village.grant("member/1", "cashier")
    assert village.book.roles.roles_held(village.holder("cashier")) == {"cashier", "member"}


def test_an_office_that_was_left_can_be_followed_by_another(village: Village) -> None:
    village.revoke("cashier")
    village.grant("accountant/2", "cashier")


def test_granting_takes_the_township_and_one_more(village: Village) -> None:
    for by in ("township", "head", "head accountant supervisor"):
        with village.refuses("key.not_by_others"):
            village.grant("member/1", by=by)


def test_two_keys_of_one_person_are_one_signer(village: Village) -> None:
    village.grant("township/2", "second official")
    village.grant("township/3", "second official")
    with village.refuses("key.not_by_others"):
        village.grant("member/1", by="township/2 township/3")
    village.grant("member/1", by="township township/2")


def test_nobody_grants_to_themselves(village: Village) -> None:
    with village.refuses("key.not_by_others"):
        village.grant("head/2", "head", by="township head")
    with village.refuses("key.not_by_others"):
        village.grant("township/2", "township", by="township head")


# ---------------------------------------------------------------------------------- rotating a key


def test_a_rotated_key_signs_its_rotation_and_nothing_after(village: Village) -> None:
    village.rotate("accountant", "accountant/2")
    with village.refuses("key.revoked"):
        village.close(by="accountant head")
    village.close(by="accountant/2 head")
    assert village.book.roles.keys[village.key("accountant").name].last == 1


def test_a_key_is_good_up_to_its_last_entry(village: Village) -> None:
    """The registry answers for any entry, also once the whole log is replayed."""
    entry = village.rotate("accountant", "accountant/2")
    assert [key.last for key in find_signers(village.book.roles, entry.signatures, 1)] == [1]
    with village.refuses("key.revoked"):
        find_signers(village.book.roles, entry.signatures, 2)


def test_a_rotation_by_another(village: Village) -> None:
    with village.refuses("key.not_by_owner"):
        village.rotate("accountant", "accountant/2", by="township head")


def test_a_rotation_to_another_person(village: Village) -> None:
    with village.refuses("key.not_by_owner"):
        village.rotate("accountant", "accountant/2", person="friend")


def test_a_rotation_to_another_role(village: Village) -> None:
    with village.refuses("key.not_by_owner"):
        village.rotate("accountant", "member/1", person="accountant")


def test_a_rotation_of_a_key_nobody_has(village: Village) -> None:
    with village.refuses("key.not_granted"):
        village.rotate("county/1", "county/2", by="township")


def test_a_rotation_of_a_key_that_has_ended(village: Village) -> None:
    village.rotate("accountant", "accountant/2")
    with village.refuses("key.revoked"):
        village.rotate("accountant", "accountant/3", by="township head")


def test_a_rotation_needs_a_new_name(village: Village) -> None:
    with village.refuses("key.name"):
        village.rotate("accountant", "accountant/1")


def test_a_rotation_needs_possession(village: Village) -> None:
    grant = msgspec.structs.replace(village.key_grant("accountant/2"), proof="A" * 86 + "==")
    statement = village.statement(KeyRotated, Rotation(new=grant, old=village.key("accountant").name))
    with village.refuses("key.no_possession"):
        village.append(statement, "accountant")


def test_what_a_holder_signs_with_now_follows_all_keys_of_that_role(village: Village) -> None:
    def now(name: str) -> str:
        return village.book.roles.successors()[village.key(name).name].name.partition("/")[2]

    assert now("accountant") == "accountant/1"
    village.rotate("accountant", "accountant/2")
    village.grant("accountant/3", "another")
    assert [now(f"accountant/{number}") for number in (1, 2, 3)] == [
        "accountant/2",
        "accountant/2",
        "accountant/3",
    ]
    own = village.book.roles.keys_of_holder(village.key("accountant/2").name)
    assert own == [village.key(name).name for name in ("accountant/1", "accountant/2")]
    village.grant("head/2", by="township accountant/2")
    assert now("head") == "head/2"
    village.revoke("head/2", by="township accountant/2")
    assert now("head/2") == "head/1", "which is good still"
    village.revoke("head/1", by="township accountant/2")
    assert village.book.roles.successors()[village.key("head").name].last is not None


# ---------------------------------------------------------------------------------- revoking a key


def test_a_revoked_key_signs_no_more(village: Village) -> None:
    village.close("2026-01")
    village.revoke("accountant")
    assert village.book.roles.keys[village.key("accountant").name].last == 1
    with village.refuses("key.revoked"):
        village.close("2026-02")


def test_a_key_is_revoked_once(village: Village) -> None:
    village.revoke("accountant")
    with village.refuses("key.revoked"):
        village.revoke("accountant")


def test_revoking_a_key_that_nobody_has(village: Village) -> None:
    with village.refuses("key.not_granted"):
        village.revoke("county/1")


@pytest.mark.parametrize("by", ["township", "head supervisor", "township accountant"])
def test_revoking_takes_the_township_and_one_who_is_not_the_holder(village: Village, by: str) -> None:
    with village.refuses("key.not_by_others"):
        village.revoke("accountant", by=by)


def test_the_township_cannot_revoke_itself(village: Village) -> None:
    with village.refuses("key.not_by_others"):
        village.revoke("township", by="township head")
    village.grant("township/2", "second official")
    village.revoke("township", by="township/2 head")
    assert [key.name for key in village.book.roles.active() if key.role == "township"] == [
        village.key("township/2").name
    ]


def test_what_a_key_signed_before_it_ended_stays_good(founder: Village) -> None:
    entries = [founder.open(), founder.close(), founder.revoke("accountant")]
    entries.append(founder.revoke("head", by="township supervisor"))
    replay = Book(founder.book.book)
    for entry in entries:
        replay.apply(parse_entry(entry.note))
    assert replay.root() == founder.book.root()


def test_one_key_has_one_name(village: Village) -> None:
    """Else one private key under two names would count as two people's signatures."""
    twin = SigningKey(f"{village.book.book}/supervisor/7", village.key("head").seed)
    grant = village.key_grant("supervisor/7", "somebody else", twin)
    with village.refuses("key.reused"):
        village.append(village.statement(KeyGranted, grant), "township head")


# --------------------------------------------------------------------------------------- namesakes


def registered(village: Village, *spans: tuple[str, str, int, int | None]) -> Roles:
    """Return a registry of keys, each with its role and number, a name, and the entries that grant and end it."""
    roles = Roles()
    for key, person, granted, last in spans:
        grant = msgspec.structs.replace(village.key_grant(key, f"holder of {key}"), name=person)
        roles.grant(grant, granted)
        if last is not None:
            roles.end(village.key(key).name, last)
    return roles


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        (
            [("accountant/1", "周会计", 0, None), ("supervisor/1", "周会计", 5, None)],
            ["accountant", "supervisor"],
        ),
        (
            [("accountant/1", "周会计", 0, 6), ("supervisor/1", "周会计", 5, None)],
            ["accountant", "supervisor"],
        ),
        ([("accountant/1", "周会计", 0, 5), ("supervisor/1", "周会计", 5, None)], []),
        ([("accountant/1", "周会计", 0, None), ("accountant/2", "周会计", 5, None)], []),
        ([("accountant/1", "周会计", 0, None), ("township/1", "周会计", 5, None)], []),
        ([("accountant/1", "周会计", 0, None), ("supervisor/1", "李监事", 5, None)], []),
        ([("accountant/1", "", 0, None), ("supervisor/1", "", 5, None)], []),
        (
            [
                ("head/1", "周会计", 0, None),
                ("cashier/1", "周会计", 1, 2),
                ("supervisor/1", "周会计", 5, None),
            ],
            ["cashier", "head", "supervisor"],
        ),
    ],
)
def test_offices_that_several_holders_have_under_one_name_at_one_time(
    village: Village, spans: list[tuple[str, str, int, int | None]], found: list[str]
) -> None:
    assert registered(village, *spans).namesakes() == ({"周会计": found} if found else {})
