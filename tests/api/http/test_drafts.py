"""A voucher goes from hand to hand over HTTP until all have signed its bytes, and then stands in the log."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.entry import parse_entry, sign_text
from domain.kernel.period import next_period
from domain.ledger import read_entries
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, PROBLEM, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.conftest import Door


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def data(fen: int = 1_000) -> object:
    return msgspec.to_builtins(voucher(fen))


def refused(answer: httpx.Response, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == PROBLEM
    return (answer.status_code, answer.json()["rule"]) == (status, code)


def test_two_sign_in_any_order_and_it_stands_in_the_log(office: Office) -> None:
    draft = office["cashier"].make(data())
    assert draft["demanded"] == ["accountant", "head"]
    assert draft["missing"] == ["accountant", "head"]
    assert draft["problem"] is None
    once = office["head"].sign(draft).json()
    assert (once["state"], once["missing"]) == ("open", ["accountant"])
    done = office["accountant"].sign(draft).json()
    assert done["state"] == "posted"
    entry = list(read_entries(office.door.service.recorder, BOOK))[done["entry"]]
    assert entry.text == draft["text"].encode()
    assert [one.name.split("/")[1] for one in entry.signatures] == ["accountant", "head"]
    assert [one["step"] for one in done["steps"]] == ["made", "signed", "signed", "posted"]


@pytest.mark.parametrize("blank", ["   ", "\u3000"])
def test_a_voucher_that_says_nothing_is_not_taken_in(office: Office, blank: str) -> None:
    said = msgspec.structs.replace(voucher(), summary=blank)
    answer = office["cashier"].post("", {"type": "voucher.posted/1", "data": said})
    assert refused(answer, 422, "voucher.blank_text")
    assert answer.json()["detail_zh"].startswith("请填写摘要")
    draft = office["cashier"].make(data())
    assert refused(office["cashier"].change(draft, said), 422, "voucher.blank_text")
    assert refused(office.door.post(office.door.note(said)), 422, "voucher.blank_text")
    lines = [msgspec.structs.replace(voucher().lines[0], party=blank), *voucher().lines[1:]]
    answer = office.door.post(office.door.note(msgspec.structs.replace(voucher(), lines=lines)))
    assert refused(answer, 422, "voucher.blank_text")
    assert "第 1 行的往来单位" in answer.json()["detail_zh"]


def remarked(
    office: Office, *lines: tuple[str, int, int], count: int = 1, summary: str = "购办公桌"
) -> list[str]:
    """Return what is remarked on a draft, which is taken back then."""
    said = Voucher(
        attachments=Attachments(count=count),
        date="2026-04-02",
        lines=[Line(account=code, debit_fen=debit, credit_fen=credit) for code, debit, credit in lines],
        summary=summary,
    )
    draft = office["accountant"].make(said)
    assert draft["problem"] is None
    assert office["head"].get(f"/{draft['id']}").json()["remarks"] == draft["remarks"]
    office["accountant"].withdraw(draft)
    return [f"{one['rule']}: {one['zh']}" for one in draft["remarks"]]


def test_what_the_checklist_would_say_is_said_of_a_draft(office: Office) -> None:
    """Before it is signed, when it can still be changed."""
    assert remarked(office, ("51302", 100, 0), ("10201", 0, 100)) == []
    [said] = remarked(office, ("51302", 100, 0), ("10201", 0, 100), count=0)
    assert said.startswith("closing.no_attachments: 凭证 （待签）「购办公桌」没有附件")
    assert remarked(office, ("50103", 100, 0), ("321", 0, 100), count=0, summary="结转收入") == []
    assert remarked(office, ("51302", 100, 0), ("10201", 0, 100), count=0, summary="更正记错的科目") == []
    mixed = remarked(office, ("51302", 500, 0), ("10201", 0, 500), ("321", 500, 0), ("51302", 0, 500))
    [said] = [one for one in mixed if one.startswith("closing.mixed")]
    assert "请撤回或不签它，分成几张" in said


def test_income_that_no_statement_would_show_is_said_before_it_is_signed(office: Office) -> None:
    """Income or expense against 322 itself is no transfer: it asks for those whom its amount demands."""
    [said] = remarked(office, ("32202", 30_000_000, 0), ("50103", 0, 30_000_000), count=1)
    assert said.startswith("closing.distribution_direct: 凭证 （待签）「购办公桌」把收入或支出直接记在了 322")
    assert "请撤回或不签它，收入、支出另记一张" in said
    data = voucher(30_000_000, date="2026-04-02", debit="32202", credit="50103")
    draft = office["accountant"].make(msgspec.structs.replace(data, resolution="村民代表会议决议"))
    assert draft["demanded"] == ["accountant", "head", "supervisor", "township"]
    office["accountant"].withdraw(draft)
    assert remarked(office, ("321", 100, 0), ("32202", 0, 100), count=0) == []


def test_money_that_a_draft_would_take_below_zero_is_said(office: Office) -> None:
    [said] = remarked(office, ("51302", 90_000_000, 0), ("10201", 0, 90_000_000))
    assert said.startswith("closing.cash_below_zero: 10201 基本账户 2026-04-02（连同这一张） 的余额是 -")
    assert remarked(office, ("10201", 90_000_000, 0), ("50103", 0, 90_000_000)) == []
    assert remarked(office, ("10201", 90_000_000, 0), ("10201", 0, 90_000_000)) == []


def test_all_who_are_at_work_see_what_waits(office: Office) -> None:
    draft = office["cashier"].make(data())
    for role in ("cashier", "accountant", "head", "supervisor", "township"):
        waiting = office[role].get().json()["drafts"]
        assert draft["id"] in [one["id"] for one in waiting]


def test_a_posted_draft_waits_no_more(office: Office) -> None:
    draft = office["accountant"].make(data())
    office["accountant"].sign(draft)
    assert office["head"].sign(draft).json()["state"] == "posted"
    assert draft["id"] not in [one["id"] for one in office["head"].get().json()["drafts"]]
    assert office["head"].get(f"/{draft['id']}").json()["state"] == "posted"
    assert refused(office["supervisor"].sign(draft), 409, "draft.posted")
    assert refused(office["accountant"].withdraw(draft), 409, "draft.posted")


def test_a_change_drops_the_signatures_and_says_so(office: Office) -> None:
    draft = office["accountant"].make(data(1_000))
    office["head"].sign(draft)
    changed = office["accountant"].change(draft, data(1_200)).json()
    assert changed["revision"] == 2
    assert changed["id"] == draft["id"]
    assert changed["text"] != draft["text"]
    assert changed["missing"] == ["accountant", "head"]
    dropped = [one for one in changed["steps"] if one["step"] == "dropped"]
    assert [one["key"] for one in dropped] == [office["head"].key.name]


def test_whoever_had_signed_is_told_on_their_desk(office: Office) -> None:
    def desk(role: str) -> str:
        page = office[role].client.get(f"/books/{BOOK}/work", headers={"accept": "text/html"}).text
        row = re.search(rf'<a href="[^"]*/{draft["id"]}">.*?</tr>', page, re.DOTALL)
        assert row is not None
        return row[0]

    draft = office["accountant"].make(data(1_000))
    office["head"].sign(draft)
    assert "重签" not in desk("head")
    changed = office["cashier"].change(draft, data(1_100)).json()
    assert "您签过以后改动了，请重看重签" in desk("head")
    assert "重签" not in desk("accountant")
    office["head"].sign(changed)
    assert "重签" not in desk("head")


def test_the_desk_counts_what_a_closing_would_strand(office: Office) -> None:
    def stranded() -> int:
        page = office["accountant"].client.get(f"/books/{BOOK}/work", headers={"accept": "text/html"}).text
        found = re.search(r"还有 (\d+) 张待签凭证的日期不晚于这个月", page)
        return int(found[1]) if found else 0

    period = office.door.book().periods.next_to_close
    before = stranded()
    content = msgspec.to_builtins(voucher(date=f"{period}-15"))
    draft = office["accountant"].make(content)
    office["accountant"].make(msgspec.to_builtins(voucher(date=f"{next_period(period)}-01")))
    assert stranded() == before + 1
    office["accountant"].withdraw(draft)
    assert stranded() == before


def test_a_refusal_has_a_reason_which_all_see(office: Office) -> None:
    draft = office["accountant"].make(data())
    found = office["head"].refuse(draft, "发票金额不对").json()
    assert found["refused"] == [office["head"].key.name]
    step = found["steps"][-1]
    assert (step["step"], step["words"], step["key"]) == ("refused", "发票金额不对", office["head"].key.name)
    desk = office["accountant"].client.get(f"/books/{BOOK}/work", headers={"accept": "text/html"}).text
    row = re.search(rf'<a href="[^"]*/{draft["id"]}">.*?</tr>', desk, re.DOTALL)
    assert row is not None
    assert "负责人拒签：发票金额不对" in row[0], "the maker need not open it to know why"
    assert "refused by the head" in row[0]
    assert refused(office["head"].refuse(draft, "  "), 400, "draft.malformed")


def test_whoever_refuses_has_not_signed(office: Office) -> None:
    draft = office["accountant"].make(data())
    office["head"].sign(draft)
    found = office["head"].refuse(draft).json()
    assert found["signatures"] == []
    again = office["head"].sign(draft).json()
    assert again["refused"] == []
    assert again["signatures"] == [office["head"].key.name]


def test_a_refusal_is_of_the_text_that_was_seen(office: Office) -> None:
    draft = office["accountant"].make(data())
    office["head"].refuse(draft)
    changed = office["accountant"].change(draft, data(2_000)).json()
    assert changed["refused"] == []
    assert refused(office["head"].refuse(draft), 409, "draft.changed")


def test_a_withdrawn_draft_can_no_longer_be_signed(office: Office) -> None:
    draft = office["accountant"].make(data())
    assert office["cashier"].withdraw(draft).json()["state"] == "withdrawn"
    assert refused(office["head"].sign(draft), 409, "draft.withdrawn")


def test_only_accountant_and_cashier_make_and_change(office: Office) -> None:
    draft = office["accountant"].make(data())
    made = office["head"].post("", {"type": "voucher.posted/1", "data": data()})
    assert refused(made, 403, "draft.not_maker")
    assert refused(office["supervisor"].change(draft, data(2)), 403, "draft.not_maker")
    assert refused(office["head"].withdraw(draft), 403, "draft.not_maker")


def test_nobody_signs_in_another_ones_name(office: Office) -> None:
    draft = office["accountant"].make(data())
    forged = office["accountant"].sign(draft, office["head"].key)
    assert refused(forged, 403, "draft.not_signer")
    assert office["head"].get(f"/{draft['id']}").json()["signatures"] == []


def test_what_the_rules_object_to_is_said_while_it_is_drafted(office: Office) -> None:
    wrong = voucher(1_000, debit="999")
    draft = office["accountant"].make(msgspec.to_builtins(wrong))
    assert draft["problem"]["rule"] == "account.unknown"


def test_what_cannot_be_posted_is_not_signed_until_it_is_set_right(office: Office) -> None:
    """The refusal says why, and what to do; nothing of it is kept."""
    draft = office["accountant"].make(msgspec.to_builtins(voucher(1_000, debit="999")))
    answer = office["head"].sign(draft)
    assert refused(answer, 422, "draft.stuck")
    assert "签名没有存：科目 999" in answer.json()["detail_zh"]
    assert "撤回" in answer.json()["detail_zh"]
    assert office["head"].get(f"/{draft['id']}").json()["signatures"] == []
    right = office["accountant"].change(draft, data(1_000)).json()
    assert office["head"].sign(right).json()["signatures"]
    assert office["accountant"].sign(right).json()["state"] == "posted"


def test_the_end_of_a_period_is_drafted_too(office: Office) -> None:
    period = office.door.book().periods.next_to_close
    wanted = {"type": "period.closed/1", "data": {"period": period}, "despite": "照旧"}
    draft = office["accountant"].post("", wanted).json()
    assert draft["demanded"] == ["accountant", "head"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "draft.malformed"),
        (b"[]", 400, "draft.malformed"),
        (b'{"type":"voucher.posted/1"}', 400, "draft.malformed"),
        (b'{"type":"voucher.posted/1","data":{"date":1}}', 400, "post.data"),
        (b'{"type":"voucher.posted/1","data":{},"more":1}', 400, "draft.malformed"),
        (b'{"type":"key.revoked/1","data":{}}', 422, "draft.type"),
        (b"\xff", 400, "draft.malformed"),
    ],
)
def test_bad_content_is_refused_in_words(office: Office, body: bytes, status: int, code: str) -> None:
    assert refused(office["accountant"].post("", body), status, code)


def test_a_persons_number_is_not_even_drafted(office: Office) -> None:
    content = msgspec.to_builtins(voucher()) | {"summary": "付 11010519491231002X 工资"}
    answer = office["accountant"].post("", {"type": "voucher.posted/1", "data": content})
    assert answer.status_code == 422
    assert answer.json()["rule"].startswith("privacy.")


def test_an_unknown_draft_is_not_found(office: Office) -> None:
    assert refused(office["head"].get("/01JNK000000000000000000000"), 404, "draft.unknown")


def test_an_earlier_text_that_all_had_signed_is_told_when_it_was_posted(office: Office) -> None:
    draft = office["accountant"].make(data(1_000))
    office["cashier"].change(draft, data(2_000))
    keys = [office["accountant"].key, office["head"].key]
    posted = office.door.post(sign_text(draft["text"].encode(), keys))
    assert posted.status_code == 201
    found = office["head"].get(f"/{draft['id']}").json()
    assert (found["state"], found["entry"]) == ("posted", posted.json()["index"])
    assert "earlier text" in found["steps"][-1]["words"]


def test_what_lost_its_answer_is_posted_at_the_next_look(office: Office) -> None:
    """The program ended between the last signature and the entry: as if nobody had posted it yet."""
    draft = office["accountant"].make(data())
    office["accountant"].sign(draft)
    note = sign_text(draft["text"].encode(), [office["head"].key])
    signature = parse_entry(note).signatures[0]
    with office.door.service.pool.connection() as connection:
        connection.execute(
            "INSERT INTO draft_signatures (book, draft, key, key_id, signature) VALUES (%s, %s, %s, %s, %s)",
            (BOOK, draft["id"], signature.name, signature.key_id, signature.signature),
        )
    assert office["supervisor"].get(f"/{draft['id']}").json()["state"] == "posted"


def page_of(office: Office, path: str) -> str:
    answer = office["accountant"].client.get(f"/books/{BOOK}/work/{path}", headers={"accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def test_a_voucher_is_set_right_in_a_way_that_fits_it(office: Office) -> None:
    posted = office.door.post(office.door.note(voucher(4_321)), wait=10).json()
    index = posted["index"]
    for way in ("", "?way=订正", "?way=调整"):
        page = page_of(office, f"correct/{index}{way}")
        assert "原凭证已用红字冲掉" not in page
        assert "只填要加上或减去的差额" in page
        assert 'data-summary="调整' in page
    assert "制成待签的冲销凭证" in page_of(office, f"reverse/{index}")

    original = parse_entry(office.door.client.get(f"/books/{BOOK}/entries/{index}.note").content).statement
    assert isinstance(original, VoucherPosted)
    red = Reversal(
        attachments=Attachments(),
        date="2026-04-02",
        lines=mirrored(original.data.lines),
        reverses=original.id,
        summary="冲销",
    )
    answer = office.door.post(office.door.note(red, VoucherReversed), wait=10)
    assert answer.status_code == 201, answer.text
    for way in ("", "?way=订正", "?way=调整"):
        page = page_of(office, f"correct/{index}{way}")
        assert "原凭证已用红字冲掉" in page
        assert 'data-summary="订正' in page
    page = page_of(office, f"reverse/{index}")
    assert "<h1>冲销 记-2026-0" in page
    assert "已由 记-2026-04-" in page
    assert "制成待签的冲销凭证" not in page


def test_an_entry_is_reversed_by_one_draft(office: Office) -> None:
    made = office["cashier"].make(data(4_321))
    office["head"].sign(made)
    entry = office["accountant"].sign(made).json()["entry"]
    posted = next(read_entries(office.door.service.recorder, BOOK, entry)).statement
    assert isinstance(posted, VoucherPosted)
    red = msgspec.to_builtins(
        Reversal(
            attachments=Attachments(),
            date="2026-04-03",
            lines=mirrored(posted.data.lines),
            reverses=posted.id,
            summary="冲销",
        )
    )
    first = office["accountant"].make(red, "voucher.reversed/1")
    second = office["cashier"].post("", {"type": "voucher.reversed/1", "data": red})
    assert refused(second, 409, "draft.rival")
    said = second.json()
    assert first["id"] not in said["detail"] + said["detail_zh"], "nobody knows a draft by its id"
    assert "2026-04-03「冲销」-43.21 元，由会计于 " in said["detail_zh"]
    assert "'冲销' of 2026-04-03 over -43.21 yuan, made by the accountant at " in said["detail"]
    assert said["facts"]["draft"] == first["id"]
    assert said["facts"]["see"] == f"/books/{BOOK}/work/drafts/{first['id']}"
    office.door.service.runner.catch_up([BOOK])
    seen = office["head"].get(f"/{first['id']}").json()
    assert [one["id"] for one in seen["named"]] == [posted.id]
    assert (seen["named"][0]["entry"], seen["named"][0]["zh"][:2]) == (entry, "记-")
    assert seen["named"][0]["zh"].endswith("（2026-04-02「收利息」43.21 元）")
    assert office["accountant"].withdraw(first).status_code == 200
    assert office["cashier"].post("", {"type": "voucher.reversed/1", "data": red}).status_code == 201
