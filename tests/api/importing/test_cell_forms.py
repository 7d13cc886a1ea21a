"""Dates, amounts and codes as programs and people write them; what cannot be meant is refused with its likely cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importing import ImportRefused
from api.importing.cells import parse_amount, parse_code, parse_count, parse_day
from domain.kernel.errors import RuleViolation
from domain.kernel.money import format_fen
from tests.api.importing.conftest import JOURNAL

if TYPE_CHECKING:
    import datetime

    from tests.api.importing.conftest import Village

DAYS = [
    "20260108",
    "2026-01-08",
    "2026-1-8",
    "2026/1/8",
    "2026.1.8",
    "2026年1月8日",
    "2026年01月08",
    "2026 年 1 月 8 日",
    "2026-01-08 00:00:00",
    "2026-01-08T00:00:00",
    "2026-01-08 00:00:00.000",
    "2026/1/8 0:00",
    "2026年1月8日 9:30",
    "2026年1月8日9:30",
    "20260108 00:00",
    "２０２６－０１－０８",
    "2026\u200b-01-08\u00a0",
]
NOT_DAYS = [
    "2026-1-80:00",
    "202618",
    "2026-01",
    "2026年1月",
    "8/1/2026",
    "2026-02-30",
    "20260230",
    "2026-01-08x",
    "2026-01-08 25",
    "",
]


@pytest.mark.parametrize("read", DAYS)
def test_day_is_read_however_it_is_written(read: str) -> None:
    assert parse_day(read) == "2026-01-08"


@pytest.mark.parametrize("read", NOT_DAYS)
def test_what_is_no_day_is_refused(read: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_day(read)
    assert caught.value.rule.code == "date.malformed"


WAYS = ["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00", "%Y/%m/%d %H:%M"]


@given(st.dates(), st.sampled_from(WAYS))
def test_every_day_from_1949_to_2099_is_read_and_no_other(day: datetime.date, way: str) -> None:
    read = f"{day.year:04d}{day.strftime(way.removeprefix('%Y'))}"
    if day.year in range(1949, 2100):
        assert parse_day(read) == day.isoformat()
        return
    with pytest.raises(RuleViolation) as caught:
        parse_day(read)
    assert caught.value.rule.code == "import.date_year"
    assert read in caught.value.zh
    assert read in caught.value.en


@pytest.mark.parametrize(
    ("read", "cause"),
    [("2206-01-08", "颠倒"), ("2100-01-01", "打错"), ("1948-12-31", "打错"), ("1900-01-05", "日期格式")],
)
def test_day_of_a_year_without_books_is_refused_with_its_cause(read: str, cause: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_day(read)
    assert read in caught.value.zh
    assert cause in caught.value.zh
    assert "1949" in caught.value.en


@pytest.mark.parametrize(
    "read", ["-", " - ", "—", "－", "¥-", "¥ -", "￥—", "--", "", "\u00a0-\u00a0", "\u200b"]
)
def test_dash_of_the_accounting_format_is_zero(read: str) -> None:
    assert parse_amount(read) == 0


@pytest.mark.parametrize("read", ["-.", "- -", "-a", "()", "(-)"])
def test_what_is_no_dash_is_not_zero(read: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        parse_amount(read)
    assert caught.value.rule.code == "money.malformed"


@given(
    st.integers(-(10**11), 10**11),
    st.sampled_from(["\u200b", "\u00a0", "\ufeff", "\u200e", "\u202f"]),
    st.data(),
)
def test_invisible_signs_in_an_amount_do_not_count(fen: int, sign: str, data: st.DataObject) -> None:
    text = format_fen(fen)
    place = data.draw(st.integers(0, len(text)))
    assert parse_amount(text[:place] + sign + text[place:]) == fen


@pytest.mark.parametrize("read", ["10201", "\u200b10201", "10201\u00a0", "102\ufeff01", "\u202d10201\u202c"])
def test_invisible_signs_in_a_code_do_not_count(read: str) -> None:
    assert parse_code(read) == "10201"


@pytest.mark.parametrize(("read", "count"), [("", 0), ("-", 0), ("2", 2), ("\u00a02", 2), ("１２", 12)])
def test_number_of_attachments_may_be_a_dash(read: str, count: int) -> None:
    assert parse_count(read) == count


def test_other_forms_are_no_second_import(village: Village) -> None:
    village.run()
    entries = village.entries()
    journal = JOURNAL.replace("2026-01-08", "20260108").replace("2026-02-09", "2026年2月9日 0:00")
    village.write("journal.csv", journal.replace(",10201,", ",10201\u200b,").replace(",,12.30,", ",-,12.30,"))
    assert village.run().posted == 0
    assert village.entries() == entries


@pytest.mark.parametrize(("debit", "credit"), [("5.00", "5.00"), ("", ""), ("-", "0")])
def test_line_without_exactly_one_side_names_the_row_of_the_file(
    village: Village, debit: str, credit: str
) -> None:
    village.add(
        "journal.csv", "2026-02-10,记-2,试,101,,5.00,,", f"2026-02-10,记-2,试,50401,,{debit},{credit},"
    )
    with pytest.raises(ImportRefused) as caught:
        village.run()
    [problem] = caught.value.problems
    assert (problem.row, problem.column, problem.rule) == (7, "借方金额", "voucher.one_side")
    assert "第 7 行" in problem.zh
    assert "line 7" in problem.en
    assert "第 2 行" not in str(problem)
