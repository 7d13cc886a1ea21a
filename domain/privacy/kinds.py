"""The kinds of numbers that name a person, and what is told of one that was found."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Personal(Enum):
    """The kinds of numbers that name a person, in Chinese and English."""

    ID_NUMBER = ("身份证号码", "an ID number")
    PHONE = ("电话号码", "a phone number")
    BANK_CARD = ("银行卡号", "a bank card number")


class Found(NamedTuple):
    """What was found, its digits, and from where to where it stands in the folded text."""

    kind: Personal
    digits: str
    start: int
    end: int

    @property
    def masked(self) -> str:
        """As much of the number as may be repeated."""
        return f"{self.digits[:3]}…{self.digits[-2:]}"
