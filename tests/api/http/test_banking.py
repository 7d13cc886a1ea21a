"""Bank and cash over HTTP, for those at work alone: a statement is held against the book, and cash is counted."""

from __future__ import annotations

from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from domain.accounts import AccountAdded, NewAccount
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM, voucher
from tests.api.http.test_reports import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.at_work import Person
    from tests.api.http.conftest import Door

BANK = f"/books/{BOOK}/bank/10201"
STATEMENT = """\
交易日期,摘要,支出,收入
2026-03-03,村级组织运转经费补助,,"5,000.00"
2026-03-05,手续费,2.00,
"""
ASKED = {"date": "2026-03-31", "balance": "45,173.20"}


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


@pytest.fixture(scope="module")
def read(office: Office) -> httpx.Response:
    """A statement is read in."""
    return posted(office["cashier"], STATEMENT)


def posted(person: Person, text: str, name: str = "三月.csv", **asked: str) -> httpx.Response:
    return person.client.post(f"{BANK}/statements", params={"name": name, **asked}, content=text.encode())


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == PROBLEM
    return (answer.status_code, answer.json()["rule"]) == (status, code)


def test_a_statement_is_read_once(office: Office, read: httpx.Response) -> None:
    assert (read.status_code, read.json()) == (201, {"new": 2, "known": 0, "number": 1, "notices": []})
    again = posted(office["accountant"], STATEMENT).json()
    assert again == {"new": 0, "known": 2, "number": 2, "notices": []}


@pytest.mark.parametrize(
    ("account", "code"), [("101", "bank.statement_of_cash"), ("102", "bank.statement_of_several")]
)
def test_a_statement_is_of_one_account_at_a_bank(office: Office, account: str, code: str) -> None:
    path = BANK.replace("10201", account)
    answer = office["cashier"].client.post(
        f"{path}/statements", params={"name": "三月.csv"}, content=STATEMENT.encode()
    )
    assert refused(answer, 422, code)
    assert "10201" in answer.json()["detail"]


def test_an_import_is_undone_and_stays_on_record(office: Office, read: httpx.Response) -> None:
    assert read.status_code == 201
    text = STATEMENT.splitlines()[0] + "\n2026-03-07,别村的款,,77.00\n"
    number = posted(office["cashier"], text, "别村.csv").json()["number"]
    path, accountant = f"{BANK}/statements", office["accountant"].client
    page = {"account": "10201", "date": "2020-01-01"}
    assert "别村.csv" in accountant.get(f"/books/{BOOK}/work/bank", params=page).text, "though it is refused"
    assert refused(office["head"].client.delete(f"{path}/{number}"), 403, "draft.not_maker")
    undone = accountant.delete(f"{path}/{number}").json()
    assert (undone["lines"], undone["decisions"], undone["undone"]["file"]) == (1, 0, "别村.csv")
    assert undone["notice"]["zh"].startswith("去掉 1 行，0 个核对决定")
    assert refused(accountant.delete(f"{path}/{number}"), 404, "bank.no_import")
    kept = office["supervisor"].client.get(path).json()["imports"][number - 1]
    assert kept["sha256"] == sha256(text.encode()).hexdigest()
    assert (kept["read_by"], kept["undone_by"]) == (f"{BOOK}/cashier/1", f"{BOOK}/accountant/1")
    found = accountant.get(f"{BANK}/reconciliation.json", params=ASKED).json()
    assert "别村的款" not in [line["text"] for line in found["only_bank"]]
    assert "已撤回（accountant，" in accountant.get(f"/books/{BOOK}/work/bank", params=page).text


def test_it_is_held_against_the_book(office: Office, read: httpx.Response) -> None:
    assert read.status_code == 201
    found = office["supervisor"].client.get(f"{BANK}/reconciliation.json", params=ASKED).json()
    assert found["bank_fen"] == 4_517_320
    assert [line["text"] for line in found["only_bank"]] == ["手续费"]
    assert [one["certain"] for one in found["matches"]] == [True]
    assert found["book_adjusted_fen"] == found["book_fen"] - 200
    for suffix in ("csv", "xlsx"):
        rows = table(office["head"].client.get(f"{BANK}/reconciliation.{suffix}", params=ASKED))
        assert rows[0][:4] == ["项目", "日期", "内容", "金额"]
        assert ["减：银行已付、企业未付", "2026-03-05", "手续费", 200] in [row[:4] for row in rows]


