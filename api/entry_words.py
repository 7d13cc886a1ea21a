"""What an entry is, in a villager's words: the name of its type, one line, and what its page shows (`entry_views`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.entry_views import VIEWS, holder_words
from domain.accounts import AccountAdded
from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.kernel.note import parse_vkey
from domain.kernel.period import period_of
from domain.kernel.statement import type_name
from domain.roles import KeyGranted, KeyRevoked, KeyRotated
from domain.vouchers import VoucherPosted, VoucherReversed, voucher_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.entry_background import Background, Words
    from domain.difference import Difference
    from domain.kernel.statement import Statement

ENTRY_TYPES = {
    "book.opened/1": Phrase("建账", "the book is opened"),
    "key.granted/1": Phrase("授予签名密钥", "a signing key is granted"),
    "key.rotated/1": Phrase("更换签名密钥", "a signing key is changed for another"),
    "key.revoked/1": Phrase("吊销签名密钥", "a signing key is revoked"),
    "policy.set/1": Phrase("设定审批档次", "who has to sign what"),
    "account.added/1": Phrase("增设科目", "an account is added"),
    "opening.posted/1": Phrase("登记期初余额", "opening balances"),
    "voucher.posted/1": Phrase("记账凭证", "voucher"),
    "voucher.reversed/1": Phrase("冲销凭证", "reversal, in red"),
    "period.closed/1": Phrase("结账", "a month is closed"),
    "sheet.published/1": Phrase("公开月度数字", "a month's figures are published"),
    "roll.committed/1": Phrase("发放清册", "roll of payments"),
    "subject.erased/1": Phrase("删除个人信息", "personal data is erased"),
    "voucher.posted/2": Phrase("记账凭证", "voucher"),
    "voucher.reversed/2": Phrase("冲销凭证", "reversal, in red"),
    "log.key_added/1": Phrase("增加日志密钥", "a key of the log is added"),
    "log.key_retired/1": Phrase("停用日志密钥", "a key of the log is retired"),
    "log.moved/1": Phrase("迁移日志", "the log moves"),
    "budget.adopted/1": Phrase("通过收支计划", "the year's plan is adopted"),
    "subtotals.set/1": Phrase("设定收益表口径", "the sub-totals of the statement of income are laid down"),
}
"""Entry types in a villager's words."""


def line_of(statement: Statement, number: int, background: Background) -> str:
    """Return one line that says what an entry is; `number` is a voucher's in its period."""
    name = ENTRY_TYPES[type_name(statement)].zh
    if isinstance(statement, (VoucherPosted, VoucherReversed)):
        voucher = statement.data
        amount = format_fen(sum(line.debit_fen for line in voucher.lines))
        numbered = voucher_number(period_of(voucher.date), number)
        return f"{name} {numbered}，{voucher.date}，{voucher.summary}，{amount} 元"
    particular = PARTICULARS.get(type(statement))
    return f"{name}：{particular(statement, background) if particular else words_of(statement, background).lead.zh}"


def added_lines(found: Difference, background: Background) -> list[str]:
    """Return the line of each entry of a difference."""
    return [line_of(added.entry.statement, added.number, background) for added in found.added]


def words_of(statement: Statement, background: Background) -> Words:
    """Return what an entry that is no voucher says."""
    return VIEWS[type(statement)](statement, background)


PARTICULARS: dict[type[Statement], Callable[[Any, Background], str]] = {
    KeyGranted: lambda statement, _: holder_words(statement.data),
    KeyRotated: lambda statement, background: (
        f"{background.key(statement.data.old)} → {parse_vkey(statement.data.new.vkey).name}"
    ),
    KeyRevoked: lambda statement, background: background.key(statement.data.key),
    AccountAdded: lambda statement, background: background.account(statement.data.code),
}
"""What one line says of the types whose leading sentence does not tell one from another."""
