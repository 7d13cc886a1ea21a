"""What may stand in a cell: texts, codes, dates and counts, and what a spreadsheet program shows without a value."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from domain.chart import is_account_code
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.money import parse_fen
from domain.kernel.period import YEARS, is_date, parse_date
from domain.kernel.statement import PLAIN, TEXT_MAX
from domain.vouchers import UNIT_MAX

BAD_CODE = rule(
    "import.account_code",
    Kind.MALFORMED,
    "科目编码应为 3、5、7 或 9 位数字，读到「{read}」",
    "an account code has 3, 5, 7 or 9 digits; read '{read}'",
)
BAD_COUNT = rule(
    "import.count",
    Kind.MALFORMED,
    "附件数应为 0 到 9999 的整数，读到「{read}」",
    "the number of attachments is an integer from 0 to 9999; read '{read}'",
)
BAD_QUANTITY = rule(
    "import.quantity",
    Kind.MALFORMED,
    "数量应如 12.5 或 1,200，最多 9 位整数、3 位小数，逗号只作千分位，读到「{read}」",
    "a quantity is written like 12.5 or 1,200, with 9 digits before and 3 behind the point at most, and commas between"
    " thousands alone; read '{read}'",
)
UNIT_TOO_LONG = rule(
    "import.unit_too_long",
    Kind.MALFORMED,
    "计量单位最多 {limit} 个字，这里有 {length} 个",
    "a unit of measure has at most {limit} characters, this one has {length}",
)
DATE_SERIAL = rule(
    "import.date_serial",
    Kind.MALFORMED,
    "读到「{read}」，像是日期 {date} 在表格程序里的序号；请把这一列的单元格格式设为「日期」，保存后再导入",
    "read '{read}', which looks like the serial number of {date}; give this column the cell format 'date' and save",
)
DATE_PART = rule(
    "import.date_part",
    Kind.MALFORMED,
    "读到「{read}」，没有「{missing}」；年、月、日要填满到每一行",
    "read '{read}', which has no {missing}; give year, month and day in every row",
)
DATE_YEAR = rule(
    "import.date_year",
    Kind.MALFORMED,
    "读到「{read}」，年份是 {year}，账上的日期应在 {first} 年到 {last} 年之间；{cause}",
    "read '{read}', which is in {year}, where a date from {first} to {last} is expected; {cause}",
)
TOO_LONG_TEXT = rule(
    "import.text_too_long",
    Kind.MALFORMED,
    "文字最多 {limit} 个字，这里有 {length} 个",
    "a text has at most {limit} characters, this one has {length}",
)
CELL_ERROR = rule(
    "import.cell_error",
    Kind.MALFORMED,
    "表格程序算不出这一格，显示为「{read}」；请改正公式，或改填数值、文字后再导入",
    "the spreadsheet program could not compute this cell and shows '{read}'; correct the formula, or put a value there",
)
NOT_COMPUTED = rule(
    "import.not_computed",
    Kind.MALFORMED,
    "这一格「{read}」{advice}",
    "'{read}' in this cell {advice}",
)
IN_WORKBOOK = Phrase(
    "是还没有算出结果的公式；请用表格程序打开文件，重新计算并保存，再导入",
    "is a formula that has no result yet; open the file in a spreadsheet program, recalculate and save",
)
IN_CSV = Phrase(
    "以等号开头，会被表格程序当作公式；是文字，请在等号前加一个撇号 ' 或别的字；是公式，请填它算出的数值",
    "begins with an equals sign, which spreadsheet programs take for a formula; before a text put an apostrophe ' or"
    " other text, for a formula put its result",
)
INVISIBLE = rule(
    "import.invisible",
    Kind.MALFORMED,
    "第 {place} 个字是不可见的控制字符 {character}，公开后会让人看错；请删去，或把这一格重新输入一遍",
    "character {place} is the invisible control character {character}, which makes a text read wrong; delete it",
)
BLANK = rule(
    "import.blank",
    Kind.MALFORMED,
    "此格不能为空",
    "this cell must not be blank",
)

SERIAL_YEARS = range(1899, 1906)
"""What a spreadsheet program makes of a small number (up to some 2,000) that it shows as a date."""

SERIAL = re.compile(r"[3-6][0-9]{4}")
SERIAL_EPOCH = date(1899, 12, 30)
"""A day from 1982 to 2091 as spreadsheet programs count it, and the day that is their 0 (ECMA-376 part 1, 18.17.4)."""

CELL_ERRORS = re.compile(r"#(?:[A-Z][A-Z0-9/_]*[!?]|N/A|GETTING_DATA)")
"""What a cell in error shows; in CSV it stands there as a text."""

_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_CLOCK = r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
_DAY = re.compile(
    rf"(?P<year>[0-9]{{4}})(?:(?P<mm>[0-9]{{2}})(?P<dd>[0-9]{{2}})(?:\s?{_CLOCK})?"
    r"|\s*[-/.年]\s*(?P<m>[0-9]{1,2})\s*[-/.月]\s*(?P<d>[0-9]{1,2})\s*日?)"
    rf"(?:(?:\s+|T|(?<=日)){_TIME})?"
)
"""A day as programs write it: 20260305, 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日.

