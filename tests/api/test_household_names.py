"""Whose each line of the households' shares is, as people write it, and how it is told on to a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from api.households import parse_households, read_households, typed
from domain.closing import Share
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from pathlib import Path

TWO = Share("11301", 300, "张三"), Share("11301", 200, "李四")


@pytest.mark.parametrize(
    ("text", "whole", "found"),
    [
        ("11301,张三,3\n11301,李四,2", 0, TWO),
        ("11301 张三 3.00\n11301 李四 2.00", 0, TWO),
        ("11301 张三,3\n11301 李四,2", 0, TWO),
        ("11301 成员,张三,3\n11301 成员,李四,2", 0, TWO),
        ("户主,科目,金额\n张三,11301,3\n李四,11301,2", 0, TWO),
        ("11301，张三（大），3", 0, (Share("11301", 300, "张三（大）"),)),
        (
            "11301 张三（大）\n11301 张三（小）",
            3,
            (Share("11301", 2, "张三（大）"), Share("11301", 1, "张三（小）")),
        ),
        ("科目,户名\n11301,张三\n11301,李四", 501, (TWO[0]._replace(fen=251), TWO[1]._replace(fen=250))),
        ("11301,3组张三,3", 0, (Share("11301", 300, "3组张三"),)),
        ("11301,3\n11302,2", 0, (Share("11301", 300), Share("11302", 200))),
    ],
)
def test_each_line_says_whose_it_is(text: str, whole: int, found: tuple[Share, ...]) -> None:
    """Beside the account or behind it, in the same words; what is told on to a server is read as the same."""
    read = parse_households(text, whole)
    assert read == found
    assert parse_households(typed(read), whole) == found


def test_what_stands_in_a_name_is_told_on() -> None:
    odd = Share("11301", 300, '张三,李四"夫妇"'), Share("11301", 200, "合计"), Share("11302", 100)
    assert parse_households(typed(odd), 0) == odd


def test_a_number_is_no_name_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "shares.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((["科目", "户名", "金额"], [11301, 12, 3], [11302, "张三", 2])):
            sheet.write_row(number, 0, row)
    assert read_households(path, 0).shares == (Share("11301", 300), Share("11302", 200, "张三"))


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("11301,张三,3\n11301,张三,2", "distribution.share_twice", "科目 11301 张三 写了两次，先前在第 1 行"),
        ("11301,3\n11301,2", "distribution.share_twice", "几户合用一个科目的，每行写上户名"),
        ("11301,张\u202e三,3", "import.invisible", "第 1 行「户名」"),
        (f"11301 {'张' * 201},3", "import.text_too_long", "第 1 行「科目」"),
    ],
)
def test_a_name_that_cannot_be_a_counterparty_is_told_with_its_line(text: str, rule: str, said: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        parse_households(text, 0)
    assert violation.value.rule.code == "distribution.share"
    assert f"[{rule}]" in violation.value.zh
    assert said in violation.value.zh
