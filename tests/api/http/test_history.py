"""The history of a figure over HTTP: by hand, as of one date, as known on another, page by page, in each format."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from openpyxl import load_workbook

from api.clock import CHINA
from api.history import moment_of
from domain.kernel.errors import RuleViolation
from domain.vouchers import Reversal, VoucherReversed, mirrored
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


def figures(body: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return opening, debit, credit and closing of an answer."""
    return body["opening_fen"], body["debit_fen"], body["credit_fen"], body["closing_fen"]


def read(door: Door, path: str) -> str:
    """Return the main text of a page of the book, without tags, in one line."""
    answer = door.client.get(f"/books/{BOOK}/{path}", headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def post(door: Door, body: bytes) -> int:
    """Post an entry, wait until the log covers it, and return its index."""
    answer = door.post(body, wait=30)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


# ------------------------------------------------------------------------------------------ by hand


def test_march_of_the_bank_account(door: Door) -> None:
    body = door.get("history/10201.json", period="2026-03").json()
    assert (body["account"], body["account_name"], body["accounts"]) == (
        "10201",
        "银行存款/基本账户",
        ["10201"],
    )
    assert (body["from"], body["as_of"], body["known_on"]) == ("2026-03", "2026-03-31", None)
    assert figures(body) == (4_060_000, 500_000, 42_180, 4_517_820)
    assert (body["count"], body["carried_fen"]) == (4, 4_060_000)
    assert [(row["entry"], row["balance_fen"]) for row in body["rows"]] == [
        (15, 4_560_000),
        (16, 4_518_720),
        (17, 4_560_000),
        (18, 4_517_820),
    ]
    first = body["rows"][0]
    assert (first["date"], first["voucher"]) == ("2026-03-03", "记-2026-03-0001")
    assert [signer["role"] for signer in first["signers"]] == ["accountant", "head", "supervisor"]
    assert all(signer["key"].startswith(f"{BOOK}/") for signer in first["signers"])
    assert first["witnessed_at"] is None


def test_every_figure_of_the_trial_balance_is_the_end_of_its_history(door: Door) -> None:
    rows = door.get("trial-balance.json", period="2026-03").json()["rows"]
    assert len(rows) == 11
    for row in rows:
        body = door.get(f"history/{row['account']}.json", as_of="2026-03-31").json()
        assert body["closing_fen"] == row["closing_debit_fen"] - row["closing_credit_fen"]
        assert body["rows"][-1]["balance_fen"] == body["closing_fen"]


def test_as_of_looks_at_the_vouchers_dates(door: Door) -> None:
    body = door.get("history/10201.json", as_of="2026-03-20").json()
    assert figures(body) == (0, 4_660_000, 141_280, 4_518_720)
    assert [row["entry"] for row in body["rows"]] == [10, 11, 14, 15, 16]
    assert (body["rows"][0]["date"], body["rows"][0]["voucher"]) == (None, None)


# ------------------------------------------------------------- what came later, and what was known before


def test_a_backdated_voucher_and_its_reversal_change_what_is_known_but_not_what_was(door: Door) -> None:
    before = door.get("history/10201.json", as_of="2026-03-31").json()
    backdated = post(door, door.note(voucher(700, date="2026-03-10")))
    added = door.get(f"entries/{backdated}.json").json()["statement"]
    lines = mirrored(msgspec.convert(added, type(door.statement(voucher()))).data.lines)  # type: ignore[union-attr]
    undo = Reversal(
        attachments=voucher().attachments,
        date="2026-04-01",
        lines=lines,
        reverses=added["id"],
        summary="冲回",
    )
    red = post(door, door.note(undo, VoucherReversed))

    march = door.get("history/10201.json", as_of="2026-03-31").json()
    assert march["closing_fen"] == before["closing_fen"] + 700
    assert march["entries"] == before["entries"] + 2
    rows = {row["entry"]: row for row in march["rows"]}
    assert list(rows).index(backdated) == list(rows).index(15) + 1  # in the order of dates, not of the log
    assert rows[backdated]["reversed_by"] == red
    assert red not in rows  # it is dated in April
    april = door.get("history/10201.json", period="2026-04").json()
    assert [(row["entry"], row["reverses"]) for row in april["rows"]] == [(red, backdated)]
    assert april["rows"][0]["debit_fen"] == -700

    known_on = datetime.fromisoformat(rows[backdated]["recorded_at"])
    database = [("as_of", "2026-03-31"), ("known_on", known_on.isoformat(timespec="seconds"))]
    assert door.get("history/10201.json", **dict(database)).json()["closing_fen"] == march["closing_fen"]
    earlier = (known_on - timedelta(days=1)).date().isoformat()
    unknown = door.get("history/10201.json", as_of="2026-03-31", known_on=earlier).json()
    assert (unknown["entries"], unknown["closing_fen"], unknown["rows"]) == (0, 0, [])
    page = read(door, "history/10201?as_of=2026-03-31")
    assert f"已被 第 {red} 号 冲销" in page
    assert f"冲销 第 {backdated} 号" in read(door, "history/10201?period=2026-04")


def test_known_on_is_the_end_of_the_day_or_second_that_is_named() -> None:
    assert moment_of("2026-03-05") == datetime(2026, 3, 5, 23, 59, 59, 999_999, tzinfo=CHINA)
    second = datetime(2026, 3, 5, 10, 12, 33, 999_999, tzinfo=CHINA)
    assert moment_of("2026-03-05T10:12:33+08:00") == moment_of("2026-03-05T10:12:33 08:00") == second
    assert moment_of("2026-03-05T02:12:33Z") == second
    assert moment_of("") is None


@pytest.mark.parametrize("text", ["gestern", "2026-02-30", "2026-03-05T10:12", "0001-01-01T00:00:00Z", "0"])
def test_what_names_no_moment_is_refused_with_what_would(text: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        moment_of(text)
    assert caught.value.rule.code == "history.moment"
    assert "2026-03-05T10:12:33+08:00" in caught.value.zh


# ------------------------------------------------------------------------------------------ page by page


def test_pages_carry_the_balance(door: Door) -> None:
    whole = door.get("history/money.json").json()
    assert (whole["account"], whole["accounts"]) == ("money", ["101", "102", "109"])
    balance = 0
    found: list[int] = []
    for offset in range(0, whole["count"], 3):
        part = door.get("history/money.json", limit="3", offset=str(offset)).json()
        assert (part["carried_fen"], part["offset"], part["count"]) == (balance, offset, whole["count"])
        balance = part["rows"][-1]["balance_fen"]
        found += [row["entry"] for row in part["rows"]]
    assert found == [row["entry"] for row in whole["rows"]]
    assert balance == whole["closing_fen"]


def test_the_page_says_what_was_carried_and_leads_on(door: Door) -> None:
    text = read(door, "history/10201?as_of=2026-03-31&limit=3&offset=3")
    assert "第 2 页，共 " in text
    assert "承前 借 45,600.00" not in text  # the balance before March 3rd
    assert "承前 借 40,600.00" in text
    assert "上一页" in text
    assert "过次页" in text or "合计" in text
    html = door.client.get(f"/books/{BOOK}/history/10201?limit=3", headers={"Accept": "text/html"}).text
    assert 'href="../entries/10"' in html
    assert "offset=3" in html


# ------------------------------------------------------------------------------------------- each format


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_files_hold_the_same_rows(door: Door, suffix: str) -> None:
    body = door.get("history/10201.json", period="2026-03").json()
    answer = door.get(f"history/10201.{suffix}", period="2026-03")
    assert f'filename="history-{BOOK}-10201.{suffix}"' in answer.headers["content-disposition"]
    if suffix == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        rows = [
            ["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    header, carried, *lines, total = rows
    assert header == [
        *("日期", "凭证号", "摘要", "借方金额", "贷方金额", "方向", "余额"),
        *("签名人", "冲销", "封存时间", "见证时间", "记录序号"),
    ]
    assert (carried[2], carried[5], float(carried[6])) == ("承前", "借", 40_600.00)
    assert (total[2], float(total[6])) == ("合计", body["closing_fen"] / 100)
    assert [int(line[11]) for line in lines] == [row["entry"] for row in body["rows"]]
    assert [round(float(line[6]) * 100) for line in lines] == [row["balance_fen"] for row in body["rows"]]
    assert lines[0][7].startswith("会计")


# -------------------------------------------------------------------------------------- where it is linked


def test_balances_of_trial_balance_and_month_lead_to_their_history(door: Door) -> None:
    for path, link in (
        ("/trial-balance?period=2026-03", "history/10201?as_of=2026-03-31"),
        ("/trial-balance?period=2026-03", "history/10201?as_of=2026-02-28"),
        ("?period=2026-03", f"/books/{BOOK}/history/money?as_of=2026-02-28"),
        ("?period=2026-03", f"/books/{BOOK}/history/money?period=2026-03"),
        ("?period=2026-03", f"/books/{BOOK}/history/50301?period=2026-03"),
    ):
        page = door.client.get(f"/books/{BOOK}{path}", headers={"Accept": "text/html"})
        assert f'href="{link}"' in page.text
        led = door.client.get(page.url.join(link), headers={"Accept": "text/html"})
        assert led.status_code == 200
        assert "的来历" in led.text


# ------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("account", "query", "status", "rule"),
    [
        ("999", {}, 404, "history.unknown_account"),
        ("gold", {}, 404, "history.unknown_account"),
        ("101", {"as_of": "2026-02-30"}, 400, "date.malformed"),
        ("101", {"period": "2026-13"}, 400, "period.malformed"),
        ("101", {"period": "2026-03", "as_of": "2026-02-01"}, 400, "history.backwards"),
        ("101", {"known_on": "now"}, 400, "history.moment"),
        ("101", {"limit": "0"}, 400, "request.malformed"),
        ("101", {"offset": "-1"}, 400, "request.malformed"),
        ("GOLD", {}, 400, "request.malformed"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(
    door: Door, account: str, query: dict[str, str], status: int, rule: str
) -> None:
    for suffix in (".json", ".csv", ".xlsx", ""):
        answer = door.get(f"history/{account}{suffix}", **query)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        assert answer.json()["rule"] == rule
