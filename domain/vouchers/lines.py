"""Arithmetic on a voucher's lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from domain.chart import RESULT, UNDISTRIBUTED
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen, plain_fen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.vouchers.events import Line

ONE_SIDE = rule(
    "voucher.one_side",
    Kind.REFUSED,
    "第 {line} 行：借方和贷方须恰好填一个且不为零",
    "line {line}: exactly one of debit and credit, and not zero",
    "财会〔2023〕14号 借贷记账法",
)
UNBALANCED = rule(
    "voucher.unbalanced",
    Kind.REFUSED,
    "借贷不平：借方合计 {debit} 元，贷方合计 {credit} 元，相差 {difference} 元",
    "debits do not equal credits: {debit} yuan against {credit} yuan, off by {difference}",
    "财会〔2023〕14号 借贷记账法",
)

NO_UNIT = rule(
    "quantity.unit",
    Kind.REFUSED,
    "第 {line} 行：数量和计量单位须同时填写",
    "line {line}: a quantity goes with its unit, and a unit with a quantity",
    "会计基础工作规范 art. 59",
)
OTHER_SIGN = rule(
    "quantity.sign",
    Kind.REFUSED,
    "第 {line} 行：数量与金额须同号，红字的两个都是负数",
    "line {line}: quantity and amount have one sign; of what is red both are negative",
    "会计基础工作规范 art. 59",
)

SHORT_BYTES = 96
"""Lines whose encoding is not longer are remembered as they are: most vouchers have two."""

AnyLine = TypeVar("AnyLine", bound="Line")

_encoder = msgspec.msgpack.Encoder()


def check_balanced(lines: Sequence[Line]) -> int:
    """Raise unless each line has one side, quantities are whole, and the sides are equal; return the amount.

    The amount is that of `amount_fen`.
    """
    debit = credit = 0
    red = False
    for line in lines:
        on_debit, on_credit = line.debit_fen, line.credit_fen
        if (on_debit == 0) == (on_credit == 0):
            raise ONE_SIDE(line=1 + lines.index(line))
        if line.unit or line.quantity_milli:
            _check_quantity(line, 1 + lines.index(line))
        debit += on_debit
        credit += on_credit
        if on_debit < 0 or on_credit < 0:
            red = True
    if debit != credit:
        raise UNBALANCED(
            debit=format_fen(debit), credit=format_fen(credit), difference=format_fen(abs(debit - credit))
        )
    return amount_fen(lines) if red else debit


def _check_quantity(line: Line, number: int) -> None:
    """Raise unless a quantity has a unit, and the sign of its amount."""
    if not (line.unit and line.quantity_milli):
        raise NO_UNIT(line=number)
    if (line.quantity_milli < 0) != (line.debit_fen + line.credit_fen < 0):
        raise OTHER_SIGN(line=number)


def total_fen(lines: Sequence[Line]) -> int:
    """Return the amount in fen that stands in the foot of the voucher (合计): red amounts count less than nothing."""
    return sum(line.debit_fen for line in lines)


def quantity_text(milli: int) -> str:
    """Return a quantity as it is written: 12.5; "" for none."""
    sign, (whole, rest) = "-" if milli < 0 else "", divmod(abs(milli), 1_000)
    return f"{sign}{whole}.{rest:03d}".rstrip("0").rstrip(".") if milli else ""


def price_fen(fen: int, milli: int) -> int | None:
    """Return the price of a unit (单价), rounded to fen: what so much cost by how much it was; None for nothing."""
    if not milli:
        return None
    price = (2 * abs(fen) * 1_000 + abs(milli)) // (2 * abs(milli))
    return -price if (fen < 0) != (milli < 0) else price


def price_text(fen: int, milli: int) -> str:
    """Return the price of a unit in yuan, "" for none."""
    price = price_fen(fen, milli)
    return "" if price is None else plain_fen(price)


def amount_fen(lines: Sequence[Line]) -> int:
    """Return a voucher's amount for the policy: the larger side, red amounts counted as positive."""
    debit = credit = 0
    for line in lines:
        debit += abs(line.debit_fen)
        credit += abs(line.credit_fen)
    return max(debit, credit)


_TRANSFERRED = (RESULT, *UNDISTRIBUTED)
_RESULT_ACCOUNT, _DISTRIBUTION = UNDISTRIBUTED


def tiered_fen(lines: Sequence[Line], amount: int) -> int:
    """Return by which amount the policy's tier is found for a voucher of an amount: nothing where it only transfers.

    Income and expense that go to 本年收益, and that to 收益分配 (结转), pay nobody and owe nobody anything. Income and
    expense on 收益分配 itself are no transfer: they go past the result of the year, which lacks them.
    """
    for line in lines:  # most have another account among the first
        if not line.account.startswith(_TRANSFERRED):
            return amount
    others = [line.account for line in lines if not line.account.startswith(_RESULT_ACCOUNT)]
    to_result = len(others) < len(lines) and all(code.startswith(RESULT) for code in others)
    return 0 if to_result or all(code.startswith(_DISTRIBUTION) for code in others) else amount


def mirrored(lines: Sequence[AnyLine]) -> list[AnyLine]:
    """Return the lines with every amount and quantity negated (红字), all else the same."""
    return [
        msgspec.structs.replace(
            line,
            debit_fen=-line.debit_fen,
            credit_fen=-line.credit_fen,
            quantity_milli=-line.quantity_milli,
        )
        for line in lines
    ]


def lines_digest(lines: Sequence[Line]) -> bytes:
    """Return bytes that two lists of lines share only if they are the same: their encoding, or its SHA-256 if longer.

    The two cannot meet: the encoding of a voucher's two lines has more bytes than a hash.
    """
    encoded = _encoder.encode(lines)
    return encoded if len(encoded) <= SHORT_BYTES else hashlib.sha256(encoded).digest()
