"""A folder with book.toml, opening.csv and journal.csv (or .xlsx), read and checked cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from api.adapters.notices import other_files
from api.adapters.spreadsheet import Row, Rows, unread_tables
from api.clock import now
from api.importing.account_cells import parse_account
from api.importing.book_file import FILE, BookFile, read_book
from api.importing.cells import (
    parse_amount,
    parse_count,
    parse_day,
    parse_filled,
    parse_quantity,
    parse_text,
    parse_unit,
)
from api.importing.columns import LAYOUTS
from api.importing.direction import direction_problem
from api.importing.filling import told_filled
from api.importing.kinds import with_kind
from api.importing.marks import check_booked, without_void
from api.importing.opening_table import read_opening
from api.importing.parents import without_parents
from api.importing.parties import partied
from api.importing.problems import ImportRefused, Problem, parsed
from api.importing.reading import read_lines
from api.importing.shape import check_outside, lines_of
from api.importing.told import (
    beside,
    codes_joined,
    columns_unread,
    dated_ahead,
    distributions_at_opening,
    nothing_at_opening,
    passed_over,
    result_at_opening,
    totals_that_disagree,
    without_attachments,
)
from api.importing.year_above import check_year_above
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

COMPARISON = "conversion.csv"
"""The table of both trial balances that a conversion leaves in its folder: it is not to be imported."""

NO_FOLDER = rule(
    "import.no_folder",
    Kind.MALFORMED,
    "{folder} {problem}；请给出一个村的文件夹，里面有 book.toml、opening 和 journal",
    "{folder} {problem}; name the folder of a village, which holds book.toml, opening and journal",
)


@dataclass(frozen=True)
class Amounts:
    """A row of opening.csv or journal.csv with its values; amounts in fen, quantities in thousandths of the unit.

    `number` has the voucher's kind (凭证字) before it, `unkinded` is what stands in its own cell.
    """

    row: Row
    code: str
    name: str
    debit_fen: int
    credit_fen: int
    date: str = ""
    number: str = ""
    unkinded: str = ""
    summary: str = ""
    attachments: int = 0
    party: str = ""
    project: str = ""
    quantity_milli: int = 0
    unit: str = ""


@dataclass(frozen=True)
class ImportFolder:
    """All that a folder says; `notices` tell what of it was not read, or was though a person may not expect it."""

    book: BookFile
    opening: list[Amounts]
    journal: list[Amounts]
    notices: tuple[Phrase, ...] = ()


def read_folder(folder: Path) -> ImportFolder:
    """Read the three files; raises `import.no_folder`, or `ImportRefused` with every problem found in them."""
    if not folder.is_dir():
        is_file = Phrase("是文件，不是文件夹", "is a file and no folder")
        problem = is_file if folder.exists() else Phrase("不存在", "is not there")
        raise NO_FOLDER(folder=folder, problem=problem)
    problems: list[Problem] = []
    notices: list[Phrase] = []
    book = _guard(problems, FILE, lambda: read_book(folder))
    called = book.columns if book else {}
    opened, own = (book.opened, book.name) if book else ("", "")
    balances = _rows(problems, "opening", lambda: read_opening(folder, called.get("opening", {}), opened))
    opening = amounts_of(balances, problems, notices, own)
    if book and not problems:
        notices += nothing_at_opening(opening, balances)
    if book:
        notices += result_at_opening(opening, book.opened)
        notices += distributions_at_opening(opening, book)
    layout = LAYOUTS["journal"].called(called.get("journal", {}), f"{FILE} [journal]")
    journal = amounts_of(
        _rows(problems, "journal", lambda: read_lines(folder, "journal", layout)),
        problems,
        notices,
        own,
    )
    today = now()[:10]
    notices += dated_ahead(journal, today)
    notices += check_year_above(journal, today, problems)
    unread = [name for name in unread_tables(folder, tuple(LAYOUTS)) if name != COMPARISON]
    if unread:
        notices.append(other_files(unread))
    if problems or book is None:
        raise ImportRefused(problems, tuple(notices))
    return ImportFolder(book, opening, journal, tuple(notices))


def _guard(problems: list[Problem], file: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except RuleViolation as violation:
        problems.append(Problem.of(violation, file))
        return None


def _rows(problems: list[Problem], stem: str, read: Callable[[], Rows]) -> Rows:
    found = _guard(problems, f"{stem}.csv/.xlsx", read) or Rows([])
    problems += [Problem.of(violation, stem) for violation in found.problems]
    return found


def amounts_of(read: Rows, problems: list[Problem], notices: list[Phrase], own: str = "") -> list[Amounts]:
    """Return the values of a table's lines, and add what is wrong with them and what was passed over.

    `own` is the name of the organisation, which is no counterparty of its own.
    """
    known = len(problems)
    lines = lines_of(read.rows, problems)
    told: list[Phrase] = []
    lines.rows = partied(lines.rows, own, problems, told)
    check_outside(read.outside, problems)
    amounts = [_Cells(row, problems).amounts() for row in lines.rows]
    notices += [
        *read.notices,
        *columns_unread(read),
        *told,
        *passed_over(lines),
        *told_filled(lines.rows),
        *codes_joined(lines.rows),
        *beside(lines.rows),
        *without_attachments(lines.rows),
    ]
    if len(problems) == known and not any("date" in row.cells for row in lines.rows):
        amounts = without_parents(amounts, problems, notices)
    if not problems:
        notices += totals_that_disagree(lines, amounts)
    amounts = without_void(amounts, notices)
    check_booked([one.row for one in amounts], problems, notices)
    return amounts


class _Cells:
    """One row's cells, parsed; what does not parse becomes a problem and a neutral value."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        self._row = row
        self._problems = problems

    def amounts(self) -> Amounts:
        in_journal = "date" in self._row.cells
        wrong = direction_problem(self._row)
        if wrong:
            self._problems.append(Problem.at(wrong[0], self._row, wrong[1]))
        return Amounts(
            row=self._row,
            code=self._parse("code", parse_account, ""),
            name=self._parse("name", parse_text, ""),
            debit_fen=self._parse("debit", parse_amount, 0),
            credit_fen=self._parse("credit", parse_amount, 0),
            date=self._parse("date", parse_day, "") if in_journal else "",
            unkinded=(number := self._parse("number", parse_filled, "") if in_journal else ""),
            number=with_kind(number, self._parse("kind", parse_text, "")),
            summary=self._parse("summary", parse_text, "") if in_journal else "",
            attachments=self._parse("attachments", parse_count, 0) if in_journal else 0,
            party=self._parse("party", parse_text, ""),
            project=self._parse("project", parse_text, ""),
            quantity_milli=self._parse("quantity", parse_quantity, 0) if "unit" in self._row.cells else 0,
            unit=self._parse("unit", parse_unit, ""),
        )

    def _parse(self, name: str, parse: Callable[[str], T], neutral: T) -> T:
        if name not in self._row.cells:  # an optional column that is not there
            return neutral
        value = parsed(self._row, name, parse, self._problems)
        return neutral if value is None else value
