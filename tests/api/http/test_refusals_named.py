"""A refusal that names an entry names it as people know it: by number, date, summary and amount."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.vouchers import Invoice, Reversal, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from domain.kernel.statement import Statement
    from domain.vouchers import Voucher
    from tests.api.http.conftest import Door


@pytest.fixture
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def invoiced(number: str) -> Voucher:
    found = voucher()
    paper = Invoice(date="2026-04-01", number=number, total_fen=1_000)
    return msgspec.structs.replace(
        found, attachments=msgspec.structs.replace(found.attachments, invoices=[paper])
    )


def posted(door: Door, data: object, kind: type[Statement] = VoucherPosted) -> str:
    """Post a voucher and wait until the pages have it; return its id."""
    assert door.post(door.note(data, kind), wait=10).status_code == 201
    return list(door.book().vouchers.posted)[-1]


def red_of(id_: str) -> Reversal:
    own = voucher()
    return Reversal(
        attachments=msgspec.structs.replace(own.attachments, count=0),
        date="2026-04-03",
        lines=mirrored(own.lines),
        reverses=id_,
        summary="注销",
    )


def require_named(said: dict[str, Any], zh: str, en: str, ids: list[str]) -> None:
    """Fail unless a refusal, in both languages, names the vouchers, and nowhere their ids."""
    assert zh in said["zh"]
    assert en in said["en"]
    assert not [id_ for id_ in ids if id_ in said["zh"] + said["en"]]


def told(answer: httpx.Response, code: str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert problem["rule"] == code
    return {"zh": problem["detail_zh"], "en": problem["detail"], "facts": problem["facts"]}


def test_an_invoice_that_is_booked_names_the_voucher(door: Door, office: Office) -> None:
    again = invoiced("26332000000000077001")
    id_ = posted(door, again)
    zh, en = "由凭证 记-2026-04-", "'收利息' of 2026-04-02 over 10.00 yuan)"
    said = told(door.post(door.note(again)), "invoice.booked")
    require_named(said, zh, en, [id_])
    assert "（2026-04-02「收利息」10.00 元）" in said["zh"]
    assert said["facts"]["by"] == id_, "programs go by the id"

    draft = office["accountant"].make(msgspec.to_builtins(again))
    require_named(draft["problem"], zh, en, [id_])
    stuck = told(office["head"].sign(draft), "draft.stuck")
    require_named(stuck, zh, en, [id_])
    desk = office["head"].client.get(f"/books/{BOOK}/work", headers={"Accept": "text/html"}).text
    assert "由凭证 记-2026-04-" in desk
    assert id_ not in desk
    office["accountant"].withdraw(draft)


def test_a_second_reversal_names_both_vouchers(door: Door) -> None:
    id_ = posted(door, voucher())
    red = posted(door, red_of(id_), VoucherReversed)
    answer = door.post(door.note(red_of(id_), VoucherReversed))
    said = told(answer, "reversal.twice")
    require_named(
        said, "「收利息」10.00 元） 已被 记-2026-04-", "'注销' of 2026-04-03 over -10.00 yuan)", [id_, red]
    )
    assert answer.headers["content-type"] == PROBLEM


def test_an_id_that_is_of_no_entry_is_told_as_it_is(door: Door) -> None:
    nobody = "01JNK000000000000000000000"
    said = told(door.post(door.note(red_of(nobody), VoucherReversed)), "reversal.unknown")
    assert nobody in said["zh"]
