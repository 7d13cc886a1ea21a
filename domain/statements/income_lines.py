"""The lines of the statement of income and its distribution (收益及收益分配表): what makes each, and in which order.

A formula adds and subtracts terms, income and what is distributed counting as positive:

    501             credits less debits of an income or expense account and all below it, by those that earn and spend
    513:运转支出    those of the detail accounts of 513 that a book calls so, with all below them
    @113            credits less debits, by vouchers that transfer and distribute
    @311.credit     their credits alone, red ones too; @311.debit
    @rest           credits less debits of all accounts that no other term with @ names
    @opening        the undistributed income at the beginning of the year
    net_surplus     the figure of an earlier line

A sum's formula stands in no file: it is the sum before it, with what its own lines add (加) and take away (减). Which
sum is the first to count an account of income or expense is laid down apart (`domain.subtotals`): a county may set it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import RESULT, UNDISTRIBUTED, codes_down_to
from domain.kernel.errors import Phrase
from domain.statements.formula import read_lines, signed_terms
from domain.statements.layout import ACCOUNTS_REMEMBERED, Role, StatementLine
from domain.subtotals import Places, places_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

INCOME = "50"
"""What the codes of income accounts (收入类) begin with; those of other income and expense accounts are expense."""

OPENING, REST = "opening", "rest"

LAYOUTS_REMEMBERED = 64
"""For how many books' own detail accounts the layout is remembered."""

LEADS = {"item": Phrase("加：", "Add:"), "less": Phrase("减：", "Less:")}
"""What the first line of those that add to a sum, or take away, says before its name."""

_LEADING = re.compile(r"[一二三四五六]、|加：|减：|其中：")
_NUMBER = re.compile(r"[一二三四五六]、")
_TERM = re.compile(r"([+-]?)\s*(@?)(\d{3}(?:\d{2}){0,3}|[a-z_]+)(?:\.(debit|credit)|:([^\s:+-]+))?\s*")


class Sides(NamedTuple):
    """How often the debit and the credit of an account count; below zero they are taken away."""

    debit: int
    credit: int


_HALVES = {"debit": Sides(1, 0), "credit": Sides(0, 1), "": Sides(-1, 1)}


class IncomeTerm(NamedTuple):
    """A term of a formula: `sign` is 1 or -1; `distributes` as in `Flow`; `half` of an account, or "" for its net.

    `called` is what a book calls those detail accounts of an account that alone are meant, "" for the whole account.
    """

    sign: int
    distributes: bool
    name: str
    half: str
    called: str = ""

    @property
    def is_account(self) -> bool:
        """Whether it is an account, not an earlier line."""
        return self.name.isdigit()

    @property
    def sides(self) -> Sides:
        """How the two sides of its account count, without its sign: those of a half, or credits less debits."""
        return _HALVES[self.half]

    def details(self, names: Mapping[str, str]) -> tuple[str, ...]:
        """Return the codes of the detail accounts that are called as it says, none that lies below another."""
        codes = [
            code for code, name in names.items() if name == self.called and code[:-1].startswith(self.name)
        ]
        return tuple(sorted(code for code in codes if not code[:-1].startswith(tuple(codes))))


@dataclass(frozen=True)
class IncomeLine(StatementLine[IncomeTerm]):
    """A line of the statement of income."""

    @property
    def is_kept(self) -> bool:
        """Whether a book keeps what it shows: a line of which (其中) needs a detail account that is called so."""
        return self.role is not Role.OF_WHICH or bool(self.formula)

    @property
    def title(self) -> str:
        """Its name where it stands alone: without its number (一、) and what is done with it (加：, 减：, 其中：)."""
        return _LEADING.sub("", self.name, count=1)


