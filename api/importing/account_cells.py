"""Code and name of an account in one cell (10201 基本账户, [10201]基本账户), read as the two that it means."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from api.adapters.header_problems import NO_COLUMN
from api.importing.cells import bare, joined_code, parse_code
from api.importing.columns import CODE, NAME
from domain.chart import CHARTS, LEVELS, chart, is_account_code
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.adapters.spreadsheet import Row, Rows

CELL_NAME = rule(
    "import.cell_name",
    Kind.MALFORMED,
    "「{column}」这一格里的名称是「{read}」，「{beside}」一列却是「{name}」；请改成一致",
    "the name in this cell of '{column}' is {read}, but in '{beside}' it is {name}; make them alike",
)

BETWEEN_NAMES = re.compile(r"\s*[/\\_\-－—]\s*")
"""What programs write between the names of accounts of several levels."""
_GAP = r"\s\-－—_:：、"
_CODE = r"(?P<code>[0-9]{3}(?:[-./][0-9]{2}){1,3}|[0-9]{3}(?:[0-9]{2}){0,3})"
_DETAIL = r"(?P<code>[0-9]{3}(?:[-./][0-9]{2}){1,3}|[0-9]{3}(?:[0-9]{2}){1,3})"
_BRACKETED = rf"[(\[（［【〔]\s*{_CODE}\s*[)\]）］】〕]"
_BOTH = tuple(
    re.compile(form, re.DOTALL)
    for form in (
        rf"{_CODE}[{_GAP}]*(?P<name>[^{_GAP}./0-9].*)",
        rf"{_DETAIL}\s[{_GAP}]*(?P<name>[0-9]+[^{_GAP}./0-9].*)",
        rf"{_BRACKETED}[{_GAP}]*(?P<name>[^{_GAP}./].*)",
        rf"(?P<name>.*[^{_GAP}])[{_GAP}]*{_BRACKETED}",
    )
)
"""A code and a name, before it or behind.

No digit of the name may be one of the code's: it has none before its first letter, or these lie apart behind a blank
and are part of a word (11302 3组, not 102 01 基本户), or the code has brackets.
"""
HOW_IN_ONE = Phrase(
    "要像「10201 基本账户」「[10201]基本账户」或「基本账户(10201)」",
    "as in 10201 基本账户, [10201]基本账户 or 基本账户(10201)",
)


def parse_account(read: str) -> str:
    """Return an account's code; raises `import.account_code`, which tells of a text how both stand in one cell."""
    code = joined_code(read)
    try:
        return parse_code(code)
    except RuleViolation as refusal:
        if not any(map(str.isalpha, code)):
            raise
        zh = f"{refusal.zh}；和名称写在一格的，{HOW_IN_ONE.zh}"
        en = f"{refusal.en}; with the name in one cell it stands {HOW_IN_ONE.en}"
        raise RuleViolation(refusal.rule, zh, en, refusal.facts) from None


def with_accounts_apart(read: Rows) -> Rows:
    """Return the rows with code and name apart; of a sheet that has one of the two alone is said what it lacks."""
    rows = [_apart(row) for row in read.rows]
    lacking = _lacking(read.rows)
    kept = [row for row in rows if row.sheet not in lacking]
    problems = [*lacking.values(), *(found for row in read.rows if (found := _other_name(row)))]
    return read._replace(
        rows=kept, outside=tuple(map(_apart, read.outside)), problems=(*read.problems, *problems)
    )


def _apart(row: Row) -> Row:
    found = account_and_name(row.cells["code"])
    if found:
        name = found["name"] if _in_one(row) else row.cells["name"] or found["name"]
        return replace(row, cells={**row.cells, "code": found["code"], "name": name})
    if _in_one(row) and _is_code(row):
        return replace(row, cells={**row.cells, "name": ""})
    return row


@lru_cache(maxsize=4_096)
def account_and_name(read: str) -> re.Match[str] | None:
    """Return code and name of a cell that has both and can be read one way. Cached: rows share few accounts."""
    cell = bare(read)
    *before, behind = (form.fullmatch(cell) for form in _BOTH)
    found = [*filter(None, before), *([behind] if behind and _is_of_chart(behind) else [])]
    return found[0] if len({one["code"] for one in found}) == 1 else None


def _is_of_chart(found: re.Match[str]) -> bool:
    """Tell whether what has brackets behind a name is an account's code, of level 1 by its own name, and no room's."""
    code, names = joined_code(found["code"]), _level_1()
    return code[: LEVELS[0]] in names and (len(code) > LEVELS[0] or found["name"] in names[code])


@cache
def _level_1() -> dict[str, set[str]]:
    """Return the names of each level-1 code in the charts that there are."""
    names: dict[str, set[str]] = {}
    for account in (account for version in CHARTS for account in chart(version).accounts.values()):
        if len(account.code) == LEVELS[0]:
            names.setdefault(account.code, set()).add(account.name)
    return names


def _other_name(row: Row) -> RuleViolation | None:
    """Return what is to be said of a cell whose name is not that of the column of names; the last level is enough."""
    found, name = account_and_name(row.cells["code"]), row.cells["name"]
    if not found or _in_one(row) or not name or _last(found["name"]) == _last(name):
        return None
    at = {"file": row.file, "row": row.number, "sheet": row.sheet}
    columns = {"column": row.headers["code"], "beside": row.headers["name"]}
    return CELL_NAME(**at, **columns, read=found["name"], name=name)


def _last(name: str) -> str:
    return BETWEEN_NAMES.split(name)[-1]


def _lacking(rows: Iterable[Row]) -> dict[str, RuleViolation]:
    """Return what is wrong with each sheet in whose one column for both no cell has both."""
    alone: dict[str, list[Row]] = {}
    for row in rows:
        if _in_one(row):
            alone.setdefault(row.sheet, []).append(row)
    return {
        sheet: _no_column(of_sheet)
        for sheet, of_sheet in alone.items()
        if not any(account_and_name(row.cells["code"]) for row in of_sheet)
    }


def _no_column(rows: list[Row]) -> RuleViolation:
    row = rows[0]
    header, read = row.headers["code"], row.cells["code"]
    if any(map(_is_code, rows)):
        missing, there = NAME, Phrase(f"只有{CODE.zh}", f"has a {CODE.en} alone")
    else:
        zh, en = f"读不出{CODE.zh}，如「{read}」", f"has no {CODE.en} that can be read, such as '{read}'"
        missing, there = CODE, Phrase(zh, en)
    hint = Phrase(
        f"（「{header}」一列{there.zh}；两样写在一格的，{HOW_IN_ONE.zh}）",
        f" ('{header}' {there.en}; both may stand in a cell {HOW_IN_ONE.en})",
    )
    said = {"column": f"{missing.zh}/{missing.en}", "nearest": hint, "read": header}
    return NO_COLUMN(file=row.file, sheet=row.sheet, **said)


def _in_one(row: Row) -> bool:
    """Tell whether one column has both: two of the same header would have been refused."""
    return row.headers["code"] == row.headers["name"]


def _is_code(row: Row) -> bool:
    return is_account_code(joined_code(row.cells["code"]))
