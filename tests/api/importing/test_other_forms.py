"""The same sheets in other forms, as CSV and as workbooks: they say the same and make the same vouchers."""

from __future__ import annotations

import csv
import datetime
import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.importing import read_folder
from domain.accounts import AccountAdded
from tests.api.importing.conftest import JOURNAL, OPENING
from tests.api.importing.test_import import vouchers

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.importing import ImportFolder
    from tests.api.importing.conftest import Village


ENGLISH = {
    "科目编码": "code",
    "科目名称": "name",
    "借方余额": "debit",
    "贷方余额": "credit",
    "日期": "date",
    "凭证号": "number",
    "摘要": "summary",
    "借方金额": "debit",
    "贷方金额": "credit",
    "附件数": "attachments",
}


def values(folder: ImportFolder) -> tuple[object, ...]:
    """Return all that a folder says, row by row, but not how its files write it."""
    told = [
        (
            one.row.number,
            one.date,
            one.number,
            one.summary,
            one.code,
            one.name,
            one.debit_fen,
            one.credit_fen,
            one.attachments,
        )
        for one in (*folder.opening, *folder.journal)
    ]
    return folder.book, told


def english(text: str) -> str:
    """Return a sheet with English headers."""
    header, rest = text.split("\n", 1)
    return ",".join(ENGLISH[name] for name in header.split(",")) + "\n" + rest


def reordered(text: str) -> str:
    """Return a sheet with its columns reversed and one more that nobody asked for."""
    rows = [[*reversed(row), "备注"] for row in csv.reader(io.StringIO(text))]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


FORMS: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "GB18030": lambda text: text.encode("gb18030"),
    "English headers": lambda text: english(text).encode(),
    "other order of columns": lambda text: reordered(text).encode(),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "spaces around cells": lambda text: (
        text.replace(",", " , ").replace('"', "").encode() if '"' not in text else text.encode()
    ),
    "slashes in dates": lambda text: text.replace("2026-01-08", "2026/1/8").encode(),
    "dots in dates": lambda text: text.replace("2026-02-09", "2026.2.9").encode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_other_forms_of_the_sheets_say_the_same(village: Village, form: Callable[[str], bytes]) -> None:
    told = values(read_folder(village.folder))
    changed = {name: form(text) for name, text in (("opening.csv", OPENING), ("journal.csv", JOURNAL))}
    assert changed["journal.csv"] != JOURNAL.encode()
    for name, data in changed.items():
        village.write(name, data)
    assert values(read_folder(village.folder)) == told


def test_blank_rows_are_left_out_and_rows_keep_their_numbers(village: Village) -> None:
    header, *rows = JOURNAL.splitlines()
    village.write("journal.csv", "\n".join([header, "", rows[0], ",,,,,,,", *rows[1:], "", ""]))
    read = read_folder(village.folder)
    assert [one.row.number for one in read.journal] == [3, 5, 6, 7]


def as_workbook(text: str, cell: Callable[[str, str], object]) -> bytes:
    """Return a sheet as a workbook, each cell made by `cell(header, text)`."""
    header, *rows = csv.reader(io.StringIO(text))
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(header)
    for row in rows:
        sheet.append([cell(name, one) for name, one in zip(header, row, strict=True)])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def typed(header: str, text: str) -> object:
    """Return a cell as a person types it in a spreadsheet program: dates, numbers, codes as numbers."""
    if not text:
        return None
    if header == "日期":
        return datetime.date.fromisoformat(text)
    if "方" in header:
        return float(text.replace(",", ""))
    if header in {"科目编码", "附件数"}:
        return int(text)
    return text


def as_text(_: str, text: str) -> object:
    """Return a cell as text."""
    return text


def at_noon(header: str, text: str) -> object:
    """Return dates with a time of day."""
    return datetime.datetime.fromisoformat(f"{text}T12:00") if header == "日期" else typed(header, text)


