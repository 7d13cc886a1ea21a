"""Vouchers that name what they set right (订正、调整), at the end of the honest log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.vouchers import VoucherPosted, VoucherReversed
from tests.vectors.honest import CLERKS, NEXT, PLAIN, id_of, reversal, voucher

if TYPE_CHECKING:
    from domain.vouchers import Voucher
    from tests.vectors.village import Forgery

WRONG = PLAIN.then(VoucherPosted, voucher("2026-02-10", 500), *CLERKS)
RED = WRONG.then(VoucherReversed, reversal(WRONG, NEXT, "2026-02-11"), *CLERKS)


def setting_right(corrects: str, date: str = "2026-02-12") -> Voucher:
    """Return a voucher that sets another right."""
    return msgspec.structs.replace(voucher(date, 450), corrects=corrects)


def correction_cases() -> list[Forgery]:
    """Return the honest log with vouchers that set right what no voucher can, and with some that may."""
    wrong, red = id_of(RED, NEXT), id_of(RED, NEXT + 1)
    return [
        ("a difference that is added", WRONG.then(VoucherPosted, setting_right(wrong), *CLERKS).publish()),
        ("a blue voucher", RED.then(VoucherPosted, setting_right(wrong), *CLERKS).publish()),
        (
            "a correction of nothing",
            WRONG.then(VoucherPosted, setting_right("0" * 26), *CLERKS),
            ("correction.unknown", NEXT + 1),
        ),
        (
            "a correction of what is no voucher",
            WRONG.then(VoucherPosted, setting_right(id_of(WRONG, 0)), *CLERKS),
            ("correction.unknown", NEXT + 1),
        ),
        (
            "a correction of a reversal",
            RED.then(VoucherPosted, setting_right(red), *CLERKS),
            ("correction.of_reversal", NEXT + 2),
        ),
        (
            "a correction dated before its voucher",
            WRONG.then(VoucherPosted, setting_right(wrong, "2026-02-09"), *CLERKS),
            ("correction.before_original", NEXT + 1),
        ),
    ]
