"""A list of books to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.monitor import read_list
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

KEY = SigningKey("town.example/township/1", bytes([7]) * 32).verifier.vkey
GOOD = "https://a.example/books/1"


def refusal(path: Path) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        read_list(path)
    return caught.value


def test_addresses_come_in_their_order_with_their_keys(tmp_path: Path) -> None:
    path = tmp_path / "list"
    folder = tmp_path / "log"
    folder.mkdir()
    path.write_bytes(
        f"\ufeff# 开化县\r\n\r\nhttp://b.example/books/2  {KEY}\r\n{GOOD}\n  {folder}\n".encode()
    )
    assert list(read_list(path).items()) == [("http://b.example/books/2", KEY), (GOOD, ""), (str(folder), "")]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("a.example/books/1", "a.example/books/1"),
        (f"{GOOD} key", "note.vkey_malformed"),
        (f"{GOOD} {KEY} more", "more"),
        (f"https://b.example {KEY}\nhttps://b.example", "https://b.example"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str, read: str) -> None:
    path = tmp_path / "list"
    path.write_text(f"# 名单\n\n{line}\n", encoding="utf-8")
    found = refusal(path)
    assert found.rule.code == "monitor.list"
    assert found.facts["line"] == 2 + len(line.splitlines())
    assert read in found.zh
    assert read in found.en


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "list"
    assert refusal(path).rule.code == "monitor.list_unreadable"
    path.write_bytes("网址".encode("gb18030"))
    assert "UTF-8" in refusal(path).zh
    path.write_bytes(b"#" * 5_000_000)
    assert refusal(path).rule.code == "monitor.list_unreadable"
