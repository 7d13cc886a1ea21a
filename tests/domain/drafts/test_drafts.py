"""A draft asks for those whom the log demands: what a review calls complete is taken in, and nothing else."""

from __future__ import annotations

from copy import deepcopy
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.accounts import AccountAdded, NewAccount, same_name
from domain.drafts import Draft, review, sign, standing
from domain.entry import parse_entry, sign_text, unsigned_text
from domain.kernel.errors import RuleViolation
from domain.periods import Closing, PeriodClosed
from domain.policy import Tier
from domain.vouchers import (
    Attachments,
    File,
    Invoice,
    Line,
    Reversal,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    mirrored,
)
from tests.domain.conftest import ROLES

if TYPE_CHECKING:
    from domain.kernel.statement import Statement
    from tests.domain.conftest import Village

TIERS = (
    Tier(from_fen=0, to_fen=50_000, roles=["accountant", "cashier"]),
    Tier(from_fen=50_000, roles=["accountant", "head", "supervisor"]),
)


def a_voucher(fen: int = 10_000, **fields: Any) -> Voucher:  # noqa: ANN401 -- any field of the struct
    good: dict[str, Any] = {
        "attachments": Attachments(count=1),
        "date": "2026-03-05",
        "lines": [Line(account="102", debit_fen=fen), Line(account="504", credit_fen=fen)],
        "summary": "收利息",
    }
    return Voucher(**(good | fields))


def a_draft(village: Village, data: object, kind: type[Statement] = VoucherPosted) -> Draft:
    return Draft(unsigned_text(village.statement(kind, data)))


def signed(village: Village, draft: Draft, *roles: str) -> Draft:
    for role in roles:
        draft = sign(village.book, draft, sign_text(draft.text, [village.key(role)]))
    return draft


def kinds(village: Village) -> list[Draft]:
    """Return a draft of each kind that is signed by several, in a book where the demands differ."""
    village.policy(*TIERS)
    first = village.voucher(by="accountant cashier")
    assert isinstance(first.statement, VoucherPosted)
    reversal = Reversal(
        attachments=Attachments(),
        date="2026-03-06",
        lines=mirrored(first.statement.data.lines),
        reverses=first.statement.id,
        summary="冲销",
    )
    return [
        a_draft(village, a_voucher(10_000)),
        a_draft(village, a_voucher(50_000)),
        a_draft(village, reversal, VoucherReversed),
        a_draft(village, Closing(period="2026-01"), PeriodClosed),
    ]


def remarked(village: Village, data: object, kind: type[Statement] = VoucherPosted) -> list[str]:
    """Return what is remarked on a draft that nothing forbids, made on 2026-03-05."""
    found = review(village.book, a_draft(village, data, kind))
    assert found.problem is None
    return [one.rule.code for one in found.remarks]


@pytest.mark.parametrize(("date", "said"), [("2026-03-05", []), ("2027-03-05", ["draft.dated_ahead"])])
def test_a_voucher_dated_ahead_is_remarked(village: Village, date: str, said: list[str]) -> None:
    assert remarked(village, a_voucher(date=date)) == said
    assert remarked(village, Closing(period="2026-01"), PeriodClosed) == []


SLIP = File(media="image/png", name="收据.png", sha256="ab" * 32, size=9)
INVOICE = Invoice(date="2026-03-04", number="26330000000000000001", total_fen=100)


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        (Attachments(count=1, files=[SLIP], invoices=[INVOICE]), []),
        (
            Attachments(count=1, files=[SLIP, msgspec.structs.replace(SLIP, sha256="cd" * 32)]),
            ["draft.count"],
        ),
        (Attachments(count=0, invoices=[INVOICE]), ["draft.count"]),
        (Attachments(count=1, invoices=[msgspec.structs.replace(INVOICE, date="2026-03-05")]), []),
        (
            Attachments(count=1, invoices=[msgspec.structs.replace(INVOICE, date="2026-03-06")]),
            ["draft.invoice_later"],
        ),
    ],
)
def test_originals_that_do_not_fit_their_voucher_are_remarked(
    village: Village, attached: Attachments, said: list[str]
) -> None:
    voucher = msgspec.structs.replace(a_voucher(100, date="2026-03-05"), attachments=attached)
    assert remarked(village, voucher) == said


