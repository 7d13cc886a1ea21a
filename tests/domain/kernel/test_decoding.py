"""What msgspec says about bad JSON is told in both languages, with the place in it."""

from __future__ import annotations

import binascii
import re
from typing import Annotated, Literal

import msgspec
import pytest

from domain.kernel.decoding import decoding_problem
from domain.kernel.statement import Count, Record, Text

ENGLISH = re.compile(r"[a-z]+ [a-z]+")


class Line(Record, frozen=True):
    """A line."""

    account: Text
    count: Count = 0


class Page(Record, frozen=True, tag="page/1"):
    """A page."""

    lines: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=2)]
    side: Literal["debit", "credit"] = "debit"


GOOD = '{"account":"101"}'


def page(lines: str = f"[{GOOD}]", more: str = "") -> bytes:
    return f'{{"type":"page/1","lines":{lines}{more}}}'.encode()


def problem_of(data: bytes) -> tuple[str, str]:
    """Return what is told, in Chinese and English."""
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError, RecursionError)) as caught:
        msgspec.json.decode(data, type=Page)
    told = decoding_problem(caught.value)
    return told.zh, told.en


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (page(more=',"extra":1'), "没有「extra」这个字段", "there is no field 'extra'"),
        (page('[{"account":"1","x":1}]'), "lines[0]：没有「x」这个字段", "lines[0]: there is no field 'x'"),
        (page("[{}]"), "lines[0]：缺少字段「account」", "lines[0]: the field 'account' is missing"),
        (
            page('[{"account":1}]'),
            "lines[0].account：应为文本，读到整数",
            "lines[0].account: str expected; read int",
        ),
        (page("{}"), "lines：应为数组，读到对象", "lines: array expected; read object"),
        (page("[1.5]"), "lines[0]：应为对象，读到小数", "lines[0]: object expected; read float"),
        (page("null"), "lines：应为数组，读到空值", "lines: array expected; read null"),
        (page("[]"), "lines：至少 1 个", "lines: a length of at least 1 expected"),
        (page(f"[{GOOD},{GOOD},{GOOD}]"), "lines：至多 2 个", "lines: a length of at most 2 expected"),
        (
            page('[{"account":""}]'),
            "lines[0].account：至少 1 个",
            "lines[0].account: a length of at least 1 expected",
        ),
        (
            page('[{"account":"1","count":-1}]'),
            "lines[0].count：不得小于 0",
            "lines[0].count: at least 0 expected",
        ),
        (
            page('[{"account":"1","count":9007199254740993}]'),
            "lines[0].count：不得大于 9007199254740991",
            "lines[0].count: at most 9007199254740991 expected",
        ),
        (
            page('[{"account":"a\\u202eb"}]'),
            "lines[0].account：写法不对，或含有控制字符、换行",
            "lines[0].account: not written as it should be, or with a control character or line break",
        ),
        (page(more=',"side":"left"'), "side：不能是「left」", "side: it cannot be 'left'"),
        (b'{"type":"book/1"}', "type：不能是「book/1」", "type: it cannot be 'book/1'"),
        (b'{"type":"page/1"}', "缺少字段「lines」", "the field 'lines' is missing"),
        (b"{'", "第 1 个字节处不是合格的 JSON", "no JSON at byte 1"),
        (b"", "JSON 不完整", "the JSON is cut off"),
        (b'{"type":"\xff"}', "不是 UTF-8 编码", "not UTF-8"),
    ],
)
def test_each_problem_is_told_in_both_languages(data: bytes, zh: str, en: str) -> None:
    told = problem_of(data)
    assert told == (zh, en)


def test_what_is_not_known_is_no_english_in_chinese() -> None:
    told = decoding_problem(msgspec.ValidationError("Invalid something else - at `$.data`"))
    assert (told.zh, told.en) == ("data：内容不合格式", "data: Invalid something else")
    assert not ENGLISH.search(told.zh)


def test_what_is_no_problem_of_a_field_is_told_too() -> None:
    with pytest.raises(RecursionError) as caught:
        msgspec.json.decode(b"[" * 100_000)
    assert decoding_problem(caught.value).zh == "嵌套太深"
    with pytest.raises(binascii.Error) as wrong:
        binascii.a2b_base64("?", strict_mode=True)
    assert decoding_problem(wrong.value).en == "not base64"
