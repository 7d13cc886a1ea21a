"""Disclosures and digests are RFC 9901's: its published examples, both ways, and the damage that parsing refuses."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.disclosure import (
    DIGESTS_STEP,
    MAX_DISCLOSURE_CHARACTERS,
    SALT_BYTES,
    decoy,
    digest_of,
    disclosure,
    encode_base64url,
    hidden,
    is_sorted,
    parse_disclosure,
    sealed,
)
from domain.kernel.errors import RuleViolation

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "sd-jwt.json").read_text(encoding="utf-8"))
PUBLISHED = VECTORS["disclosures"]
SALT = bytes(range(SALT_BYTES))
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1).filter(lambda name: name != "_sd")
TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]))
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def coded(json_text: str) -> str:
    return encode_base64url(json_text.encode())


@pytest.mark.parametrize("example", PUBLISHED, ids=lambda example: example["name"])
def test_published_examples(example: dict[str, str]) -> None:
    assert digest_of(example["disclosure"]) == example["digest"]
    said = parse_disclosure(example["disclosure"])
    assert said == (example["salt"], example["name"], example["value"])


def test_a_disclosure_of_our_own_is_the_json_without_spaces() -> None:
    made = disclosure(SALT, "party", "张三")
    assert base64.urlsafe_b64decode(made + "==").decode() == '["AAECAwQFBgcICQoLDA0ODw","party","张三"]'
    assert digest_of(made) == "YQ-u3miPylieLop0Nq9x2OiCoFZFbeykCs-FweXfDdE"


@given(st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES), NAMES, VALUES)
def test_what_is_disclosed_is_read_back(salt: bytes, name: str, value: str) -> None:
    said = parse_disclosure(disclosure(salt, name, value))
    assert (said.name, said.value) == (name, value)
    assert said.salt == encode_base64url(salt)


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_salt_of_another_size_is_a_fault(size: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        disclosure(bytes(size), "party", "张三")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        coded('["salt","name","value"]') + "=",
        coded('["salt","name","value"]') + "\n",
        coded("not json"),
        coded('{"salt":1}'),
        coded('["salt","value"]'),
        coded('["salt","name","value",1]'),
        coded('[1,"name","value"]'),
        coded('["salt",2,"value"]'),
        coded('["salt","","value"]'),
        coded('["salt","_sd","value"]'),
        coded('["salt","...","value"]'),
        coded('["salt","name",null]'),
        coded('["salt","name",1.5]'),
        coded('["salt","name",{"Upper":1}]'),
        coded('["salt","name","\\u202e"]'),
        coded('["salt","name",["a\\nb"]]'),
        coded('["salt","name",{"a":"\\u0007"}]'),
        coded("[" * 5000),
        "é",
        "A" * (MAX_DISCLOSURE_CHARACTERS + 1),
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_disclosure(text)
    assert caught.value.rule.code == "disclosure.malformed"


@given(st.text(max_size=60) | st.binary(max_size=60).map(encode_base64url))
def test_parsing_refuses_by_its_rule_or_reads(text: str) -> None:
    try:
        said = parse_disclosure(text)
    except RuleViolation as violation:
        assert violation.rule.code == "disclosure.malformed"
    else:
        assert said.name


def test_base64_with_idle_bits_is_refused() -> None:
    good = coded('["salt","name","value"]')
    twin = good[:-1] + chr(ord(good[-1]) + 1)
    assert base64.urlsafe_b64decode(twin + "=" * (-len(twin) % 4)) == b'["salt","name","value"]'
    with pytest.raises(RuleViolation):
        parse_disclosure(twin)


@given(
    st.lists(st.binary(min_size=16, max_size=16), unique=True),
    st.lists(st.binary(min_size=32, max_size=32), unique=True),
)
def test_digests_are_sorted_among_decoys(salts: list[bytes], random: list[bytes]) -> None:
    made = [disclosure(salt, "party", "张三") for salt in salts]
    digests = hidden(made, random)
    assert len(digests) == len(salts) + len(random)
    assert is_sorted(digests)
    assert set(digests) == {*map(digest_of, made), *map(decoy, random)}


def test_a_decoy_looks_like_any_digest() -> None:
    assert len(decoy(bytes(32))) == len(digest_of(disclosure(SALT, "party", "张三"))) == 43


@given(st.lists(st.text("abcdefgh", min_size=1), unique=True, min_size=1, max_size=9))
def test_sealed_digests_come_in_fours_and_follow_from_the_disclosures(disclosures: list[str]) -> None:
    made = sealed(disclosures)
    assert len(made) % DIGESTS_STEP == 0
    assert made == sorted(set(made)) == sealed(disclosures[::-1])
    assert {digest_of(one) for one in disclosures} <= set(made)
    if len(made) > len(disclosures):
        decoys = set(made) - {digest_of(one) for one in disclosures}
        assert not decoys & set(sealed([*disclosures[1:], "other"])), "others have others"
