"""What pydantic finds wrong with a parameter or a setting, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTH = Phrase("应为 YYYY-MM（如 2026-03）", "YYYY-MM such as 2026-03 expected")
_INTEGER = Phrase("应为整数", "an integer expected")
_CODE = Phrase("应为科目编码，如 10201", "an account's code such as 10201 expected")
_DRAFT = Phrase("应为 26 个字母和数字", "26 letters and digits expected")
_SEEN = Phrase("不能有看不见的字符", "no character that nobody sees expected")

_ONE_OF = re.compile(r"\^\(([a-z|-]+)\)\$")

PATTERNS = {
    "^[0-9A-Z]{18}$": Phrase(
        "应为村集体的 18 位统一社会信用代码", "the organisation's code of 18 characters expected"
    ),
    "^[0-9A-HJKMNP-TV-Z]{26}$": _DRAFT,
    "^([0-9A-HJKMNP-TV-Z]{26})?$": _DRAFT,
    "^[0-9A-HJKMNP-TV-Z]*$": _DRAFT,
    "^[0-9]{3,9}$": _CODE,
    "^([0-9]{3,9})?$": _CODE,
    "^[0-9]{0,9}$": _CODE,
    r"^(?:[0-9a-z_]{1,40}|[0-9]{3,9}(?:\+[0-9]{3,9}){1,9})$": Phrase(
        "应为科目编码（可用 + 相连）或报表项目",
        "accounts' codes, joined by +, or a line of a statement expected",
    ),
    "^[0-9a-f]{64}$": Phrase("应为 64 位 SHA-256", "64 digits of a SHA-256 expected"),
    r"^[^\x00-\x1f\x7f]*$": _SEEN,
    "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$": Phrase(
        "应为日期，如 2026-03-31", "a date such as 2026-03-31 expected"
    ),
}
"""What is expected where a parameter does not fit a pattern, in words; of another one the pattern itself is told."""

NAMES = {
    "account": Phrase("科目", "account"),
    "as_of": Phrase("截至日期", "as of"),
    "balance": Phrase("对账单余额", "balance of the statement"),
    "book": Phrase("村集体代码", "organisation's code"),
    "columns": Phrase("表头说明", "headers"),
    "copy": Phrase("照着制单的记录号", "number of the entry that is copied"),
    "cover": Phrase("用公积公益金弥补亏损", "loss covered by the reserve"),
    "date": Phrase("日期", "date"),
    "digest": Phrase("附件的摘要", "digest of the original"),
    "draft": Phrase("待签凭证的编号", "id of the draft"),
    "earlier": Phrase("本年提取中属于往年的", "of this year's, for earlier years"),
    "from": Phrase("起点", "beginning"),
    "households": Phrase("各户份额", "households' shares"),
    "index": Phrase("记录号", "number of the entry"),
    "known_on": Phrase("据何时所知", "as known on"),
    "limit": Phrase("行数", "number of rows"),
    "max": Phrase("最大金额", "largest amount"),
    "members": Phrase("向成员分配", "to members"),
    "members_to": Phrase("成员分配记入的科目", "account of what members get"),
    "min": Phrase("最小金额", "smallest amount"),
    "name": Phrase("文件名", "name of the file"),
    "number": Phrase("编号", "number"),
    "offset": Phrase("跳过的行数", "rows passed over"),
    "other": Phrase("其他分配", "other"),
    "other_to": Phrase("其他分配记入的科目", "account of what others get"),
    "page": Phrase("报表", "report"),
    "part": Phrase("部分", "part"),
    "party": Phrase("往来单位", "counterparty"),
    "path": Phrase("路径", "path"),
    "period": Phrase("期间", "period"),
    "printed": Phrase("打印格式", "printed form"),
    "project": Phrase("项目", "project"),
    "reserve": Phrase("公积公益金提取比例", "ratio for the reserve"),
    "reserve_to": Phrase("公积公益金科目", "account of the reserve"),
    "resolution": Phrase("依据的决议", "resolution"),
    "revision": Phrase("看到的稿次", "revision that was seen"),
    "template": Phrase("常用凭证的编号", "id of the voucher template"),
    "text": Phrase("要找的文字", "text that is looked for"),
    "through": Phrase("对账单截止日", "last day of the statement"),
    "to": Phrase("终点", "end"),
    "wait": Phrase("等待的秒数", "seconds to wait"),
    "way": Phrase("更正的方式", "way of setting right"),
}
"""What people call the parameters of an address."""

IN_PATH = Phrase(
    "地址可能没有抄全，请从首页或工作台重新打开",
    "the address may be incomplete: open it anew from the home page or the desk",
)
BY_HAND = Phrase("请改正它再试", "correct it and try again")

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
    "string_pattern_mismatch": Phrase("写法不对，应合 {pattern}", "not written as expected: {pattern}"),
}
"""By the type of pydantic's error; another stays as it is in English.

A check of our own raises a `ValueError` that has its words as a `Phrase`.
"""


def called(error: Mapping[str, Any]) -> tuple[Phrase, Phrase]:
    """Return what people call the parameter that one of pydantic's errors is about, and what is to be done about it."""
    place, *name = (str(part) for part in error["loc"])
    field = ".".join(name)
    return NAMES.get(field, Phrase(field or place, field or place)), IN_PATH if place == "path" else BY_HAND


def parameter_problem(error: Mapping[str, Any]) -> Phrase:
    """Return what one of pydantic's errors says of a parameter, or of a setting."""
    context = error.get("ctx", {})
    pattern = context.get("pattern", "")
    if pattern in PATTERNS:
        return PATTERNS[pattern]
    if one_of := _ONE_OF.fullmatch(pattern):
        names = one_of[1].split("|")
        return Phrase(f"应为 {'、'.join(names)} 之一", f"one of {', '.join(names)} expected")
    if "[0-9]{4}-[0-9]{2}" in pattern:
        return _MONTH
    own = getattr(context.get("error"), "args", ())
    if own and isinstance(own[0], Phrase):
        return own[0]
    phrase = _FOUND.get(error["type"])
    if phrase is None:
        return Phrase("写法不对", error["msg"])
    expected_zh = str(context.get("expected", "")).replace(" or ", " 或 ").replace(", ", "、")
    return Phrase(phrase.zh.format(**context, expected_zh=expected_zh), phrase.en.format(**context))
