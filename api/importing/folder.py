"""A folder with book.toml, opening.csv and journal.csv (or .xlsx), read and checked cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from api.adapters.spreadsheet import Column, Row, Rows, read_table
from api.importing.book_file import FILE, BookFile, read_book
from api.importing.cells import (
    check_value,
    parse_code,
    parse_count,
    parse_day,
    parse_filled,
    parse_text,
)
from api.importing.problems import ImportRefused, Problem
from api.importing.shape import check_parents, lines_of
from domain.kernel.errors import RuleViolation
from domain.kernel.money import parse_fen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

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
    """All that a folder says; `gb18030` are the files whose texts were read in that encoding, to be looked at."""

    book: BookFile
    opening: list[Amounts]
    journal: list[Amounts]
    gb18030: list[str] = field(default_factory=list)


def read_folder(folder: Path) -> ImportFolder:
    """Read the three files; raises `ImportRefused` with every problem found in them."""
    problems: list[Problem] = []
    book = _guard(problems, FILE, lambda: read_book(folder))
    opening = _read_rows(folder, "opening", OPENING_COLUMNS, problems)
    opening_amounts = _amounts(opening, problems)
    check_parents(opening_amounts, problems)
    journal = _read_rows(folder, "journal", JOURNAL_COLUMNS, problems)
    journal_amounts = _amounts(journal, problems)
    if problems or book is None:
        raise ImportRefused(problems)
    gb18030 = [read.file for read in (opening, journal) if read.encoding == "gb18030"]
    return ImportFolder(book, opening_amounts, journal_amounts, gb18030)


def _guard(problems: list[Problem], file: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except RuleViolation as violation:
        problems.append(Problem.of(violation, file))
        return None


def _read_rows(folder: Path, stem: str, columns: tuple[Column, ...], problems: list[Problem]) -> Rows:
    read = _guard(problems, f"{stem}.csv/.xlsx", lambda: read_table(folder, stem, columns))
    return read or Rows([], stem, "")


def _amounts(read: Rows, problems: list[Problem]) -> list[Amounts]:
    return [_Cells(row, problems).amounts() for row in lines_of(read.rows, problems)]


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
