"""Drafts that are no vouchers: their page says them in words, and offers nothing that cannot be done."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.roles import ROLES
from domain.vouchers import Attachments, Reversal, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.conftest import Door
    from tests.api.work.conftest import Hall

TIERS = [
    {"from_fen": 0, "roles": ["accountant", "head"], "to_fen": 100_000},
    {"from_fen": 100_000, "resolution": True, "roles": [*ROLES]},
]
OTHERS: dict[str, object] = {
    "policy.set/1": {"tiers": TIERS},
    "account.added/1": {"code": "5010301", "name": "利息"},
    "period.closed/1": {"period": "2026-01"},
}


@pytest.fixture
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def made(office: Office, kind: str) -> str:
    """Make a draft of a kind, and return its id."""
    data = OTHERS.get(kind) or reversal(office)
    answer = office["accountant"].post("", {"type": kind, "data": data})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def reversal(office: Office) -> object:
    posted = office.door.post(office.door.note(voucher()), wait=10)
    assert posted.status_code == 201
    id_ = list(office.door.book().vouchers.posted)[-1]
    red = Reversal(
        attachments=Attachments(),
        date="2026-04-03",
        lines=mirrored(voucher().lines),
        reverses=id_,
        summary="注销",
    )
    return msgspec.to_builtins(red)


@pytest.mark.parametrize("kind", [*OTHERS, "voucher.reversed/1"])
def test_what_the_form_cannot_change_is_withdrawn_and_made_anew(
    hall: Hall, office: Office, kind: str
) -> None:
    id_ = made(office, kind)
    page = hall["accountant"].open_draft(id_)
    assert page.is_visible("#withdraw")
    assert not page.is_visible("#change")
    assert "要改动，先撤回这一张，再另制" in page.inner_text("#anew")
    client = office["accountant"].client
    answer = client.get(f"/books/{BOOK}/work/drafts/{id_}/change", headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert "draft.no_form" in answer.text
    assert "撤回" in answer.text
    office["accountant"].withdraw(office["accountant"].get(f"/{id_}").json())


def test_a_voucher_is_changed_in_the_form(hall: Hall, office: Office) -> None:
    draft = office["accountant"].make(msgspec.to_builtins(voucher()))
    page = hall["accountant"].open_draft(draft["id"])
    assert not page.is_visible("#anew")
    page.click("#change")
    page.wait_for_selector("#lines tr")
    assert page.input_value("#summary") == "收利息"


def test_who_signs_by_a_policy_is_told_by_the_names_of_the_offices(hall: Hall, office: Office) -> None:
    id_ = made(office, "policy.set/1")
    page = hall["accountant"].open_draft(id_)
    first, second = page.locator("#said tbody tr").all()
    assert first.locator("th").inner_text() == "0.00 元起，不到 1,000.00 元\nfrom 0.00 to below 1,000.00 yuan"
    assert first.locator("td").all_inner_texts() == [
        "会计、负责人\naccountant, head",
        "不要求\nnot asked for",
    ]
    assert second.locator("th").inner_text() == "1,000.00 元起\nfrom 1,000.00 yuan"
    assert second.locator("td").nth(1).inner_text() == "要写明\nto be named"
    said = page.inner_text("#said")
    assert all(name in said for name in ROLES.values())
    assert "金额从" not in said, "each amount stands once, in its tier"


MAKE = """async ([path, draft]) => {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(draft) });
  return { status: answer.status, body: await answer.json() };
}"""


SIGNED = {"accountant": "会计", "head": "负责人"}


def test_a_years_plan_is_read_and_signed_by_three(hall: Hall) -> None:
    plan = {
        "lines": [{"account": "501", "planned_fen": 1_234_500}, {"account": "51302", "planned_fen": 67_890}],
        "resolution": {
            "agreed": 30,
            "body": "delegates",
            "date": "2026-01-20",
            "entitled": 38,
            "present": 34,
        },
        "year": "2026",
    }
    accountant = hall["accountant"]
    accountant.goto(f"/books/{BOOK}/work")
    made = accountant.page.evaluate(
        MAKE, [f"/books/{BOOK}/drafts", {"type": "budget.adopted/1", "data": plan}]
    )
    assert made["status"] == 201, made
    id_ = made["body"]["id"]
    for role in ("accountant", "head", "supervisor"):
        hall[role].complaints.clear()
        page = hall[role].open_draft(id_)
        said = page.inner_text("#said")
        for words in (
            "收支计划",
            "成员代表大会",
            "应到 38",
            "同意 30",
            "12,345.00",
            "678.90",
            "51302 办公费",
        ):
            assert words in said
        assert "贷方" not in said
        page.click("#sign")
        page.wait_for_selector("text=已入账" if role == "supervisor" else f"text=/已签：.*{SIGNED[role]}/")
        assert hall[role].complaints == []
    report = accountant.door.get("budget.json", period="2026-03").json()
    assert {row["account"]: row["planned_fen"] for row in report["rows"] if row["planned_fen"]} == {
        "501": 1_234_500,
        "51302": 67_890,
    }
