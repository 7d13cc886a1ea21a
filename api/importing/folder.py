"""A folder with book.toml, opening.csv and journal.csv (or .xlsx), read and checked cell by cell."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from api.adapters.spreadsheet import Column, Row, read_table
from api.importing.cells import (
    TEXT_MAX,
    check_value,
    parse_code,
    parse_count,
    parse_day,
    parse_filled,
    parse_text,
)
from api.importing.problems import ImportRefused, Problem
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.money import parse_fen
from domain.kernel.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

BOOK_FILE = rule(
    "import.book_toml",
    Kind.MALFORMED,
    "book.toml 有误：{problem}",
    "book.toml is wrong: {problem}",
)

SIGNERS = ("township", "accountant", "cashier", "head", "supervisor")
"""The roles whose keys an import makes on first use; [people] may name who holds them."""

REQUIRED = ("id", "name", "division", "chart", "opened")

OPENING_COLUMNS = (
    Column("code", "科目编码", "code"),
    Column("name", "科目名称", "name"),
    Column("debit", "借方余额", "debit"),
    Column("credit", "贷方余额", "credit"),
)
JOURNAL_COLUMNS = (
    Column("date", "日期", "date"),
    Column("number", "凭证号", "number"),
    Column("summary", "摘要", "summary"),
    Column("code", "科目编码", "code"),
    Column("name", "科目名称", "name"),
    Column("debit", "借方金额", "debit"),
    Column("credit", "贷方金额", "credit"),
    Column("attachments", "附件数", "attachments"),
)


@dataclass(frozen=True)
class BookFile:
    """book.toml: the organisation, its chart, its first period; optionally `closed_through` and the signers' names."""

    id: str
    name: str
    division: str
    chart: str
    opened: str
    closed_through: str = ""
    origin: str = ""
    people: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Amounts:
    """A row of opening.csv or journal.csv with its values; amounts in fen."""

    row: Row
    code: str
    name: str
    debit_fen: int
    credit_fen: int
    date: str = ""
    number: str = ""
    summary: str = ""
    attachments: int = 0


@dataclass(frozen=True)
class ImportFolder:
    """All that a folder says."""

    book: BookFile
    opening: list[Amounts]
    journal: list[Amounts]


def read_folder(folder: Path) -> ImportFolder:
    """Read the three files; raises `ImportRefused` with every problem found in them."""
    problems: list[Problem] = []
    book = _guard(problems, "book.toml", lambda: _read_book(folder))
    opening = _read_amounts(folder, "opening", OPENING_COLUMNS, problems)
    journal = _read_amounts(folder, "journal", JOURNAL_COLUMNS, problems)
    if problems or book is None:
        raise ImportRefused(problems)
    return ImportFolder(book, opening, journal)


def _guard(problems: list[Problem], file: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except RuleViolation as violation:
        problems.append(Problem.of(violation, file))
        return None


def _read_book(folder: Path) -> BookFile:
    path = folder / "book.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BOOK_FILE(problem=f"{path} 不存在 / does not exist") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BOOK_FILE(problem=str(error)) from None
    return _book_of(table)


def _book_of(table: dict[str, Any]) -> BookFile:
    unknown = sorted(table.keys() - {"book", "people"})
    if unknown or "book" not in table:
        what = f"[{unknown[0]}] 未知 / is unknown" if unknown else "[book] 缺失 / is missing"
        raise BOOK_FILE(problem=what)
    values = _texts(table, "book", (*REQUIRED, "closed_through", "origin"))
    missing = [key for key in REQUIRED if not values.get(key)]
    if missing:
        raise BOOK_FILE(problem=f"[book] 缺少 / lacks {', '.join(missing)}")
    parse_period(values["opened"])
    if values.get("closed_through") and parse_period(values["closed_through"]) < values["opened"]:
        raise BOOK_FILE(problem="closed_through 早于 opened / lies before opened")
    return BookFile(**values, people=_texts(table, "people", SIGNERS))


def _texts(table: dict[str, Any], name: str, known: tuple[str, ...]) -> dict[str, str]:
    """Return a table of texts; a key that is not known, or anything but text, is refused."""
    values = table.get(name, {})
    if not isinstance(values, dict):
        raise BOOK_FILE(problem=f"{name} 应为一节 [{name}] / should be a table [{name}]")
    for key, value in values.items():
        if key not in known:
            raise BOOK_FILE(
                problem=f"[{name}] {key} 未知，可用的有 / is unknown, known are {', '.join(known)}"
            )
        if not isinstance(value, str) or len(value) > TEXT_MAX:
            raise BOOK_FILE(problem=f"[{name}] {key} = {value!r} 应为文本 / should be a text")
    return values


def _read_amounts(
    folder: Path, stem: str, columns: tuple[Column, ...], problems: list[Problem]
) -> list[Amounts]:
    rows = _guard(problems, f"{stem}.csv/.xlsx", lambda: read_table(folder, stem, columns)) or []
    return [_Cells(row, problems).amounts() for row in rows]


class _Cells:
    """One row's cells, parsed; what does not parse becomes a problem and a neutral value."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        self._row = row
        self._problems = problems

    def amounts(self) -> Amounts:
        in_journal = "date" in self._row.cells
        return Amounts(
            row=self._row,
            code=self._parse("code", parse_code, ""),
            name=self._parse("name", parse_text, ""),
            debit_fen=self._parse("debit", parse_fen, 0),
            credit_fen=self._parse("credit", parse_fen, 0),
            date=self._parse("date", parse_day, "") if in_journal else "",
            number=self._parse("number", parse_filled, "") if in_journal else "",
            summary=self._parse("summary", parse_text, "") if in_journal else "",
            attachments=self._parse("attachments", parse_count, 0) if in_journal else 0,
        )

    def _parse(self, name: str, parse: Callable[[str], T], neutral: T) -> T:
        read = self._row.cells[name]
        try:
            return parse(check_value(read))
        except RuleViolation as violation:
            self._problems.append(Problem.at(violation, self._row, name))
            return neutral
