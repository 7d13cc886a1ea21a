"""Organisation ids after GB 32100-2015: the check digit finds every slip of one character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import RuleViolation
from domain.kernel.organisation import (
    ALPHABET,
    TYPES,
    check_digit,
    check_organisation,
    kind_of,
    make_organisation,
)

VALID = ("N2330881MF0000013Y", "N2330881MF0000021R")
ENTERPRISE = "91350100M000100Y43"  # the example of GB 32100-2015 itself


def refusal(code: str) -> str:
    with pytest.raises(RuleViolation) as caught:
        check_organisation(code)
    return caught.value.rule.code


@pytest.mark.parametrize("code", VALID)
def test_a_village_collective(code: str) -> None:
    check_organisation(code)
    assert kind_of(code) == ("村级集体经济组织", "village collective")


@pytest.mark.parametrize("code", [*VALID, ENTERPRISE])
def test_the_check_digit_is_the_published_one(code: str) -> None:
    assert check_digit(code[:17]) == code[17]


def test_an_enterprise_keeps_no_book() -> None:
    assert refusal(ENTERPRISE) == "organisation.type"


@pytest.mark.parametrize("code", [*VALID, ENTERPRISE])
def test_every_change_of_one_character_is_found(code: str) -> None:
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            assert refusal(code[:place] + wrong + code[place + 1 :]) == "organisation.check_digit"
        for outside in "IOSVZiosvz aé\uff10\n":
            assert refusal(code[:place] + outside + code[place + 1 :]) == "organisation.malformed"


@pytest.mark.parametrize("code", VALID)
def test_every_exchange_of_neighbours_is_found(code: str) -> None:
    for place in range(17):
        one, other = code[place], code[place + 1]
        if one != other:
            assert refusal(code[:place] + other + one + code[place + 2 :]) == "organisation.check_digit"


@pytest.mark.parametrize(
    "code", ["", "N2330881MF0000013", "N2330881MF0000013Y0", "N2330881MF0000013Y\n", "x" * 90]
)
def test_a_code_has_eighteen_characters(code: str) -> None:
    assert refusal(code) == "organisation.malformed"


def test_the_expected_check_digit_is_told() -> None:
    with pytest.raises(RuleViolation) as caught:
        check_organisation("N2330881MF0000013X")
    assert caught.value.facts == {"read": "N2330881MF0000013X", "expected": "Y"}


@given(st.sampled_from(sorted(TYPES)), st.text(ALPHABET, min_size=15, max_size=15))
def test_a_made_code_is_valid(kind: str, rest: str) -> None:
    code = make_organisation(kind + rest)
    check_organisation(code)
    assert kind_of(code) == TYPES[kind]


@given(st.text(ALPHABET, min_size=17, max_size=17).filter(lambda text: text[:2] not in TYPES))
def test_any_other_kind_is_refused(first17: str) -> None:
    assert refusal(make_organisation(first17)) == "organisation.type"
