"""The workbook of a bank's reconciliation adds up by formulas."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from api.adapters.tables import to_xlsx
from api.banking import reconciliation_table
from domain.reconciliation import BankLine, BookLine, Reconciliation


def test_adjusted_balances_and_their_difference_are_formulas() -> None:
    bank = [
        BankLine(1, "2026-01-05", 500, "息"),
        BankLine(2, "2026-01-06", -30, "费"),
        BankLine(3, "2026-01-07", -20, "费"),
    ]
    found = Reconciliation(1_000, 1_550, [], bank, [BookLine(9, 1, "2026-01-08", -100, "付")])
    sheet = load_workbook(io.BytesIO(to_xlsx(reconciliation_table("102", "2026-01-31", found)))).active
    assert sheet is not None
    made = {row[0].value: row[3].value for row in sheet.iter_rows(min_row=2)}
    assert made["调节后余额（企业）"] == "=SUM(D2:D3)-SUM(D4:D5)"
    assert made["调节后余额（银行）"] == "=D7-D8"
    assert made["差额"] == "=D6-D9"
