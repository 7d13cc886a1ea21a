"""The entry that publishes a sheet (公开), after 农经发〔2011〕13号."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from domain.kernel.statement import Count, Record, Statement


class Sheet(Record, frozen=True):
    """A sheet of one closed period: which one, how many `rows` it has, and the `root` over them.

    The root is the base64 RFC 6962 root of the rows in their order, each as canonical JSON: whoever has one row and
    its path can prove the figures in it (证明公布的数字).
    """

    period: str
    root: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z")]
    rows: Count
    sheet: Literal["trial_balance"]


class SheetPublished(Statement, frozen=True, tag="sheet.published/1"):
    """A month's figures are published; signed by accountant, head and supervisor."""

    data: Sheet
