"""Money: what people type is read to the fen or refused, and capitals are those of 会计基础工作规范 art. 52."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import RuleViolation
from domain.kernel.money import MAX_FEN, chinese_capital, format_fen, parse_fen, plain_fen

FEN = st.integers(-MAX_FEN, MAX_FEN)

READ = {
    "": 0,
    "   ": 0,
    "0": 0,
    "0.00": 0,
    "-0": 0,
    "7": 700,
    "007": 700,
    "12.3": 1_230,
    "12.34": 1_234,
    "12.": 1_200,
    ".5": 50,
    "0.05": 5,
    "12.3400": 1_234,
    "1409.50": 140_950,
    "1,409.50": 140_950,
    "1,234,567.89": 123_456_789,
    "\u00a51,409.50": 140_950,
    "1,409.50元": 140_950,
    " 12 ": 1_200,
    "+12.34": 1_234,
    "-12.34": -1_234,
    "\u221212.34": -1_234,
    "-\u00a512.34": -1_234,
    "(12.34)": -1_234,
    "( 12.34 )": -1_234,
    "9,999,999,999.99": MAX_FEN,
    "(9,999,999,999.99)": -MAX_FEN,
}

FULL_WIDTH = {
    "digits": ("\uff11\uff12", 1_200),
    "a point": ("\uff11\uff12\uff0e\uff13\uff14", 1_234),
    "separators": ("\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15", 123_450),
    "a separator between half-width digits": ("1\uff0c234.50", 123_450),
    "a currency sign": ("\uffe51,409.50", 140_950),
    "brackets": ("\uff0812.34\uff09", -1_234),
    "a minus": ("\uff0d12.34", -1_234),
    "a plus": ("\uff0b12.34", 1_234),
    "ideographic spaces": ("\u300012.34\u3000", 1_234),
    "all of them": ("\uff08\uffe5\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15\uff16\uff09", -123_456),
}

REFUSED = [
    "abc",
    "12.345",
    "1.2.3",
    "1,23",
    "1,2345",
    ",123",
    "1,,234",
    "1234,567",
    ".",
    "-",
    "()",
    "(-12)",
    "(12",
    "12)",
    "--12",
    "12-",
    "1 234",
    "1e5",
    "0x10",
    "NaN",
    "\u221e",
    "12万",
    "壹佰元",
    "12\n34",
]


@pytest.mark.parametrize(("text", "fen"), READ.items(), ids=map(ascii, READ))
def test_an_amount_is_read(text: str, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize(("text", "fen"), FULL_WIDTH.values(), ids=FULL_WIDTH)
def test_a_full_width_amount_is_read(text: str, fen: int) -> None:
    """Chinese input methods and office programs write U+FF01 to U+FF5E for ASCII."""
    assert parse_fen(text) == fen


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:30])
def test_what_is_no_amount_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_fen(text)
    assert caught.value.rule.code == "money.malformed"
    assert caught.value.facts == {"read": text}


@pytest.mark.parametrize("text", ["10,000,000,000.00", "-10000000000", "9" * 400])
def test_what_is_too_large_is_refused_as_such(text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_fen(text)
    assert caught.value.rule.code == "money.too_large"
    assert "9,999,999,999.99" in caught.value.zh
    assert parse_fen("9,999,999,999.99") == MAX_FEN


@given(FEN)
def test_what_was_written_is_read(fen: int) -> None:
    assert parse_fen(format_fen(fen)) == fen
    assert parse_fen(plain_fen(fen)) == fen
    assert parse_fen(f"\u00a5{format_fen(fen)}元") == fen


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        fen = parse_fen(text)
    except RuleViolation as violation:
        assert violation.rule.code in {"money.malformed", "money.too_large"}
    else:
        assert abs(fen) <= MAX_FEN


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456_789, "1,234,567.89"), (-100_000, "-1,000.00")],
)
def test_an_amount_is_written(fen: int, text: str) -> None:
    assert format_fen(fen) == text
    assert plain_fen(fen) == text.replace(",", "")


# ---------------------------------------------------------------------------------------- capitals


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        # the examples of 会计基础工作规范 art. 52 and 支付结算办法 annex 1
        ("1,409.50", "壹仟肆佰零玖元伍角整"),
        ("6,007.14", "陆仟零柒元壹角肆分"),
        ("1,680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107,000.53", "壹拾万柒仟元零伍角叁分"),
        ("16,409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # the edges
        ("0.00", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.12", "壹角贰分"),
        ("1.00", "壹元整"),
        ("10.00", "壹拾元整"),
        ("10.01", "壹拾元零壹分"),
        ("100,000.00", "壹拾万元整"),
        ("100,001.00", "壹拾万零壹元整"),
        ("1,000,100.00", "壹佰万零壹佰元整"),
        ("10,010,000.00", "壹仟零壹万元整"),
        ("100,000,000.00", "壹亿元整"),
        ("100,000,001.00", "壹亿零壹元整"),
        ("100,010,000.00", "壹亿零壹万元整"),
        ("2,000,300,040.05", "贰拾亿零叁拾万零肆拾元零伍分"),
        ("-12.34", "负壹拾贰元叁角肆分"),
    ],
)
def test_an_amount_in_capitals(amount: str, capitals: str) -> None:
    assert chinese_capital(parse_fen(amount)) == capitals


_DIGITS = {character: digit for digit, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SMALL = {"拾": 10, "佰": 100, "仟": 1_000}
_CAPITALS = re.compile(r"(负?)(?:(.+)元)?零?(?:(.)角)?(?:(.)分)?整?")


def _yuan(capitals: str) -> int:
    """Read an integer in capitals as one learns it at school: 亿 over 万 over 仟, 佰, 拾."""
    for mark, worth in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = capitals.partition(mark)
        if found:
            return _yuan(head) * worth + _yuan(tail)
    total = digit = 0
    for character in capitals:
        if character in _SMALL:
            total, digit = total + digit * _SMALL[character], 0
        else:
            digit = _DIGITS[character]
    return total + digit


def read_capitals(capitals: str) -> int:
    match = _CAPITALS.fullmatch(capitals)
    assert match is not None
    sign, yuan, jiao, fen = match.groups()
    total = _yuan(yuan or "") * 100 + _DIGITS[jiao or "零"] * 10 + _DIGITS[fen or "零"]
    return -total if sign else total


@given(st.integers(-(10**14) + 1, 10**14 - 1) | st.integers(-(10**7), 10**7))
def test_capitals_say_the_amount_and_no_other(fen: int) -> None:
    capitals = chinese_capital(fen)
    assert read_capitals(capitals) == fen
    assert "零零" not in capitals
    assert capitals.endswith("整") == (fen % 10 == 0)
