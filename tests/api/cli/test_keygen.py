"""A key is made for its owner alone, under a name that a book grants, and never over another."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from domain.kernel.note import SigningKey, parse_vkey
from tests.api.cli.conftest import BOOK, Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_keygen_writes_a_key_for_its_owner_alone(commands: Commands, tmp_path: Path) -> None:
    path, name = tmp_path / "keys" / "head.key", f"{BOOK}/head/2"
    vkey = commands.good("keygen", name, path).strip()
    assert SigningKey.parse(path.read_text(encoding="utf-8").strip()).verifier == parse_vkey(vkey)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keygen_seals_under_the_passphrase(commands: Commands, tmp_path: Path) -> None:
    path = tmp_path / "head.key"
    vkey = commands.good("keygen", f"{BOOK}/head/2", path, SUNLEDGER_PASSPHRASE="村口老樟树").strip()
    assert parse_vkey(vkey).name == f"{BOOK}/head/2"
    assert json.loads(path.read_bytes())["kdf"] == "argon2id"
    assert b"PRIVATE" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("two words", "key.parts"),
        ("foo", "key.parts"),
        (f"{BOOK}/head", "key.parts"),
        (f"{BOOK}/boss/1", "key.parts"),
        (f"{BOOK}/head/0", "key.parts"),
        (f"{BOOK}/head/01", "key.parts"),
        (f"{BOOK}/head/1/2", "key.parts"),
        (f"{BOOK[:-1]}0/head/1", "organisation.check_digit"),
        ("村/head/1", "organisation.malformed"),
    ],
)
def test_keygen_refuses_a_name_that_no_book_grants(
    commands: Commands, tmp_path: Path, name: str, rule: str
) -> None:
    assert f"[{rule}]" in commands.refused("keygen", name, tmp_path / "a.key")
    assert not (tmp_path / "a.key").exists()


def test_keygen_never_overwrites(commands: Commands, tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    commands.good("keygen", f"{BOOK}/head/2", path)
    before = path.read_bytes()
    assert "[keyfile.exists]" in commands.refused("keygen", f"{BOOK}/head/2", path)
    assert path.read_bytes() == before
