"""Whether the opening balances are in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Opening:
    """`entry` is the index of the opening balances, None as long as there are none."""

    entry: int | None = None