A time is left out, also of 20260305093000.
"""
_PARTS = re.compile(r"(?P<year>[0-9]*)年(?P<month>[0-9]*)月(?P<day>[0-9]*)日")
"""A day some part of which may be missing."""
_PART_NAMES = {"year": Phrase("年", "year"), "month": Phrase("月", "month"), "day": Phrase("日", "day")}
_NOTHING = re.compile(r"[¥￥]?\s*[-\u2010-\u2015\u2212\uff0d]+")
"""What the accounting format shows for zero: a hyphen, a dash or a minus sign, perhaps behind the currency's."""
_FINER = re.compile(r"[0-9]\.[0-9]{3,}\Z", re.ASCII)
"""How an amount ends that is finer than a fen."""
ROUNDED = Phrase(
    "；表格程序显示的可能是四舍五入后的数，请用 ROUND(…, 2) 取到分，核对合计后再导入",
    "; the spreadsheet program may show it rounded: round it to the fen with ROUND(…, 2), check the sums, and import"
    " again",
)
_SEPARATED = re.compile(r"[0-9]{3}(?P<sign>[-./])[0-9]{2}(?:(?P=sign)[0-9]{2}){0,2}", re.ASCII)
"""A code with the same sign between all its levels."""
_QUANTITY = re.compile(
    r"(?P<sign>[-\u2212])?(?P<whole>[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.(?P<part>[0-9]{1,3}0*))?",
    re.ASCII,
)
"""A quantity, with commas between thousands alone; spreadsheets may show more noughts behind the point than count."""
_NO_BREAK = "\u00a0\u202f"
"""Blanks at which no line breaks; they come with numbers that were copied from a page."""

LINE_BREAK = re.compile(r"[ \t]*[\t\n\v\f\r\x85\u2028\u2029][ \t\n\v\f\r\x85\u2028\u2029]*")
"""What Alt+Enter and the tab key leave in a cell; an entry's texts have one line, so it becomes one space."""
_PLAIN = re.compile(PLAIN)


def check_value(read: str, file: str) -> str:
    """Refuse what a spreadsheet program shows where it has no value: it would pass for a name, or for nothing."""
    if CELL_ERRORS.fullmatch(read):
        raise CELL_ERROR(read=read)
    if read.startswith("="):
        raise NOT_COMPUTED(read=read, advice=IN_WORKBOOK if file.lower().endswith(".xlsx") else IN_CSV)
    return read


def parse_text(read: str) -> str:
    """Return a text on one line; raises `import.text_too_long` or `import.invisible`."""
    text = LINE_BREAK.sub(" ", read)
    if len(text) > TEXT_MAX:
        raise TOO_LONG_TEXT(limit=TEXT_MAX, length=len(text))
    found = invisible(text)
    if found:
        raise INVISIBLE(place=found[0], character=code_point(found[1]))
    return text


def parse_filled(read: str) -> str:
    """Return a text that must not be blank; raises `import.blank` too."""
    if not read:
        raise BLANK()
    return parse_text(read)


def bare(read: str) -> str:
    """Return a code, an amount or a date without what is invisible in it: zero-width signs, non-breaking blanks."""
    if read.isascii():
        return read.strip()
    return "".join(one for one in read if one not in _NO_BREAK and unicodedata.category(one) != "Cf").strip()


def joined_code(read: str) -> str:
    """Return an account's code without the separators that stand between all its levels: 102.01.02 is 1020102.

    What is separated otherwise is left as it is: a level may have lost a nought (102.1), or the end be something else.
    """
    code = bare(read)
    return "".join(one for one in code if one.isdigit()) if _SEPARATED.fullmatch(code) else code


