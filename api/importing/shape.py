"""What a sheet has for the eye alone: totals, sums, and what is written once for several rows."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from api.importing.problems import Problem
from domain.chart import is_account_code
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row
    from api.importing.folder import Amounts

TOTALS_ROW = rule(
    "import.totals_row",
    Kind.MALFORMED,
    "这一行是合计行，不是分录或余额；请删去这一行（合计由程序来算）",
    "this is a row of totals and no line or balance; delete it, totals are computed",
)
WRITTEN_ONCE = rule(
    "import.written_once",
    Kind.MALFORMED,
    "从这一行起共有 {count} 行的「{columns}」是空白，内容写在上面的行里（合并单元格，或只写了一次）；请取消合并，"
    "把内容向下填充到每一行",
    "in {count} rows, of which this is the first, '{columns}' is blank and stands in a row above (merged cells, or "
    "written once); unmerge them and fill the content down into every row",
)

PARENT_ROW = rule(
    "import.parent_row",
    Kind.MALFORMED,
    "科目 {code} 和它的下级科目 {child} 都有余额；余额只写在最末级科目，上级的由下级相加得出，请删去上级科目这一行",
    "the account {code} has a balance and so has {child} below it; balances stand on the lowest accounts alone, and "
    "those above are their sums: delete the row of the upper account",
    "财会〔2023〕14号 会计科目",
)

_TOTALS = re.compile(
    "(?:[本全上每各]?[0-9]*[页月日期季年度末])*(?:发生额|余额|借方|贷方)?[合总小累共][计計](?:数|额|金额)?[:：]?"
    "|过次页|承前页|(?:grand ?|sub-?)?totals?:?",
    re.IGNORECASE,
)
_LABELS = ("date", "number", "summary", "code", "name")
"""The fields in one of which a row of totals says what it is."""
_FILLED = ("date", "number")
"""The fields that every row of a journal has to have."""


def lines_of(rows: list[Row], problems: list[Problem]) -> list[Row]:
    """Return the rows that say something of their own, with what is written above filled down into them.

    What was done is a problem each time: a sheet may mean something else by a blank, and an entry cannot be changed.
    """
    kept = []
    for row in rows:
        label = _totals_label(row)
        if label:
            problems.append(Problem.at(TOTALS_ROW(), row, label))
        else:
            kept.append(row)
    return _filled_down(kept, problems)


def check_parents(opening: Sequence[Amounts], problems: list[Problem]) -> None:
    """Report each account of the opening balances that stands beside one below it, both with a balance."""
    with_balance = [one for one in opening if one.debit_fen or one.credit_fen]
    codes = sorted({one.code for one in with_balance})
    child = {code: below for code, below in pairwise(codes) if code and below.startswith(code)}
    problems += [
        Problem.at(PARENT_ROW(code=one.code, child=child[one.code]), one.row, "code")
        for one in with_balance
        if one.code in child
    ]


def _totals_label(row: Row) -> str:
    """Return the field that says that a row is one of totals, "" when it is none; no line has an account's code."""
    if is_account_code(row.cells["code"]):
        return ""
    texts = {field: "".join(row.cells.get(field, "").split()) for field in _LABELS}
    return next((field for field, text in texts.items() if _TOTALS.fullmatch(text)), "")


def _filled_down(rows: list[Row], problems: list[Problem]) -> list[Row]:
    above: dict[str, str] = {}
    filled: list[Row] = []
    blank: list[tuple[Row, list[str]]] = []
    for row in rows:
        missing = [field for field in _FILLED if row.cells.get(field) == "" and field in above]
        above |= {field: row.cells[field] for field in _FILLED if row.cells.get(field)}
        if missing:
            blank.append((row, missing))
        filled.append(replace(row, cells={**row.cells, **{field: above[field] for field in missing}}))
    if blank:
        first, missing = blank[0]
        columns = [field for field in _FILLED if any(field in fields for _, fields in blank)]
        named = "、".join(first.headers[field] for field in columns)
        problems.append(Problem.at(WRITTEN_ONCE(count=len(blank), columns=named), first, missing[0]))
    return filled
