"""Private values that are erased, so that every proof stays valid and the value is gone; and all held on a person."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from api.disclosures import Selection, Tier
from api.disclosures.subject import erasure_of, held_on
from domain.kernel.disclosure import digest_of
from domain.privacy import Erasure, SubjectErased
from tests.api.disclosures.private import checked, erase, keep, page, posted, readable, salted, state_of
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'read')"


def everything(door: Door) -> bytes:
    """Return every row of every table as bytes, and every file of the home, as one who stole both would have them."""
    parts: list[bytes] = []
    with psycopg.connect(door.service.database_url) as connection:
        for schema, table in connection.execute(TABLES).fetchall():
            copy = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
            with connection.cursor().copy(copy) as rows:
                parts += [bytes(row) for row in rows]
    parts += [path.read_bytes() for path in sorted(door.service.settings.home.rglob("*")) if path.is_file()]
    text = b"\n".join(parts)
    return text + b"".join(
        bytes.fromhex(found[3:].decode()) for found in re.findall(rb"\\\\x(?:[0-9a-f]{2})+", text)
    )


def test_erasure_leaves_every_proof_valid_and_the_value_nowhere(door: Door) -> None:
    value, subject = "独一无二的受助户甲", "受助户甲的编号"
    party, phone = salted("party", value), salted("phone", "13700137001")
    entry = posted(door, party, phone)
    assert keep(door, entry, (party, subject, "public"), (phone, subject, "person")).status_code == 201
    root_before, proof_before = door.book().root(entry + 1), door.get(f"entries/{entry}.note").content
    assert value in page(door, entry)
    keys = door.service.settings.home / "subjectkeys" / BOOK
    [key] = [
        path
        for path in keys.iterdir()
        if path.stem == door.service.disclosures._keys.tag(BOOK, subject).hex()
    ]
    wrapped = key.read_bytes()
    stolen = everything(door)
    assert all(
        secret not in stolen for secret in (value.encode(), party.encode(), subject.encode(), b"13700137001")
    )
    assert wrapped in stolen

    erased = erase(door, digest_of(party), digest_of(phone))

    assert not key.exists()
    left = everything(door)
    assert all(secret not in left for secret in (wrapped, value.encode(), party.encode(), subject.encode()))
    with psycopg.connect(door.service.database_url) as connection:
        found = connection.execute("SELECT count(*) FROM disclosures WHERE entry = %s", (entry,)).fetchone()
    assert found == (0,)
    assert door.book().root(entry + 1) == root_before
    assert door.get(f"entries/{entry}.note").content == proof_before
    assert door.get(f"proof/{entry}").status_code == 200
    text = page(door, entry)
    assert text.count(f"已依法删除，见第 {erased} 号记录") == 2
    assert value not in text
    outside = checked(door)
    for digest in (digest_of(party), digest_of(phone)):
        state = state_of(outside, digest)
        assert (state["state"], state["erased_by"]) == ("erased", erased)
        assert "value" not in state
    assert "本人撤回同意" in page(door, erased)
    assert digest_of(party) in page(door, erased)


def test_a_backup_of_the_table_says_nothing_once_the_key_is_gone(door: Door) -> None:
    party = salted("party", "备份里的户")
    entry = posted(door, party)
    keep(door, entry, (party, "H-9", "public"))
    with psycopg.connect(door.service.database_url) as connection:
        backup = connection.execute(
            "SELECT * FROM disclosures WHERE digest = %s", (digest_of(party),)
        ).fetchone()
    assert backup is not None
    erase(door, digest_of(party))
    with psycopg.connect(door.service.database_url) as connection:
        connection.execute("INSERT INTO disclosures VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", backup)
    assert readable(door, Tier.auditors, Selection(entry=entry)) == set()
    assert door.service.disclosures._keys.find(BOOK, bytes(backup[5])) is None
    door.service.disclosures.forget_all()
    with psycopg.connect(door.service.database_url) as connection:
        left = connection.execute(
            "SELECT 1 FROM disclosures WHERE digest = %s", (digest_of(party),)
        ).fetchone()
    assert left is None


def test_a_key_stays_as_long_as_it_locks_something(door: Door) -> None:
    first, second = salted("party", "甲一"), salted("memo", "甲二")
    entry = posted(door, first, second)
    keep(door, entry, (first, "H-10", "person"), (second, "H-10", "person"))
    erase(door, digest_of(first))
    assert readable(door, Tier.auditors, Selection(entry=entry)) == {"甲二"}
    erase(door, digest_of(second))
    assert door.service.disclosures._keys.find(BOOK, door.service.disclosures._keys.tag(BOOK, "H-10")) is None


def test_what_is_erased_is_not_kept_again(door: Door) -> None:
    party = salted("party", "删后再存的户")
    entry = posted(door, party)
    erase(door, digest_of(party))
    answer = keep(door, entry, (party, "H-11", "public"))
    assert (answer.status_code, answer.json()["rule"]) == (409, "disclosure.erased")


def test_an_erasure_needs_its_three_signatures(door: Door) -> None:
    party = salted("party", "删不掉的户")
    entry = posted(door, party)
    keep(door, entry, (party, "H-12", "members"))
    data = Erasure(basis="consent", digests=[digest_of(party)])
    answer = door.post(door.note(data, SubjectErased, "head", "accountant"))
    assert (answer.status_code, answer.json()["rule"]) == (403, "policy.roles_missing")
    assert readable(door, Tier.members, Selection(entry=entry)) == {"删不掉的户"}


def test_all_that_is_held_on_a_person(door: Door) -> None:
    party, phone = salted("party", "某某户"), salted("phone", "13700137002")
    entry = posted(door, party, phone)
    keep(door, entry, (party, "H-13", "members"), (phone, "H-13", "auditors"))
    with door.service.pool.connection() as connection:
        held = held_on(door.service.disclosures, connection, BOOK, "H-13")
    told = json.loads(held.as_json())
    assert {(one["name"], one["value"], one["tier"]) for one in told["held"]} == {
        ("party", "某某户", "members"),
        ("phone", "13700137002", "auditors"),
    }
    assert [one["index"] for one in told["entries"]] == [entry]
    assert told["entries"][0]["note"] == door.get(f"entries/{entry}.note").text
    assert "phone：13700137002" in held.as_text()
    assert "个人信息保护法" in held.as_text()
    assert erasure_of(held, "period", "") == {
        "basis": "period",
        "digests": sorted([digest_of(party), digest_of(phone)]),
    }
