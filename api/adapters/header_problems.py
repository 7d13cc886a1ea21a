"""What is wrong with a table's header, and what to do: columns that are missing or twice, units that are not yuan."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from api.adapters.header import (
    CLOSE,
    OPEN,
    OTHER_IN_NAME,
    SEARCHED_ROWS,
    UNIT,
    column_letters,
    plain_name,
    unread,
)
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.adapters.header import Column, Filled, Header
    from domain.kernel.errors import RuleViolation

COLUMN_TWICE = rule(
    "import.column_twice",
    Kind.MALFORMED,
    "{first} 列「{first_read}」和 {second} 列「{read}」是同一项，不知该用哪一列；请只保留一列，或给另一列换个表头",
    "the columns {first} '{first_read}' and {second} '{read}' are the same item, so that it is not known which one "
    "counts; keep one of them, or give the other another header",
)
NO_COLUMN = rule(
    "import.column",
    Kind.MALFORMED,
    "缺少列「{column}」{nearest}；读到的表头：{read}",
    "no column '{column}'{nearest}; the header read is {read}",
)
NO_HEADER = rule(
    "import.header",
    Kind.MALFORMED,
    "这一行不是表头：读到「{read}」，应有 {expected}（前 {searched} 行中也没有）。如果读到的是乱码，文件是别的编码"
    "（如 Big5）：请在表格程序中打开，看清文字无误后另存为「CSV UTF-8」",
    "this row is no header: read '{read}', where {expected} is expected, nor is any of the first {searched} rows. If "
    "what was read is garbled, the file has another encoding, such as Big5: open it in a spreadsheet program and save "
    "it as 'CSV UTF-8'",
)
OTHER_UNIT = rule(
    "import.unit",
    Kind.MALFORMED,
    "「{read}」：金额的单位是{unit}，这里只收元；请把金额换算成元，并改好单位",
    "'{read}': the amounts are in {unit}, and only yuan (元) are read; convert them, and correct the unit",
)

SHOWN_MAX = 200
"""The most characters of a row that a message shows."""

LIKENESS = 0.5
"""How alike (`difflib`) a header must be to one that is missing to be named beside it."""

_OTHER_IN_TITLE = re.compile(
    rf"单位[:(]?{UNIT}(?:{CLOSE}|\Z)|\A{OPEN}?{UNIT.replace('unit', 'alone')}{CLOSE}?\Z"
)
"""The same in a title: 单位：万元."""


def header_problem(header: Header, columns: Sequence[Column], file: str, sheet: str) -> RuleViolation | None:
    """Return what is wrong with a header that should have these columns, None of a good one.

    Columns that are not read may be there twice.
    """
    at = {"file": file, "row": header.row, "sheet": sheet}
    read = ",".join(header.cells)
    if not header.found():
        expected = ",".join(column.zh for column in columns)
        return NO_HEADER(**at, read=read[:SHOWN_MAX], expected=expected, searched=SEARCHED_ROWS)
    missing = [column for column in columns if not header.places[column.field]]
    if not all(column.spared for column in missing):
        in_other_unit = _in_other_unit(header, missing)
        if in_other_unit:
            cell, unit = in_other_unit
            return OTHER_UNIT(**at, column=cell, read=cell, unit=unit)
        named = ", ".join(column.zh if column.named else f"{column.zh}/{column.en}" for column in missing)
        return NO_COLUMN(**at, column=named, nearest=_nearest(header, missing), read=read)
    for first, second, *_ in filter(_is_twice, header.all_places.values()):
        letters = {"first": column_letters(first), "second": column_letters(second)}
        names = {"first_read": header.cells[first], "read": header.cells[second]}
        return COLUMN_TWICE(**at, **letters, **names)
    return None


def title_problem(titles: Iterable[Filled], file: str, sheet: str) -> RuleViolation | None:
    """Return what is wrong with the rows above a header: a unit of money that is not yuan."""
    for title in titles:
        for cell in title.line:
            found = _OTHER_IN_TITLE.search(plain_name(cell))
            if found:
                unit = found["unit"] or found["alone"]
                return OTHER_UNIT(
                    file=file, row=title.number, sheet=sheet, read=cell.strip()[:SHOWN_MAX], unit=unit
                )
    return None


def _is_twice(places: list[int]) -> bool:
    return len(places) > 1


def _in_other_unit(header: Header, missing: Sequence[Column]) -> tuple[str, str] | None:
    """Return the cell that names a missing column with a unit that is not yuan, and the unit."""
    wanted = {plain_name(name) for column in missing for name in column.names()}
    for cell in unread(header):
        name = plain_name(cell)
        found = OTHER_IN_NAME.search(name)
        if found and name[: found.start()] in wanted:
            return cell, found["unit"] or found["bare"]
    return None


def _like(column: Column, others: Sequence[str]) -> list[str]:
    """Return the one name that is most like a column's, none when none is."""
    return get_close_matches(column.zh, others, 1, LIKENESS) or get_close_matches(
        column.en, others, 1, LIKENESS
    )


def _nearest(header: Header, missing: Sequence[Column]) -> Phrase:
    """Name what is most like each header that is missing; what is like several is to be parted into them."""
    others = unread(header)
    like: dict[str, list[Column]] = {}
    hints = [_rest(column, lacking) for column in missing if (lacking := _lacking(header, column))]
    for column in missing:
        for near in [] if _lacking(header, column) else _like(column, others):
            like.setdefault(near, []).append(column)
    hints += [_hint(near, columns) for near, columns in like.items()]
    return Phrase("".join(hint.zh for hint in hints), "".join(hint.en for hint in hints))


def _lacking(header: Header, column: Column) -> list[Column]:
    """Return the parts of a column that are not there, where others of them are."""
    there = [part for part in column.parts if part.field in header.extra]
    return [part for part in column.parts if part not in there and not part.spared] if there else []


def _rest(column: Column, lacking: Sequence[Column]) -> Phrase:
    zh, en = "」「".join(part.zh for part in lacking), "' and '".join(part.en for part in lacking)
    return Phrase(f"（{column.zh}分几列写的，还缺「{zh}」）", f" (of its parts '{en}' is missing too)")


def _hint(near: str, columns: Sequence[Column]) -> Phrase:
    zh, en = "」「".join(column.zh for column in columns), "' and '".join(column.en for column in columns)
    if len(columns) == 1:
        if columns[0].named:
            place = columns[0].named
            return Phrase(
                f"（{place} 是不是「{near}」？请改 {place.partition(' ')[0]}）",
                f" (is {place} '{near}'? then correct it there)",
            )
        return Phrase(
            f"（「{near}」是不是「{zh}」？是就请改成它）", f" (is '{near}' the '{en}'? then rename it)"
        )
    return Phrase(
        f"（「{near}」一列请按方向分成「{zh}」{len(columns)} 列）",
        f" (part '{near}' by its direction into the {len(columns)} columns '{en}')",
    )
