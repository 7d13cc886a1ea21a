"""The entry that closes a month (结账)."""

from __future__ import annotations

from domain.kernel.statement import Record, Statement


class Closing(Record, frozen=True):
    """The period to close, `YYYY-MM`."""

    period: str


class PeriodClosed(Statement, frozen=True, tag="period.closed/1"):
    """A month is closed; signed by accountant and head."""

    data: Closing
