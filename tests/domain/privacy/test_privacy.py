"""Digests are sorted and new; a reversal carries those of its lines; what is erased was there, once, by three roles."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from domain.digests import check_name, hidden_in
from domain.entry import parse_text, unsigned_text
from domain.kernel.disclosure import digest_of, disclosure, hidden, parse_disclosure
from domain.kernel.errors import RuleViolation
from domain.privacy import ErasedRow, Erasure, SubjectErased, check_clear_fields
from domain.rolls import Column, Roll, RollCommitted, Row, in_order, root_of, seal_row
from domain.vouchers import (
    Attachments,
    File,
    Line,
    SaltedLine,
    SaltedReversal,
    SaltedVoucher,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    Voucher,
    VoucherPosted,
    mirrored,
)

if TYPE_CHECKING:
    from domain.entry import Entry
    from tests.domain.conftest import Village

THREE = "head supervisor township"


def salted(number: int, name: str = "party", value: str = "张三") -> str:
    return disclosure(hashlib.sha256(str(number).encode()).digest()[:16], name, value)


PARTY, PHONE, MEMO = salted(1), salted(2, "phone", "13800138000"), salted(3, "memo", "住院救助")
ON_LINE, ON_VOUCHER = hidden([PARTY, PHONE]), hidden([MEMO])


def voucher(**fields: Any) -> SaltedVoucher:  # noqa: ANN401 -- any field of the struct
    good: dict[str, Any] = {
        "attachments": Attachments(count=1),
        "date": "2026-01-15",
        "digests": ON_VOUCHER,
        "lines": [
            SaltedLine(account="514", debit_fen=50_000, digests=ON_LINE),
            SaltedLine(account="101", credit_fen=50_000),
        ],
        "summary": "救助金",
    }
    return SaltedVoucher(**(good | fields))


def post(village: Village, **fields: Any) -> Entry:  # noqa: ANN401 -- any field of the struct
    return village.append(village.statement(SaltedVoucherPosted, voucher(**fields)), "accountant head")


def erase(village: Village, *digests: str, by: str = THREE, rows: tuple[ErasedRow, ...] = ()) -> Entry:
    data = Erasure(basis="consent", digests=list(digests), rows=list(rows))
    return village.append(village.statement(SubjectErased, data), by)


# ---------------------------------------------------------------------------------------- vouchers


def test_digests_stand_where_the_values_would(village: Village) -> None:
    entry = post(village)
    assert b'"_sd":["' in entry.note
    assert "张三".encode() not in entry.note
    assert village.book.privacy.digests == dict.fromkeys([*ON_LINE, *ON_VOUCHER], 1)
    assert [(one.digest, one.line) for one in hidden_in(entry.statement)] == [
        (ON_VOUCHER[0], 0),
        *((digest, 1) for digest in ON_LINE),
    ]


def test_version_1_takes_no_digests(village: Village) -> None:
    text = unsigned_text(village.statement(SaltedVoucherPosted, voucher()))
    with pytest.raises(RuleViolation) as caught:
        parse_text(text.replace(b"voucher.posted/2", b"voucher.posted/1"))
    assert caught.value.rule.code == "entry.unknown_field"


def test_every_rule_of_version_1_holds(village: Village) -> None:
    unbalanced = [SaltedLine(account="514", debit_fen=1), SaltedLine(account="101", credit_fen=2)]
    with village.refuses("voucher.unbalanced"):
        post(village, lines=unbalanced)
    with village.refuses("policy.roles_missing"):
        village.append(village.statement(SaltedVoucherPosted, voucher()), "accountant")


def test_version_2_counts_as_a_voucher_of_its_period(village: Village) -> None:
    village.voucher()
    post(village)
    assert village.book.vouchers.counts == {"2026-01": 2}


@pytest.mark.parametrize("digests", [ON_LINE[::-1], [ON_LINE[0], ON_LINE[0]]])
def test_digests_are_sorted_each_once(village: Village, digests: list[str]) -> None:
    with village.refuses("digest.order"):
        post(
            village,
            digests=digests,
            lines=[*voucher(digests=[]).lines[1:], SaltedLine(account="514", debit_fen=50_000)],
        )


def test_a_digest_stands_once_in_a_book(village: Village) -> None:
    with village.refuses("digest.reused"):
        post(village, digests=ON_LINE)
    post(village)
    with village.refuses("digest.reused"):
        post(village, digests=[])


def test_at_most_16_digests_a_place() -> None:
    many = hidden([], [bytes([number]) for number in range(17)])
    text = msgspec.json.encode(voucher(digests=many))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=SaltedVoucher)


# --------------------------------------------------------------------------------------- reversals


def reverse(village: Village, of: Entry, lines: list[SaltedLine], **fields: Any) -> Entry:  # noqa: ANN401 -- any field
    data = SaltedReversal(
        attachments=Attachments(),
        date="2026-01-20",
        lines=lines,
        reverses=of.statement.id,
        summary="冲销",
        **fields,
    )
    return village.append(village.statement(SaltedVoucherReversed, data), "accountant head")


def test_a_reversal_carries_the_digests_of_its_lines(village: Village) -> None:
    entry = post(village)
    data: Any = entry.statement.data
    own = hidden([salted(9, "memo")])
    red = reverse(village, entry, mirrored(data.lines), digests=own)
    assert village.book.vouchers.reversed_by == {entry.statement.id: red.statement.id}
    assert village.book.privacy.digests[own[0]] == 2
    assert village.book.privacy.digests[ON_LINE[0]] == 1


def test_a_reversal_without_the_digests_is_no_mirror(village: Village) -> None:
    entry = post(village)
    data: Any = entry.statement.data
    bare = [msgspec.structs.replace(line, digests=[]) for line in mirrored(data.lines)]
    with village.refuses("reversal.not_mirror"):
        reverse(village, entry, bare)
    with village.refuses("reversal.not_mirror"):
        village.reversal(
            entry,
            lines=[
                Line(account=line.account, debit_fen=line.debit_fen, credit_fen=line.credit_fen)
                for line in bare
            ],
        )


def test_a_reversal_brings_no_digest_twice(village: Village) -> None:
    entry = post(village)
    data: Any = entry.statement.data
    with village.refuses("digest.reused"):
        reverse(village, entry, mirrored(data.lines), digests=ON_VOUCHER)


# ----------------------------------------------------------------------------------------- erasure


def test_an_erasure_is_remembered(village: Village) -> None:
    post(village)
    erase(village, *ON_LINE)
    assert village.book.privacy.erased == dict.fromkeys(ON_LINE, 2)


def test_a_keys_holder_can_be_erased(village: Village) -> None:
    holder = village.book.roles.keys[village.key("cashier").name].holder
    erase(village, holder)
    assert village.book.privacy.erased == {holder: 1}


def test_what_is_not_there_cannot_be_erased(village: Village) -> None:
    post(village)
    with village.refuses("erasure.unknown"):
        erase(village, digest_of(salted(7)))
    with village.refuses("erasure.nothing"):
        erase(village)


def test_nothing_is_erased_twice(village: Village) -> None:
    post(village)
    with village.refuses("erasure.twice"):
        erase(village, ON_LINE[0], ON_LINE[0])
    erase(village, ON_LINE[0])
    with village.refuses("erasure.twice"):
        erase(village, ON_LINE[0], ON_LINE[1])
    erase(village, ON_LINE[1])


@pytest.mark.parametrize(
    "by", ["head supervisor", "township head", "township supervisor", "accountant head township"]
)
def test_township_head_and_supervisor_sign(village: Village, by: str) -> None:
    post(village)
    with village.refuses("policy.roles_missing"):
        erase(village, *ON_LINE, by=by)


def test_rows_of_a_roll_are_erased(village: Village) -> None:
    rows = in_order(
        seal_row(bytes([number]) * 16, Row(amounts_fen=[1], who=f"{number}户")) for number in range(2)
    )
    roll = Roll(
        columns=[Column(account="113", name="分红", side="credit", total_fen=2)],
        count=2,
        kind="dividend",
        root=root_of(rows),
        summary="分红",
    )
    entry = village.append(village.statement(RollCommitted, roll), "accountant head")
    id_ = entry.statement.id
    with village.refuses("erasure.unknown"):
        erase(village, rows=(ErasedRow(roll=id_, row=2),))
    with village.refuses("erasure.unknown"):
        erase(village, rows=(ErasedRow(roll="x", row=0),))
    with village.refuses("erasure.twice"):
        erase(village, rows=(ErasedRow(roll=id_, row=1), ErasedRow(roll=id_, row=1)))
    erase(village, rows=(ErasedRow(roll=id_, row=1),))
    with village.refuses("erasure.twice"):
        erase(village, rows=(ErasedRow(roll=id_, row=1),))
    assert village.book.privacy.erased_rows == {(id_, 1): 2}


# ------------------------------------------------------------------------------- names and places


def test_a_disclosure_may_not_contradict_what_stands_in_clear(village: Village) -> None:
    statement = post(
        village,
        lines=[
            SaltedLine(account="514", debit_fen=50_000, digests=ON_LINE, project="救助"),
            SaltedLine(account="101", credit_fen=50_000),
        ],
    ).statement
    on_voucher, on_line, _ = hidden_in(statement)
    for place, name in (
        (on_line, "project"),
        (on_line, "account"),
        (on_line, "holder"),
        (on_voucher, "summary"),
    ):
        with pytest.raises(RuleViolation) as caught:
            check_name(place, parse_disclosure(salted(1, name)))
        assert caught.value.rule.code == "disclosure.name"
    for place, name in ((on_line, "party"), (on_line, "summary"), (on_voucher, "party")):
        check_name(place, parse_disclosure(salted(1, name)))


def test_keys_have_their_holders_digest(village: Village) -> None:
    granted = village.grant("accountant/2", "赵敏").statement
    rotated = village.rotate("cashier", "cashier/2", person="cashier").statement
    village.voucher()
    places = [*hidden_in(granted), *hidden_in(rotated)]
    assert [place.digest for place in places] == [village.holder("赵敏"), village.holder("cashier")]
    check_name(places[0], parse_disclosure(salted(1, "holder")))
    with pytest.raises(RuleViolation):
        check_name(places[0], parse_disclosure(salted(1, "party")))


def test_the_first_entry_has_a_holder_for_each_key(founder: Village) -> None:
    assert len(list(hidden_in(founder.open().statement))) == 5


def test_a_plain_voucher_hides_nothing(village: Village) -> None:
    assert list(hidden_in(village.voucher().statement)) == []


# ------------------------------------------------------------------------------------ clear fields


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("summary", {"summary": "付张三13800138000"}),
        (
            "lines[2].party",
            {"lines": [Line(account="513", debit_fen=1), Line(account="101", party="张三 138-0013-8000")]},
        ),
        ("lines[1].summary", {"lines": [Line(account="513", summary="13800138000")]}),
        ("resolution", {"resolution": "１３８００１３８０００"}),
        (
            "attachments.files[1].name",
            {
                "attachments": Attachments(
                    files=[File(media="image/png", name="13800138000.png", sha256="0" * 64, size=1)]
                )
            },
        ),
    ],
)
def test_every_field_of_free_text_is_looked_at(field: str, data: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "attachments": Attachments(),
        "date": "2026-01-15",
        "lines": [],
        "summary": "办公",
    }
    check_clear_fields(Voucher(**good))
    with pytest.raises(RuleViolation) as caught:
        check_clear_fields(Voucher(**(good | data)))
    assert caught.value.rule.code == "privacy.phone"
    assert caught.value.facts["field"] == field


def test_what_is_no_free_text_is_not_looked_at(village: Village) -> None:
    """Digests, hashes, keys and codes have long runs of digits by chance."""
    number = "13800138000"
    file = File(media="image/png", name="a", sha256=f"{number:0<64}", size=int(number))
    lines = [SaltedLine(account="513", debit_fen=int(number), digests=[f"{number:-<43}"])]
    check_clear_fields(voucher(attachments=Attachments(files=[file]), lines=lines))
    check_clear_fields(village.opened())


def test_a_book_that_has_such_a_number_replays(village: Village) -> None:
    """What may not be posted any more was accepted once and stays good."""
    data = Voucher(
        attachments=Attachments(),
        date="2026-01-15",
        lines=village.lines([("513", 1), ("101", -1)]),
        summary="付张三13800138000",
    )
    entry = village.append(village.statement(VoucherPosted, data), "accountant head")
    assert entry.statement.id in village.book.vouchers.posted
