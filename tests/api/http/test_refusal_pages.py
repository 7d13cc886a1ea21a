"""The page of a refusal: a title in words, what was found in words, where to go on; no type, no pattern, no field."""

from __future__ import annotations

import re
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from api.http.app import create_app
from api.http.problems import HEADINGS, STATUS
from api.http.validation import NAMES, PATTERNS, parameter_problem
from api.settings import Settings
from domain.vouchers import VoucherReversed
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_problems import reversal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Service
    from tests.api.http.conftest import Door

TYPE = re.compile(r"[a-z]+\.[a-z_]+/[0-9]")
WORK = f"/books/{BOOK}/work"


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def shown(office: Office, path: str, status: int) -> str:
    """Return the page of a refusal, with what no page has checked."""
    answer = office["accountant"].client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
    assert not TYPE.search(words), words
    for pattern in ("[0-9A-HJKMNP", "^", "path.", "query."):
        assert pattern not in words
    title = re.search(r"<title>(.*?) · 阳光账本</title>", answer.text)
    assert title, answer.text
    assert not title[1].isdigit()
    assert f"<h1>{title[1]} " in answer.text
    return answer.text


def test_a_posted_drafts_form_is_no_malformed_request(office: Office) -> None:
    draft = office["accountant"].make(_plain(office))
    for role in ("accountant", "head"):
        assert office[role].sign(draft).status_code == 200
    page = shown(office, f"{WORK}/drafts/{draft['id']}/change", 409)
    assert "<h1>现在不能这样做" in page
    assert "请求有误" not in page
    assert "打开那号记录更正" in page
    assert f'href="{WORK}"' in page, "back to the desk"


def _plain(office: Office) -> dict[str, Any]:
    period = office.door.book().periods.next_to_close
    found: dict[str, Any] = msgspec.to_builtins(voucher(date=f"{period}-08"))
    return found


@pytest.mark.parametrize(
    "path", [f"{WORK}/drafts/{'0' * 26}", f"{WORK}/nothing", "/nothing", "/books/N2330881MF0000013Y"]
)
def test_what_is_not_there_says_how_one_goes_on(office: Office, path: str) -> None:
    page = shown(office, path, 404)
    assert "请从首页或工作台重新打开" in page
    assert (f'href="{WORK}"' in page) is path.startswith(WORK)


@pytest.mark.parametrize(
    ("path", "status"), [("", 404), ("nothing", 404), ("work/nothing", 404), ("journal?limit=x", 400)]
)
def test_no_page_leads_back_to_a_book_that_is_not_there(office: Office, path: str, status: int) -> None:
    """Whatever is refused first: its pages would lead in a circle."""
    stranger, there = "/books/N2330881MF0000013Y", f"/books/{BOOK}"
    page = shown(office, f"{stranger}/{path}".rstrip("/"), status)
    assert f'href="{stranger}' not in page
    assert 'href="/"' in page
    if path.startswith("journal"):
        assert f'href="{there}"' in shown(office, f"{there}/{path}", status)


@pytest.mark.parametrize("way", ["reverse", "correct"])
def test_what_is_in_red_says_how_one_goes_on(office: Office, way: str) -> None:
    door = office.door
    statement = door.statement(voucher())
    assert door.post(door.note(voucher(), id=statement.id), wait=10).status_code == 201
    data = reversal(statement.id)
    assert door.post(door.note(data, VoucherReversed), wait=10).status_code == 201
    entry = door.book().size - 1
    page = shown(office, f"{WORK}/{way}/{entry}", 422)
    for word in (
        "冲销凭证",
        "reversal, in red",
        "打开它冲销的那张凭证",
        "open the voucher that it cancels",
        "<h1>不能这样做",
    ):
        assert word in page


def test_what_is_no_voucher_says_what_it_is(office: Office) -> None:
    page = shown(office, f"{WORK}/reverse/0", 422)
    for word in ("第 0 号记录不是可以更正的凭证，而是「建账」", "请核对记录的号数"):
        assert word in page


def test_an_address_that_was_copied_in_part_is_told_in_words(office: Office) -> None:
    page = shown(office, f"{WORK}/drafts/abc", 400)
    for word in (
        "待签凭证的编号",
        "abc",
        "应为 26 个字母和数字",
        "地址可能没有抄全",
        "id of the draft",
        f'href="{WORK}"',
    ):
        assert word in page


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/books/{BOOK}/journal?limit=x", ["行数", "应为整数", "请改正它再试"]),
        (f"/books/{BOOK}/entries/99999999999999999999", ["记录号", "不得大于"]),
        ("/books/x", ["村集体代码", "18 位统一社会信用代码"]),
        (f"{WORK}/distribution?reserve=12345678901", ["公积公益金提取比例", "至多 10 个字"]),
    ],
)
def test_a_parameter_is_called_as_people_call_it(office: Office, path: str, said: list[str]) -> None:
    page = shown(office, path, 400)
    for word in said:
        assert word in page


def test_each_kind_of_refusal_has_a_heading() -> None:
    assert HEADINGS.keys() == STATUS.keys()


def test_each_parameter_has_a_name_and_each_pattern_words() -> None:
    service = cast("Service", SimpleNamespace(settings=Settings()))
    paths = create_app(service).openapi()["paths"]
    parameters = [
        one
        for path in paths.values()
        for operation in path.values()
        for one in operation.get("parameters", [])
    ]
    assert {one["name"] for one in parameters} == NAMES.keys()
    schemas = [schema for one in parameters for schema in (one["schema"], *one["schema"].get("anyOf", ()))]
    found = {schema["pattern"] for schema in schemas if "pattern" in schema}
    assert PATTERNS.keys() <= found
    for pattern in found:
        told = parameter_problem({"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}})
        assert pattern not in told.zh + told.en
