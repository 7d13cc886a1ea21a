"""An origin is an address without its scheme; what is not is refused at the doors, and replays."""

from __future__ import annotations

import pytest

from domain.founding import Log, check_origin
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.domain.conftest import BOOK, Village

GOOD = [
    "sunledger.localhost",
    "ledger.example.cn",
    "ledger.example.cn:8443",
    "10.0.0.7:8000/books",
    f"ledger.example.cn/books/{BOOK}",
    f"ledger.example.cn/440111/sha-long_2/v1.2/{BOOK}",
]
BAD = [
    "",
    "https://x.cn",
    "http:",
    "x.cn/",
    "/x.cn",
    "//x.cn",
    "x.cn//books",
    f"//..//x:::/{BOOK}",
    "x.cn:/books",
    "x.cn:port",
    "x.cn:123456",
    ".x.cn",
    "x..cn",
    "x.cn/../y",
    "x.cn/a:b",
    "x.cn/two words",
    "x.cn/村",
    "x.cn\n",
]


@pytest.mark.parametrize("origin", GOOD)
def test_an_address_without_its_scheme(origin: str) -> None:
    check_origin(origin)


@pytest.mark.parametrize("origin", BAD)
def test_anything_else_is_refused_in_words(origin: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        check_origin(origin)
    refusal = caught.value
    assert refusal.rule.code == "book.origin_form"
    for said in (refusal.zh, refusal.en):
        assert origin in said
        assert "ledger.example.cn/books/" in said
        assert "https://" in said


@pytest.mark.parametrize("prefix", ["https://x.cn/books", "//..//x::", "x.cn//books"])
def test_a_book_that_was_opened_under_another_form_replays(prefix: str) -> None:
    founder = Village()
    key = SigningKey(f"{prefix}/{BOOK}", b"\x07" * 32)
    founder.open(log=Log(origin=key.name, vkey=key.verifier.vkey))
    assert founder.book.size == 1
