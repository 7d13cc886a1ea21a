"""Reading a year's plan (收支计划) from CSV or XLSX: accounts with their planned amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.adapters.header import Column, Layout
from api.adapters.spreadsheet import read_file
from api.importing.cells import parse_amount, parse_code
from api.importing.problems import ImportRefused, Problem, parsed
from domain.budget import PlanLine
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.spreadsheet import Row

COLUMNS = (
    Column("code", "科目编码", "code", ("编码", "科目代码", "科目编号")),
    Column("planned", "计划金额", "planned", ("预算金额", "全年计划", "预算", "计划", "金额")),
)
LAYOUT = Layout(COLUMNS, amounts=("planned",), booked=("code", "planned"))

NO_FILE = rule(
    "budget.file",
    Kind.MALFORMED,
    "{file} 不是 .csv 或 .xlsx 文件，或者不存在",
    "{file} is no .csv or .xlsx file, or is not there",
)
NOT_POSITIVE = rule(
    "budget.amount",
    Kind.MALFORMED,
    "计划金额应大于零，读到「{read}」；没有计划的科目不用列",
    "a planned amount is above zero; read '{read}'. An account for which nothing is planned is left out",
)
NO_LINES = rule("budget.no_lines", Kind.MALFORMED, "{file} 里没有一行计划", "{file} has no line of a plan")
TWICE = rule(
    "budget.twice",
    Kind.MALFORMED,
    "科目 {code} 列了两次，先前在{first}；一个科目只列一次",
    "account {code} stands there twice, first in {first}; list each account once",
)


def read_plan(path: Path) -> list[PlanLine]:
    """Return the lines of a plan by code; rows without a code, as of sums, are passed over.

    Raises what is wrong with the file, or `ImportRefused` with all that is wrong in its rows.
    """
    if not path.is_file() or path.suffix.lower() not in {".csv", ".xlsx"}:
        raise NO_FILE(file=path)
    read = read_file(path, LAYOUT)
    problems = [Problem.of(violation, path.name) for violation in read.problems]
    lines: dict[str, PlanLine] = {}
    rows: dict[str, Row] = {}
    for row in read.rows:
        line = _line(row, problems) if row.cells["code"] else None
        if line and line.account in lines:
            problems.append(Problem.at(TWICE(code=line.account, first=rows[line.account].place), row, "code"))
        elif line:
            lines[line.account], rows[line.account] = line, row
    if problems:
        raise ImportRefused(problems, read.notices)
    if not lines:
        raise NO_LINES(file=path.name)
    return [lines[code] for code in sorted(lines)]


def _line(row: Row, problems: list[Problem]) -> PlanLine | None:
    code = parsed(row, "code", parse_code, problems)
    planned = parsed(row, "planned", _parse_planned, problems)
    return PlanLine(account=code, planned_fen=planned) if code and planned else None


def _parse_planned(read: str) -> int:
    fen = parse_amount(read)
    if fen <= 0:
        raise NOT_POSITIVE(read=read)
    return fen
