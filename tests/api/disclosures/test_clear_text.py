"""Personal numbers in clear: refused at the door, unless the entry is booked already; the numbers of books come in."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from api.identity import Keyring
from api.salting import salt_voucher
from audit.tlog.tiles import encode_bundle
from domain.entry import parse_entry, seal
from domain.kernel.errors import RuleViolation
from domain.roles import KeyGranted
from domain.vouchers import Attachments, Invoice, Line, Voucher
from tests.api.disclosures.private import keep, posted, salted
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from tests.api.http.conftest import Door


GRANTERS = ("township", "supervisor")


def numbered(summary: str) -> Voucher:
    lines = [Line(account="10201", debit_fen=100), Line(account="50103", credit_fen=100)]
    return Voucher(attachments=Attachments(count=1), date="2026-04-02", lines=lines, summary=summary)


@pytest.mark.parametrize(
    ("rule", "field", "changes"),
    [
        ("privacy.id_number", "summary", {"summary": "付张三(110101199003077475)工资"}),
        ("privacy.phone", "lines[1].party", {"party": "张三 １３８００１３８０００"}),
        ("privacy.phone", "lines[1].summary", {"line_summary": "联系 0571-88001234"}),
        ("privacy.bank_card", "source", {"source": "4111 1111 1111 1111"}),
    ],
)
def test_personal_numbers_in_clear_are_refused(
    door: Door, rule: str, field: str, changes: dict[str, str]
) -> None:
    fields = dict(changes)
    line = Line(
        account="10201", debit_fen=1, party=fields.pop("party", ""), summary=fields.pop("line_summary", "")
    )
    data = Voucher(
        attachments=Attachments(),
        date="2026-04-02",
        lines=[line, Line(account="50103", credit_fen=1)],
        **{"summary": "付款", **fields},
    )
    size = door.book().size
    problem = door.post(door.note(data)).json()
    assert (problem["rule"], problem["status"], problem["facts"]["field"]) == (rule, 422, field)
    assert "披露" in problem["detail_zh"]
    number = "".join(character for value in changes.values() for character in value if character.isdigit())
    assert number not in json.dumps(problem)
    assert door.book().size == size


@pytest.mark.parametrize(
    "summary",
    ["数电发票 24332000000123456789", "对公账号 201000123456789", "合同 HT-13912345678 余款 13,800.00 元"],
)
def test_numbers_that_books_need_come_in(door: Door, summary: str) -> None:
    lines = [Line(account="10201", debit_fen=1), Line(account="50103", credit_fen=1)]
    data = Voucher(attachments=Attachments(), date="2026-04-02", lines=lines, summary=summary)
    assert door.post(door.note(data)).status_code == 201


BOTH_WAYS = [
    ("Tel13812345678", True),
    ("付张三13812345678元", True),
    ("付张三 138-1234 5678", True),
    ("+86 (138) 1234-5678", True),
    ("138；1234；5678", True),
    ("壹叁捌壹贰叁肆伍陆柒捌", True),
    ("330881198001011233分红", True),
    ("11010119900307002×", True),
    ("6222021201001234569万元", True),
    ("补助1380元、1234户", False),
    ("三户分别补助150、1200、3000元", False),
    ("面积138.12亩，承包期2026.01.01-2055.12.31", False),
    ("付 91330881MA2DJ0000X 货款", False),
    ("工程款13812345678.00元", False),
    ("合同编号：15202600015", False),
]


@pytest.mark.parametrize(("summary", "refused"), BOTH_WAYS)
def test_disguised_numbers_are_refused_and_counts_come_in(door: Door, summary: str, *, refused: bool) -> None:
    answer = door.post(door.note(numbered(summary)))
    assert answer.status_code == (422 if refused else 201)
    assert answer.json().get("rule", "").startswith("privacy.") is refused
    assert not refused or summary not in answer.text


def test_what_is_booked_already_is_answered_with_its_receipt(door: Door) -> None:
    old = door.note(numbered("李四 13900139000"))
    [stored] = door.service.ledger.post(BOOK, [old])  # it was booked before texts were looked at
    again = door.post(old, wait=10)
    assert again.status_code == 200, again.text
    assert (again.json()["index"], again.json()["leaf_hash"]) == (
        stored.index,
        base64.b64encode(stored.leaf_hash).decode(),
    )
    assert again.json()["proof"]

    new = door.note()
    both = door.post(encode_bundle([old, new]))
    assert both.status_code == 201, both.text
    assert [one["index"] for one in both.json()["receipts"]] == [stored.index, stored.index + 1]

    size = door.book().size
    other = door.post(encode_bundle([old, door.note(), door.note(numbered("李四 13900139000"))]))
    assert (other.status_code, other.json()["rule"]) == (422, "privacy.phone")
    resigned = door.post(seal(parse_entry(old).statement, door.keys("accountant", "head", "supervisor")))
    assert (resigned.status_code, resigned.json()["rule"]) == (422, "privacy.phone")
    assert door.book().size == size


def with_invoice(number: str) -> Voucher:
    invoice = Invoice(date="2026-04-01", number=number, total_fen=1)
    lines = [Line(account="10201", debit_fen=1), Line(account="50103", credit_fen=1)]
    attached = Attachments(count=1, invoices=[invoice])
    return Voucher(attachments=attached, date="2026-04-02", lines=lines, summary="付款")


@pytest.mark.parametrize(
    ("number", "rule"), [("13812345678", "privacy.phone"), ("110101199003077475", "privacy.id_number")]
)
def test_an_invoices_number_is_no_persons(door: Door, number: str, rule: str) -> None:
    problem = door.post(door.note(with_invoice(number))).json()
    assert (problem["rule"], problem["facts"]["field"]) == (rule, "attachments.invoices[1].number")
    assert "发票号码" in problem["detail_zh"]


@pytest.mark.parametrize(
    "number",
    ["26332000000012345679", "12345678", "330019413012345678", "03300190021112345679", "620019413012345674"],
)
def test_numbers_of_invoices_come_in(door: Door, number: str) -> None:
    assert door.post(door.note(with_invoice(number))).status_code == 201


def test_a_keys_number_is_no_persons(door: Door) -> None:
    keyring = Keyring(door.service.settings.home / "phoned" / BOOK, BOOK)
    problem = door.post(
        door.note(keyring.grant("cashier", "李四", 13812345679), KeyGranted, *GRANTERS)
    ).json()
    assert (problem["rule"], problem["facts"]["field"]) == ("privacy.phone", "vkey")
    good = keyring.grant("cashier", "李四", 20260305)
    assert door.post(door.note(good, KeyGranted, *GRANTERS)).status_code == 201


PUBLIC = [
    ("李四 13812345678", "privacy.phone"),
    ({"phone": ["13812345678"]}, "privacy.phone"),
    (13812345678, "privacy.phone"),
]


@pytest.mark.parametrize(("value", "rule"), PUBLIC)
def test_a_public_disclosure_has_no_personal_number(door: Door, value: Any, rule: str) -> None:  # noqa: ANN401
    payee = salted("payee", value)
    entry = posted(door, payee)
    answer = keep(door, entry, (payee, "H-9", "public"))
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
    assert answer.json()["facts"]["field"].startswith("private.payee")
    assert keep(door, entry, (payee, "H-9", "members")).status_code == 201


@pytest.mark.parametrize(("value", "rule"), PUBLIC)
def test_a_public_value_is_refused_before_anything_is_signed(value: Any, rule: str) -> None:  # noqa: ANN401
    def salt(tier: str) -> None:
        private = {"payee": {"subject": "H-9", "tier": tier, "value": value}}
        made = msgspec.to_builtins(numbered("付款")) | {"private": private}
        salt_voucher("x", json.dumps(made).encode(), bytes)

    with pytest.raises(RuleViolation) as caught:
        salt("public")
    assert caught.value.rule.code == rule
    salt("person")
