"""What a text itself calls a person's number is found without its check digit; what follows such words else passes."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import RuleViolation
from domain.kernel.money import format_fen
from domain.privacy import Personal, check_number, find_personal
from domain.privacy.personal import look_closely
from tests.domain.privacy.test_personal import kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("身份证号：11010119900307421X", Personal.ID_NUMBER),
        ("身份证 110101199003074211", Personal.ID_NUMBER),
        ("身份证号码为330881 19800101 1234", Personal.ID_NUMBER),
        ("身份证（110101900307421）", Personal.ID_NUMBER),
        ("卡号 6222 0212 3456 7890 123", Personal.BANK_CARD),
        ("银行卡号：6222021234567890123", Personal.BANK_CARD),
        ("账号：6217001234567890", Personal.BANK_CARD),
        ("帐号是 201000123456", Personal.BANK_CARD),
        ("电话：8888777", Personal.PHONE),
        ("联系电话 888-8777", Personal.PHONE),
        ("电话号码：4012345", Personal.PHONE),
        ("手机 1381234567", Personal.PHONE),
        ("138*1234*5678", Personal.PHONE),
        ("138+1234+5678", Personal.PHONE),
        ("138 * 1234 * 5678", Personal.PHONE),
        ("１３８＊１２３４＊５６７８", Personal.PHONE),
        ("1+3+8+1+2+3+4+5+6+7+8", Personal.PHONE),
        ("电话=138=1234=5678", Personal.PHONE),
    ],
)
def test_a_number_that_is_called_so_is_found(text: str, kind: Personal) -> None:
    for whole in (text, f"付张三{text}", f"{text}，代领"):
        assert kind_of(whole) is kind, whole


@pytest.mark.parametrize(
    "text",
    [
        "账号 10201",
        "账号10201 银行存款",
        "账号：102010101",
        "对公账号 201000123456789",
        "合作社账号：201000123456789",
        "电费账号 3300123456789012",
        "油卡号 1000113300001234567",
        "身份证复印件 15 份",
        "身份证 12 张",
        "电话 3 部 1999 元",
        "电话费 2026-03-05 1234.50",
        "电话 2026-03-05",
        "电话20260305",
        "电话 2026.03.05 维修",
        "手机 2026-03-0001 号凭证",
        "手机1234567.00",
        "手机 1234567元",
        "手机 12 部 36000 元",
        "电话：110",
        "电话 12345",
        "138+1234+5678=7050",
        "1380+1234+567 元",
        "规格150*1200*2400",
        "138*1234*5678毫米",
        "6200+1200+3400+5604",
        "2026=2025+1",
        "宗地 330881101201JC00012",
        "记-2026-03-0001 手机维修",
    ],
)
def test_what_follows_such_words_else_is_let_through(text: str) -> None:
    assert look_closely(text) is None


DAYS = st.dates(datetime.date(1949, 1, 1), datetime.date(2099, 12, 31))
LABELS = st.sampled_from(["电话", "手机", "电话费", "手机费", "账号", "身份证", "卡号", "联系电话"])


@given(LABELS, DAYS, st.integers(1, 10**8), st.integers(1, 9999))
def test_ordinary_summaries_are_let_through(label: str, day: datetime.date, fen: int, number: int) -> None:
    for text in (
        f"付{label}{format_fen(fen)}元",
        f"{label} {day} {format_fen(fen)}",
        f"{label}{day:%Y%m%d}",
        f"{day} 付{label}款，记-{day:%Y-%m}-{number:04d}",
        f"{label} {day:%Y-%m}-{number:04d}" if label[:2] in {"电话", "手机"} else "",
        f"{label}（第 {number} 组）宗地 330881101201JC{number:05d}",
        f"{label} {number} 张，编号 {number:04d}",
    ):
        assert find_personal(text) is None, text


@given(st.lists(st.integers(1, 99_999), min_size=2, max_size=6), st.sampled_from(["+", "*", " + "]))
def test_sums_that_are_worked_out_are_let_through(numbers: list[int], sign: str) -> None:
    assert find_personal(f"合计 {sign.join(map(str, numbers))}={sum(numbers)}") is None


@given(st.text("0123456789*+= ()电话手机账卡号身份证：", max_size=60))
def test_whatever_is_found_gets_past_the_quick_look(text: str) -> None:
    assert (find_personal(text) is None) == (look_closely(text) is None)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("N2330881MF0000013Y/accountant/13812345679", "privacy.phone"),
        ("N2330881MF0000013Y/head/110101199003077475", "privacy.id_number"),
        ("N2330881MF0000013Y/head/4111111111111111+0badcafe+AAAA", "privacy.bank_card"),
    ],
)
def test_a_keys_number_is_no_persons(name: str, rule: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        check_number(name, "vkey")
    assert caught.value.rule.code == rule


@pytest.mark.parametrize("number", ["1", "2026-1", "20260305", "12", "000123456789"])
def test_ordinary_numbers_of_keys_pass(number: str) -> None:
    check_number(f"N2330881MF0000013Y/accountant/{number}+13812345+ATEzODEyMzQ1Njc5", "vkey")
