"""The columns of a table of the households' shares (各户份额), and how one without a header is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from api.adapters.header import Column, Layout, Unheaded
from api.importing.account_cells import account_and_name
from api.importing.cells import bare, joined_code
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.kernel.errors import RuleViolation

PARTED = rule(
    "distribution.share_parted",
    Kind.MALFORMED,
    "科目之后读到「{read}」，分不清户名和金额：金额请去掉千分位的逗号、空格，或给金额加上双引号；户名请写姓名，中间不空格；"
    "人口等别的数请删去；一行只写一户",
    "behind the account stands '{read}', which may be the household or the amount: leave out the comma or blank between"
    " thousands, or put the amount in quotation marks; give the household's name without blanks; delete other figures"
    " such as how many people it has. A line has one household",
)

LETTER = re.compile(r"[^\W\d_]")
"""What no amount has, and each name of a household."""
_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"[0-9]+(?:[-./][0-9]+)*", re.ASCII)


def code_of(read: str) -> str:
    """Return the account's code of a cell, which may have a name behind (11301 张三户); another cell as it is."""
    return _code_and_name(read)[0]


def name_of(read: str) -> str:
    """Return the name behind the code of a cell, "" of another cell."""
    return _code_and_name(read)[1]


def _code_and_name(read: str) -> tuple[str, str]:
    text = bare(read)
    narrow = unicodedata.normalize("NFKC", text)
    both = account_and_name(text) or account_and_name(narrow)
    if both and not _DIGIT.search(both["name"]):
        return joined_code(both["code"]), both["name"].strip()
    return joined_code(narrow), ""


def _begins(cell: str) -> bool:
    return _CODE.fullmatch(code_of(cell)) is not None


def _by_width(lines: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return the columns of rows without a header, by the widest of them."""
    return WITH_NAMES if any(cell.strip() for line in lines for cell in line[2:]) else WITHOUT_NAMES


def _by_names(lines: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return the columns of rows without a header, which have names if any does before its last cell."""
    named = any(LETTER.search(line[1]) and any(map(str.strip, line[2:])) for line in lines if len(line) > 1)
    return WITH_NAMES if named else WITHOUT_NAMES


def parted(cells: Sequence[str], **place: object) -> RuleViolation:
    """Return the refusal of cells behind the account that cannot be told apart, in a row of a file as `place` says."""
    return PARTED(read=" | ".join(filter(None, map(str.strip, cells))), **place)


WITHOUT_NAMES, WITH_NAMES = ("科目", "金额"), ("科目", "户名", "金额")
_ACCOUNT = (
    Column(
        "code",
        "科目编码",
        "account",
        (
            "科目代码",
            "科目编号",
            "会计科目编码",
            "明细科目编码",
            "编码",
            "code",
            "科目",
            "会计科目",
            "明细科目",
        ),
        ranked=True,
    ),
    Column(
        "name",
        "户名",
        "household",
        ("户主", "户主姓名", "姓名", "成员", "成员姓名", "农户", "名称", "科目名称", "name"),
        optional=True,
    ),
)
_AMOUNTS = (
    "分配金额",
    "分红金额",
    "应分金额",
    "实分金额",
    "应发金额",
    "实发金额",
    "分配额",
    "分红额",
    "分红",
)
LAYOUT = Layout(
    (*_ACCOUNT, Column("amount", "金额", "amount", _AMOUNTS)),
    amounts=("amount",),
    booked=("code", "amount"),
    unheaded=Unheaded(_begins, _by_width, parted),
)
"""How it is in a workbook."""
SEPARATED = replace(LAYOUT, unheaded=Unheaded(_begins, _by_names, parted))
"""How it is in separated values, where a comma between thousands may have parted an amount."""
TYPED = replace(LAYOUT, unheaded=Unheaded(_begins, _by_names, parted, always=True))
"""How it is typed or pasted: no line is taken for a header that is not understood."""


def of_accounts_alone(layout: Layout) -> Layout:
    """Return the layout of a table below whose header there are no amounts: all get the same."""
    return replace(layout, columns=_ACCOUNT, amounts=(), booked=("code",))
