"""What msgspec says about bad JSON, in both languages and with the place in it."""

from __future__ import annotations

import binascii
import re

from domain.kernel.errors import Phrase

_PLACE = re.compile(r"(?s)(?P<what>.*?)(?: - at (?:`key` in )?`\$\.?(?P<path>.*)`)?")

_TYPES = {
    "array": "数组",
    "bool": "布尔值",
    "float": "小数",
    "int": "整数",
    "null": "空值",
    "object": "对象",
    "str": "文本",
}

_MESSAGES = [
    (re.compile(message), zh, en)
    for message, zh, en in (
        ("Object contains unknown field `(.*)`", "没有「{0}」这个字段", "there is no field '{0}'"),
        ("Object missing required field `(.*)`", "缺少字段「{0}」", "the field '{0}' is missing"),
        ("Expected `([^`]*)`, got `([^`]*)`", "应为{zh0}，读到{zh1}", "{0} expected; read {1}"),
        ("Expected `[a-z]*` of length >= ([0-9]+)", "至少 {0} 个", "a length of at least {0} expected"),
        ("Expected `[a-z]*` of length <= ([0-9]+)", "至多 {0} 个", "a length of at most {0} expected"),
        ("Expected `(?:int|float)` >= ([0-9.-]+)", "不得小于 {0}", "at least {0} expected"),
        ("Expected `(?:int|float)` <= ([0-9.-]+)", "不得大于 {0}", "at most {0} expected"),
        (
            r"Expected `str` matching regex (?s:.*)",
            "写法不对，或含有控制字符、换行",
            "not written as it should be, or with a control character or line break",
        ),
        ("Invalid (?:enum )?value '?(.*?)'?", "不能是「{0}」", "it cannot be '{0}'"),
        (r"(?:Integer value|Number) out of range", "数字太大", "the number is too large"),
        (r"JSON is malformed: .* \(byte ([0-9]+)\)", "第 {0} 个字节处不是合格的 JSON", "no JSON at byte {0}"),
        ("Input data was truncated", "JSON 不完整", "the JSON is cut off"),
    )
]
"""The messages of msgspec 0.20, and what to say for them; one that is not among them stays as it is in English."""


def decoding_problem(error: Exception) -> Phrase:
    """Return what is wrong with JSON that msgspec refused, or with the bytes around it."""
    if isinstance(error, UnicodeDecodeError):
        return Phrase("不是 UTF-8 编码", "not UTF-8")
    if isinstance(error, RecursionError):
        return Phrase("嵌套太深", "nested too deep")
    if isinstance(error, binascii.Error):
        return Phrase("不是 base64 编码", "not base64")
    found = _PLACE.fullmatch(str(error))
    what, path = (found["what"], found["path"]) if found else (str(error), "")
    zh, en = _told(what)
    return Phrase(f"{path}：{zh}", f"{path}: {en}") if path else Phrase(zh, en)


def _told(what: str) -> tuple[str, str]:
    for message, zh, en in _MESSAGES:
        found = message.fullmatch(what)
        if found:
            words = {f"zh{place}": _types(part) for place, part in enumerate(found.groups())}
            return zh.format(*found.groups(), **words), en.format(*found.groups())
    return "内容不合格式", what


def _types(names: str) -> str:
    """Return in Chinese what msgspec calls a type: `int | null`."""
    return "或".join(_TYPES.get(name, name) for name in names.split(" | "))
