"""How a log's origin is written: a public address without its scheme."""

from __future__ import annotations

import re

from domain.kernel.errors import Kind, Phrase, rule

ORIGIN_WRITTEN = Phrase(
    "公开网址去掉 https:// 的部分：主机名，可带端口和路径，首尾没有斜杠，中间没有相连的斜杠，"
    "如 ledger.example.cn 或 ledger.example.cn/books/账套编号",
    "the public address without https://: a host, with a port and a path where there is one, no slash at either end"
    " and no two together, such as ledger.example.cn or ledger.example.cn/books/ID",
)
ORIGIN_FORM = rule(
    "book.origin_form",
    Kind.REFUSED,
    "日志来源「{read}」应为{expected}；来源一经建账就不能改，请改正后重来",
    "the log's origin '{read}' should be {expected}; an origin is fixed once the book is opened: set it right and try"
    " again",
    "C2SP tlog-checkpoint: an origin should be a scheme-less URL",
)

_FORM = re.compile(
    r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(:[0-9]{1,5})?"  # host and port
    r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*"
)


def check_origin(origin: str) -> None:
    """Raise `book.origin_form` unless an origin is written as an address without its scheme.

    Asked before an entry is taken in, never on replay: books were opened under origins of other forms.
    """
    if not _FORM.fullmatch(origin):
        raise ORIGIN_FORM(read=origin, expected=ORIGIN_WRITTEN)
