"""Quantities (数量) that no book takes, at the end of the honest log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.accounts import AccountAdded, NewAccount
from domain.vouchers import VoucherPosted, VoucherReversed
from tests.vectors.honest import CLERKS, NEXT, PLAIN, reversal, voucher

if TYPE_CHECKING:
    from domain.vouchers import Voucher
    from tests.vectors.village import Forgery


def bought(fen: int = 5_000, milli: int = 12_500, unit: str = "公斤", **changed: str) -> Voucher:
    """Return a voucher of fertiliser bought in cash."""
    plain = voucher("2026-02-03", fen, debit="121", credit="101")
    goods, money = plain.lines
    measured = msgspec.structs.replace(goods, quantity_milli=milli, unit=unit)
    return msgspec.structs.replace(plain, lines=[measured, msgspec.structs.replace(money, **changed)])


def quantity_cases() -> list[Forgery]:
    """Return the honest log with quantities that no book takes, and with some that it does."""
    stocked = PLAIN.then(VoucherPosted, bought(), *CLERKS)
    taken = msgspec.structs.replace(bought(), lines=[*reversed(bought().lines)])
    undone = reversal(stocked, NEXT, "2026-02-04")
    half = [
        msgspec.structs.replace(line, quantity_milli=0, unit="") if line.unit else line
        for line in undone.lines
    ]

    def forged(name: str, code: str, data: Voucher) -> Forgery:
        return f"a quantity {name}", PLAIN.then(VoucherPosted, data, *CLERKS), (code, NEXT)

    return [
        ("a quantity", stocked.then(VoucherPosted, taken, *CLERKS).publish()),
        ("a quantity that is reversed", stocked.then(VoucherReversed, undone, *CLERKS).publish()),
        ("a red quantity", PLAIN.then(VoucherPosted, bought(-5_000, -12_500), *CLERKS).publish()),
        (
            "a quantity of a detail account in another unit",
            stocked.then(AccountAdded, NewAccount(code="13101", name="鸡"), CLERKS[0])
            .then(
                VoucherPosted,
                msgspec.structs.replace(
                    bought(),
                    lines=[
                        msgspec.structs.replace(bought().lines[0], account="13101", unit="只"),
                        bought().lines[1],
                    ],
                ),
                *CLERKS,
            )
            .publish(),
        ),
        forged("without a unit", "quantity.unit", bought(unit="")),
        forged("that is missing", "quantity.unit", bought(milli=0)),
        forged("that is red where the amount is not", "quantity.sign", bought(milli=-1)),
        forged("that is not red where the amount is", "quantity.sign", bought(fen=-1)),
        forged("beyond all measure", "entry.malformed", bought(milli=10**12)),
        forged("in an endless unit", "entry.malformed", bought(unit="公" * 21)),
        (
            "a quantity in another unit than before",
            stocked.then(VoucherPosted, bought(unit="吨"), *CLERKS),
            ("quantity.other_unit", NEXT + 1),
        ),
        (
            "a quantity in two units on one voucher",
            PLAIN.then(
                VoucherPosted,
                msgspec.structs.replace(bought(), lines=[*bought().lines, *bought(unit="吨").lines]),
                *CLERKS,
            ),
            ("quantity.other_unit", NEXT),
        ),
        (
            "a reversal that leaves the quantity",
            stocked.then(VoucherReversed, msgspec.structs.replace(undone, lines=half), *CLERKS),
            ("reversal.not_mirror", NEXT + 1),
        ),
    ]
