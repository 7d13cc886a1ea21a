"""What all statements share: their lines are data of a chart version, and each line has a formula of signed terms."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

from domain.chart import chart

if TYPE_CHECKING:
    import re


def read_lines(statement: str, version: str) -> list[dict[str, str]]:
    """Return the rows of `<statement>.<chart version>.csv`, in order; raises `chart.unknown`."""
    chart(version)
    file = resources.files(__package__).joinpath(f"{statement}.{version}.csv")
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def signed_terms(text: str, term: re.Pattern[str]) -> list[tuple[int, re.Match[str]]]:
    """Return the terms of a formula, each with its sign, 1 or -1; `term` matches one, its first group is the sign.

    Raises `ValueError` with the text for anything else.
    """
    found, place = [], 0
    while place < len(text):
        match = term.match(text, place)
        if match is None or (match[1] != "-" and bool(match[1]) != bool(place)):
            raise ValueError(f"no formula: {text!r}")
        found.append((-1 if match[1] == "-" else 1, match))
        place = match.end()
    if not found:
        raise ValueError("an empty formula")
    return found
