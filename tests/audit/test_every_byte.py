"""Every single byte of an exported log: whichever one is flipped, the audit finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.verify import verify
from domain.kernel.errors import RuleViolation
from tests.audit.conftest import MemorySource

if TYPE_CHECKING:
    from tests.audit.conftest import Export

FLIPS = ((0x01, 1), (0x80, 5))
"""The lowest bit (the next letter, the next digit) of every byte, and the highest one (no longer ASCII) of a fifth."""


def is_found(files: dict[str, bytes]) -> bool:
    """Tell whether the audit of these files reports a finding, or refuses to read them."""
    try:
        return not verify(MemorySource(files)).ok
    except RuleViolation:
        return True


@pytest.mark.slow
@pytest.mark.parametrize(("flip", "step"), FLIPS)
def test_every_flipped_byte_is_found(hamlet: Export, flip: int, step: int) -> None:
    files = hamlet.files
    assert not is_found(files)
    missed = []
    for path, data in files.items():
        for place in range(0, len(data), step):
            changed = bytearray(data)
            changed[place] ^= flip
            if not is_found(files | {path: bytes(changed)}):
                missed.append((path, place, bytes(changed[max(0, place - 20) : place + 20])))
    assert missed == []
