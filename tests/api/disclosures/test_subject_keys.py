"""The keys that lock private values, as they lie on the disk."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from api.disclosures import SubjectKeys
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