def test_a_balance_that_is_not_the_statement_s_is_told(office: Office, read: httpx.Response) -> None:
    assert read.status_code == 201
    text = "交易日期,摘要,支出,收入,余额\n2026-03-31,利息,,1.00,600.00\n"
    taken = posted(office["cashier"], text, "余额.csv").json()
    client, page = office["accountant"].client, {"account": "10201", **ASKED}
    found = client.get(f"{BANK}/reconciliation.json", params=ASKED).json()
    assert (found["bank_fen"], found["stated_fen"]) == (4_517_320, 60_000)
    shown = client.get(f"/books/{BOOK}/work/bank", params=page).text
    assert "填写的余额与对账单不同" in shown
    assert "读入的对账单上是 600.00 元，填写的是 45,173.20 元" in shown
    client.delete(f"{BANK}/statements/{taken['number']}")
    assert "填写的余额与对账单不同" not in client.get(f"/books/{BOOK}/work/bank", params=page).text


def test_the_page_shows_it_and_the_desk_says_how_far_it_goes(office: Office, read: httpx.Response) -> None:
    assert read.status_code == 201
    client = office["accountant"].client
    shown = client.get(f"/books/{BOOK}/work/bank", params={"account": "10201", **ASKED}).text
    assert "银行存款余额调节表" in shown
    assert "手续费" in shown
    assert "对上 1 笔" in shown
    counted = {"account": "101", "date": "2026-03-31", "balance": "1160"}
    assert "短款 3.50 元" in client.get(f"/books/{BOOK}/work/bank", params=counted).text
    uncounted = client.get(f"/books/{BOOK}/work/bank", params={**counted, "balance": ""}).text
    assert "请填现金盘点数" in uncounted
    assert "短款" not in uncounted
    wrong = client.get(f"/books/{BOOK}/work/bank", params={**counted, "balance": "much"})
    assert (wrong.status_code, "money.malformed" in wrong.text) == (200, True)
    desk = client.get(f"/books/{BOOK}/work").text
    assert "10201 基本账户的对账单只读到 2026-03-05" in desk or "对账单已读到月末" in desk


@pytest.mark.parametrize(
    ("text", "name", "code", "told"),
    [
        (STATEMENT.replace("5,000.00", "五千"), "a.csv", "bank.refused", "第 2 行"),
        (STATEMENT.replace("2026-03-05", "2026-03-32"), "a.csv", "bank.refused", "交易日期"),
        ("", "a.csv", "import.empty", ""),
        (STATEMENT, "a.pdf", "bank.file", ".xlsx"),
        (STATEMENT.splitlines()[0], "a.csv", "bank.no_lines", ""),
    ],
)
def test_what_is_no_statement_is_told_line_by_line(
    office: Office, text: str, name: str, code: str, told: str
) -> None:
    answer = posted(office["accountant"], text, name)
    assert refused(answer, 400, code), answer.text
    assert told in answer.json()["detail_zh"]
    assert "/tmp" not in answer.text


def test_other_headers_are_given_once(office: Office) -> None:
    other = STATEMENT.replace("交易日期", "时间戳").replace("2026-03-05", "2026-02-05")
    first = posted(office["accountant"], other, columns="date=时间戳").json()
    again = posted(office["accountant"], other).json()
    assert [(one["new"], one["known"]) for one in (first, again)] == [(1, 1), (0, 2)]
    assert refused(posted(office["accountant"], other, columns="day=时间戳"), 400, "bank.columns")


def test_accounts_with_details_are_not_offered_whatever_their_number(office: Office) -> None:
    for code, name in (("109", "其他货币资金"), ("10902", "保函保证金")):
        note = office.door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
        answer = office.door.post(note, wait=10)
        assert answer.status_code == 201, answer.text
    shown = office["head"].client.get(f"/books/{BOOK}/work/bank").text
    assert '<option value="10902">10902 保函保证金' in shown
    assert '<option value="109"' not in shown
    assert '<option value="102"' not in shown


HALVES = """\
交易日期,摘要,支出,收入
2026-03-10,代发,100.01,
2026-03-11,代发,200.02,
"""


