"""book.toml: which organisation keeps the book, by which chart, from when on, and who signs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.importing.cells import code_point, invisible
from domain.founding import ORIGIN_WRITTEN
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.period import parse_period
from domain.kernel.statement import TEXT_MAX

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

BOOK_FILE = rule(
    "import.book_toml",
    Kind.MALFORMED,
    "book.toml 有误：{problem}",
    "book.toml is wrong: {problem}",
)
BOOK_VALUE = rule(
    "import.book_value",
    Kind.MALFORMED,
    "{column} 应为{expected}，读到「{read}」",
    "{column} should be {expected}; read '{read}'",
)

FILE = "book.toml"
SIGNERS = ("township", "accountant", "cashier", "head", "supervisor")
"""The roles whose keys an import makes on first use; [people] may name who holds them."""

REQUIRED = ("id", "name", "division", "chart", "opened")
OPTIONAL = ("closed_through", "origin")

PARTIES = ("party", "customer", "supplier", "person")
"""The fields in one of which a counterparty stands: programs have a column for each kind of them."""

BESIDE = (*PARTIES, "auxiliary", "project", "quantity", "unit")
"""The fields that a table need not have, and of which nothing is booked without an amount."""

MARKS = ("status", "void", "checked", "booked")
"""The fields in which a program says that a voucher is void, or that it is not checked or booked yet."""

SIDES, BY_DIRECTION = ("debit", "credit"), ("direction", "amount")
"""The two ways in which a table may have its amounts: a column for each side, or one beside the direction (方向)."""

TABLES = {
    "opening": ("code", "name", *SIDES, *BY_DIRECTION, *BESIDE),
    "journal": (
        *("date", "kind", "number", "summary", "code", "name"),
        *(*SIDES, *BY_DIRECTION, "attachments", *BESIDE, *MARKS),
    ),
}
"""The tables of a folder with their fields, whose headers [opening] and [journal] may name as a program has them."""

FORMS = {
    "division": (
        re.compile("[0-9]{12}"),
        Phrase(" 12 位数字的行政区划代码", "an administrative division code of 12 digits"),
    ),
    "origin": (
        re.compile("[A-Za-z0-9.:/_-]{1,200}"),
        ORIGIN_WRITTEN,
    ),
}
"""How a value is written, and how that is said, where the entry would refuse another (`domain.founding`)."""

QUOTED = Phrase(
    '每个值都要放在英文双引号里，如 opened = "2026-01"',
    'every value stands in quotation marks, as in opened = "2026-01"',
)

_AT = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")
"""Where tomllib says that a mistake is."""


@dataclass(frozen=True)
class BookFile:
    """book.toml: the organisation, its chart, its first period; optionally `closed_through` and the signers' names.

    `columns` has by table (opening, journal) and field under which header it stands, where that is not a usual one.
    """

    id: str
    name: str
    division: str
    chart: str
    opened: str
    closed_through: str = ""
    origin: str = ""
    people: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)


def read_book(folder: Path) -> BookFile:
    """Read book.toml; raises `import.book_toml`, `import.book_value` or `period.malformed`."""
    path = folder / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BOOK_FILE(problem=Phrase(f"{path} 不存在", f"{path} does not exist")) from None
    except UnicodeDecodeError:
        raise BOOK_FILE(
            problem=Phrase("不是 UTF-8 编码，请另存为 UTF-8", "it is not UTF-8; save it in that encoding")
        ) from None
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        place = f"第 {at[1]} 行第 {at[2]} 个字" if at else "末尾"
        said = Phrase(f"{place}不合 TOML 格式；{QUOTED.zh}", f"{error}; {QUOTED.en}")
        raise BOOK_FILE(problem=said) from None
    return _book_of(table)


def _book_of(table: dict[str, Any]) -> BookFile:
    unknown = sorted(table.keys() - {"book", "people", *TABLES})
    if unknown:
        raise BOOK_FILE(problem=Phrase(f"[{unknown[0]}] 未知", f"[{unknown[0]}] is unknown"))
    if "book" not in table:
        raise BOOK_FILE(problem=Phrase("缺少 [book] 一节", "[book] is missing"))
    values = _texts(table, "book", (*REQUIRED, *OPTIONAL))
    missing = ", ".join(key for key in REQUIRED if not values.get(key))
    if missing:
        raise BOOK_FILE(problem=Phrase(f"[book] 缺少 {missing}", f"[book] lacks {missing}"))
    for key, (form, expected) in FORMS.items():
        if values.get(key) and not form.fullmatch(values[key]):
            raise BOOK_VALUE(column=key, read=values[key], expected=expected)
    parse_period(values["opened"])
    if values.get("closed_through") and parse_period(values["closed_through"]) < values["opened"]:
        raise BOOK_FILE(problem=Phrase("closed_through 早于 opened", "closed_through lies before opened"))
    columns = {name: _texts(table, name, fields) for name, fields in TABLES.items()}
    for name, headers in columns.items():
        for field_name, header in headers.items():
            if not header.strip():
                problem = Phrase(f"[{name}] {field_name} 是空的", f"[{name}] {field_name} is empty")
                raise BOOK_FILE(problem=problem)
        _check_one_way(name, headers)
    return BookFile(**values, people=_texts(table, "people", SIGNERS), columns=columns)


def _check_one_way(name: str, headers: Collection[str]) -> None:
    """Refuse headers for both ways of writing amounts: it would not be known which one counts."""
    ways = [[field_name for field_name in way if field_name in headers] for way in (SIDES, BY_DIRECTION)]
    if all(ways):
        first, second = (", ".join(way) for way in ways)
        raise BOOK_FILE(
            problem=Phrase(
                f"[{name}] 写了 {first}，又写了 {second}；借贷各一列的写 debit、credit，有方向列的写 direction、amount",
                f"[{name}] has {first} and {second} too; name debit and credit where each side has a column, or "
                "direction and amount",
            )
        )


def _texts(table: dict[str, Any], name: str, known: tuple[str, ...]) -> dict[str, str]:
    """Return a table of texts; a key that is not known, or anything but text, is refused."""
    values = table.get(name, {})
    if not isinstance(values, dict):
        raise BOOK_FILE(problem=Phrase(f"{name} 应为一节 [{name}]", f"{name} should be a table [{name}]"))
    for key, value in values.items():
        if key not in known:
            raise BOOK_FILE(
                problem=Phrase(
                    f"[{name}] {key} 未知，可用的有 {', '.join(known)}",
                    f"[{name}] {key} is unknown, known are {', '.join(known)}",
                )
            )
        if not isinstance(value, str):
            raise BOOK_FILE(
                problem=Phrase(
                    f"[{name}] {key} = {value} 不是文本；{QUOTED.zh}",
                    f"[{name}] {key} = {value} is no text; {QUOTED.en}",
                )
            )
        if len(value) > TEXT_MAX:
            raise BOOK_FILE(
                problem=Phrase(
                    f"[{name}] {key} = {value!r} 应为文本，最多 {TEXT_MAX} 个字",
                    f"[{name}] {key} = {value!r} should be a text of at most {TEXT_MAX} characters",
                )
            )
        found = invisible(value)
        if found:
            code = code_point(found[1])
            raise BOOK_VALUE(
                column=key,
                read=value,
                expected=Phrase(
                    f"不含 {code} 等不可见字符的文本", f"a text without invisible characters such as {code}"
                ),
            )
    return values
