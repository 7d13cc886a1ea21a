"""What names a person by a number is found however it is typed; what village books are full of is let through."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.kernel.errors import RuleViolation
from domain.kernel.money import format_fen
from domain.kernel.organisation import make_organisation
from domain.privacy import Personal, check_clear, find_personal, may_name_a_person

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")
DATES = st.dates(datetime.date(1920, 1, 1), datetime.date(1999, 12, 31))
DIVISIONS = st.sampled_from(["330881", "110101", "440111", "650102", "820000", "500101"])


def id_number(division: str, birthday: str, order: int) -> str:
    """Make an ID number with its check character (GB 11643: weights modulo 11)."""
    first = f"{division}{birthday}{order:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True))
    return first + "10X98765432"[total % 11]


def luhn(first: str) -> str:
    """Append the check digit of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(first), start=1):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return first + str(-total % 10)


ID_NUMBERS = st.builds(
    lambda division, day, order: id_number(division, day.strftime("%Y%m%d"), order),
    DIVISIONS,
    DATES,
    st.integers(1, 999),
)
MOBILES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
CARDS = st.builds(
    lambda prefix, rest: luhn((prefix + rest)[:18]),
    st.sampled_from(["6222", "6217", "6013", "9558", "9559"]),
    st.from_regex(r"\A[0-9]{14}\Z"),
) | st.builds(lambda rest: luhn("62" + rest), st.from_regex(r"\A[0-9]{13}\Z"))
AROUND = st.sampled_from(["", "付给张三", "（", "，", "： ", "代领人李四 ", "元"])


def kind_of(text: str) -> Personal | None:
    found = find_personal(text)
    return found.kind if found else None


def grouped(number: str, sizes: list[int], gap: str) -> str:
    parts, start = [], 0
    for size in [*sizes, len(number)]:
        parts.append(number[start : start + size])
        start += size
    return gap.join(filter(None, parts))


GAPS = st.sampled_from([" ", "-", "－", "　", ".", "·", "\u200b", "\u00a0", "—"])


@given(ID_NUMBERS, AROUND, AROUND.filter(lambda text: text != "元"))
def test_id_numbers_are_found(number: str, before: str, after: str) -> None:
    assert kind_of(f"{before}{number}{after}") is Personal.ID_NUMBER
    assert kind_of(f"{before}{number.lower()}{after}") is Personal.ID_NUMBER
    assert kind_of(f"{before}{number.translate(FULL_WIDTH)}{after}") is Personal.ID_NUMBER


@given(ID_NUMBERS, GAPS)
def test_id_numbers_in_groups_are_found(number: str, gap: str) -> None:
    assert kind_of(grouped(number, [6, 8], gap)) is Personal.ID_NUMBER
    assert kind_of(grouped(number, [6, 4, 4], gap)) is Personal.ID_NUMBER
    assert kind_of(" ".join(number))  # eleven of these digits may be a phone number too


