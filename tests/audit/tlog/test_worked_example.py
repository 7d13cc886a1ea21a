"""The worked example byte for byte: its bytes were checked with programs that were not written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.cosignature import add_signature, check_cosignature, cosign, witness_verifier
from audit.tlog.proof import check_consistency, consistency_proof, inclusion_proof
from audit.tlog.proof_file import ProofFile, parse_proof_file
from domain.kernel.note import COSIGNATURE, parse_note, parse_vkey

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey
    from tests.audit.tlog.conftest import Log

NOTE = (
    b"ledger.example.cn/440111/shalong\n1000\nBvHldM/cmZ6xTOVVrjQ8dNp0FokFWte6MhDfW+6bpBE=\n\n"
    b"\xe2\x80\x94 ledger.example.cn/440111/shalong "
    b"Bw6vu+s1G42bQ1VoFBcvJe4+TiobYWMfLnhBFFeJq6FNrO33voHmpAbtpnQ/++0I8LUZWRoE7wFpcc3HbTUGJZJYVA0=\n"
    b"\xe2\x80\x94 witness.example.cn/town "
    b"OwTi5wAAAABpVbkAn43jTHZzbhepIyr7ERKBYcHyP2NEGicWOI6pm4JgXVHoaHt2kEd+3l5OyMaurg88MTwKCPzsAOtrSVqO7VTIBw==\n"
    b"\xe2\x80\x94 witness.example.cn/county "
    b"neFchAAAAABpVbk8BfltdYGiiKoRz6AZ9OS+Fi0c8Pd7xN1+OxRon8RNu8ERJgM+mk+7jwcAlXRYXG6aHaS0epuo90J2aOZ7ADgCBQ==\n"
)

LOG_VKEY = "ledger.example.cn/440111/shalong+070eafbb+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
TOWN_VKEY = "witness.example.cn/town+3b04e2e7+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
COUNTY_VKEY = "witness.example.cn/county+9de15c84+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"
TOWN_TIME_S = 1767225600
COUNTY_TIME_S = 1767225660


def test_the_keys(log: Log, town: SigningKey, county: SigningKey) -> None:
    assert log.key.verifier.vkey == LOG_VKEY
    assert witness_verifier(town).vkey == TOWN_VKEY
    assert witness_verifier(county).vkey == COUNTY_VKEY
    assert parse_vkey(TOWN_VKEY, COSIGNATURE) == witness_verifier(town)


def test_the_checkpoint_and_its_three_signatures(log: Log, town: SigningKey, county: SigningKey) -> None:
    note = add_signature(log.note, cosign(log.checkpoint, town, TOWN_TIME_S))
    note = add_signature(note, cosign(log.checkpoint, county, COUNTY_TIME_S))
    assert note == NOTE


def test_the_signatures_are_good(log: Log) -> None:
    checkpoint = open_checkpoint(NOTE, parse_vkey(LOG_VKEY))
    assert checkpoint == log.checkpoint
    _, by_town, by_county = parse_note(NOTE).signatures
    assert check_cosignature(checkpoint, by_town, parse_vkey(TOWN_VKEY, COSIGNATURE)) == TOWN_TIME_S
    assert check_cosignature(checkpoint, by_county, parse_vkey(COUNTY_VKEY, COSIGNATURE)) == COUNTY_TIME_S


def test_the_proof_of_entry_777(log: Log) -> None:
    proof = ProofFile(777, tuple(inclusion_proof(777, 1000, log.tree)), NOTE)
    assert len(proof.hashes) == 10
    data = proof.encode()
    assert len(data) == 966
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 777\n")
    assert parse_proof_file(data) == proof
    assert proof.check(b'{"i":777,"amt":28749}', parse_vkey(LOG_VKEY)) == log.checkpoint


def test_the_consistency_of_600_and_1000(log: Log) -> None:
    proof = consistency_proof(600, 1000, log.tree)
    assert len(proof) == 8
    check_consistency(600, log.tree.root(600), 1000, log.tree.root(), proof)
