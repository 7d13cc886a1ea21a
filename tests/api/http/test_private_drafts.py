"""A draft whose values are not all public: they wait beside it, encrypted, and go where the entry's disclosures are."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from api.database import snapshot
from api.disclosures import DisclosureStore, Selection, Tier
from api.disclosures.rules import KEPT_OTHERWISE
from api.disclosures.subject import erasure_of, held_on
from api.drafting import DraftingDesk
from domain.entry import sign_text
from domain.kernel.disclosure import digest_of, parse_disclosure
from domain.kernel.errors import RuleViolation
from domain.privacy import Erasure, SubjectErased
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_drafts import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door

SALTED, SALTED_REVERSAL = "voucher.posted/2", "voucher.reversed/2"
EVERY_TABLE = (
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('public', 'read')"
)


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def data(who: str, fen: int = 1_000, tier: str = "person") -> dict[str, Any]:
    """A voucher whose first line is about somebody."""
    made: dict[str, Any] = msgspec.to_builtins(voucher(fen))
    made["lines"][0]["private"] = {"party": {"subject": who, "tier": tier, "value": who}}
    return made


def said(draft: dict[str, Any]) -> list[object]:
    return [parse_disclosure(one["disclosure"]).value for one in draft["disclosures"]]


def waiting(office: Office, draft: dict[str, Any]) -> int:
    """Return how many values wait for a draft."""
    with office.door.service.pool.connection() as connection:
        statement = "SELECT count(*) FROM draft_disclosures WHERE book = %s AND draft = %s"
        ((count,),) = connection.execute(statement, (BOOK, draft["id"])).fetchall()
    return int(count)


def kept(office: Office, entry: int) -> list[tuple[int, object, str, str]]:
    """Return what is kept behind the digests of an entry: line, value, subject, tier."""
    service = office.door.service
    with snapshot(service.pool) as connection:
        found = service.disclosures.read(connection, BOOK, Tier.person, Selection(entry=entry))
        return [(one.place, one.said.value, one.subject, one.tier) for one in found]


def sign_all(office: Office, draft: dict[str, Any]) -> dict[str, Any]:
    for role in draft["missing"]:
        draft = office[role].sign(draft).json()
    assert draft["state"] == "posted", draft
    until = time.monotonic() + 20
    while office.door.get(f"proof/{draft['entry']}").status_code != 200:
        assert time.monotonic() < until, "the entry is not covered by a checkpoint"
        time.sleep(0.05)
    return draft


def everything(office: Office) -> str:
    """Return all that stands in the database, as text."""
    with office.door.service.pool.connection() as connection:
        tables = connection.execute(EVERY_TABLE).fetchall()
        rows = [
            connection.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()  # noqa: S608
            for schema, table in tables
        ]
    return str(rows)


def test_a_value_waits_beside_the_draft_and_goes_with_the_entry(office: Office) -> None:
    draft = office["cashier"].make(data("韩梅梅"), SALTED)
    assert draft["problem"] is None
    (line, _) = draft["statement"]["data"]["lines"]
    assert "party" not in line
    assert len(line["_sd"]) == 4, "decoys fill it up"
    (one,) = draft["disclosures"]
    assert digest_of(one["disclosure"]) in line["_sd"]
    assert (said(draft), one["subject"], one["tier"]) == (["韩梅梅"], "韩梅梅", "person")
    assert "韩梅梅" not in everything(office)
    posted = sign_all(office, draft)
    assert kept(office, posted["entry"]) == [(1, "韩梅梅", "韩梅梅", "person")]
    assert waiting(office, draft) == 0
    assert posted["disclosures"] == []
    assert "韩梅梅" not in everything(office)


def test_who_makes_vouchers_or_must_sign_sees_what_is_private(office: Office) -> None:
    draft = office["cashier"].make(data("高老大"), SALTED)
    for role, sees in {"cashier": True, "accountant": True, "head": True, "supervisor": False}.items():
        one = office[role].get(f"/{draft['id']}").json()
        assert said(one) == (["高老大"] if sees else []), role
        (listed,) = [each for each in office[role].get().json()["drafts"] if each["id"] == draft["id"]]
        assert said(listed) == said(one), role


def test_a_change_has_values_of_its_own(office: Office) -> None:
    draft = office["accountant"].make(data("周一"), SALTED)
    content = {"type": SALTED, "data": data("周二"), "revision": 1}
    path = f"/books/{BOOK}/drafts/{draft['id']}"
    changed = office["accountant"].client.put(path, content=msgspec.json.encode(content)).json()
    assert said(changed) == ["周二"]
    posted = sign_all(office, changed)
    assert [value for _, value, _, _ in kept(office, posted["entry"])] == ["周二"]
    assert waiting(office, draft) == 0


def test_an_earlier_text_that_was_posted_has_its_own_values(office: Office) -> None:
    draft = office["accountant"].make(data("冯三"), SALTED)
    content = {"type": SALTED, "data": data("冯四"), "revision": 1}
    office["cashier"].client.put(f"/books/{BOOK}/drafts/{draft['id']}", content=msgspec.json.encode(content))
    keys = [office["accountant"].key, office["head"].key]
    posted = office.door.post(sign_text(draft["text"].encode(), keys)).json()
    assert office["head"].get(f"/{draft['id']}").json()["state"] == "posted"
    assert [value for _, value, _, _ in kept(office, posted["index"])] == ["冯三"]


def test_what_is_withdrawn_leaves_nothing(office: Office) -> None:
    draft = office["cashier"].make(data("孙五"), SALTED)
    assert waiting(office, draft) == 1
    assert office["cashier"].withdraw(draft).json()["disclosures"] == []
    assert waiting(office, draft) == 0


def test_what_was_posted_before_the_program_ended_is_kept_at_the_next_look(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = office["cashier"].make(data("吴六"), SALTED)
    office["accountant"].sign(draft)

    with monkeypatch.context() as patched:
        patched.setattr(DisclosureStore, "keep", ended)
        assert office["head"].sign(draft).status_code == 500
    assert waiting(office, draft) == 1
    posted = office["supervisor"].get(f"/{draft['id']}").json()
    assert posted["state"] == "posted"
    assert [value for _, value, _, _ in kept(office, posted["entry"])] == ["吴六"]
    assert waiting(office, draft) == 0


def test_a_voucher_with_digests_is_reversed_by_a_draft_too(office: Office) -> None:
    posted = sign_all(office, office["cashier"].make(data("郑七"), SALTED))
    original = posted["statement"]
    answer = office["accountant"].client.get(f"/books/{BOOK}/work/reverse/{posted['entry']}")
    assert f'data-type="{SALTED_REVERSAL}"' in answer.text
    lines = [
        {name: -value if name.endswith("_fen") else value for name, value in line.items()}
        for line in original["data"]["lines"]
    ]
    content = {"attachments": {}, "date": original["data"]["date"], "lines": lines}
    reversal = {**content, "reverses": original["id"], "summary": "冲销：记错了人"}
    assert sign_all(office, office["cashier"].make(reversal, SALTED_REVERSAL))["state"] == "posted"


def test_what_is_private_stands_nowhere_else(office: Office) -> None:
    twice = data("王八")
    twice["lines"][0]["party"] = "王八"
    assert refused(office["cashier"].post("", {"type": SALTED, "data": twice}), 400, "post.data")
    plain = {"type": "voucher.posted/1", "data": data("王八")}
    assert refused(office["cashier"].post("", plain), 400, "post.data")
    template = {"name": "补助", "every": "", "first_period": "2026-03", "day": 1, "summary": "补助"}
    lines = data("王八")["lines"]
    path = f"/books/{BOOK}/templates"
    content = msgspec.json.encode({**template, "lines": lines})
    answer = office["cashier"].client.post(path, content=content)
    assert answer.status_code == 400


# --- what is held on a person


def test_what_a_draft_holds_is_told_to_the_person(office: Office) -> None:
    posted = sign_all(office, office["cashier"].make(data("赵九"), SALTED))
    draft = office["cashier"].make(data("赵九", 2_000), SALTED)
    service = office.door.service
    with snapshot(service.pool) as connection:
        held = held_on(service.disclosures, connection, BOOK, "赵九")
    found = held.as_object()
    assert [one["entry"] for one in found["held"]] == [posted["entry"]]
    assert [(one["draft"], one["value"]) for one in found["drafts"]] == [(draft["id"], "赵九")]
    assert f"待签凭证 {draft['id']}" in held.as_text()
    with pytest.raises(RuleViolation) as violation:
        erasure_of(held, "consent", "")
    assert violation.value.rule.code == "disclosure.drafted"
    office["cashier"].withdraw(draft)
    with snapshot(service.pool) as connection:
        held = held_on(service.disclosures, connection, BOOK, "赵九")
    assert len(erasure_of(held, "consent", "")["digests"]) == 1


def test_an_erasure_leaves_the_key_of_what_still_waits(office: Office) -> None:
    posted = sign_all(office, office["cashier"].make(data("钱十"), SALTED))
    service = office.door.service
    with snapshot(service.pool) as connection:
        erasure = erasure_of(held_on(service.disclosures, connection, BOOK, "钱十"), "consent", "")
    draft = office["cashier"].make(data("钱十", 3_000), SALTED)
    note = office.door.note(
        msgspec.convert(erasure, Erasure), SubjectErased, "head", "supervisor", "township"
    )
    assert office.door.post(note, wait=10).status_code == 201
    assert kept(office, posted["entry"]) == []
    assert said(office["head"].get(f"/{draft['id']}").json()) == ["钱十"]


# --- what must not get in the way


def test_what_is_posted_is_not_withdrawn_and_keeps_its_values(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = office["cashier"].make(data("褚一"), SALTED)
    office["accountant"].sign(draft)
    with monkeypatch.context() as patched:
        patched.setattr(DraftingDesk, "_posted", ended)
        assert office["head"].sign(draft).status_code == 500
    assert refused(office["cashier"].withdraw(draft), 409, "draft.posted")
    posted = office["head"].get(f"/{draft['id']}").json()
    assert [value for _, value, _, _ in kept(office, posted["entry"])] == ["褚一"]


def ended(*_: object) -> None:
    raise SystemError


def test_a_value_that_is_kept_for_others_already_shuts_no_desk(office: Office) -> None:
    draft = office["cashier"].make(data("卫二"), SALTED)
    [one] = draft["disclosures"]
    note = sign_text(draft["text"].encode(), [office["accountant"].key, office["head"].key])
    entry = office.door.post(note, wait=10).json()["index"]
    content = {"entry": entry, "disclosures": [{**one, "tier": "public"}]}
    answer = office.door.client.post(f"/books/{BOOK}/disclosures", json=content)
    assert refused(answer, 409, "disclosure.kept"), "a draft holds it for the person alone"
    assert office["supervisor"].get().status_code == 200
    assert [tier for *_, tier in kept(office, entry)] == ["person"]


def test_a_refusal_to_keep_is_no_refusal_to_look(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = office["cashier"].make(data("蒋三"), SALTED)
    office["accountant"].sign(draft)

    def refuse(*_: object) -> int:
        raise KEPT_OTHERWISE(digest="x")

    with monkeypatch.context() as patched:
        patched.setattr(DisclosureStore, "keep", refuse)
        assert office["head"].sign(draft).json()["state"] == "posted"
    assert office["cashier"].get().status_code == 200


@pytest.mark.parametrize(
    ("private", "status", "code"),
    [
        ({"holder": {"subject": "H-1", "tier": "person", "value": "沈四"}}, 422, "disclosure.name"),
        ({"phone": {"subject": "H-1", "tier": "person", "value": "\u202d139"}}, 400, "post.data"),
        ({"party": {"subject": "H-1", "tier": "public", "value": "李四 13812345678"}}, 422, "privacy.phone"),
        ({"note": {"subject": "H-1", "tier": "person", "value": "字" * 9_000}}, 400, "post.data"),
        ({"_sd": {"subject": "H-1", "tier": "person", "value": "x"}}, 400, "post.data"),
        ({"": {"subject": "H-1", "tier": "person", "value": "x"}}, 400, "post.data"),
    ],
)
def test_what_could_not_be_read_again_is_not_drafted(
    office: Office, private: dict[str, Any], status: int, code: str
) -> None:
    made = data("沈四")
    made["lines"][0]["private"] = private
    assert refused(office["cashier"].post("", {"type": SALTED, "data": made}), status, code)


def test_a_malformed_request_is_told_so(office: Office) -> None:
    for lines in (None, 5, "x"):
        made = {**data("韩五"), "lines": lines}
        assert refused(office["cashier"].post("", {"type": SALTED, "data": made}), 400, "post.data")
    wanted = {"type": SALTED, "data": data("韩五"), "template": "a\x00"}
    assert refused(office["cashier"].post("", wanted), 400, "draft.malformed")
    draft = office["cashier"].make(data("韩五"), SALTED)
    assert refused(office["head"].refuse(draft, "没有\x00发票"), 400, "draft.malformed")
    assert office["head"].get(f"/{draft['id']}").headers["cache-control"] == "no-store"


def test_nobodys_key_stays_behind(office: Office) -> None:
    keys = office.door.service.settings.home / "subjectkeys" / BOOK
    before = {path.name for path in keys.iterdir()}
    draft = office["cashier"].make(data("杨六"), SALTED)
    [fresh] = {path.name for path in keys.iterdir()} - before
    office["cashier"].withdraw(draft)
    assert fresh not in {path.name for path in keys.iterdir()}
