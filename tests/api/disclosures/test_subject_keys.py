"""The keys that lock private values, as they lie on the disk."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from api.disclosures import SubjectKeys
from domain.kernel.errors import RuleViolation
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from pathlib import Path


def test_the_passphrase_guards_the_operators_key(tmp_path: Path) -> None:
    keys = SubjectKeys(tmp_path, "open sesame")
    tag = keys.tag(BOOK, "H-1")
    key = keys.make(BOOK, tag)
    assert SubjectKeys(tmp_path, "open sesame").find(BOOK, tag) == key
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert key not in on_disk
    assert base64.b64encode(key) not in on_disk
    assert key.hex().encode() not in on_disk


def test_a_damaged_key_is_told_without_its_path(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keys = SubjectKeys(tmp_path)
    tag = keys.tag(BOOK, "H-1")
    keys.make(BOOK, tag)
    (path,) = (tmp_path / "subjectkeys").rglob("*.key")
    path.write_bytes(b"damaged")
    with pytest.raises(RuleViolation) as caught:
        keys.find(BOOK, tag)
    assert caught.value.rule.code == "disclosure.key"
    assert tag.hex() not in f"{caught.value}{caught.value.facts}"
    assert str(path) in caplog.text
