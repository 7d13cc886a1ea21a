"""What pydantic finds wrong with a parameter or a setting, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTH = Phrase("应为 YYYY-MM（如 2026-03）", "YYYY-MM such as 2026-03 expected")
_INTEGER = Phrase("应为整数", "an integer expected")
_PATTERN = "string_pattern_mismatch"

_FOUND = {
    "bool_parsing": Phrase("应为 true 或 false", "true or false expected"),
    "float_parsing": Phrase("应为数字", "a number expected"),
    "greater_than_equal": Phrase("不得小于 {ge}", "at least {ge} expected"),
    "int_from_float": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "less_than_equal": Phrase("不得大于 {le}", "at most {le} expected"),
    "literal_error": Phrase("应为 {expected_zh}", "{expected} expected"),
    "missing": Phrase("没有给出", "it is missing"),
    "string_too_long": Phrase("至多 {max_length} 个字", "at most {max_length} characters expected"),
    "string_too_short": Phrase("至少 {min_length} 个字", "at least {min_length} characters expected"),
    _PATTERN: Phrase("写法不对，应合 {pattern}", "not written as expected: {pattern}"),
}
"""By the type of pydantic's error; another stays as it is in English.

A check of our own raises a `ValueError` that has its words as a `Phrase`.
"""


def parameter_problem(error: Mapping[str, Any]) -> Phrase:
    """Return what one of pydantic's errors says of a parameter, or of a setting."""
    context = error.get("ctx", {})
    if error["type"] == _PATTERN and "[0-9]{4}-[0-9]{2}" in context["pattern"]:
        return _MONTH
    own = getattr(context.get("error"), "args", ())
    if own and isinstance(own[0], Phrase):
        return own[0]
    phrase = _FOUND.get(error["type"])
    if phrase is None:
        return Phrase("写法不对", error["msg"])
    expected_zh = str(context.get("expected", "")).replace(" or ", " 或 ").replace(", ", "、")
    return Phrase(phrase.zh.format(**context, expected_zh=expected_zh), phrase.en.format(**context))
