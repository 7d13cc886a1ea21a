"""The notes' skeleton: in the prescribed order, every account of the balance sheet once, on its own side."""

from __future__ import annotations

from domain.chart import chart
from domain.statements import NoteKind, notes
from domain.statements.notes import note_lines
from tests.domain.statements.months import Month

CHART = "rural-collective-2024"
NAMES = {"10201": "基本户", "15101": "办公楼", "15102": "老水塔", "20101": "信用社", "152": "累计折旧"}


def rows(number: str, *months: Month, opens: bool = False) -> list[tuple[object, ...]]:
    found = {note.line.number: note.rows for note in notes(CHART, months, NAMES, opens=opens)}
    return [tuple(row) for row in found[number]]


def test_the_order_is_that_of_the_system() -> None:
    numbers = [line.number for line in note_lines(CHART)]
    places = [tuple(map(int, number.split("."))) for number in numbers]
    assert places == sorted(places)
    assert {place[0] for place in places} == set(range(1, 10))


def test_every_account_of_the_balance_sheet_moves_in_one_note() -> None:
    listed = [code for line in note_lines(CHART) if line.kind is NoteKind.MOVEMENTS for code in line.accounts]
    accounts = chart(CHART).accounts.values()
    on_the_sheet = {
        one.code for one in accounts if len(one.code) == 3 and one.kind not in {"income", "expense"}
    }
    assert sorted(listed) == sorted({*on_the_sheet, "503"})


def test_an_account_moves_on_its_own_side() -> None:
    assert rows("4.1", Month("10201", 700, 200, 1_500)) == [("10201", "基本户", 1_000, 700, 200, 1_500)]
    assert rows("4.12", Month("20101", 300, 500, -900)) == [("20101", "信用社", 700, 500, 300, 900)]
    assert rows("4.8", Month("152", 0, 40, -140)) == [("152", "累计折旧", 100, 40, 0, 140)]


def test_assets_at_one_yuan_are_listed() -> None:
    months = [
        Month("15101", closing_fen=5_000),
        Month("15102", closing_fen=100),
        Month("10201", closing_fen=100),
    ]
    assert [row[0] for row in rows("6", *months)] == ["15102"]


def test_what_people_write_lists_nothing() -> None:
    for note in notes(CHART, [Month("503", year_credit_fen=5, closing_fen=-5)], NAMES, opens=False):
        assert bool(note.rows) == (note.line.number == "7.2")


def test_support_of_the_year_before_the_opening_is_of_the_year() -> None:
    """As the statement of income counts it; what is no income has the balance of that day."""
    opened, transferred = Month("50301", closing_fen=-6_000), Month("50301", year_debit_fen=6_000)
    assert rows("7.2", opened, opens=True) == [("50301", "", 0, 6_000, 0, 6_000)]
    assert rows("7.2", transferred, opens=True) == [("50301", "", 0, 6_000, 6_000, 0)]
    assert rows("7.2", transferred, opens=False) == [("50301", "", 6_000, 0, 6_000, 0)]
    assert rows("4.1", Month("10201", 700, 200, 1_500), opens=True)[0][2:] == (1_000, 700, 200, 1_500)


def test_support_that_was_given_back_before_the_opening_went() -> None:
    owed = Month("50301", year_credit_fen=500, closing_fen=-200)
    assert rows("7.2", owed, opens=True) == [("50301", "", 0, 500, 300, 200)]
