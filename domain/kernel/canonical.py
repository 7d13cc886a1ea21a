"""Canonical JSON (规范 JSON): RFC 8785 in a narrow profile, so that one value has one sequence of bytes.

The profile: keys ``[a-z0-9_]+``, strings, booleans, integers with |n| <= 2**53 - 1, arrays and objects;
no floats, no null, no duplicate keys. With ASCII keys msgspec's order is RFC 8785's UTF-16 order.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

from domain.kernel.decoding import decoding_problem
from domain.kernel.errors import Kind, Phrase, rule

Json: TypeAlias = "str | bool | int | list[Json] | dict[str, Json]"
"""A value of the profile."""

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON implementation holds exactly (RFC 8785 section 3.2.2.3)."""

MAX_DEPTH = 64
"""Arrays and objects may be nested this deep."""

MAX_BYTES = 1_000_000
"""No document is larger."""

PROFILE = rule(
    "json.profile",
    Kind.MALFORMED,
    "JSON 中不允许的值：{problem}",
    "a value outside the JSON profile: {problem}",
    "ADR 0003; RFC 8785",
)
MALFORMED = rule(
    "json.malformed",
    Kind.MALFORMED,
    "不是合格的 JSON:{problem}",
    "not well-formed JSON: {problem}",
    "RFC 8259",
)
NOT_CANONICAL = rule(
    "json.not_canonical",
    Kind.MALFORMED,
    "不是规范的 JSON(键要排序、无空白、无重复键)",
    "not canonical JSON (sorted keys, no white space, no duplicate keys)",
    "RFC 8785",
)

_KEY = re.compile(r"[a-z0-9_]+")
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode


def encode(value: object) -> bytes:
    """Return the canonical bytes of `value`: dict, list, str, bool and int; else `json.profile` is raised."""
    _check(value, MAX_DEPTH)
    try:
        return _encode(value)
    except UnicodeEncodeError:
        raise PROFILE(problem=Phrase("字符串中有半个代理对", "a lone surrogate in a string")) from None


def decode(data: bytes) -> Json:
    """Return the value of canonical bytes; else `json.malformed`, `json.profile` or `json.not_canonical`."""
    if len(data) > MAX_BYTES:
        raise MALFORMED(problem=Phrase(f"超过 {MAX_BYTES} 字节", f"more than {MAX_BYTES} bytes"))
    try:
        value: Json = _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MALFORMED(problem=decoding_problem(error)) from None
    if encode(value) != data:
        raise NOT_CANONICAL()
    return value


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is bool:
        return
    if type(value) is int:
        if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            raise PROFILE(problem=Phrase("整数超过 2^53-1", "an integer beyond 2^53-1"))
    elif depth == 0:
        raise PROFILE(problem=Phrase(f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH}"))
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_key(key)
            _check(member, depth - 1)
    elif isinstance(value, list):
        for member in value:
            _check(member, depth - 1)
    else:
        raise PROFILE(
            problem=Phrase(f"不用 {kind.__name__} 这种类型", f"{kind.__name__} is no type of the profile")
        )


def _check_key(key: object) -> None:
    if type(key) is not str or not _KEY.fullmatch(key):
        raise PROFILE(
            problem=Phrase(
                f"键 {key!a:.80}，应为 [a-z0-9_]+", f"the key {key!a:.80}, where [a-z0-9_]+ is expected"
            )
        )