def parse_code(read: str) -> str:
    """Return an account's code; raises `import.account_code`."""
    code = bare(read)
    if not is_account_code(code):
        raise BAD_CODE(read=read)
    return code


def parse_amount(read: str) -> int:
    """Return the fen of an amount, 0 for a blank and for the dash of the accounting format; raises `money.*`."""
    amount = bare(read)
    if _NOTHING.fullmatch(amount):
        return 0
    try:
        return parse_fen(amount)
    except RuleViolation as refusal:
        if not _FINER.search(amount):
            raise
        zh, en = refusal.zh + ROUNDED.zh, refusal.en + ROUNDED.en
        raise RuleViolation(refusal.rule, zh, en, refusal.facts) from None


@lru_cache(maxsize=4_096)
def parse_day(read: str) -> str:
    """Return a day, written in any of the ways of `_DAY`, as YYYY-MM-DD. Cached: vouchers share few dates.

    Raises `date.malformed`, `import.date_serial`, `import.date_part`, `import.date_year`.
    """
    day = unicodedata.normalize("NFKC", bare(read))
    if SERIAL.fullmatch(day):
        raise DATE_SERIAL(read=read, date=(SERIAL_EPOCH + timedelta(days=int(day))).isoformat())
    parts = _PARTS.fullmatch(day)
    missing = [name for part, name in _PART_NAMES.items() if parts and not parts[part]]
    if missing:
        raise DATE_PART(read=read, missing=missing[0])
    found = _DAY.fullmatch(day)
    if not found:
        return parse_date(read)
    year = int(found["year"])
    if year not in YEARS:
        raise DATE_YEAR(read=read, year=year, first=YEARS[0], last=YEARS[-1], cause=_cause_of(year))
    plain = f"{year}-{found['mm'] or found['m']:0>2}-{found['dd'] or found['d']:0>2}"
    return parse_date(plain if is_date(plain) else read)


def _cause_of(year: int) -> Phrase:
    """Say what most likely made a date of a year in which no book is kept."""
    if year in SERIAL_YEARS:
        return Phrase(
            "多半是一个数字被设成了日期格式（表格程序从 1900 年数起）；请重新输入日期",
            "most likely a number has the cell format 'date', which is counted from 1900; type the date again",
        )
    return Phrase(
        "多半是年份打错了一位或颠倒了（如 2026 打成 2206），请核对原凭证后改正",
        "most likely a digit of the year is wrong or two are swapped (2206 for 2026); correct it by the voucher",
    )


def parse_count(read: str) -> int:
    """Return a number of attachments, 0 for a blank or a dash; raises `import.count`."""
    count = unicodedata.normalize("NFKC", bare(read))
    if not count or _NOTHING.fullmatch(count):
        return 0
    if not (count.isascii() and count.isdigit()) or len(count) > 4:
        raise BAD_COUNT(read=read)
    return int(count)


def parse_quantity(read: str) -> int:
    """Return a quantity in thousandths, 0 for a blank or a dash; raises `import.quantity`."""
    quantity = unicodedata.normalize("NFKC", bare(read))
    if not quantity or _NOTHING.fullmatch(quantity):
        return 0
    found = _QUANTITY.fullmatch(quantity)
    if not found:
        raise BAD_QUANTITY(read=read)
    milli = int(found["whole"].replace(",", "")) * 1_000 + int(
        (found["part"] or "").rstrip("0").ljust(3, "0")
    )
    return -milli if found["sign"] else milli


def parse_unit(read: str) -> str:
    """Return a unit of measure; raises `import.unit_too_long`, and what `parse_text` raises."""
    unit = parse_text(read)
    if len(unit) > UNIT_MAX:
        raise UNIT_TOO_LONG(limit=UNIT_MAX, length=len(unit))
    return unit


def invisible(text: str) -> tuple[int, str] | None:
    """Return the first character that no entry may hold, and its place counted from 1; None in a good text."""
    if _PLAIN.match(text):
        return None
    return next((place, one) for place, one in enumerate(text, start=1) if not _PLAIN.match(one))


def code_point(character: str) -> str:
    """Return the name under which an invisible character is found in tables: U+202E."""
    return f"U+{ord(character):04X}"


def visible(text: str) -> str:
    """Return a text with its control and direction characters named, so that a terminal shows what is there."""
    if _PLAIN.match(text):
        return text
    return "".join(one if _PLAIN.match(one) else f"<{code_point(one)}>" for one in text)