@pytest.mark.parametrize("cell", [typed, as_text, at_noon])
def test_workbook_says_the_same_as_csv(village: Village, cell: Callable[[str, str], object]) -> None:
    told = values(read_folder(village.folder))
    for name, text in (("opening", OPENING), ("journal", JOURNAL)):
        (village.folder / f"{name}.csv").unlink()
        village.write(f"{name}.xlsx", as_workbook(text, cell))
    assert values(read_folder(village.folder)) == told


def test_workbook_after_csv_is_the_same_import(village: Village) -> None:
    village.run()
    entries = village.entries()
    (village.folder / "journal.csv").unlink()
    village.write("journal.xlsx", as_workbook(JOURNAL, typed))
    assert village.run().vouchers_there == 2
    assert village.entries() == entries


def test_workbook_without_cents_lost(village: Village) -> None:
    """12.30, 0.07 or 1,234,567.89 have no exact binary fraction; the workbook holds one all the same."""
    amounts = ["0.07", "0.29", "1.15", "1234567.89", "9999999999.99"]
    rows = [f"2026-03-0{day},{day},试,101,,{yuan},,0" for day, yuan in enumerate(amounts, start=1)]
    (village.folder / "journal.csv").unlink()
    village.write("journal.xlsx", as_workbook(JOURNAL + "\n".join(rows), typed))
    read = read_folder(village.folder).journal[4:]
    assert [one.debit_fen for one in read] == [7, 29, 115, 123456789, 999999999999]


def test_workbook_amounts_are_read_as_the_program_shows_them(village: Village) -> None:
    """A formula leaves 12.299999999999999 or 0.30000000000000004 in the cell; people see 12.30 and 0.30."""
    computed = {"12.30": 12.1 + 0.2, "0.30": 0.1 + 0.2, "-0.30": -0.1 - 0.2, "1.10": 1.1000000000000001}
    assert any(str(value) != shown.rstrip("0") for shown, value in computed.items())
    rows = [f"2026-03-01,{number},试,101,,{yuan},,0" for number, yuan in enumerate(computed, start=1)]
    (village.folder / "journal.csv").unlink()

    def cell(header: str, text: str) -> object:
        return computed.get(text, text) if "方" in header else typed(header, text)

    village.write("journal.xlsx", as_workbook(JOURNAL + "\n".join(rows), cell))
    read = read_folder(village.folder).journal[4:]
    assert [one.debit_fen for one in read] == [1_230, 30, -30, 110]


def test_workbook_numbers_of_vouchers_are_the_sheets(village: Village) -> None:
    sheet = JOURNAL.replace("记-1", "12")
    village.write("journal.csv", sheet)
    told = values(read_folder(village.folder))
    (village.folder / "journal.csv").unlink()

    def cell(header: str, text: str) -> object:
        return int(text) if header == "凭证号" else typed(header, text)

    village.write("journal.xlsx", as_workbook(sheet, cell))
    assert values(read_folder(village.folder)) == told


@pytest.mark.parametrize("typed_break", ["\n", "\r\n", " \n ", "\t", "\n\n", "\u2028"])
def test_line_break_in_a_cell_is_one_space(village: Village, typed_break: str) -> None:
    """Alt+Enter breaks the line in a cell; an entry's texts have one line."""
    village.add(
        "journal.csv",
        f'2026-03-05,"记{typed_break}2","购{typed_break}灯泡",51303,"公务{typed_break}费",5.00,,1',
        f'2026-03-05,"记{typed_break}2","购{typed_break}灯泡",101,库存现金,,5.00,1',
    )
    village.run()
    posted = vouchers(village.entries())[-1]
    assert (posted.source, posted.summary, [line.summary for line in posted.lines]) == (
        "记 2",
        "购 灯泡",
        ["", ""],
    )
    added = [entry.statement.data for entry in village.entries() if isinstance(entry.statement, AccountAdded)]
    assert "公务 费" in [account.name for account in added]
    assert village.run().posted == 0