def invoices(*totals: int) -> Attachments:
    """Return what a voucher says of invoices over these totals."""
    named = [
        Invoice(date="2026-03-04", number=f"2633000000000000{number:04}", total_fen=fen)
        for number, fen in enumerate(totals)
    ]
    return Attachments(count=len(named), invoices=named)


@pytest.mark.parametrize(
    ("totals", "booked", "said"),
    [
        ([60, 40], 100, ""),  # several add up
        ([130, -30], 100, ""),  # with a red one among them
        ([-100], 100, ""),  # money given back for a red invoice
        ([-100], -100, ""),  # the same in red
        ([], 100, ""),
        (
            [100, 50],
            100,
            "2 张发票价税合计 1.50 元，凭证合计 1.00 元，发票多 0.50 元；只付、只记其中一部分的",
        ),
        ([60], 100, "1 张发票价税合计 0.60 元，凭证合计 1.00 元，发票少 0.40 元；其余的另有原始凭证的"),
        ([100, -100], 100, "2 张发票价税合计 0.00 元"),
    ],
)
def test_what_the_invoices_add_up_to_is_held_against_what_is_booked(
    village: Village, totals: list[int], booked: int, said: str
) -> None:
    voucher = msgspec.structs.replace(a_voucher(booked), attachments=invoices(*totals))
    found = review(village.book, a_draft(village, voucher)).remarks
    assert [one.rule.code for one in found] == (["draft.invoice_total"] if said else [])
    assert all(one.zh.startswith(said) for one in found)


def test_a_reversal_may_name_the_invoice_that_it_gives_free(village: Village) -> None:
    first = village.voucher()
    assert isinstance(first.statement, VoucherPosted)
    red = Reversal(
        attachments=invoices(10_000),
        date="2026-03-05",
        lines=mirrored(first.statement.data.lines),
        reverses=first.statement.id,
        summary="冲销",
    )
    assert remarked(village, red, VoucherReversed) == []
    other = msgspec.structs.replace(red, attachments=invoices(9_999))
    assert remarked(village, other, VoucherReversed) == ["draft.invoice_total"]


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        ("10203", "基本户", ["account.same_name"]),
        ("10203", " 基本户\u3000", ["account.same_name"]),
        ("10203", "一般户", []),
        ("11201", "基本户", []),  # below another account
    ],
)
def test_an_account_called_as_one_beside_it_is_remarked(
    village: Village, code: str, name: str, said: list[str]
) -> None:
    village.append(village.statement(AccountAdded, NewAccount(code="10202", name="基本户")), "accountant")
    new = NewAccount(code=code, name=name)
    assert remarked(village, new, AccountAdded) == said
    village.append(village.statement(AccountAdded, new), "accountant")
    found = same_name(village.book.accounts, new)
    assert ([found.rule.code] if found else []) == said, "whoever posted it is told the same"


OLD = "033001900211" + "12345678"
"""An older invoice's code and number."""


@pytest.mark.parametrize(
    ("booked", "number", "said"),
    [
        ("", "12345678", ["draft.invoice_code"]),
        ("", OLD, []),
        ("", "3300190021" + "12345678", []),
        (OLD, "12345678", ["draft.invoice_code", "draft.invoice_alike"]),
        ("12345678", OLD, ["draft.invoice_alike"]),
        (OLD, "12345679", ["draft.invoice_code"]),
        ("87654321", OLD, []),
        (OLD, "2345678912345678", []),
    ],
)
def test_an_older_invoice_without_its_code_is_remarked(
    village: Village, booked: str, number: str, said: list[str]
) -> None:
    """An electronic one says code and number, and who types the paper may leave out the code of the same invoice."""

    def with_invoice(one: str) -> Voucher:
        attached = Attachments(count=1, invoices=[msgspec.structs.replace(INVOICE, number=one)])
        return msgspec.structs.replace(a_voucher(INVOICE.total_fen, date="2026-03-05"), attachments=attached)

    posted = [
        village.append(village.statement(VoucherPosted, with_invoice(one)), "accountant head")
        for one in filter(None, [booked])
    ]
    assert remarked(village, with_invoice(number)) == said
    if "draft.invoice_alike" in said:
        assert booked in review(village.book, a_draft(village, with_invoice(number))).remarks[-1].zh
    for one in posted:
        village.reversal(one, date="2026-03-05")
    assert "draft.invoice_alike" not in remarked(village, with_invoice(number))


