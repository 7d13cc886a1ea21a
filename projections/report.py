"""What every report of a period says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """A report: of which book, with its name, and period; from how many entries under which base64 root."""

    book: str
    name: str
    period: str
    entries: int
    root: str