@dataclass(frozen=True)
class IncomeLayout:
    """The lines of the statement for a chart version, in order."""

    chart: str
    lines: tuple[IncomeLine, ...]

    @cached_property
    def called(self) -> list[IncomeTerm]:
        """The terms that mean detail accounts by what a book calls them."""
        return [term for line in self.lines for term in line.formula if term.called]

    def line(self, key: str) -> IncomeLine | None:
        """Return the line of that key."""
        return next((line for line in self.lines if line.key == key), None)

    def terms_of(self, key: str) -> tuple[IncomeTerm, ...]:
        """Return the formula of a line with those of the earlier lines in their places."""
        line = self.line(key)
        return tuple(
            part._replace(sign=term.sign * part.sign)
            for term in (line.formula if line else ())
            for part in (
                [term._replace(sign=1)] if term.is_account or term.distributes else self.terms_of(term.name)
            )
        )

    @cached_property
    def by_code(self) -> dict[tuple[bool, str], list[tuple[str, Sides]]]:
        """How an account counts, by whether vouchers distribute and its code: in the lines of which keys, with sign."""
        found: dict[tuple[bool, str], list[tuple[str, Sides]]] = {}
        for line in self.lines:
            for term in line.formula:
                if term.is_account:
                    sides = Sides(term.sign * term.sides.debit, term.sign * term.sides.credit)
                    found.setdefault((term.distributes, term.name), []).append((line.key, sides))
        return found

    @cached_property
    def parts_of(self) -> Callable[[bool, str], list[tuple[str, Sides]]]:
        """What gives how an account counts, by whether vouchers distribute: its code and those above; remembered."""

        @lru_cache(ACCOUNTS_REMEMBERED)
        def parts(distributes: bool, account: str) -> list[tuple[str, Sides]]:  # noqa: FBT001 -- a key
            codes = codes_down_to(account)
            return [part for code in codes for part in self.by_code.get((distributes, code), ())]

        return parts

    @cached_property
    def summed(self) -> list[tuple[str, tuple[IncomeTerm, ...]]]:
        """The lines, by their keys, that sum up earlier ones, the opening or the rest, in order, with these."""
        return [(line.key, line.sums) for line in self.lines if line.sums]

    @cached_property
    def distributed(self) -> tuple[str, ...]:
        """The accounts that a term with @ names."""
        return tuple(
            term.name for line in self.lines for term in line.formula if term.is_account and term.distributes
        )

    @cached_property
    def _named(self) -> tuple[str, ...]:
        return (RESULT, *UNDISTRIBUTED, *self.distributed)

    def is_rest(self, account: str) -> bool:
        """Whether what is distributed on an account stands in no line of its own."""
        return not account.startswith(self._named)


def parse_income_formula(text: str) -> tuple[IncomeTerm, ...]:
    """Return the terms of a formula; raises `ValueError` with the text for anything else."""
    terms = tuple(
        IncomeTerm(sign, bool(match[2]), match[3], match[4] or "", match[5] or "")
        for sign, match in signed_terms(text, _TERM)
    )
    for term in terms:
        if term.is_account and not term.distributes and not term.name.startswith(RESULT):
            raise ValueError(f"no formula, {term.name} is neither income nor expense: {text}")
    return terms


def income_layout(version: str, names: Mapping[str, str], places: Places = ()) -> IncomeLayout:
    """Return the layout of the statement of a chart version in a book, whose accounts have these names by code.

    `places` are those that a county laid down (`domain.subtotals`). A term that means detail accounts by what they are
    called stands for those that the book has: for none, its line has no formula. Raises `chart.unknown`.
    """
    called = _layout(version, places).called
    return _layout_with(version, places, tuple(term.details(names) for term in called))


@lru_cache(LAYOUTS_REMEMBERED)
def _layout_with(version: str, places: Places, details: tuple[tuple[str, ...], ...]) -> IncomeLayout:
    layout = _layout(version, places)
    found = dict(zip(layout.called, details, strict=True))
    lines = [
        replace(
            line,
            formula=tuple(
                part
                for term in line.formula
                for part in (
                    [term._replace(name=code, called="") for code in found[term]] if term.called else [term]
                )
            ),
        )
        for line in layout.lines
    ]
    return IncomeLayout(version, tuple(lines))


@lru_cache(LAYOUTS_REMEMBERED)
def _layout(version: str, places: Places) -> IncomeLayout:
    return IncomeLayout(
        version,
        tuple(
            IncomeLine(
                row["key"],
                row["name_zh"],
                row["name_en"],
                Role(row["role"]),
                parse_income_formula(row["formula"]),
            )
            for row in _arranged(read_lines("income-statement", version), places_with(version, places))
        ),
    )


def _arranged(rows: list[dict[str, str]], subtotals: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows in their order, sums with their formulas: before each stand those that it is the first to count.

    Of these come first those that add. `subtotals` are the sums that accounts count in.
    """
    arranged: list[dict[str, str]] = []
    for total in rows:
        if total["formula"]:
            continue
        own = [row for row in rows if (row["subtotal"] or subtotals.get(_account(row))) == total["key"]]
        own.sort(key=lambda row: row["role"] != Role.ITEM)
        signed = [
            f"{'-' if row['role'] == Role.LESS else '+'} {row['key']}"
            for row in [*arranged[-1:], *own]
            if row["role"] != Role.OF_WHICH
        ]
        arranged += [*_led(own), total | {"formula": " ".join(signed).removeprefix("+ ")}]
    return arranged


def _account(row: dict[str, str]) -> str:
    """Return the account of income or expense of level 1 that makes a row, "" for none."""
    return row["formula"].removeprefix("-")[:3]


def _led(rows: list[dict[str, str]]) -> Iterable[dict[str, str]]:
    """Return rows, of which the first that adds and the first that takes away say so; one with a number needs not."""
    said: set[str] = set()
    for row in rows:
        lead = LEADS.get(row["role"])
        if lead is None or row["role"] in said or _NUMBER.match(row["name_zh"]):
            yield row
            continue
        said.add(row["role"])
        name = row["name_en"]
        yield row | {
            "name_zh": lead.zh + row["name_zh"],
            "name_en": f"{lead.en} {name[0].lower()}{name[1:]}",
        }
