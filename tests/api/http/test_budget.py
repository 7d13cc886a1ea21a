"""The year's plan over HTTP: how it is carried out, on the page and in files; verified by who reads the log alone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from api.clock import now
from audit.source import HttpSource
from audit.verify import verify
from domain.budget import Budget, BudgetAdopted, PlanLine, Resolution
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.at_work import Person
    from tests.api.http.conftest import Door

SPEAKERS = ("accountant", "head", "supervisor")
PLAN = {"501": 1_000_000, "503": 500_000, "51302": 26_000, "514": 100_000, "151": 5_000_000}
MARCH = [
    ("151", 5_000_000, 0, 0),
    ("501", 1_000_000, 0, 600_000),
    ("503", 500_000, 500_000, 500_000),
    ("51302", 26_000, 0, 23_650),
    ("514", 100_000, 42_180, 122_180),
]
"""By account the plan, March and the year so far, in fen, as the details of income and expense have them."""


def plan(lines: dict[str, int], year: str = "2026") -> Budget:
    resolution = Resolution(
        agreed=30, body="delegates", date="2026-01-20", entitled=38, name="〔2026〕1号", present=34
    )
    planned = [PlanLine(account=account, planned_fen=fen) for account, fen in sorted(lines.items())]
    return Budget(lines=planned, resolution=resolution, year=year)


@pytest.fixture(scope="module")
def entry(door: Door) -> int:
    """The entry that adopts the plan of 2026."""
    answer = door.post(door.note(plan(PLAN), BudgetAdopted, *SPEAKERS), wait=10)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def test_the_figures_worked_out_by_hand(door: Door, entry: int) -> None:
    report = door.get("budget.json", period="2026-03").json()
    assert (report["book"], report["period"], report["adopted"]) == (BOOK, "2026-03", entry)
    assert (report["entries"], report["root"]) == (door.book().size, door.book().root())
    rows = [(row["account"], row["planned_fen"], row["month_fen"], row["year_fen"]) for row in report["rows"]]
    assert rows == MARCH


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_same_in_a_spreadsheet(door: Door, entry: int, suffix: str) -> None:
    assert entry
    header, *rows = table(door.get(f"budget.{suffix}", period="2026-03"))
    assert header == ["科目编码", "项目", "全年计划", "本期金额", "本年累计", "完成"]
    assert rows[0][1:] == ["经营收入", 1_000_000, 0, 600_000, "60.0 %"]
    assert [row[1] for row in rows if not row[0]] == ["收入合计", "支出合计", "成本、购建和投资合计"]
    assert [row[2:5] for row in rows if not row[0]] == [
        [1_500_000, 500_000, 1_100_000],
        [126_000, 42_180, 145_830],
        [5_000_000, 0, 0],
    ]


def test_the_page_says_what_is_beyond_the_plan(door: Door, entry: int) -> None:
    shown = door.get("budget", period="2026-03").text
    assert "1 项超出计划" in shown
    assert "122.1 %" in shown
    assert "超计划" in shown
    assert "已到九成" in shown
    assert f'href="entries/{entry}"' in shown
    assert "应到 38，实到 34，同意 30" in shown


def test_its_entry_says_it_in_words(door: Door, entry: int) -> None:
    shown = door.client.get(f"/books/{BOOK}/entries/{entry}", headers={"Accept": "text/html"}).text
    assert "成员代表大会通过了 2026 年的收支计划" in shown
    assert "〔2026〕1号" in shown
    assert "513 管理费用" not in shown
    assert "51302 管理费用/办公费" in shown


def test_the_checklist_remarks_it(door: Door, entry: int) -> None:
    assert entry
    remarks = door.get("closing.json", period="2026-04").json()["remarks"]
    told = {(remark["rule"], remark["account"]) for remark in remarks}
    assert told & {("closing.over_budget", "514"), ("closing.not_in_budget", "514")}
    assert ("closing.near_budget", "51302") in told


@pytest.fixture(scope="module")
def accountant(door: Door) -> Iterator[Person]:
    with ExitStack() as stack:
        yield Office(door, stack)["accountant"]


def remarks(person: Person, account: str, fen: int, date: str = "2026-04-10") -> list[str]:
    """Return what is remarked on a draft of so much spent; it is withdrawn again."""
    lines = [{"account": account, "debit_fen": fen}, {"account": "10201", "credit_fen": fen}]
    made = person.make({"attachments": {"count": 1}, "date": date, "lines": lines, "summary": "付款"})
    assert made == person.get(f"/{made['id']}").json()
    assert made in person.get().json()["drafts"]
    person.withdraw(made)
    assert person.get(f"/{made['id']}").json()["remarks"] == []
    return [f"{remark['rule']} {remark['zh']}" for remark in made["remarks"]]


def test_a_draft_beyond_the_plan_says_so(accountant: Person, entry: int) -> None:
    assert entry
    near, over = remarks(accountant, "51302", 100), remarks(accountant, "51302", 2_351)
    assert [one.split()[0] for one in (*near, *over)] == ["closing.near_budget", "closing.over_budget"]
    assert "260.01 元，计划 260.00 元，超出 0.01 元" in over[0]
    [site] = remarks(
        accountant, "153", 56_000
    )  # the plan names 151, where the works go when they are finished
    assert site.startswith("closing.not_in_budget 153 ")
    assert "0.00" not in site.replace("560.00", "")
    assert "应列先支出的科目" in site
    assert remarks(accountant, "151", 100) == []
    ahead = remarks(accountant, "51302", 2_351, f"{int(now()[:4]) + 1}-04-10")  # whose year has no plan
    assert [one.split()[0] for one in ahead] == ["draft.dated_ahead"]


CARRIED = (
    ("2026-04-11", "153", "10201", 56_000),
    ("2026-04-12", "15102", "153", 56_000),
    ("2026-04-13", "401", "10201", 8_000),
    ("2026-05-01", "121", "401", 8_000),
    ("2026-05-02", "511", "121", 5_000),
)
"""Works that are built and taken over; goods that are made, stored and sold."""


def test_what_was_spent_is_counted_once_where_it_was_first_spent(door: Door, entry: int) -> None:
    assert entry
    for date, debit, credit, fen in CARRIED:
        answer = door.post(door.note(voucher(fen, date=date, debit=debit, credit=credit)), wait=10)
        assert answer.status_code == 201, answer.text
    rows = door.get("budget.json", period="2026-05").json()["rows"]
    spent = {row["account"]: (row["month_fen"], row["year_fen"]) for row in rows}
    assert spent["153"] == (0, 56_000)
    assert spent["151"] == (0, 0)
    assert spent["401"] == (0, 8_000)
    assert "511" not in spent


def test_a_draft_that_carries_on_what_was_counted_spends_nothing(accountant: Person, entry: int) -> None:
    assert entry
    lines = [{"account": "511", "debit_fen": 4_000}, {"account": "121", "credit_fen": 4_000}]
    made = accountant.make(
        {"attachments": {"count": 1}, "date": "2026-05-20", "lines": lines, "summary": "销售成本"}
    )
    accountant.withdraw(made)
    assert ["今年已支出 10.00 元" in one["zh"] for one in made["remarks"]] == [True]


def test_a_year_without_a_plan(door: Door) -> None:
    answer = door.get("budget.json", period="2027-03")
    assert (answer.status_code, answer.json()["rule"]) == (404, "budget.none")
    assert "2027 年还没有登记收支计划" in door.get("budget", period="2027-03").text


def test_whoever_verifies_the_book_verifies_the_plan(door: Door, entry: int) -> None:
    report = verify(HttpSource(f"{door.url}/books/{BOOK}"))
    assert report.ok, report.as_text()
    assert report.entries > entry
    balances = next(check for check in report.checks if check.name == "balances")
    assert balances.count % 5 == 0, "five forms a month"


def test_a_plan_is_revised(door: Door, entry: int) -> None:
    answer = door.post(door.note(plan(PLAN | {"514": 200_000}), BudgetAdopted, *SPEAKERS), wait=10)
    assert answer.status_code == 201, answer.text
    report = door.get("budget.json", period="2026-03").json()
    assert report["adopted"] > entry
    assert {row["account"]: row["planned_fen"] for row in report["rows"]}["514"] == 200_000
    assert "没有超出计划" in door.get("budget", period="2026-03").text
    assert verify(HttpSource(f"{door.url}/books/{BOOK}")).ok


def test_what_no_book_takes_is_a_problem(door: Door) -> None:
    answer = door.post(door.note(plan({"101": 1}), BudgetAdopted, *SPEAKERS))
    assert (answer.status_code, answer.json()["rule"]) == (422, "budget.account")
    answer = door.post(door.note(plan({"501": 1}), BudgetAdopted, "accountant", "head"))
    assert (answer.status_code, answer.json()["rule"]) == (403, "policy.roles_missing")