@pytest.mark.parametrize(
    ("date", "said"),
    [("2026-03-05", []), ("2027-01-04", ["draft.dated_ahead", "draft.earlier_year"])],
)
def test_a_reversal_of_an_earlier_year_is_remarked(village: Village, date: str, said: list[str]) -> None:
    first = village.voucher()
    assert isinstance(first.statement, VoucherPosted)
    red = Reversal(
        attachments=Attachments(),
        date=date,
        lines=mirrored(first.statement.data.lines),
        reverses=first.statement.id,
        summary="冲销",
    )
    assert remarked(village, red, VoucherReversed) == said
    if said:
        last = review(village.book, a_draft(village, red, VoucherReversed)).remarks[-1]
        assert "2026 年还没有结账，也可以把日期改到 2026 年内，仍用红字" in last.zh


@pytest.mark.parametrize(
    ("months", "date", "fen", "said"),
    [
        (12, "2027-01-04", -10_000, ["draft.earlier_year_red"]),
        (12, "2027-01-04", 10_000, []),
        (11, "2027-01-04", -10_000, ["draft.earlier_year_red"]),
        (11, "2027-01-04", 10_000, []),
        (11, "2026-12-31", -10_000, []),
        (3, "2026-04-01", -10_000, []),
    ],
)
def test_an_error_of_an_earlier_year_is_set_right_in_blue(
    village: Village, months: int, date: str, fen: int, said: list[str]
) -> None:
    """Be that year closed or not; while it is not, the voucher may be dated in it, and be red."""
    wrong = village.voucher()
    for month in range(1, months + 1):
        closing = Closing(period=f"2026-{month:02}")
        village.append(
            village.statement(PeriodClosed, closing, at="2027-01-04T10:00:00+08:00"), "accountant head"
        )
    draft = a_draft(village, a_voucher(fen, date=date, corrects=wrong.statement.id))
    found = [one for one in review(village.book, draft).remarks if "ahead" not in one.rule.code]
    assert [one.rule.code for one in found] == said
    assert all(("把日期改到 2026 年内" in one.zh) is (months < 12) for one in found)


@pytest.mark.parametrize("number", range(4))
def test_it_is_complete_exactly_when_the_book_takes_it_in(village: Village, number: int) -> None:
    draft = kinds(village)[number]
    for size in range(1, len(ROLES) + 1):
        for roles in combinations(ROLES, size):
            one = signed(village, draft, *roles)
            found = review(village.book, one)
            assert set(found.missing) == set(found.demanded) - set(roles)
            try:
                deepcopy(village.book).apply(parse_entry(one.note))
            except RuleViolation as violation:
                assert violation.rule.code == "policy.roles_missing"
                assert not found.complete
            else:
                assert found.complete


def test_it_names_whom_the_amount_demands(village: Village) -> None:
    small, large, reversal, closing = kinds(village)
    assert review(village.book, small).demanded == ("accountant", "cashier")
    assert review(village.book, large).demanded == ("accountant", "head", "supervisor")
    assert review(village.book, reversal).demanded == ("accountant", "cashier")
    assert review(village.book, closing).demanded == ("accountant", "head")


def test_a_voucher_of_cash_waits_for_the_cashier_be_it_blue_or_red(village: Village) -> None:
    """Whom the log demands is another matter: the cashier signs beside them."""
    paid = village.voucher(("513", 10_000), ("101", -10_000))
    moved = village.voucher(("513", 10_000), ("102", -10_000))
    for original, asked in (paid, ("accountant", "head", "cashier")), (moved, ("accountant", "head")):
        posted = original.statement
        assert isinstance(posted, VoucherPosted)
        back = Reversal(
            attachments=Attachments(),
            date="2026-03-06",
            lines=mirrored(posted.data.lines),
            reverses=posted.id,
            summary="冲销",
        )
        assert review(village.book, a_draft(village, posted.data)).asked == asked
        assert review(village.book, a_draft(village, back, VoucherReversed)).asked == asked


def test_signatures_come_in_any_order_and_each_once(village: Village) -> None:
    draft = a_draft(village, a_voucher())
    one = signed(village, draft, "head", "accountant", "head")
    other = signed(village, draft, "accountant", "head")
    assert one == other
    assert review(village.book, one).complete


