"""Every single byte of an exported log: whichever one is flipped, the audit finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.verify import verify
from domain.kernel.errors import RuleViolation
from tests.audit.conftest import MemorySource

if TYPE_CHECKING:
    from tests.audit.conftest import Export


def is_found(files: dict[str, bytes]) -> bool:
    """Tell whether the audit of these files reports a finding, or refuses to read them."""
    try:
        return not verify(MemorySource(files)).ok
    except RuleViolation:
        return True


@pytest.mark.slow
def test_every_flipped_byte_is_found(hamlet: Export) -> None:
    """One bit of each: the lowest (the next letter, the next digit), then the highest (no longer ASCII), and so on."""
    files = hamlet.files
    assert not is_found(files)
    missed = []
    for path, data in files.items():
        for place in range(len(data)):
            changed = bytearray(data)
            changed[place] ^= (0x01, 0x80, 0x20, 0x04)[place % 4]
            if not is_found(files | {path: bytes(changed)}):
                missed.append((path, place, bytes(changed[max(0, place - 20) : place + 20])))
    assert missed == []
