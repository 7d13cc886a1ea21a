"""What may stand in a cell: texts, codes, dates and counts, and what a spreadsheet program shows without a value."""

from __future__ import annotations

import re

from domain.chart import is_account_code
from domain.kernel.errors import Kind, rule
from domain.kernel.period import parse_date
from domain.kernel.statement import PLAIN

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
    "这一格的公式「{read}」还没有算出结果；请用表格程序打开文件，重新计算并保存，再导入",
    "the formula '{read}' in this cell has no result yet; open the file in a spreadsheet program, recalculate and save",
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

TEXT_MAX = 200
"""The most characters of a text in an entry (`domain.kernel.statement.Text`)."""

CELL_ERRORS = re.compile(r"#(?:[A-Z][A-Z0-9/_]*[!?]|N/A|GETTING_DATA)")
"""What a cell in error shows; in CSV it stands there as a text."""

LINE_BREAK = re.compile(r"[ \t]*[\t\n\v\f\r\x85\u2028\u2029][ \t\n\v\f\r\x85\u2028\u2029]*")
"""What Alt+Enter and the tab key leave in a cell; an entry's texts have one line, so it becomes one space."""
_PLAIN = re.compile(PLAIN)


def check_value(read: str) -> str:
    """Refuse what a spreadsheet program shows where it has no value: it would pass for a name, or for nothing."""
    if CELL_ERRORS.fullmatch(read):
        raise CELL_ERROR(read=read)
    if read.startswith("="):
        raise NOT_COMPUTED(read=read)
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


def parse_code(read: str) -> str:
    """Return an account's code; raises `import.account_code`."""
    if not is_account_code(read):
        raise BAD_CODE(read=read)
    return read


def parse_day(read: str) -> str:
    """Accept 2026-03-05, 2026/3/5 and 2026.3.5; return the first form; raises `date.malformed`."""
    parts = read.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts):
        return parse_date(f"{parts[0]}-{parts[1]:0>2}-{parts[2]:0>2}")
    return parse_date(read)


def parse_count(read: str) -> int:
    """Return a number of attachments, 0 for a blank; raises `import.count`."""
    if not read:
        return 0
    if not (read.isascii() and read.isdigit()) or len(read) > 4:
        raise BAD_COUNT(read=read)
    return int(read)


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
