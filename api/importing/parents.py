"""Accounts above others in opening balances: what programs export as the sums of those below them, and name so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from api.adapters.notices import listed
from api.importing.problems import Problem
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.importing.folder import Amounts

PARENT_ROW = rule(
    "import.parent_row",
    Kind.MALFORMED,
    "科目 {code} 的余额是{told}，下级科目（如 {child}）的余额相加是{sum}，两者不等；请查清是漏了下级还是写错了数："
    "余额只写在最末级科目，上级的等于下级之和，也可以删去上级科目这一行",
    "the account {code} has a balance of {told}, the accounts below it (such as {child}) add up to {sum}; see whether "
    "one is missing or an amount is wrong: balances stand on the lowest accounts, those above are their sums, and may "
    "be left out",
    "财会〔2023〕14号 会计科目",
)


def without_parents(
    opening: Sequence[Amounts], problems: list[Problem], notices: list[Phrase]
) -> list[Amounts]:
    """Return the rows with those of upper accounts as names alone, where their balance is the sum of those below.

    A sum is of the lowest accounts, however many levels lie between; of a row with a counterparty or a project it is
    of those with the same. Other sums are problems.
    """
    with_balance = [one for one in opening if one.debit_fen or one.credit_fen]
    codes = sorted({one.code for one in with_balance})
    child = {code: below for code, below in pairwise(codes) if code and below.startswith(code)}
    parents: dict[tuple[str, str, str], list[Amounts]] = defaultdict(list)
    for one in with_balance:
        if one.code in child:
            parents[one.code, one.party, one.project].append(one)
    if not parents:
        return list(opening)
    lowest = [one for one in with_balance if one.code not in child]
    for (code, party, project), rows in parents.items():
        told, below = _balance(rows), _balance(_below(lowest, code, party, project))
        if told != below:
            facts = {"child": child[code], "told": _said(told), "sum": _said(below)}
            problems += [Problem.at(PARENT_ROW(code=code, **facts), one.row, "code") for one in rows]
    notices.append(_skipped([one for one in with_balance if one.code in child]))
    return [replace(one, debit_fen=0, credit_fen=0) if one.code in child else one for one in opening]


def _below(lowest: Iterable[Amounts], code: str, party: str, project: str) -> list[Amounts]:
    return [
        one
        for one in lowest
        if one.code.startswith(code) and party in {"", one.party} and project in {"", one.project}
    ]


def _balance(rows: Iterable[Amounts]) -> int:
    return sum(one.debit_fen - one.credit_fen for one in rows)


def _said(fen: int) -> Phrase:
    """Return a balance with its side."""
    amount = format_fen(abs(fen))
    return (
        Phrase(f"贷方 {amount}", f"{amount} in credit")
        if fen < 0
        else Phrase(f"借方 {amount}", f"{amount} in debit")
    )


def _skipped(rows: Sequence[Amounts]) -> Phrase:
    zh = listed([f"{one.row.place.zh} {one.code}" for one in rows])[0]
    en = listed([f"{one.row.place.en} ({one.code})" for one in rows])[1]
    return Phrase(
        f"{rows[0].row.file} 中 {len(rows)} 行是上级科目，余额等于下级科目之和，跳过了，没有重复计入：{zh}",
        f"{rows[0].row.file}: passed over {len(rows)} rows of upper accounts, whose balances are the sums of those "
        f"below them: {en}",
    )