def test_what_else_is_wrong_is_said_before_anybody_has_signed(village: Village) -> None:
    lines = [Line(account="102", debit_fen=1), Line(account="504", credit_fen=2)]
    found = review(village.book, a_draft(village, a_voucher(lines=lines)))
    assert found.problem is not None
    assert found.problem.rule.code == "voucher.unbalanced"
    assert not found.complete


def test_what_comes_after_the_signatures_is_said_too(village: Village) -> None:
    village.policy(Tier(from_fen=0, roles=["accountant", "head"], resolution=True))
    found = review(village.book, a_draft(village, a_voucher()))
    assert found.demanded == ("accountant", "head")
    assert found.problem is not None
    assert found.problem.rule.code == "policy.no_resolution"


def test_a_role_that_nobody_holds_is_named(village: Village) -> None:
    village.policy(Tier(from_fen=0, roles=["accountant", "county"]))
    found = review(village.book, a_draft(village, a_voucher()))
    assert found.problem is not None
    assert found.problem.rule.code == "draft.nobody"
    assert found.problem.facts["role"] == "county"


def test_it_is_signed_though_a_role_is_still_to_be_granted(village: Village) -> None:
    village.policy(Tier(from_fen=0, roles=["accountant", "county"]))
    assert signed(village, a_draft(village, a_voucher()), "accountant").signatures


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lines": [Line(account="102", debit_fen=1), Line(account="504", credit_fen=2)]}, "借"),
        ({"lines": [Line(account="999", debit_fen=1), Line(account="504", credit_fen=1)]}, "999"),
        ({"lines": [Line(account="504", debit_fen=1), Line(account="321", credit_fen=1)]}, "重新取结转凭证"),
    ],
)
def test_what_cannot_be_posted_is_not_signed(village: Village, fields: dict[str, Any], said: str) -> None:
    draft = a_draft(village, a_voucher(**fields))
    assert review(village.book, draft).is_stuck
    with pytest.raises(RuleViolation) as refused:
        signed(village, draft, "accountant")
    assert refused.value.rule.code == "draft.stuck"
    assert said in refused.value.zh
    assert "撤回它" in refused.value.zh


def test_what_was_signed_before_its_month_was_closed_goes_no_further(village: Village) -> None:
    draft = signed(village, a_draft(village, a_voucher(date="2026-01-20")), "accountant")
    village.close("2026-01")
    with pytest.raises(RuleViolation) as refused:
        signed(village, draft, "head")
    assert refused.value.rule.code == "draft.stuck"
    assert "2026-01" in refused.value.zh


def test_of_what_is_posted_already_nobody_asks(village: Village) -> None:
    """Two who sign at one time: the desk finds where it stands."""
    draft = signed(village, a_draft(village, a_voucher()), "accountant", "head")
    village.book.evolve(parse_entry(draft.note))
    assert signed(village, draft, "head").signatures == draft.signatures


def test_a_signature_over_other_bytes_is_refused(village: Village) -> None:
    draft, other = a_draft(village, a_voucher(1)), a_draft(village, a_voucher(2))
    with pytest.raises(RuleViolation) as refused:
        sign(village.book, draft, sign_text(other.text, [village.key("head")]))
    assert refused.value.rule.code == "draft.other_text"


def test_a_forged_signature_is_refused(village: Village) -> None:
    draft = a_draft(village, a_voucher())
    note = bytearray(sign_text(draft.text, [village.key("head")]))
    note[-20] = ord("A") if note[-20] != ord("A") else ord("B")
    with pytest.raises(RuleViolation) as refused:
        sign(village.book, draft, bytes(note))
    assert refused.value.rule.code == "signature.invalid"


def test_a_key_of_nobody_is_refused(village: Village) -> None:
    draft = a_draft(village, a_voucher())
    with pytest.raises(RuleViolation) as refused:
        sign(village.book, draft, sign_text(draft.text, [village.key("head/7")]))
    assert refused.value.rule.code == "key.not_granted"


def test_a_revoked_key_counts_no_more(village: Village) -> None:
    draft = signed(village, a_draft(village, a_voucher()), "accountant", "head")
    village.revoke("head", by="township supervisor")
    assert [one.name for one in standing(village.book, draft).signatures] == [village.key("accountant").name]
    found = review(village.book, draft)
    assert (found.missing, found.lapsed) == (("head",), (village.key("head").name,))
    assert found.problem is not None
    assert found.problem.rule.code == "draft.nobody"
