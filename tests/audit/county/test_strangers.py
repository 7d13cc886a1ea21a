"""A county's log read by programs that were not written here: Go's reference implementation, and tlog-scales."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.county import prove_book
from tests.audit.county.conftest import COUNTY, County, book
from tests.audit.tlog import test_reference_program as reference
from tests.audit.tlog.test_other_programs import run as run_scales

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = reference.pytestmark
program = reference.program

VKEYS = (COUNTY.verifier.vkey,)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A log of 280 books' checkpoints, one more each day: with part of a bundle left from every day before."""
    county = County(tmp_path_factory.mktemp("county")).create()
    for day in range(1, 5):
        county.collect(*(book(number, day) for number in range(day, 70 + day)))
    return county


@pytest.mark.parametrize("number", [1, 2, 45, 70, 73])
def test_three_programs_make_one_proof_of_a_book(program: Path, grown: County, number: int) -> None:
    proof = prove_book(grown.source, f"books.example.cn/{number}", VKEYS[0])
    bare = replace(proof, extra=b"").encode()  # they have the entry from the log, and write no `extra`
    assert reference.run(program, grown.folder, proof.index, VKEYS) == bare
    assert run_scales("gen-proof", grown.folder, str(proof.index)) == bare
    assert run_scales("get-leaf", "-c", grown.folder, str(proof.index)) == proof.extra


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/001.p/24", "tile/entries/000"])
def test_one_flipped_bit_is_refused_by_the_reference(program: Path, tmp_path: Path, path: str) -> None:
    county = County(tmp_path).create()
    county.collect(*(book(number, 3) for number in range(1, 281)))
    assert reference.run(program, county.folder, 279, VKEYS)
    reference.flip(county.folder / path, 30)
    assert not reference.run(program, county.folder, 279, VKEYS)
