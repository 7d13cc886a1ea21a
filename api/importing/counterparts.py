"""Vouchers of earlier imports that the sheets no longer have, and which voucher of the sheets may be one of them.

What is posted stays posted. A date or a number that was changed in the sheet would book the voucher a second time.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from api.importing.comparing import has_the_same_lines
from domain.vouchers import Voucher

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from api.importing.trial import Trial

_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def plain_number(number: str) -> str:
    """Return a voucher's number as people read it: 记－０１, 记-01 and 记-1 are one."""
    return _LEADING_ZEROS.sub("", unicodedata.normalize("NFKC", number)).replace(" ", "")


def absent_vouchers(trial: Trial, sheet: Collection[str], first: str) -> list[Voucher]:
    """Return the imported vouchers from a month on whose ids are not among the sheet's, without the reversed ones.

    A sheet may begin where the last one ended, so what lies before its first month is left alone.
    """
    return [
        voucher
        for id_, voucher in trial.stored.items()
        if id_ not in sheet
        and isinstance(voucher, Voucher)
        and voucher.date[:7] >= first
        and id_ not in trial.book.vouchers.reversed_by
        and id_ == trial.id("voucher", voucher.date, voucher.source)
    ]


def counterpart(voucher: Voucher, unkinded: str, absent: Sequence[Voucher]) -> Voucher | None:
    """Return the absent voucher that this one is by all signs, with its date or its number changed.

    One of the same date and the number without its kind was posted when kinds (凭证字) were not read.
    """
    return next(
        (
            posted
            for posted in absent
            if (posted.date, posted.source) == (voucher.date, unkinded) or _is_same(voucher, posted)
        ),
        None,
    )


def _is_same(voucher: Voucher, posted: Voucher) -> bool:
    """Two of three are the same: the month, the number, what it says."""
    same_month = voucher.date[:7] == posted.date[:7]
    same_number = plain_number(voucher.source) == plain_number(posted.source)
    return same_month if same_month == same_number else has_the_same_lines(posted, voucher)
