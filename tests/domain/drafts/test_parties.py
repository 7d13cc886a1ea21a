"""Whom an invoice names, held against whom its voucher names."""

from __future__ import annotations

import pytest

from domain.drafts import Parties, unlike
from domain.vouchers import Attachments, Line, SaltedLine, SaltedVoucher, Voucher

BOOK, SHOP, OTHER = "N2330881MF0000013Y", "91330881MA2DKYPW1X", "N2330881MF0000021R"


def bought(**said: str) -> Parties:
    """Return an invoice of the shop to the village."""
    facts = {"number": "26332000000012345678", "seller": "江山市文具店有限公司", "seller_id": SHOP}
    return Parties(**(facts | {"buyer": "小河村经济合作社", "buyer_id": BOOK} | said))


def booked(*parties: str) -> Voucher:
    lines = [Line(account="211", credit_fen=100, party=party) for party in parties]
    return Voucher(
        attachments=Attachments(), date="2026-03-05", lines=[Line(account="51302"), *lines], summary="买纸"
    )


@pytest.mark.parametrize(
    ("parties", "invoice", "said"),
    [
        (["江山市文具店有限公司"], bought(), []),
        (["江山市文具店"], bought(), []),  # as one calls it
        (["文具店（江山）"], bought(seller="文具店 (江山) 有限公司"), []),
        (["竹器厂", "江山市文具店"], bought(), []),  # one of several
        ([], bought(), []),  # nobody is named
        ([""], bought(), []),
        (["竹器厂"], bought(seller=""), []),  # the document does not tell
        (["竹器厂"], bought(), ["draft.invoice_party"]),
        (["竹器厂"], bought(seller="小河村经济合作社", seller_id=BOOK, buyer="竹器厂", buyer_id=SHOP), []),
        (
            ["砖瓦厂"],
            bought(seller="小河村经济合作社", seller_id=BOOK, buyer="竹器厂", buyer_id=SHOP),
            ["draft.invoice_party"],
        ),
        ([], bought(buyer_id=OTHER), ["draft.invoice_others"]),
        ([], bought(buyer_id=BOOK.lower()), []),
        ([], bought(buyer_id=""), []),  # an older invoice, or one for a person
    ],
)
def test_it_is_remarked_when_they_differ(parties: list[str], invoice: Parties, said: list[str]) -> None:
    assert [one.rule.code for one in unlike(BOOK, booked(*parties), [invoice])] == said


def test_it_is_said_who_stands_where() -> None:
    [remark] = unlike(BOOK, booked("竹器厂", "砖瓦厂", "竹器厂"), [bought()])
    assert remark.zh.startswith(
        "发票 26332000000012345678 的销售方是「江山市文具店有限公司」，凭证写明的往来单位是「竹器厂」「砖瓦厂」"
    )
    assert "the seller on the invoice 26332000000012345678" in remark.en
    [remark] = unlike(BOOK, booked(), [bought(buyer="前山村经济合作社", buyer_id=OTHER)])
    assert f"开给「前山村经济合作社」（{OTHER}）" in remark.zh


def test_nothing_is_said_of_a_counterparty_that_is_kept_out_of_the_record() -> None:
    lines = [
        SaltedLine(account="51302", debit_fen=1, digests=["x" * 43]),
        SaltedLine(account="211", party="张三"),
    ]
    hidden = SaltedVoucher(attachments=Attachments(), date="2026-03-05", lines=lines, summary="买纸")
    assert list(unlike(BOOK, hidden, [bought()])) == []
