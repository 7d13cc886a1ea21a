"""Every single byte of an exported log: whichever one is flipped, the audit finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.verify import verify
from domain.kernel.errors import RuleViolation
from tests.audit.conftest import MemorySource

if TYPE_CHECKING:
    from tests.audit.conftest import Export

FLIPS = (0x01, 0x80)
"""The lowest bit (the next letter, the next digit) and the highest one (no longer ASCII)."""


def is_found(files: dict[str, bytes]) -> bool:
    """Tell whether the audit of these files reports a finding, or refuses to read them."""
    try:
        return not verify(MemorySource(files)).ok
    except RuleViolation:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("flip", FLIPS)
def test_every_flipped_byte_is_found(hamlet: Export, flip: int) -> None:
    files = hamlet.files
    assert not is_found(files)
    missed = []
    for path, data in files.items():
        for place in range(len(data)):
            changed = bytearray(data)
            changed[place] ^= flip
            if not is_found(files | {path: bytes(changed)}):
                missed.append((path, place, bytes(changed[max(0, place - 20) : place + 20])))
    assert missed == []
