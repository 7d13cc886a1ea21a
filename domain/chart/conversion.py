"""From the chart of 2004 to that of 2024 (新旧衔接): where each account's balance goes, as data (财会〔2023〕20号).

Codes changed their meaning (153 and 154 are swapped, 211 is another account), so nothing is carried by its code alone.
Each old account with a balance becomes one new account with the same balance: nothing is split, merged or lost.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from domain.chart.chart import chart, is_account_code
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OLD, NEW = "rural-collective-2004", "rural-collective-2024"

UNKNOWN = rule(
    "convert.unknown",
    Kind.REFUSED,
    "科目 {code} 不在 2004 年的会计制度里；是增设的一级科目的，请在对照表中写明转入哪个新科目",
    "account {code} is none of the system of 2004; of one that was added, say in the mapping where it goes",
    "财会〔2023〕20号",
)
NOT_NIL = rule(
    "convert.not_nil",
    Kind.REFUSED,
    "科目 {code} {name}还有余额；损益科目不转换，请先在旧账上结转",
    "account {code} {name} has a balance; income and expense are not converted: transfer them in the old books first",
    "财会〔2023〕20号",
)
TO_CHOOSE = rule(
    "convert.choose",
    Kind.REFUSED,
    "科目 {code} {name}要按实际内容转入 {choices} 之一，请在对照表中写明",
    "account {code} {name} goes to one of {choices} by what it is: say in the mapping which",
    "财会〔2023〕20号",
)
NO_CHOICE = rule(
    "convert.choice",
    Kind.REFUSED,
    "科目 {code} 不能转入 {read}；可以转入 {choices}",
    "account {code} cannot go to {read}; it may go to {choices}",
    "财会〔2023〕20号",
)
NOT_LEAF = rule(
    "convert.not_leaf",
    Kind.REFUSED,
    "科目 {code} 和它的下级 {below} 都列了余额；只列末级科目",
    "account {code} and {below} below it both have a balance; list the lowest level alone",
    "财会〔2023〕20号",
)
FULL = rule(
    "convert.full",
    Kind.REFUSED,
    "科目 {target} 下的明细超过 99 个，请先在旧账上合并",
    "account {target} would have more than 99 detail accounts; merge some in the old books first",
    "财会〔2023〕14号 会计科目",
)


class Way(NamedTuple):
    """Where an old account goes: a debit balance, a credit balance ("": neither), and what a person may choose."""

    name: str
    debit: str
    credit: str
    choices: tuple[str, ...]


class OldBalance(NamedTuple):
    """A balance of the lowest level in the old books, in fen, debit positive."""

    code: str
    name: str
    fen: int


class Converted(NamedTuple):
    """An old balance and the new account that has it."""

    old: OldBalance
    code: str
    name: str


@cache
def ways() -> dict[str, Way]:
    """Return where each level-1 account of 2004 goes, by code."""
    file = resources.files(__package__).joinpath(f"conversion.{OLD}.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {
        row["code"]: Way(row["name_zh"], row["debit"], row["credit"], tuple(row["choices"].split()))
        for row in rows
    }


def convert(old: Sequence[OldBalance], chosen: Mapping[str, str]) -> list[Converted]:
    """Return the new account of each old balance that is not nil, in order of the new codes.

    `chosen` says by old code, with all below it, to which level-1 account it goes. Raises `convert.*`.
    """
    balances = [balance for balance in old if balance.fen]
    _require_leaves(balances)
    targets = [_target(balance, chosen) for balance in balances]
    crowded = {target for target, count in Counter(targets).items() if count > 1}
    used: set[str] = set()
    made = []
    for balance, target in sorted(
        zip(balances, targets, strict=True), key=lambda each: (each[1], each[0].code)
    ):
        code = _free(target, balance.code[3:], used, crowded=target in crowded)
        used.add(code)
        name = chart(NEW).accounts[code].name if code == target else balance.name
        made.append(Converted(balance, code, name))
    return sorted(made, key=lambda one: one.code)


def _require_leaves(balances: Iterable[OldBalance]) -> None:
    before = ""
    for code in sorted(balance.code for balance in balances):
        if before and code.startswith(before):
            raise NOT_LEAF(code=before, below=code)
        before = code


def _target(balance: OldBalance, chosen: Mapping[str, str]) -> str:
    """Return the level-1 account to which a balance goes."""
    code, way = balance.code, ways().get(balance.code[:3])
    choice = next((chosen[code[:length]] for length in (9, 7, 5, 3) if code[:length] in chosen), "")
    official = {account.code for account in chart(NEW).official}
    allowed = official if way is None else {*way.choices, way.debit, way.credit} - {""}
    if choice and choice not in allowed:
        raise NO_CHOICE(code=code, read=choice, choices=", ".join(sorted(allowed)) or "-")
    if choice:
        return choice
    if way is None:
        raise UNKNOWN(code=code)
    target = way.debit if balance.fen > 0 else way.credit
    if target:
        return target
    if way.choices:
        raise TO_CHOOSE(code=code, name=balance.name, choices=", ".join(way.choices))
    raise NOT_NIL(code=code, name=balance.name)


def _free(target: str, detail: str, used: set[str], *, crowded: bool) -> str:
    """Return a code below the target that stands beside all used ones: the old detail's, if it can be."""
    numbers = [detail, *(f"{number:02d}" for number in range(1, 100))]
    for number in numbers:
        code = f"{target}{number}"
        alone = not any(code.startswith(other) or other.startswith(code) for other in used)
        if alone and (number or not crowded) and is_account_code(code):
            return code
    raise FULL(target=target)
