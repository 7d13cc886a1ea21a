"""When a roll may be committed, and when a voucher books it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import EntryId, Kind, rule
from domain.kernel.money import format_fen
from domain.roles import Key, require_roles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from domain.accounts import Accounts
    from domain.rolls.events import Column, RollCommitted
    from domain.rolls.state import Rolls

    class Booked(Protocol):
        """A voucher's line as a roll sees it."""

        @property
        def account(self) -> str:
            """The account's code."""

        @property
        def credit_fen(self) -> int:
            """What is credited."""

        @property
        def debit_fen(self) -> int:
            """What is debited."""


UNKNOWN_ACCOUNT = rule(
    "roll.account",
    Kind.REFUSED,
    "清册「{column}」所写的科目 {account} 不存在",
    "the account {account} of the roll's column '{column}' does not exist",
    "财会〔2023〕14号 会计科目",
)
UNKNOWN = rule(
    "roll.unknown",
    Kind.REFUSED,
    "凭证所依据的清册 {roll} 不在本账套中；请先提交清册",
    "the roll {roll} that the voucher books is not in this book; commit the roll first",
    "会计基础工作规范 art. 51",
)
BOOKED = rule(
    "roll.booked",
    Kind.CONFLICT,
    "清册 {roll} 已由凭证 {voucher} 入账；要改记，请先冲销该凭证",
    "the roll {roll} is booked by voucher {voucher} already; reverse that one first",
    "财会〔2020〕6号: nothing is booked twice",
)
OTHER_TOTAL = rule(
    "roll.total",
    Kind.REFUSED,
    "清册「{column}」合计 {total} 元，凭证在科目 {account} 的{side_zh}记了 {booked} 元",
    "the roll's '{column}' is {total} yuan, the voucher has {booked} yuan on the {side} side of {account}",
    "会计基础工作规范 art. 51",
)

SIDES = {"credit": "贷方", "debit": "借方"}


def decide_commit(statement: RollCommitted, signers: list[Key], accounts: Accounts) -> None:
    """A roll names accounts that exist; accountant and head sign."""
    for column in statement.data.columns:
        if column.account not in accounts.by_code:
            raise UNKNOWN_ACCOUNT(account=column.account, column=column.name)
    require_roles(signers, ["accountant", "head"])


def require_booked(rolls: Rolls, id_: str, lines: Iterable[Booked]) -> None:
    """Raise `roll.*` unless these lines of a voucher book a roll, every column of it, for the first time."""
    committed = rolls.committed.get(id_)
    if committed is None:
        raise UNKNOWN(roll=id_)
    voucher = rolls.voucher_of(id_)
    if voucher is not None:
        raise BOOKED(roll=EntryId(id_), voucher=EntryId(voucher))
    for column in committed.roll.columns:
        booked = booked_fen(column, lines)
        if booked != column.total_fen:
            raise OTHER_TOTAL(
                column=column.name,
                total=format_fen(column.total_fen),
                account=column.account,
                booked=format_fen(booked),
                side=column.side,
                side_zh=SIDES[column.side],
            )


def booked_fen(column: Column, lines: Iterable[Booked]) -> int:
    """Return what lines have on the column's side of its account and the accounts below it, in fen."""
    return sum(
        line.debit_fen if column.side == "debit" else line.credit_fen
        for line in lines
        if line.account.startswith(column.account)
    )
