"""Reading a statement by the headers that a person named once: they count where a file has them, and else the usual."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.banking.reading import Statement, read_statement
from api.importing.problems import ImportRefused
from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEADER_RULES = {"import.column", "import.header"}
"""By these a file has no header with the columns that are looked for."""


def read_as_before(path: Path, given: Mapping[str, str], remembered: Mapping[str, str]) -> Statement:
    """Return the lines of a statement by the headers that are `given` with it, else by those that are `remembered`.

    Of a file that has not these the usual headers are read, and that is told. Raises what `read_statement` raises.
    """
    if given or not remembered:
        return read_statement(path, given)
    try:
        return read_statement(path, remembered)
    except ImportRefused as refused:
        if not _lacks_header(refused):
            raise
        usual = _usual(path, remembered)
        if usual:
            return usual
        named = _named(remembered)
        zh = f"；用的是以前记住的列名（{named}），常见的列名也没有；请重写一次列名"
        en = f"; the headers are those that were remembered ({named}), and it has not the usual ones: name them anew"
        problems = [replace(one, zh=one.zh + zh, en=one.en + en) for one in refused.problems]
        raise ImportRefused(problems, refused.notices) from None


def _usual(path: Path, remembered: Mapping[str, str]) -> Statement | None:
    """Return what the usual headers give, None of a file that has not these either."""
    try:
        read = read_statement(path, {})
    except ImportRefused as refused:
        if not _lacks_header(refused):
            raise
        return None
    named = _named(remembered)
    said = Phrase(
        f"文件里没有以前记住的列名（{named}），按常见的列名读了",
        f"the file has not the headers that were remembered ({named}); it was read by the usual ones",
    )
    return read._replace(notices=[*read.notices, said])


def _lacks_header(refused: ImportRefused) -> bool:
    return any(problem.rule in HEADER_RULES for problem in refused.problems)


def _named(headers: Mapping[str, str]) -> str:
    return ",".join(f"{field}={header}" for field, header in headers.items())