def test_lines_are_matched_by_hand_and_taken_back(office: Office, read: httpx.Response) -> None:
    """The book has one voucher of what the bank paid in two; a sum is suggested, and decided on."""
    assert read.status_code == 201
    door, accountant, path = office.door, office["accountant"].client, f"{BANK}/decisions"
    note = door.note(voucher(30_003, date="2026-03-10", debit="51302", credit="10201"))
    entry = door.post(note, wait=10).json()["index"]
    taken = posted(office["accountant"], HALVES, columns="date=交易日期")
    assert taken.status_code == 201, taken.text

    def suggested() -> list[dict[str, Any]]:
        found = accountant.get(f"{BANK}/reconciliation.json", params=ASKED).json()["matches"]
        return [one for one in found if len(one["bank"]) == 2]

    [found] = suggested()
    assert (found["certain"], found["decision"]) == (False, 0)
    bank = [line["number"] for line in found["bank"]]
    book = [{"entry": line["entry"], "line": line["line"]} for line in found["book"]]
    assert book == [{"entry": entry, "line": 2}]
    no = accountant.post(path, json={"accepted": False, "bank": bank, "book": book})
    assert (no.status_code, no.json()["decided_by"]) == (201, office["accountant"].key.name)
    assert suggested() == []
    page = accountant.get(f"/books/{BOOK}/work/bank", params={"account": "10201", **ASKED}).text
    assert f'name="bank" value="{bank[0]}"' in page
    yes = accountant.post(path, json={"accepted": True, "bank": bank, "book": book}).json()
    assert [one["decision"] for one in suggested()] == [yes["number"]]
    again = accountant.post(path, json={"accepted": True, "bank": bank, "book": book})
    assert refused(again, 409, "bank.decided")
    assert accountant.delete(f"{path}/{yes['number']}").json()["undone_by"] == office["accountant"].key.name
    assert accountant.delete(f"{path}/{no.json()['number']}").status_code == 200
    assert len(suggested()) == 1
    kept = office["head"].client.get(path).json()["decisions"]
    assert [one["undone_by"] is None for one in kept] == [False, False]
    assert refused(accountant.delete(f"{path}/{yes['number']}"), 404, "bank.no_decision")


def test_what_cannot_be_decided_is_a_problem_document(office: Office, read: httpx.Response) -> None:
    assert read.status_code == 201
    path, accountant = f"{BANK}/decisions", office["accountant"].client
    chosen = {"accepted": True, "bank": [1], "book": [{"entry": 99_999, "line": 1}]}
    assert refused(accountant.post(path, json=chosen), 404, "bank.line")
    assert refused(accountant.post(path, json={**chosen, "book": []}), 422, "bank.too_few")
    assert refused(accountant.post(path, json={**chosen, "more": 1}), 400, "bank.malformed")
    assert refused(accountant.post(path, content=b"{"), 400, "bank.malformed")
    assert refused(office["head"].client.post(path, json=chosen), 403, "draft.not_maker")
    assert refused(office.door.client.post(path, json=chosen), 403, "session.needed")
    foreign = {"Origin": "https://elsewhere.example"}
    assert refused(accountant.post(path, json=chosen, headers=foreign), 403, "session.foreign")


def test_items_outstanding_at_the_opening_are_entered_and_taken_back(
    office: Office, read: httpx.Response
) -> None:
    assert read.status_code == 201
    path, accountant = f"{BANK}/openings", office["accountant"].client
    item = {"side": "book", "date": "2025-12-20", "amount_fen": -50_000, "text": "十二月的支票"}
    made = accountant.post(path, json=item)
    assert (made.status_code, made.json()["number"]) == (201, -1)
    assert [one["text"] for one in office["head"].client.get(path).json()["openings"]] == ["十二月的支票"]
    shown = accountant.get(f"/books/{BOOK}/work/bank", params={"account": "10201", **ASKED}).text
    assert "减：企业已付、银行未付" in shown
    assert "十二月的支票" in shown
    assert "/entries/-1" not in shown
    assert refused(accountant.post(path, json={**item, "side": "both"}), 400, "bank.malformed")
    assert refused(accountant.post(path, json={**item, "date": "2026-03-20"}), 422, "bank.opening_date")
    unheard = accountant.post(path, json={**item, "date": "2026-01-08"})
    assert refused(unheard, 422, "bank.opening_not_in_ledger")
    assert "6,000.00" in unheard.json()["detail_zh"]
    named = accountant.post(path, json={**item, "date": "2026-01-08", "amount_fen": 600_000})
    assert named.status_code == 201
    found = accountant.get(f"{BANK}/reconciliation.json", params=ASKED).json()
    assert [line["date"] for line in found["only_book"] if line["waiting"]] == ["2026-01-08"]
    assert accountant.delete(f"{path}/{named.json()['number']}").status_code == 204
    assert refused(office["head"].client.post(path, json=item), 403, "draft.not_maker")
    assert accountant.delete(f"{path}/-1").status_code == 204
    assert refused(accountant.delete(f"{path}/-1"), 404, "bank.no_opening")


def test_it_is_for_those_at_work(office: Office, door: Door) -> None:
    path = f"{BANK}/reconciliation.json"
    assert refused(door.client.get(path, params=ASKED), 403, "session.needed")
    assert refused(posted(office["head"], STATEMENT), 403, "draft.not_maker")
    page = door.client.get(f"/books/{BOOK}/work/bank?account=101", headers={"Accept": "text/html"})
    assert page.headers["location"] == f"/work?to=/books/{BOOK}/work/bank%3Faccount%3D101"
    assert refused(office["head"].client.get(path.replace("10201", "501"), params=ASKED), 422, "bank.account")
