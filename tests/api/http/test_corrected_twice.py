"""Who sets a voucher right again is told of what did so before: on the page that offers it, and on the draft."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.kernel.statement import Statement
    from tests.api.http.conftest import Door

LINES = [Line(account="51302", debit_fen=12_345), Line(account="10201", credit_fen=12_345)]


@pytest.fixture
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


def paying(summary: str, corrects: str = "") -> Voucher:
    return Voucher(
        attachments=Attachments(count=1), corrects=corrects, date="2026-04-05", lines=LINES, summary=summary
    )


def red_of(id_: str) -> Reversal:
    return Reversal(
        attachments=Attachments(), date="2026-04-06", lines=mirrored(LINES), reverses=id_, summary="注销"
    )


class Booked:
    """A voucher that is posted: its entry, id and number."""

    def __init__(self, door: Door, data: object, kind: type[Statement] = VoucherPosted) -> None:
        answer = door.post(door.note(data, kind, "accountant", "head", "cashier"), wait=10)
        assert answer.status_code == 201, answer.text
        self.entry = answer.json()["index"]
        self.id = list(door.book().vouchers.posted)[-1]
        page = door.client.get(f"/books/{BOOK}/entries/{self.entry}", headers={"Accept": "text/html"}).text
        self.number = "记-" + page.partition("<dd>记-")[2].partition("<")[0]


def remarked(office: Office, data: object, kind: str = "voucher.posted/1") -> dict[str, str]:
    """Return what is remarked on a draft about corrections, which is taken back then."""
    draft = office["accountant"].make(msgspec.to_builtins(data), kind)
    assert draft["problem"] is None
    office["accountant"].withdraw(draft)
    return {
        one["rule"]: one["zh"]
        for one in draft["remarks"]
        if one["rule"].startswith(("draft.corrected", "draft.adjust"))
    }


def page_of(office: Office, path: str) -> str:
    client = office["accountant"].client
    return client.get(f"/books/{BOOK}/{path}", headers={"accept": "text/html"}).text


def test_a_second_adjustment_is_remarked_with_the_first(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    assert remarked(office, paying("调整", wrong.id)) == {}
    assert "更正过" not in page_of(office, f"work/correct/{wrong.entry}")
    first = Booked(office.door, paying("调整办公费", wrong.id))
    told = remarked(office, paying("调整", wrong.id))
    assert list(told) == ["draft.corrected"]
    assert told["draft.corrected"].startswith(f"{wrong.number} 已由 {first.number} 更正过")
    for path in (f"work/correct/{wrong.entry}", f"entries/{wrong.entry}"):
        assert f"已由 {first.number} 更正过" in page_of(office, path)
    Booked(office.door, msgspec.structs.replace(red_of(first.id), lines=mirrored(LINES)), VoucherReversed)
    assert remarked(office, paying("调整", wrong.id)) == {}, "what was reversed corrects nothing any more"
    assert "更正过" not in page_of(office, f"work/correct/{wrong.entry}")


def test_a_second_right_voucher_for_one_red_is_remarked(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    Booked(office.door, red_of(wrong.id), VoucherReversed)
    assert remarked(office, paying("订正", wrong.id)) == {}
    blue = Booked(office.door, paying("订正办公费", wrong.id))
    told = remarked(office, paying("订正", wrong.id))
    assert list(told) == ["draft.corrected"]
    assert blue.number in told["draft.corrected"]


def test_reversing_what_was_adjusted_names_the_adjustments(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    assert remarked(office, red_of(wrong.id), "voucher.reversed/1") == {}
    more = [Booked(office.door, paying(f"调整{part}", wrong.id)) for part in ("一", "二")]
    told = remarked(office, red_of(wrong.id), "voucher.reversed/1")
    assert list(told) == ["draft.adjusted"]
    assert f"{wrong.number} 已由 {more[0].number}、{more[1].number} 更正" in told["draft.adjusted"]
    assert f"已由 {more[0].number}、{more[1].number} 更正" in page_of(office, f"work/reverse/{wrong.entry}")


def test_a_difference_to_what_was_reversed_is_remarked(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    draft = office["accountant"].make(msgspec.to_builtins(paying("调整办公费", wrong.id)))
    red = Booked(office.door, red_of(wrong.id), VoucherReversed)
    found = office["head"].get(f"/{draft['id']}").json()["remarks"]
    told = {one["rule"]: one["zh"] for one in found}
    assert f"{wrong.number} 已由 {red.number} 冲销" in told["draft.adjusts_reversed"]
    office["accountant"].withdraw(draft)
    assert remarked(office, paying("订正办公费", wrong.id)) == {}


@pytest.mark.parametrize("reversed_first", [False, True])
def test_one_voucher_is_set_right_by_one_open_draft(office: Office, reversed_first: bool) -> None:  # noqa: FBT001
    wrong = Booked(office.door, paying("付办公费"))
    if reversed_first:
        Booked(office.door, red_of(wrong.id), VoucherReversed)
    first: dict[str, Any] = office["accountant"].make(msgspec.to_builtins(paying("更正", wrong.id)))
    wanted = {"type": "voucher.posted/1", "data": msgspec.to_builtins(paying("再更正", wrong.id))}
    answer = office["cashier"].post("", wanted)
    assert (answer.status_code, answer.json()["rule"]) == (409, "draft.rival")
    assert "这张凭证的更正" in answer.json()["detail_zh"]
    assert office["accountant"].change(first, wanted["data"]).status_code == 200, "it is no rival of itself"
    office["accountant"].withdraw(office["accountant"].get(f"/{first['id']}").json())
    assert office["cashier"].post("", wanted).status_code == 201


@pytest.mark.parametrize("reversal_first", [False, True])
def test_a_voucher_is_not_reversed_and_set_right_by_drafts_at_once(
    office: Office,
    reversal_first: bool,  # noqa: FBT001
) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    blue = {"type": "voucher.posted/1", "data": msgspec.to_builtins(paying("调整", wrong.id))}
    red = {"type": "voucher.reversed/1", "data": msgspec.to_builtins(red_of(wrong.id))}
    first, second = (red, blue) if reversal_first else (blue, red)
    made = office["accountant"].post("", first)
    assert made.status_code == 201
    answer = office["cashier"].post("", second)
    assert (answer.status_code, answer.json()["rule"]) == (409, "draft.rival")
    what = "这张凭证的冲销" if reversal_first else "这张凭证的更正"
    assert answer.json()["detail_zh"].startswith(f"{what}已有一张待签的")
    office["accountant"].withdraw(made.json())
    assert office["cashier"].post("", second).status_code == 201


def test_pages_tell_of_the_draft_that_waits_to_set_right(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    paths = f"entries/{wrong.entry}", f"work/reverse/{wrong.entry}", f"work/correct/{wrong.entry}"
    assert not [path for path in paths if "已有一张待签的" in page_of(office, path)]
    draft = office["cashier"].make(msgspec.to_builtins(red_of(wrong.id)), "voucher.reversed/1")
    for path in paths:
        page = page_of(office, path)
        assert "这张凭证的冲销已有一张待签的：2026-04-06「注销」-123.45 元" in page
        assert f'href="/books/{BOOK}/work/drafts/{draft["id"]}"' in page
    public = office.door.client.get(f"/books/{BOOK}/{paths[0]}", headers={"accept": "text/html"}).text
    assert "待签" not in public, "drafts are not for the public"
    office["cashier"].withdraw(draft)


def test_a_way_that_does_not_fit_is_told_why(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    path = f"work/correct/{wrong.entry}"
    for way in ("", "?way=调整"):
        assert "不能用" not in page_of(office, path + way)
    assert "不能用「订正」：原凭证没有冲销" in page_of(office, f"{path}?way=订正")
    assert "不能用「更正」：原凭证没有冲销" in page_of(office, f"{path}?way=更正")
    Booked(office.door, red_of(wrong.id), VoucherReversed)
    assert "不能用" not in page_of(office, f"{path}?way=订正")
    assert "不能用「调整」：原凭证已用红字冲掉" in page_of(office, f"{path}?way=调整")


def in_checklist(office: Office, wrong: Booked) -> list[tuple[str, int, str]]:
    """Return what April's checklist says of what was done to a voucher: rule, entry and words, none of which stops."""
    found = office.door.get("closing.json", period="2026-04").json()["remarks"]
    said = [one for one in found if one["zh"].startswith(f"{wrong.number} 已由")]
    assert not any(one["stops"] for one in said)
    return [(one["rule"], one["entry"], one["zh"]) for one in said]


