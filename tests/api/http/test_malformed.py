"""What is malformed is refused with 400: entries and parameters; and what another spelling of an address leads to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from audit.tlog.tiles import encode_bundle
from domain.entry import sign_text, unsigned_text
from domain.kernel.note import format_note, parse_note
from domain.vouchers import Attachments, Line, Voucher
from tests.api.http.conftest import BASIC, BOOK, voucher
from tests.api.http.test_problems import check_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.http.conftest import Door


def changed(door: Door, old: bytes, new: bytes) -> bytes:
    """Return a good note whose text was changed before it was signed."""
    text = unsigned_text(door.statement(voucher()))
    assert text.count(old) == 1
    return sign_text(text.replace(old, new), door.keys(*BASIC))


def too_large(door: Door) -> bytes:
    """Return a note of more than 65,535 bytes."""
    lines = [Line(account="10201", debit_fen=1, summary="长" * 190) for _ in range(199)]
    total = Line(account="50103", credit_fen=199)
    return door.note(
        Voucher(attachments=Attachments(), date="2026-04-02", lines=[*lines, total], summary="长")
    )


MALFORMED: dict[str, tuple[str, Callable[[Door], bytes]]] = {
    "empty": ("tlog.bad_bundle", lambda _: b""),
    "no note and no bundle": ("note.malformed", lambda _: b"hello"),
    "no note but JSON": ("note.malformed", lambda _: '{"summary":"收款"}'.encode()),
    "carriage returns in all lines": ("note.malformed", lambda door: door.note().replace(b"\n", b"\r\n")),
    "header of another version": ("entry.malformed", lambda door: door.note().replace(b"/v1\n", b"/v2\n", 1)),
    "no header": ("entry.malformed", lambda door: door.note().partition(b"\n")[2]),
    "bundle cut off": ("tlog.bad_bundle", lambda door: encode_bundle([door.note()])[:-1]),
    "bundle of garbage": ("note.malformed", lambda _: encode_bundle([b"garbage"])),
    "no signature": ("note.malformed", lambda door: parse_note(door.note()).text),
    "carriage return": ("note.malformed", lambda door: door.note().replace(b"}\n", b"}\r\n")),
    "byte order mark": ("entry.malformed", lambda door: b"\xef\xbb\xbf" + door.note()),
    "not UTF-8": ("note.malformed", lambda door: door.note().replace("收".encode(), b"\xff\xff\xff")),
    "white space": ("entry.not_canonical", lambda door: changed(door, b'{"at":', b'{ "at":')),
    "keys unsorted": (
        "entry.not_canonical",
        lambda door: changed(
            door, b'"account":"10201","debit_fen":1000', b'"debit_fen":1000,"account":"10201"'
        ),
    ),
    "duplicate key": ("entry.not_canonical", lambda door: changed(door, b'{"at":', b'{"at":"x","at":')),
    "default written out": (
        "entry.not_canonical",
        lambda door: changed(door, b',"debit_fen":1000', b',"credit_fen":0,"debit_fen":1000'),
    ),
    "unknown field": (
        "entry.unknown_field",
        lambda door: changed(door, b',"debit_fen":1000', b',"color":"red","debit_fen":1000'),
    ),
    "float": ("entry.malformed", lambda door: changed(door, b'"debit_fen":1000', b'"debit_fen":1000.5')),
    "whole float": ("entry.malformed", lambda door: changed(door, b'"debit_fen":1000', b'"debit_fen":1e3')),
    "beyond 2^53": (
        "entry.malformed",
        lambda door: changed(door, b'"debit_fen":1000', b'"debit_fen":9007199254740992'),
    ),
    "null": ("entry.malformed", lambda door: changed(door, b'"debit_fen":1000', b'"debit_fen":null')),
    "nested too deep": (
        "entry.malformed",
        lambda door: changed(
            door, b'"summary":', b'"deep":' + b"[" * 20_000 + b"]" * 20_000 + b',"summary":'
        ),
    ),
    "unknown type": (
        "entry.unknown_type",
        lambda door: changed(door, b"voucher.posted/1", b"voucher.posted/9"),
    ),
    "no ULID": ("entry.id", lambda door: changed(door, b'"id":"0000000000', b'"id":"000000000U')),
    "no time": ("entry.at", lambda door: changed(door, b'{"at":"20', b'{"at":"xx')),
    "signatures unsorted": (
        "entry.signature_order",
        lambda door: format_note(parse_note(door.note()).text, parse_note(door.note()).signatures[::-1]),
    ),
    "over 65,535 bytes": ("entry.too_large", too_large),
    "month 13": ("date.malformed", lambda door: door.note(voucher(date="2026-13-01"))),
}


@pytest.mark.parametrize(("rule", "make"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_entry_is_refused_with_400(door: Door, rule: str, make: Callable[[Door], bytes]) -> None:
    size = door.book().size
    check_problem(door.post(make(door)), 400, rule)
    assert door.book().size == size


def test_a_text_that_is_no_entry_is_told_what_one_looks_like(door: Door) -> None:
    windows = door.post(door.note().replace(b"\n", b"\r\n")).json()
    assert "CRLF" in windows["detail"]
    assert "CRLF" in windows["detail_zh"]
    other = door.post(door.note().replace(b"/v1\n", b"/v2\n", 1)).json()
    assert "sunledger.entry/v1" in other["detail"]


def test_body_beyond_a_full_bundle_is_refused_unread(door: Door) -> None:
    check_problem(door.post(b"\x00" * (16_777_216 + 513)), 400, "request.too_large")


def test_bundle_of_257_is_refused(door: Door) -> None:
    one = encode_bundle([b"x"])
    check_problem(door.post(one * 257), 400, "tlog.bad_bundle")


QUERIES = {
    "wait below zero": ("POST", f"/books/{BOOK}/entries?wait=-1"),
    "wait too long": ("POST", f"/books/{BOOK}/entries?wait=31"),
    "wait no number": ("POST", f"/books/{BOOK}/entries?wait=nan"),
    "book of lower case": ("GET", f"/books/{BOOK.lower()}/checkpoint"),
    "index below zero": ("GET", f"/books/{BOOK}/entries/-1.note"),
    "index beyond 2^63": ("GET", f"/books/{BOOK}/proof/9223372036854775808"),
    "index no number": ("GET", f"/books/{BOOK}/entries/one.json"),
    "index with a zero before it": ("GET", f"/books/{BOOK}/entries/01"),
    "index with a sign": ("GET", f"/books/{BOOK}/proof/+1"),
    "index with a fraction": ("GET", f"/books/{BOOK}/entries/1.0.json"),
    "index in other digits": ("GET", f"/books/{BOOK}/entries/１.note"),
    "period of a day": ("GET", f"/books/{BOOK}/trial-balance.json?period=2026-03-01"),
    "account of letters": ("GET", f"/books/{BOOK}/journal.json?account=cash"),
    "limit zero": ("GET", f"/books/{BOOK}/journal.json?limit=0"),
}


@pytest.mark.parametrize(("method", "path"), QUERIES.values(), ids=QUERIES)
def test_malformed_request_is_refused_with_400(door: Door, method: str, path: str) -> None:
    answer = door.client.request(method, path, content=b"x" if method == "POST" else None)
    check_problem(answer, 400, "request.malformed")
    assert answer.json()["facts"]["field"]
    assert not re.search(r"[A-Za-z]+ [a-z]+", answer.json()["detail_zh"])


def test_another_spelling_of_an_index_is_told_in_words(door: Door) -> None:
    said = door.client.get(f"/books/{BOOK}/entries/01").json()
    assert "应为不带前导零的整数" in said["detail_zh"]
    assert "an integer without leading zeros expected" in said["detail"]


def test_page_of_a_malformed_request_says_in_words_what_is_wrong(door: Door) -> None:
    answer = door.client.get(f"/books/{BOOK}?period=2026", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "应为 YYYY-MM（如 2026-03）" in answer.text
    assert "YYYY-MM such as 2026-03 expected" in answer.text
    assert "[0-9]" not in answer.text


@pytest.mark.parametrize("report", ["trial-balance", "balance-sheet"])
@pytest.mark.parametrize("suffix", ["", ".json", ".csv", ".xlsx"])
def test_a_report_without_a_period_is_the_newest_one(door: Door, report: str, suffix: str) -> None:
    newest = door.client.get(f"/books/{BOOK}/{report}{suffix}?period=2026-03")
    assert newest.status_code == 200
    default = door.client.get(f"/books/{BOOK}/{report}{suffix}")
    assert default.status_code == 200
    assert suffix not in {".json", ".csv"} or default.text == newest.text
    check_problem(door.client.get(f"/books/{'9' * 18}/{report}{suffix}"), 404, "book.unknown")


@pytest.mark.parametrize("path", [f"/books/{BOOK}", f"/books/{BOOK}/journal.json", "/verify"])
def test_a_slash_at_the_end_leads_to_the_address_on_this_server(door: Door, path: str) -> None:
    host = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = door.client.get(f"{path}/?period=2026-01", headers=host, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"{path}?period=2026-01")
    for slashes in ("//evil.example/", "///evil.example//"):
        answer = door.client.get(f"{door.url}{slashes}", follow_redirects=False)
        assert answer.headers.get("location", "/evil.example") == "/evil.example"
    check_problem(door.client.post(f"/books/{BOOK}/entries/", content=b"x"), 404, "request.not_found")


def test_a_method_that_no_address_takes_is_refused(door: Door) -> None:
    paths = door.client.get("/openapi.json").json()["paths"]
    said = {"book": BOOK, "index": "1", "account": "101", "period": "2026-01", "path": "0/000", "vkey": "x"}
    for path, operations in paths.items():
        address = re.sub(r"\{([a-z_]+)\}", lambda found: said.get(found[1], "1"), path)
        for method in {"get", "post", "put", "delete", "patch"} - set(operations):
            check_problem(door.client.request(method.upper(), address), 405, "request.method")


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx"])
@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("trial-balance.{}?period=2026-13", "period.malformed"),
        ("trial-balance.{}?period=2026-00", "period.malformed"),
        ("trial-balance.{}?period=2026-01&from=2026-02", "period.backwards"),
        ("journal.{}?min=abc", "money.malformed"),
        ("journal.{}?max=1.234", "money.malformed"),
    ],
)
def test_report_that_cannot_be_made_is_refused_with_400(
    door: Door, suffix: str, query: str, rule: str
) -> None:
    check_problem(door.client.get(f"/books/{BOOK}/{query.format(suffix)}"), 400, rule)
