"""What is wrong with a folder, cell by cell; nothing of it is posted as long as there is a problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from api.importing.cells import check_value, visible
from api.importing.direction import written_field
from domain.kernel.errors import Phrase, RuleViolation
from domain.privacy import mask_personal

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.spreadsheet import Row

T = TypeVar("T")

SHOWN_MAX = 80
"""The most characters of a cell that are shown before the reason."""


@dataclass(frozen=True)
class Problem:
    """One problem: file, row (1 is the header; 0: the file as a whole), column, what was read, rule and messages.

    `sheet` is a workbook's, and "" of other files.
    """

    file: str
    row: int
    column: str
    read: str
    rule: str
    zh: str
    en: str
    sheet: str = ""

    @classmethod
    def of(cls, violation: RuleViolation, file: str) -> Problem:
        """Place a violation in a file as a whole; what the violation itself says of its place comes first."""
        facts = violation.facts
        return cls(
            file=str(facts.get("file", file)),
            row=int(str(facts.get("row", 0))),
            column=str(facts.get("column", "")),
            read=str(facts.get("read", "")),
            rule=violation.rule.code,
            zh=violation.zh,
            en=violation.en,
            sheet=str(facts.get("sheet", "")),
        )

    @classmethod
    def at(cls, violation: RuleViolation, row: Row, field: str) -> Problem:
        """Place a violation in a row, at the column of a field; a field that the row has not is the whole row."""
        field = written_field(row, field)
        return cls(
            file=row.file,
            row=row.number,
            column=row.headers.get(field, ""),
            read=row.cells.get(field) or str(violation.facts.get("read", "")),
            rule=violation.rule.code,
            zh=violation.zh,
            en=violation.en,
            sheet=row.sheet,
        )

    def masked(self) -> Problem:
        """Return the problem without the personal numbers that stand in a cell or a message."""
        read, zh, en = map(mask_personal, (self.read, self.zh, self.en))
        return replace(self, read=read, zh=zh, en=en)

    @property
    def told(self) -> Phrase:
        """What is wrong where, in each language, without the file's name."""
        shown = self.read[:SHOWN_MAX] if self.read not in self.zh else ""
        zh = (f"工作表「{self.sheet}」" if self.sheet else "") + (f"第 {self.row} 行" if self.row else "")
        zh += (f"「{self.column}」" if self.column else "") + (f"读到「{shown}」" if shown else "")
        en = [f"sheet '{self.sheet}'"] if self.sheet else []
        en += [f"row {self.row}"] if self.row else []
        en += [f"'{self.column}'"] if self.column else []
        en += [f"read '{shown}'"] if shown else []
        said = f"{self.zh} [{self.rule}]", f"{self.en} [{self.rule}]"
        places = f"{zh}：" if zh else "", f"{', '.join(en)}: " if en else ""
        return Phrase(visible(places[0] + said[0]), visible(places[1] + said[1]))

    def __str__(self) -> str:
        place = self.file
        if self.sheet:
            place += f" 工作表 (sheet) 「{self.sheet}」"
        if self.row:
            place += f" 第 {self.row} 行 (row {self.row})"
        if self.column:
            place += f" 「{self.column}」"
        if self.read and self.read not in self.zh:
            more = f"…（共 {len(self.read)} 字 characters）" if len(self.read) > SHOWN_MAX else ""
            place += f" 读到 (read) 「{self.read[:SHOWN_MAX]}{more}」"
        return visible(f"{place}: {self.zh} / {self.en} [{self.rule}]")


def parsed(row: Row, field: str, parse: Callable[[str], T], problems: list[Problem]) -> T | None:
    """Return what a cell says, or None when it is wrong, which is added to the problems."""
    try:
        return parse(check_value(row.cells[field], row.file))
    except RuleViolation as violation:
        problems.append(Problem.at(violation, row, field))
        return None


class ImportRefused(Exception):  # noqa: N818 -- a refusal with its reasons, not a fault
    """The folder has problems; nothing was posted. `notices` say what of it was not read."""

    def __init__(self, problems: list[Problem], notices: tuple[Phrase, ...] = ()) -> None:
        """Carry all problems found; a personal number in what was read or said is shown in none of them."""
        super().__init__(f"{len(problems)} problems")
        self.problems = [problem.masked() for problem in problems]
        self.notices = notices
