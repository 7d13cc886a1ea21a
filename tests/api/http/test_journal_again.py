"""The journal that a book gives out (序时账) is read in again, and nothing of its vouchers is lost."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from api.identity import Keyring
from api.importing import read_folder, run_import
from domain.vouchers import Attachments, Line, Voucher
from tests.api.http.conftest import BOOK
from tests.audit.conftest import EXAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.http.conftest import Door

OTHERS = {"csv": "N2330881MF0000013Y", "xlsx": "N1330881MF1000015E"}
SINCE = {"from": "2026-01"}
GOODS = Line(
    account="121", debit_fen=900, party="甲公司", project="村口桥", quantity_milli=2_500, unit="公斤"
)
BOUGHT = Voucher(
    attachments=Attachments(count=3),
    date="2026-04-02",
    lines=[GOODS, Line(account="10201", credit_fen=900)],
    summary="购化肥",
)


def told(door: Door, book: str) -> list[dict[str, Any]]:
    """Return the lines of a book's vouchers but for what is of its log, and of the program they came from."""
    lines = door.client.get(f"/books/{book}/journal.json", params=SINCE).json()["lines"]
    return [
        {key: value for key, value in line.items() if key not in {"entry", "source", "voucher_summary"}}
        for line in lines
    ]


@pytest.mark.parametrize("form", OTHERS)
def test_what_is_read_in_again_is_what_was_given_out(door: Door, tmp_path: Path, form: str) -> None:
    assert door.post(door.note(BOUGHT), wait=1).status_code == 201
    folder = tmp_path / "again"
    shutil.copytree(EXAMPLE, folder)
    (folder / "journal.csv").unlink()
    answer = door.get(f"journal.{form}", **SINCE)
    (folder / f"journal.{form}").write_bytes(answer.content)
    book = OTHERS[form]
    text = (folder / "book.toml").read_text(encoding="utf-8")
    (folder / "book.toml").write_text(text.replace(BOOK, book), encoding="utf-8")
    run_import(door.service, read_folder(folder), Keyring(door.service.settings.home / "keys" / book, book))
    assert told(door, book) == told(door, BOOK)
    assert {line["attachments"] for line in told(door, BOOK)} > {1, 3}


def test_the_workbook_has_days_and_sums(door: Door) -> None:
    data = door.get("journal.xlsx", **SINCE).content
    sheet: Any = load_workbook(io.BytesIO(data)).active
    header, *rows, total = sheet.iter_rows()
    place = {cell.value: number for number, cell in enumerate(header)}
    lines = door.get("journal.json", **SINCE).json()["lines"]
    assert [row[place["日期"]].value.date().isoformat() for row in rows] == [line["date"] for line in lines]
    assert {row[place["日期"]].number_format for row in rows} == {"yyyy-mm-dd"}
    assert [row[place["附件数"]].value for row in rows] == [line["attachments"] for line in lines]
    assert total[place["摘要"]].value == "合计"
    for side in ("借方金额", "贷方金额"):
        letter = header[place[side]].column_letter
        assert total[place[side]].value == f"=SUM({letter}2:{letter}{len(rows) + 1})"


def test_an_opening_has_no_originals(door: Door) -> None:
    lines = door.get("journal.json").json()["lines"]
    assert {line["attachments"] for line in lines if not line["number"]} == {None}
