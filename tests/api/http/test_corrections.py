"""A voucher that sets another right names it as data: both pages say so, and so do the printed vouchers."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec

from domain.kernel.period import next_period
from domain.periods import Closing, PeriodClosed
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK
from tests.api.http.test_signed_pages import post, shown
from tests.api.http.test_slips import text_of

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

WRONG = Voucher(
    attachments=Attachments(count=1),
    date="2026-04-05",
    lines=[Line(account="51302", debit_fen=12_345), Line(account="101", credit_fen=12_345)],
    summary="付办公费",
)


def wrong(door: Door) -> tuple[int, str]:
    """Post a voucher that is wrong; return its entry and its id."""
    entry = post(door, door.note(WRONG))
    return entry, list(door.book().vouchers.posted)[-1]


def number_of(door: Door, entry: int) -> str:
    """Return the number that stands on a voucher's page."""
    return shown(door, entry).partition("记-")[2].split()[0]


def test_both_pages_name_the_voucher_that_sets_right_and_the_one_that_was_wrong(door: Door) -> None:
    entry, id_ = wrong(door)
    more = msgspec.structs.replace(WRONG, corrects=id_, date="2026-04-06", summary="补差额")
    adjusting = post(door, door.note(more))
    assert f"由 记-{number_of(door, adjusting)} 调整" in shown(door, entry)
    assert f"调整 记-{number_of(door, entry)}" in shown(door, adjusting)
    page = door.client.get(f"/books/{BOOK}/entries/{entry}", headers={"Accept": "text/html"}).text
    assert f'<a href="/books/{BOOK}/entries/{adjusting}">记-' in page
    back = door.client.get(f"/books/{BOOK}/entries/{adjusting}", headers={"Accept": "text/html"}).text
    assert f'<a href="/books/{BOOK}/entries/{entry}">记-' in back


def test_a_blue_voucher_is_named_beside_the_red_one(door: Door) -> None:
    entry, id_ = wrong(door)
    mirror = Reversal(
        attachments=Attachments(),
        date="2026-04-06",
        lines=mirrored(WRONG.lines),
        reverses=id_,
        summary="注销",
    )
    red = post(door, door.note(mirror, VoucherReversed))
    right = msgspec.structs.replace(WRONG, corrects=id_, date="2026-04-07", summary="对的")
    blue = post(door, door.note(right))
    page = shown(door, entry)
    assert f"由 记-{number_of(door, red)} 冲销" in page
    assert f"由 记-{number_of(door, blue)} 订正" in page
    assert f"冲销 记-{number_of(door, entry)}" in shown(door, red)
    assert f"订正 记-{number_of(door, entry)}" in shown(door, blue)


def test_the_printed_vouchers_name_one_another_by_their_numbers(door: Door) -> None:
    entry, id_ = wrong(door)
    more = msgspec.structs.replace(WRONG, corrects=id_, date="2026-04-06", summary="补差额")
    adjusting = post(door, door.note(more))
    printed = text_of(door, "vouchers?period=2026-04")
    assert f"调整 记-{number_of(door, entry)}" in printed
    assert f"由 记-{number_of(door, adjusting)} 调整" in printed
    assert id_ not in printed


def test_a_correction_of_what_is_no_voucher_is_refused(door: Door) -> None:
    answer = door.post(door.note(msgspec.structs.replace(WRONG, corrects="0" * 26)))
    assert answer.status_code == 422
    assert answer.json()["rule"] == "correction.unknown"


def test_the_pages_ask_for_blue_where_the_earlier_year_is_closed(door: Door) -> None:
    entry, _ = wrong(door)
    headers = {"Accept": "text/html"}
    with ExitStack() as stack:
        accountant = Office(door, stack)["accountant"].client
        path = f"/books/{BOOK}/work/correct/{entry}"
        red_path = f"/books/{BOOK}/work/reverse/{entry}"
        assert "减去的用负数，日期不出原凭证那一年" in accountant.get(path, headers=headers).text
        assert "以前年度" not in accountant.get(red_path, headers=headers).text
        period = door.book().periods.next_to_close
        while period < "2027-01":
            note = door.note(Closing(period=period), PeriodClosed, at="2027-01-04T10:00:00+08:00")
            door.service.ledger.post(BOOK, [note])
            period = next_period(period)
        door.service.runner.catch_up([BOOK])
        page = accountant.get(path, headers=headers).text
        red = accountant.get(red_path, headers=headers).text
    assert "减去的用负数" not in page
    assert "都用正数（蓝字）" in page
    assert "借贷方向对调" in page
    warned = red.partition("以前年度的差错应当用蓝字")
    assert warned[1], "before a draft is made of it"
    assert f'<a href="{path}">' in warned[2]
    assert red.index(warned[1]) < red.index("<form")
    assert "用红字把它整张冲掉" not in red
