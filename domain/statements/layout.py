"""What stands on a statement: its lines in order, and for each the formula that makes its figure.

A formula adds and subtracts terms: ``112 + 113.debit - productive_depreciation``. A term is

    112             the balance of an account with all its detail accounts
    113.debit       the debit balances alone of its detail accounts, as 内部往来 is shown on both sides; 113.credit
    money           the figure of an earlier line

On the side of assets a debit balance counts as positive, on the side of liabilities and equity a credit balance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from domain.chart import codes_down_to
from domain.statements.formula import read_lines, signed_terms

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNTS_REMEMBERED = 4096
"""Of how many accounts a layout remembers in which lines they stand."""


class Side(StrEnum):
    """The side of the balance sheet: what is owned (资产), and who has a claim on it (负债和所有者权益)."""

    ASSET = "asset"
    CLAIM = "claim"


class Role(StrEnum):
    """What a line is.

    `less` is deducted (减), `of_which` is a part of the line above (其中) and in no sum, `if_any` stands only
    when it is not zero, `grand` closes a side.
    """

    ITEM = "item"
    LESS = "less"
    OF_WHICH = "of_which"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    GRAND = "grand"
    IF_ANY = "if_any"


class Term(NamedTuple):
    """A term of a formula: `sign` is 1 or -1; an account's code with the `half` of it meant, or a line's key."""

    sign: int
    name: str
    half: str

    @property
    def is_account(self) -> bool:
        """Whether it is an account, not an earlier line."""
        return self.name.isdigit()

    def counts(self, fen: int) -> bool:
        """Tell whether the balance of a detail account belongs to it, debit positive: of a half, one of its side."""
        return not self.half or (fen > 0) == (self.half == "debit")


Formula = tuple[Term, ...]


class Part(NamedTuple):
    """What an account is part of: the line of that `key`, where a debit balance counts `sign` times, by its `term`."""

    key: str
    sign: int
    term: Term


_TERM = re.compile(r"([+-]?)\s*(\d{3}(?:\d{2}){0,3}|[a-z_]+)(?:\.(debit|credit))?\s*")


class AnyTerm(Protocol):
    """A term of any statement's formula."""

    @property
    def name(self) -> str:
        """An account's code, or a line's key."""

    @property
    def is_account(self) -> bool:
        """Whether it is an account."""


T = TypeVar("T", bound=AnyTerm)


@dataclass(frozen=True)
class StatementLine(Generic[T]):
    """A line of a statement: its `key` (stable, for programs), its names, what it is, and its formula."""

    key: str
    name: str
    name_en: str
    role: Role
    formula: tuple[T, ...]

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that make it directly; none for a sum of other lines."""
        return tuple(term.name for term in self.formula if term.is_account)

    @cached_property
    def said(self) -> dict[str, Any]:
        """What a published statement says of it beside its figures."""
        return {
            "key": self.key,
            "name": self.name,
            "name_en": self.name_en,
            "role": self.role.value,
            "accounts": list(self.accounts),
        }

    @cached_property
    def sums(self) -> tuple[T, ...]:
        """The terms that are no account, such as earlier lines."""
        return tuple(term for term in self.formula if not term.is_account)


@dataclass(frozen=True)
class LayoutLine(StatementLine[Term]):
    """A line of the balance sheet, and its side."""

    side: Side


@dataclass(frozen=True)
class Layout:
    """The lines of a statement for a chart version, in order."""

    chart: str
    lines: tuple[LayoutLine, ...]

    def line(self, key: str) -> LayoutLine | None:
        """Return the line of that key."""
        return next((line for line in self.lines if line.key == key), None)

    @cached_property
    def by_code(self) -> dict[str, list[tuple[LayoutLine, Term]]]:
        """The terms that name an account, each with its line, by the account's code."""
        found: dict[str, list[tuple[LayoutLine, Term]]] = {}
        for line in self.lines:
            for term in line.formula:
                if term.is_account:
                    found.setdefault(term.name, []).append((line, term))
        return found

    @cached_property
    def parts_of(self) -> Callable[[str], list[Part]]:
        """What gives the parts that a detail account has in lines, by its code and those above it; remembered."""

        @lru_cache(ACCOUNTS_REMEMBERED)
        def parts(account: str) -> list[Part]:
            return [
                Part(line.key, term.sign if line.side is Side.ASSET else -term.sign, term)
                for code in codes_down_to(account)
                for line, term in self.by_code.get(code, ())
            ]

        return parts

    @cached_property
    def summed(self) -> list[tuple[str, tuple[Term, ...]]]:
        """The lines, by their keys, that sum up earlier ones, in order, with these."""
        return [(line.key, line.sums) for line in self.lines if line.sums]

    def accounts_of(self, key: str) -> tuple[str, ...]:
        """Return all accounts that make a line, those of the lines that it sums up too, in their order."""
        line = self.line(key)
        found = [
            account
            for term in (line.formula if line else ())
            for account in ((term.name,) if term.is_account else self.accounts_of(term.name))
        ]
        return tuple(dict.fromkeys(found))

    def halves_of(self, key: str) -> list[tuple[Term, LayoutLine]]:
        """Return the terms of a line, or of those that it sums up, that are one half of an account; and their lines."""
        line = self.line(key)
        found = []
        for term in line.formula if line else ():
            if not term.is_account:
                found += self.halves_of(term.name)
            elif term.half and line:
                found.append((term, line))
        return found

    def other_half(self, term: Term) -> LayoutLine | None:
        """Return the line on which the other half of an account stands."""
        return next(
            (
                line
                for line in self.lines
                for one in line.formula
                if one.name == term.name and one.half != term.half
            ),
            None,
        )


def parse_formula(text: str) -> Formula:
    """Return the terms of a formula; raises `ValueError` with the text for anything else."""
    return tuple(Term(sign, match[2], match[3] or "") for sign, match in signed_terms(text, _TERM))


@cache
def layout(version: str) -> Layout:
    """Return the layout of the balance sheet (资产负债表) of a chart version; raises `chart.unknown`."""
    return Layout(
        version,
        tuple(
            LayoutLine(
                row["key"],
                row["name_zh"],
                row["name_en"],
                Role(row["role"]),
                parse_formula(row["formula"]),
                Side(row["side"]),
            )
            for row in read_lines("balance-sheet", version)
        ),
    )