def test_what_was_set_right_twice_is_in_the_checklist_until_it_is_reversed(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    first = Booked(office.door, paying("调整办公费", wrong.id))
    assert in_checklist(office, wrong) == []
    second = Booked(office.door, paying("调整办公费", wrong.id))
    [(rule, entry, zh)] = in_checklist(office, wrong)
    assert (rule, entry) == ("draft.corrected", second.entry), "the later of the two"
    assert f"已由 {first.number} 更正过" in zh
    assert f"{second.number} 重复的就冲销它" in zh
    Booked(office.door, red_of(second.id), VoucherReversed)
    assert in_checklist(office, wrong) == []


def test_a_difference_to_what_was_reversed_is_in_the_checklist(office: Office) -> None:
    wrong = Booked(office.door, paying("付办公费"))
    more = Booked(office.door, paying("调整办公费", wrong.id))
    red = Booked(office.door, red_of(wrong.id), VoucherReversed)
    [(rule, entry, _)] = in_checklist(office, wrong)
    assert (rule, entry) == ("draft.adjusted", red.entry)
    Booked(office.door, red_of(more.id), VoucherReversed)
    assert in_checklist(office, wrong) == []
    assert wrong.entry in not_replaced(office)
    Booked(office.door, paying("订正办公费", wrong.id))
    assert in_checklist(office, wrong) == [], "red and blue, as it should be"
    late = Booked(office.door, paying("调整办公费", wrong.id))
    found = {rule: entry for rule, entry, _ in in_checklist(office, wrong)}
    assert found == {"draft.adjusts_reversed": late.entry, "draft.corrected": late.entry}


@pytest.mark.parametrize("back", [False, True])
def test_an_error_of_an_earlier_year_that_is_corrected_through_322_is_remarked(
    office: Office, *, back: bool
) -> None:
    """A supplier's bill of last year is no distribution; what was distributed last year may be taken back so."""
    wrong = Booked(office.door, paying("付文具款"))
    sides = [("32202", 50_000), ("211", -50_000)]
    lines = [
        Line(account=code, debit_fen=fen) if fen > 0 else Line(account=code, credit_fen=-fen)
        for code, fen in ((code, -fen if back else fen) for code, fen in sides)
    ]
    late = Voucher(
        attachments=Attachments(count=1),
        corrects=wrong.id,
        date="2027-01-15",
        lines=lines,
        summary="补记去年文具款",
    )

    def of(voucher: Voucher, rule: str = "closing.prior_year") -> list[str]:
        draft = office["accountant"].make(msgspec.to_builtins(voucher))
        office["accountant"].withdraw(draft)
        return [one["zh"] for one in draft["remarks"] if one["rule"] == rule]

    [told] = of(late)
    assert f"更正的是以前年度的 {wrong.number}" in told
    assert of(msgspec.structs.replace(late, date="2026-04-30")) == []
    unnamed, unfounded = msgspec.structs.replace(late, corrects=""), "closing.unfounded_distribution"
    assert of(unnamed) == []
    assert len(of(unnamed, unfounded)) == 1
    assert of(late, unfounded) == []
    assert of(msgspec.structs.replace(unnamed, resolution="成员大会 3 号决议"), unfounded) == []
    booked = Booked(office.door, late)
    found = office.door.get("closing.json", period="2027-01").json()["remarks"]
    told_of = [one["entry"] for one in found if one["rule"] == "closing.prior_year"]
    assert booked.entry in told_of
    guessed = Booked(office.door, msgspec.structs.replace(unnamed, date="2027-01-16"))
    found = office.door.get("closing.json", period="2027-01").json()["remarks"]
    asked = [one["entry"] for one in found if one["rule"] == unfounded]
    assert guessed.entry in asked
    assert booked.entry not in asked
    given = Booked(office.door, msgspec.structs.replace(late, corrects="", date="2026-04-30", summary="分配"))
    assert of(msgspec.structs.replace(late, corrects=given.id)) == []


def not_replaced(office: Office, period: str = "2026-04") -> dict[int, str]:
    """Return what a month's checklist says of what was reversed and not made anew, by entry."""
    found = office.door.get("closing.json", period=period).json()["remarks"]
    assert not any(one["stops"] for one in found if one["rule"] == "closing.not_replaced")
    return {one["entry"]: one["zh"] for one in found if one["rule"] == "closing.not_replaced"}


def test_what_is_reversed_and_not_made_anew_is_in_the_checklist_of_that_month(office: Office) -> None:
    before = not_replaced(office)
    wrong = Booked(office.door, paying("付办公费"))
    red = Booked(office.door, msgspec.structs.replace(red_of(wrong.id), date="2026-05-06"), VoucherReversed)
    assert not_replaced(office) == before
    assert not_replaced(office, "2026-06") == {}
    [(entry, zh)] = not_replaced(office, "2026-05").items()
    assert entry == wrong.entry, "where the right one is made from"
    assert zh.startswith(f"凭证 {wrong.number}「付办公费」已由 {red.number} 冲销")
    assert zh.endswith("已另记而没有写明的，或确实作废、不用重记的，不必理会")
    Booked(office.door, msgspec.structs.replace(paying("订正", wrong.id), date="2026-06-01"))
    assert not_replaced(office, "2026-05") == {}, "it may come in a later month"


def test_what_sets_right_is_reversed_and_made_anew_in_its_turn(office: Office) -> None:
    """It may name the first, or what was wrong anew: of all these one stands, or the first is remarked."""
    before = not_replaced(office)

    def new() -> list[int]:
        return sorted(not_replaced(office).keys() - before.keys())

    wrong = Booked(office.door, paying("付办公费"))
    Booked(office.door, red_of(wrong.id), VoucherReversed)
    blue = Booked(office.door, paying("订正", wrong.id))
    assert new() == []
    Booked(office.door, red_of(blue.id), VoucherReversed)
    assert new() == [wrong.entry]
    last = Booked(office.door, paying("再订正", blue.id))
    assert new() == []
    Booked(office.door, red_of(last.id), VoucherReversed)
    assert new() == [wrong.entry]
    Booked(office.door, paying("又订正", wrong.id))
    assert new() == []


def test_an_adjustment_too_many_is_reversed_and_not_made_anew(office: Office) -> None:
    before = not_replaced(office)
    wrong = Booked(office.door, paying("付办公费"))
    Booked(office.door, paying("调整办公费", wrong.id))
    more = Booked(office.door, paying("调整办公费", wrong.id))
    Booked(office.door, red_of(more.id), VoucherReversed)
    assert not_replaced(office).keys() <= before.keys()


def test_what_was_made_anew_without_naming_it_is_known_by_its_accounts_and_amounts(office: Office) -> None:
    """As from a bank's line or a copy: with another date and summary; one that is red or reversed does not count."""

    def paid(fen: int, *accounts: str, corrects: str = "") -> Voucher:
        lines = [Line(account=accounts[0], debit_fen=fen), Line(account=accounts[1], credit_fen=fen)]
        return msgspec.structs.replace(paying("付办公用品", corrects), lines=lines)

    def told() -> bool:
        return wrong.entry in not_replaced(office)

    fen = 77_013
    Booked(office.door, paid(fen, "51302", "10201"))
    wrong = Booked(office.door, paid(fen, "51302", "10201"))
    red = msgspec.structs.replace(red_of(wrong.id), lines=mirrored(paid(fen, "51302", "10201").lines))
    Booked(office.door, red, VoucherReversed)
    assert told(), "one that was there before is another"
    Booked(office.door, paid(fen, "51302", "101"))
    Booked(office.door, paid(fen + 1, "51302", "10201"))
    other = Booked(office.door, paid(fen + 2, "51302", "101"))
    Booked(office.door, paid(fen, "51302", "10201", corrects=other.id))
    assert told(), "what sets right another is no new one of this"
    anew = Booked(office.door, msgspec.structs.replace(paid(fen, "51302", "10201"), date="2026-04-08"))
    assert not told()
    Booked(office.door, msgspec.structs.replace(red, date="2026-04-09", reverses=anew.id), VoucherReversed)
    assert told()


def test_a_correction_that_is_reversed_leaves_what_it_set_right_in_the_books(office: Office) -> None:
    before = not_replaced(office)
    right = Booked(office.door, paying("付办公费"))
    mistaken = Booked(office.door, paying("调整办公费", right.id))
    Booked(office.door, red_of(mistaken.id), VoucherReversed)
    assert not_replaced(office).keys() <= before.keys()
