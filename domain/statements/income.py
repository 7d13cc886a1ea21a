"""The statement of income and its distribution (收益及收益分配表) of 财会〔2023〕14号, from what the vouchers moved.

Balances do not tell it: once income and expense are transferred (结转) their accounts are nil. So vouchers are parted
by what they touch. Those that touch the undistributed income (本年收益 321, 收益分配 322) transfer or distribute it;
all others earn and spend. Income and expense are what the others moved; what is distributed, and to whom, is what the
former moved on every account that is neither income, expense nor undistributed income.

A formula adds and subtracts terms, income and what is distributed counting as positive:

    501             credits less debits of an income or expense account and all below it, by those that earn and spend
    513:运转支出    those of the detail accounts of 513 that a book calls so, with all below them
    @113            credits less debits, by vouchers that transfer and distribute
    @311.credit     their credits alone, red ones too; @311.debit
    @rest           credits less debits of all accounts that no other term with @ names
    @opening        the undistributed income at the beginning of the year
    net_surplus     the figure of an earlier line
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.chart import RESULT, UNDISTRIBUTED, codes_down_to
from domain.statements.formula import read_lines, signed_terms
from domain.statements.layout import ACCOUNTS_REMEMBERED, Role, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

INCOME = "50"
"""What the codes of income accounts (收入类) begin with; those of other income and expense accounts are expense."""

OPENING, REST = "opening", "rest"

LAYOUTS_REMEMBERED = 64
"""For how many books' own detail accounts the layout is remembered."""

_LEADING = re.compile(r"[一二三四五六]、|加：|减：|其中：")
_TERM = re.compile(r"([+-]?)\s*(@?)(\d{3}(?:\d{2}){0,3}|[a-z_]+)(?:\.(debit|credit)|:([^\s:+-]+))?\s*")


class Sides(NamedTuple):
    """How often the debit and the credit of an account count; below zero they are taken away."""

    debit: int
    credit: int


_HALVES = {"debit": Sides(1, 0), "credit": Sides(0, 1), "": Sides(-1, 1)}


class Flow(NamedTuple):
    """What vouchers moved on an account, in fen; `distributes` tells whether they touch the undistributed income."""

    account: str
    distributes: bool
    debit_fen: int
    credit_fen: int


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
class IncomeLine:
    """A line: its `key` (stable, for programs), its names, what it is, and its formula."""

    key: str
    name: str
    name_en: str
    role: Role
    formula: tuple[IncomeTerm, ...]

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that make it directly; none for a sum of other lines."""
        return tuple(term.name for term in self.formula if term.is_account)

    @cached_property
    def said(self) -> dict[str, Any]:
        """What a published statement says of it beside its figures."""
        return said_of(self.key, self.name, self.name_en, self.role, self.accounts)

    @cached_property
    def sums(self) -> tuple[IncomeTerm, ...]:
        """The terms that are no account: earlier lines, the opening, the rest."""
        return tuple(term for term in self.formula if not term.is_account)

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


class IncomeRow(NamedTuple):
    """A line with its figures in fen: of the year so far, and of the same months of the year before."""

    line: IncomeLine
    amount_fen: int
    before_fen: int


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


def income_layout(version: str, names: Mapping[str, str]) -> IncomeLayout:
    """Return the layout of the statement of a chart version in a book, whose accounts have these names by code.

    A term that means detail accounts by what they are called stands for those that the book has: for none, its line has
    no formula. Raises `chart.unknown`.
    """
    return _layout_with(version, tuple(term.details(names) for term in _layout(version).called))


@lru_cache(LAYOUTS_REMEMBERED)
def _layout_with(version: str, details: tuple[tuple[str, ...], ...]) -> IncomeLayout:
    layout = _layout(version)
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


@cache
def _layout(version: str) -> IncomeLayout:
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
            for row in read_lines("income-statement", version)
        ),
    )


class Year(NamedTuple):
    """What is known of a year up to some month: what vouchers moved, and the undistributed income it began with."""

    flows: list[Flow]
    opening_fen: int


def income_statement(layout: IncomeLayout, year: Year, before: Year) -> list[IncomeRow]:
    """Return the lines with their figures of a year so far, and of the same months of the year before."""
    figures, earlier = _figures(layout, year), _figures(layout, before)
    return [IncomeRow(line, figures[line.key], earlier[line.key]) for line in layout.lines]


def _figures(layout: IncomeLayout, year: Year) -> dict[str, int]:
    rest = 0
    figures = dict.fromkeys((line.key for line in layout.lines), 0)
    for account, distributes, debit_fen, credit_fen in year.flows:
        if distributes and layout.is_rest(account):
            rest += credit_fen - debit_fen
        for key, (debit, credit) in layout.parts_of(distributes, account):
            figures[key] += debit * debit_fen + credit * credit_fen
    whole = {OPENING: year.opening_fen, REST: rest}
    for key, sums in layout.summed:
        for term in sums:
            figures[key] += term.sign * (whole if term.distributes else figures)[term.name]
    return figures


def undistributed_fen(balances: Iterable[tuple[str, int]]) -> int:
    """Return the undistributed income among balances (account, debits less credits in fen), a loss negative.

    Income and expense that are not transferred yet belong to it.
    """
    return -sum(fen for account, fen in balances if account.startswith((RESULT, *UNDISTRIBUTED)))


def off_by_fen(rows: Sequence[IncomeRow], closing: Iterable[tuple[str, int]]) -> int:
    """Return the last line less the undistributed income of the balances: zero, if each voucher balances."""
    return rows[-1].amount_fen - undistributed_fen(closing)
