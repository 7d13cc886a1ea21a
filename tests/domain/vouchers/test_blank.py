"""What a voucher says in words can be read."""

from __future__ import annotations

import msgspec
import pytest

from domain.accounts import NewAccount
from domain.kernel.errors import RuleViolation
from domain.vouchers import Attachments, Line, Reversal, Voucher, check_told, may_be_blank

BLANKS = ["   ", "\u3000", "\u00a0\u200b", "\u2060", "\u3164"]


def lines(**fields: str) -> list[Line]:
    line = Line(account="501", credit_fen=1)
    return [Line(account="101", debit_fen=1), msgspec.structs.replace(line, **fields)]


def voucher(summary: str = "收款", **fields: str) -> Voucher:
    return Voucher(attachments=Attachments(), date="2026-01-05", lines=lines(**fields), summary=summary)


@pytest.mark.parametrize("blank", BLANKS)
def test_a_summary_in_which_nothing_is_seen_is_none(blank: str) -> None:
    for data in (
        voucher(blank),
        Reversal(attachments=Attachments(), date="2026-01-05", lines=lines(), reverses="01J", summary=blank),
    ):
        assert may_be_blank(msgspec.json.encode(data))
        with pytest.raises(RuleViolation, match="请填写摘要：凭证的摘要") as caught:
            check_told(data)
        assert caught.value.rule.code == "voucher.blank_text"


@pytest.mark.parametrize(("field", "zh"), [("summary", "摘要"), ("party", "往来单位"), ("project", "项目")])
@pytest.mark.parametrize("blank", BLANKS)
def test_so_is_it_with_what_a_line_says(field: str, zh: str, blank: str) -> None:
    data = msgspec.structs.replace(voucher(), lines=lines(**{field: blank}))
    assert may_be_blank(msgspec.json.encode(data))
    with pytest.raises(RuleViolation, match=f"请填写{zh}：第 2 行的{zh}"):
        check_told(data)


@pytest.mark.parametrize("blank", BLANKS)
def test_so_is_it_with_the_name_of_an_account(blank: str) -> None:
    data = NewAccount(code="50105", name=blank)
    assert may_be_blank(msgspec.json.encode(data))
    with pytest.raises(RuleViolation, match="请填写名称：科目 50105 的名称") as caught:
        check_told(data)
    assert caught.value.facts["field"] == "name"
    check_told(NewAccount(code="50105", name=" 租金 "))


def test_a_word_with_blanks_around_it_is_read() -> None:
    data = voucher(" 收款\u3000", party="张 三", project="。")
    assert not may_be_blank(msgspec.json.encode(data))
    check_told(data)