@given(ID_NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_a_wrong_digit_is_no_id_number(number: str, place: int, more: int) -> None:
    wrong = str((int(number[place]) + more) % 10)
    assert kind_of(number[:place] + wrong + number[place + 1 :]) is not Personal.ID_NUMBER


@given(DIVISIONS, DATES, st.integers(1, 999))
def test_old_id_numbers_are_found(division: str, birthday: datetime.date, order: int) -> None:
    number = f"{division}{birthday:%y%m%d}{order:03d}"
    assert kind_of(f"张三{number}") is Personal.ID_NUMBER
    assert kind_of(f"税号 {number}") is None
    assert kind_of(f"合同编号：{number}") is None
    assert kind_of(f"身份证号码：{number}") is Personal.ID_NUMBER


@given(MOBILES, AROUND.filter(lambda text: text != "元"), AROUND.filter(lambda text: text != "元"))
def test_mobile_numbers_are_found(number: str, before: str, after: str) -> None:
    for text in (number, f"+86 {number}", f"86{number}", number.translate(FULL_WIDTH)):
        assert kind_of(f"{before}{text}{after}") is Personal.PHONE


@given(MOBILES, GAPS)
def test_mobile_numbers_in_groups_are_found(number: str, gap: str) -> None:
    for sizes in ([3, 4], [3], [7], [4, 4]):
        assert kind_of(f"联系{grouped(number, sizes, gap)}。") is Personal.PHONE


@pytest.mark.parametrize(
    "text",
    [
        "0571-88001234",
        "(0571)88001234",
        "（0571） 88001234",
        "010-62345678",
        "0570 4012345",
        "电话057188001234",
        "+86-571-88001234",
    ],
)
def test_landlines_are_found(text: str) -> None:
    assert kind_of(f"王老板 {text}") is Personal.PHONE


@given(CARDS, GAPS)
def test_bank_cards_are_found(number: str, gap: str) -> None:
    assume(kind_of(number) is not Personal.ID_NUMBER)
    assert kind_of(f"卡号{number}") is Personal.BANK_CARD
    assert kind_of(f"账号：{number}") is Personal.BANK_CARD
    assert kind_of(number.translate(FULL_WIDTH)) is Personal.BANK_CARD
    assert kind_of(grouped(number, [4, 4, 4, 4], gap)) is Personal.BANK_CARD


@given(CARDS, st.integers(1, 9))
def test_without_its_check_digit_it_is_no_card(number: str, more: int) -> None:
    assert kind_of(number[:-1] + str((int(number[-1]) + more) % 10)) is not Personal.BANK_CARD


def test_cards_of_other_countries_are_found() -> None:
    for number in ("4111111111111111", "5500 0000 0000 0004", "3566002020360505"):
        assert kind_of(number) is Personal.BANK_CARD


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码 N2330881MF0000013Y",
        "91330881MA2DJ0000X 浙江某某建材有限公司",
        "数电发票 24332000000123456789",
        "发票代码033001900104 号码12345678",
        "发票 3300194130 12345678",
        "增值税专用发票3300194130-12345678",
        "付2026-03-05至2026-03-31水电费",
        "2026-03-05 2026-03-06 2026-03-07 三次",
        "2026 03 05 2026 03 06",
        "20260305 20260306",
        "合同编号 15202600015",
        "合同 HT-13912345678",
        "XY2026-13812345678",
        "项目编号 330881202603050012",
        "对公账号 201000123456789",
        "基本户 19-450101040012345",
        "开户行：农商行 对公账户 330620120400012345",
        "工行 1202022719900012345 转账",
        "记-2026-03-0001 至 记-2026-03-0199",
        "金额 13800138000 元",
        "金额13800138000.00",
        "共1234567890123.45元",
        "合计 1,234,567,890,123.45",
        "纳税人识别号 330881620305123",
        "宗地 330881101201JC00012",
        "浙(2026)江山市不动产权第0001234号",
        "银行回单 20260305000123456",
        "流水号 2026030512345678",
        "凭证 2026-03-13-0001",
        "农经发〔2011〕13号 财会〔2023〕14号",
        "车牌 浙H12345 车架号 LSVAA4182E2123456",
        "电表号 3300123456789",
        "快递 SF1234567890123",
        "行政区划 330881101201",
        "46.220 亩 × 105000.00 元/亩",
        "第 1 2 3 4 5 6 7 8 9 10 11 12 组",
        "513 4 0704 04 村公厕修理配件 235.00",
        "",
    ],
)
def test_what_village_books_are_full_of_is_let_through(text: str) -> None:
    assert find_personal(text) is None


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_amounts_are_let_through(fen: int) -> None:
    assert find_personal(f"付工程款{format_fen(fen)}元") is None


BOOK_DATES = st.dates(datetime.date(1949, 1, 1), datetime.date(2099, 12, 31))
"""What a book takes: 6200-01-01 would be the beginning of a bank card."""


@given(BOOK_DATES, BOOK_DATES, st.sampled_from([" ", "至", "～", "-", "、"]))
def test_dates_are_let_through(first: datetime.date, last: datetime.date, between: str) -> None:
    assert find_personal(f"{first}{between}{last}") is None
    assert find_personal(f"{first:%Y%m%d}{between}{last:%Y%m%d}") is None


@given(st.from_regex(r"\A[0-9A-HJ-NPQRTUWXY]{17}\Z"))
def test_organisation_codes_are_let_through(first17: str) -> None:
    assert find_personal(f"付 {make_organisation(first17)} 货款") is None


@given(st.from_regex(r"\A2[0-9]{19}\Z"))
def test_electronic_invoices_are_let_through(number: str) -> None:
    assert find_personal(f"发票{number}") is None


@given(st.text(max_size=80))
def test_any_text_is_judged(text: str) -> None:
    found = find_personal(text)
    assert found is None or may_name_a_person(text.encode())


@given(st.text("0123456789 -.()xX元", max_size=200))
def test_the_quick_look_misses_nothing(text: str) -> None:
    if find_personal(text):
        assert may_name_a_person(text.encode())


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("privacy.id_number", "张三 110101199003077475"),
        ("privacy.phone", "张三 13800138000"),
        ("privacy.bank_card", "张三 4111 1111 1111 1111"),
    ],
)
def test_the_refusal_says_where_and_what_to_do_but_not_the_number(code: str, text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        check_clear(text, "lines[2].party")
    violation = caught.value
    assert violation.rule.code == code
    assert "往来单位" in violation.zh
    assert "lines[2].party" in violation.en
    assert "披露" in violation.zh
    assert "disclosure" in violation.en
    number = text.partition(" ")[2]
    assert number not in str(violation) + str(violation.facts)
