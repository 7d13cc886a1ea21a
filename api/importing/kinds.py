"""The kind of a voucher (凭证字: 收, 付, 转, 记) that has a column of its own: each kind is numbered from 1."""

from __future__ import annotations

import re
import unicodedata

_ENDING = re.compile("[款账帐]?(?:凭证)?\\Z")
"""What a kind may have behind the sign that stands before numbers: 收款凭证 1 is 收-1."""

_BEFORE = re.compile(r"\s*(?P<kind>[^\W\d_]+?)(?:字?第|字)?(?![^\W\d_])")
"""A kind before a number, and what may join them."""


def with_kind(number: str, kind: str) -> str:
    """Return a voucher's number with its kind before it, unless that stands there: 收 and 1 are 收-1."""
    sign = _ENDING.sub("", kind) or kind
    return number if not kind or not number or number.startswith(sign) else f"{kind}-{number}"


def kind_of(number: str) -> str:
    """Return the kind before a voucher's number: 收 of 收-1, 收款凭证-1 and 收字第1号; "" where there is none."""
    found = _BEFORE.match(unicodedata.normalize("NFKC", number))
    return _ENDING.sub("", found["kind"]) if found else ""
