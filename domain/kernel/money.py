"""Money (金额): integers in fen (分), never floats."""

from __future__ import annotations

import re

from domain.kernel.errors import Kind, rule

MALFORMED = rule(
    "money.malformed",
    Kind.MALFORMED,
    "金额应为最多两位小数的数字（如 12,345.67），读到「{read}」",
    "an amount is a number with at most two decimals such as 12,345.67; read '{read}'",
)
TOO_LARGE = rule(
    "money.too_large",
    Kind.MALFORMED,
    "一笔金额最多 9,999,999,999.99 元，读到「{read}」；请核对小数点和单位",
    "one amount is at most 9,999,999,999.99 yuan; read '{read}'; check the decimal point and the unit",
)

MAX_FEN = 999_999_999_999
"""The largest amount of one line, just under ten thousand million yuan: nine million such lines fit a 64-bit sum."""

_TO_HALF_WIDTH = {0xFEE0 + ord(char): char for char in "0123456789,.()-+"} | str.maketrans(
    "\u2212\u3000", "- ", "\u00a5\uffe5元"
)
"""Full-width forms stand 0xFEE0 above ASCII; minus sign and ideographic space; both yen signs and 元 fall away."""
_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<yuan>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.(?P<fen>[0-9]*))?")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def parse_fen(text: str) -> int:
    """Return the fen of an amount in yuan as people write it; blank is 0, brackets and minus are red (红字).

    Full-width characters, thousands separators and a currency sign are accepted; raises `money.malformed`,
    `money.too_large`.
    """
    plain = text.translate(_TO_HALF_WIDTH).strip()
    if not plain:
        return 0
    bracketed = plain.startswith("(") and plain.endswith(")")
    match = _AMOUNT.fullmatch(plain[1:-1].strip() if bracketed else plain)
    if match is None or (bracketed and match["sign"]):
        raise MALFORMED(read=text)
    yuan, decimals = match["yuan"], match["fen"] or ""
    if (not yuan and not decimals) or decimals[2:].strip("0"):
        raise MALFORMED(read=text)
    fen = int((yuan or "0").replace(",", "")) * 100 + int(decimals[:2].ljust(2, "0"))
    if fen > MAX_FEN:
        raise TOO_LARGE(read=text)
    return -fen if bracketed or match["sign"] == "-" else fen


def format_fen(fen: int) -> str:
    """Return yuan with separators and two decimals: -12,345.67."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def plain_fen(fen: int) -> str:
    """Return yuan with two decimals and no separators: -12345.67."""
    return format_fen(fen).replace(",", "")


def chinese_capital(fen: int) -> str:
    """Return the amount in capitals (大写) after 会计基础工作规范 art. 52: 壹仟肆佰零玖元伍角整."""
    yuan, cents = divmod(abs(fen), 100)
    jiao, rest = divmod(cents, 10)
    text = "负" if fen < 0 else ""
    if yuan or not cents:
        text += (_integer(yuan) or "零") + "元"
    if not cents:
        return text + "整"
    if yuan and (jiao == 0 or yuan % 10 == 0):
        text += "零"
    if jiao:
        text += _DIGITS[jiao] + "角"
    return text + (_DIGITS[rest] + "分" if rest else "整")


def _integer(number: int) -> str:
    """Return an integer in capitals, "" for 0; several zeros in a row are written once."""
    for unit, name in ((100_000_000, "亿"), (10_000, "万")):
        if number >= unit:
            above, below = divmod(number, unit)
            gap = "零" if 0 < below < unit // 10 else ""
            return _integer(above) + name + gap + _integer(below)
    return _group(number)


def _group(group: int) -> str:
    """Return one group of four digits."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text
