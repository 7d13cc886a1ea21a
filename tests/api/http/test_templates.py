"""Voucher templates: the form begins with them, and the desk counts those that a period still wants."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.drafting import Template
from api.drafting.templates import TEMPLATES_MAX
from domain.kernel.period import last_day, next_period
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.at_work import Person
    from tests.api.http.conftest import Door

TEMPLATES = f"/books/{BOOK}/templates"
CONTENT: dict[str, Any] = {
    "name": "路灯电费",
    "summary": "付路灯电费",
    "lines": [{"account": "51301"}, {"account": "101"}],
    "every": "month",
    "first_period": "2026-01",
    "day": 31,
}


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


@pytest.fixture
def kept(office: Office) -> Iterator[dict[str, Any]]:
    """A template of every month, deleted afterwards."""
    made = office["accountant"].client.post(TEMPLATES, json=CONTENT)
    assert made.status_code == 201, made.text
    yield made.json()
    for one in listed(office["accountant"]):
        office["accountant"].client.delete(f"{TEMPLATES}/{one['id']}?revision={one['revision']}")


def listed(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.client.get(TEMPLATES).json()["templates"]
    return found


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == PROBLEM
    return (answer.status_code, answer.json()["rule"]) == (status, code)


def due(office: Office, period: str) -> list[str]:
    return [one.id for one in office.door.service.templates.due(BOOK, period)]


@pytest.mark.parametrize("name", ["", "  ", "\u3000\u200b"])
def test_a_template_has_a_name_that_is_seen(office: Office, kept: dict[str, Any], name: str) -> None:
    accountant = office["accountant"].client
    said = [
        accountant.post(TEMPLATES, json=CONTENT | {"name": name}),
        accountant.put(f"{TEMPLATES}/{kept['id']}?revision=1", json=CONTENT | {"name": name}),
    ]
    for answer in said:
        assert refused(answer, 422, "template.name")
        assert answer.json()["detail_zh"].startswith("请给常用凭证起一个名称")


def test_a_template_is_kept_changed_and_deleted(office: Office, kept: dict[str, Any]) -> None:
    accountant = office["accountant"]
    assert {name: kept[name] for name in CONTENT} == CONTENT
    assert (kept["resolution"], kept["revision"]) == ("", 1)
    path = f"{TEMPLATES}/{kept['id']}"
    changed = accountant.client.put(f"{path}?revision=1", json=CONTENT | {"name": "村委会电费"})
    assert changed.json()["revision"] == 2
    assert [one["name"] for one in listed(office["head"])] == ["村委会电费"]
    late = accountant.client.put(f"{path}?revision=1", json=CONTENT)
    assert refused(late, 409, "template.changed")
    assert late.json()["detail_zh"].startswith("常用凭证「村委会电费」已由会计于 ")
    assert late.json()["detail"].startswith("the accountant changed the voucher template ")
    assert refused(accountant.client.delete(f"{path}?revision=1"), 409, "template.changed")
    assert accountant.client.delete(f"{path}?revision=2").status_code == 204
    assert listed(accountant) == []
    assert refused(accountant.client.delete(f"{path}?revision=2"), 404, "template.unknown")


def test_those_who_make_vouchers_make_templates(office: Office, kept: dict[str, Any]) -> None:
    head = office["head"].client
    path = f"{TEMPLATES}/{kept['id']}?revision=1"
    assert refused(head.post(TEMPLATES, json=CONTENT), 403, "draft.not_maker")
    assert refused(head.put(path, json=CONTENT), 403, "draft.not_maker")
    assert refused(head.delete(path), 403, "draft.not_maker")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": ""}, 422, "template.name"),
        ({"lines": []}, 400, "draft.malformed"),
        ({"every": "week"}, 400, "draft.malformed"),
        ({"day": 32}, 400, "draft.malformed"),
        ({"colour": "red"}, 400, "draft.malformed"),
        ({"first_period": "2026-13"}, 400, "period.malformed"),
    ],
)
def test_what_is_no_template_is_refused(
    office: Office, change: dict[str, Any], status: int, code: str
) -> None:
    assert refused(office["accountant"].client.post(TEMPLATES, json=CONTENT | change), status, code)
    assert listed(office["accountant"]) == []


def test_a_book_has_so_many_templates(office: Office, kept: dict[str, Any]) -> None:
    client = office["accountant"].client
    for _ in range(TEMPLATES_MAX - 1):
        assert client.post(TEMPLATES, json=CONTENT).status_code == 201
    assert refused(client.post(TEMPLATES, json=CONTENT), 422, "template.too_many")
    assert kept["id"] in {one["id"] for one in listed(office["accountant"])}


def test_a_template_is_due_until_a_draft_is_made_of_it(office: Office, kept: dict[str, Any]) -> None:
    accountant = office["accountant"]
    content: dict[str, Any] = msgspec.to_builtins(voucher()) | {"date": "2026-03-31"}
    wanted = {"type": "voucher.posted/1", "data": content, "template": kept["id"]}
    assert due(office, "2025-12") == []
    assert due(office, "2026-03") == [kept["id"]]
    made = accountant.post("", wanted).json()
    assert due(office, "2026-03") == []
    assert due(office, "2026-04") == [kept["id"]]
    moved = accountant.change(made, content | {"date": "2026-04-01"}).json()
    assert (due(office, "2026-03"), due(office, "2026-04")) == ([kept["id"]], [])
    accountant.withdraw(moved)
    assert due(office, "2026-04") == [kept["id"]]
    unknown = wanted | {"template": made["id"]}
    assert refused(accountant.post("", unknown), 404, "template.unknown")


PERIODS = st.dates(date(2001, 1, 1), date(2096, 12, 31)).map(lambda day: f"{day:%Y-%m}")


@given(PERIODS, st.sampled_from(["month", "quarter", "year"]), st.integers(1, 31))
def test_it_comes_as_often_as_it_says(first: str, every: str, day: int) -> None:
    template = msgspec.convert(CONTENT | {"first_period": first, "every": every, "day": day}, Template)
    periods = [first]
    while len(periods) < 24:
        periods.append(next_period(periods[-1]))
    comes = [period for period in periods if template.comes_in(period)]
    assert comes == periods[:: {"month": 1, "quarter": 3, "year": 12}[every]]
    for period in comes:
        assert template.date_in(period) == min(f"{period}-{day:02d}", last_day(period))
