"""What is wrong with a parameter is told in both languages, not in the words of the library that found it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from api.http.reports import PERIOD, PERIOD_OR_BLANK
from api.http.validation import parameter_problem

ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+")


@pytest.mark.parametrize(
    ("kind", "read", "zh", "en"),
    [
        (
            Annotated[str, Field(pattern=PERIOD)],
            "2026",
            "应为 YYYY-MM（如 2026-03）",
            "YYYY-MM such as 2026-03 expected",
        ),
        (
            Annotated[str, Field(pattern=PERIOD_OR_BLANK)],
            "2026",
            "应为 YYYY-MM（如 2026-03）",
            "YYYY-MM such as 2026-03 expected",
        ),
        (
            Annotated[str, Field(pattern="^[0-9]+$")],
            "x",
            "写法不对，应合 ^[0-9]+$",
            "not written as expected: ^[0-9]+$",
        ),
        (Annotated[str, Field(max_length=2)], "abc", "至多 2 个字", "at most 2 characters expected"),
        (Annotated[str, Field(min_length=2)], "a", "至少 2 个字", "at least 2 characters expected"),
        (Annotated[int, Field(ge=1)], "0", "不得小于 1", "at least 1 expected"),
        (Annotated[int, Field(le=9)], "10", "不得大于 9", "at most 9 expected"),
        (int, "x", "应为整数", "an integer expected"),
        (int, "1.5", "应为整数", "an integer expected"),
        (int, "9" * 5_000, "应为整数", "an integer expected"),
        (bool, "x", "应为 true 或 false", "true or false expected"),
        (float, "x", "应为数字", "a number expected"),
        (Literal["a", "b"], "c", "应为 'a' 或 'b'", "'a' or 'b' expected"),
        (bytes, 1, "写法不对", "Input should be a valid bytes"),
    ],
)
def test_each_problem_is_told_in_both_languages(kind: Any, read: object, zh: str, en: str) -> None:  # noqa: ANN401
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(read)
    told = parameter_problem(caught.value.errors()[0])
    assert (told.zh, told.en) == (zh, en)
    assert not ENGLISH.search(told.zh)


def test_a_parameter_that_is_missing() -> None:
    told = parameter_problem({"type": "missing", "msg": "Field required"})
    assert (told.zh, told.en) == ("没有给出", "it is missing")
