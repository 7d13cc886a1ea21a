"""From the chart of 2004 to that of 2024 (新旧衔接): where each account's balance goes, as data (财会〔2023〕20号).

Codes changed their meaning (153 and 154 are swapped, 211 is another account), so nothing is carried by its code alone.
Each old account with a balance becomes one new account with the same balance, unless a person splits it by amounts
(旧科目的余额分转几个新科目), whose sum is checked: nothing is merged or lost.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from domain.chart.chart import chart, is_account_code
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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


TWICE = rule(
    "convert.twice",
    Kind.REFUSED,
    "科目 {code} 有两行余额，往来单位、项目和计量单位也都相同；请合并，或写明各自的往来单位",
    "account {code} has two balances with the same counterparty, project and unit; make one of them, or name the "
    "counterparty of each",
    "财会〔2023〕20号",
)
SPLIT_AMOUNT = rule(
    "convert.split_amount",
    Kind.REFUSED,
    "对照表把科目 {code} 转入几个新科目，每一行都要写不为零的金额",
    "the mapping parts account {code} between new ones, so each of its rows needs an amount that is not zero",
    "财会〔2023〕20号",
)
SPLIT_ROWS = rule(
    "convert.split_rows",
    Kind.REFUSED,
    "对照表按金额拆分科目 {code}，旧账中要恰有一行这个科目（不是它的下级）的余额，没有数量；读到 {count} 行",
    "the mapping splits account {code} by amounts, so the old books need one balance of it, not of accounts below it, "
    "without a quantity; {count} were read",
    "财会〔2023〕20号",
)
SPLIT_SUM = rule(
    "convert.split_sum",
    Kind.REFUSED,
    "科目 {code} 拆分的金额合计 {read} 元，旧账余额是 {expected} 元，相差 {off} 元",
    "the amounts by which account {code} is split are {read} yuan, not its balance of {expected}: off by {off}",
    "财会〔2023〕20号",
)


class Way(NamedTuple):
    """Where an old account goes: a debit balance, a credit balance ("": neither), and what a person may choose."""

    name: str
    debit: str
    credit: str
    choices: tuple[str, ...]


class Beside(NamedTuple):
    """What an old balance has beside its account: it goes along as it is."""

    party: str = ""
    project: str = ""
    quantity_milli: int = 0
    unit: str = ""


class OldBalance(NamedTuple):
    """A balance of the lowest level in the old books, in fen, debit positive."""

    code: str
    name: str
    fen: int
    beside: Beside = Beside()


class Share(NamedTuple):
    """A level-1 account to which an old balance goes: with `fen` of it, on the side where it is, or None for all."""

    code: str
    fen: int | None = None


class Converted(NamedTuple):
    """An old balance, or a part of it, and the new account that has it; in fen, debit positive."""

    old: OldBalance
    code: str
    name: str
    fen: int


@cache
def ways() -> dict[str, Way]:
    """Return where each level-1 account of 2004 goes, by code."""
    file = resources.files(__package__).joinpath(f"conversion.{OLD}.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {
        row["code"]: Way(row["name_zh"], row["debit"], row["credit"], tuple(row["choices"].split()))
        for row in rows
    }


def convert(old: Sequence[OldBalance], chosen: Mapping[str, Sequence[Share]]) -> list[Converted]:
    """Return the new account of each old balance that is not nil, in order of the new codes.

    `chosen` says by old code, with all below it, to which level-1 account it goes, or for a split to which ones.
    Raises `convert.*`.
    """
    for obstacle in obstacles(old, chosen):
        raise obstacle
    balances = [balance for balance in old if balance.fen]
    parts = [(balance, share) for balance in balances for share in _shares(balance, chosen)]
    goes = sorted({(share.code, balance.code) for balance, share in parts})
    crowded = {target for target, count in Counter(target for target, _ in goes).items() if count > 1}
    codes: dict[tuple[str, str], str] = {}
    for target, before in goes:
        used = set(codes.values())
        codes[target, before] = _free(target, before[3:], used, crowded=target in crowded)
    made = []
    for balance, share in parts:
        code = codes[share.code, balance.code]
        name = chart(NEW).accounts[code].name if code == share.code else balance.name
        made.append(Converted(balance, code, name, balance.fen if share.fen is None else share.fen))
    return sorted(made, key=lambda one: one.code)


def obstacles(old: Sequence[OldBalance], chosen: Mapping[str, Sequence[Share]]) -> Iterator[RuleViolation]:
    """Yield all that keeps old balances from being converted, each once; a target that is full shows only then."""
    balances = [balance for balance in old if balance.fen]
    checks: list[Callable[[], object]] = [
        partial(_check_leaves, balances),
        *(partial(_check_split, code, shares, balances) for code, shares in chosen.items()),
        *(partial(_shares, balance, chosen) for balance in balances),
    ]
    told: set[str] = set()
    for check in checks:
        try:
            check()
        except RuleViolation as violation:
            if violation.zh not in told:
                told.add(violation.zh)
                yield violation


def _check_leaves(balances: Iterable[OldBalance]) -> None:
    """Refuse a balance above another, and one that stands there twice with the same beside it."""
    before = ""
    for code in sorted({balance.code for balance in balances}):
        if before and code.startswith(before):
            raise NOT_LEAF(code=before, below=code)
        before = code
    seen: set[tuple[str, ...]] = set()
    for balance in balances:
        beside = balance.beside
        place = (balance.code, beside.party, beside.project, beside.unit)
        if place in seen:
            raise TWICE(code=balance.code)
        seen.add(place)


def _check_split(code: str, shares: Sequence[Share], balances: Iterable[OldBalance]) -> None:
    """Refuse a split that is not of one balance, or whose amounts are not that balance together."""
    if [share.fen for share in shares] == [None]:
        return
    if not all(share.fen for share in shares):
        raise SPLIT_AMOUNT(code=code)
    found = [balance for balance in balances if balance.code.startswith(code)]
    if [balance.code for balance in found] != [code] or found[0].beside.quantity_milli:
        raise SPLIT_ROWS(code=code, count=len(found))
    total, expected = sum(share.fen or 0 for share in shares), abs(found[0].fen)
    if total != expected:
        off = format_fen(abs(expected - total))
        raise SPLIT_SUM(code=code, read=format_fen(total), expected=format_fen(expected), off=off)


def _shares(balance: OldBalance, chosen: Mapping[str, Sequence[Share]]) -> list[Share]:
    """Return the level-1 accounts to which a balance goes, with what goes there, debit positive."""
    code, sign = balance.code, 1 if balance.fen > 0 else -1
    choice = next((chosen[code[:length]] for length in (9, 7, 5, 3) if code[:length] in chosen), ())
    if not choice:
        return [Share(_target(balance))]
    way = ways().get(code[:3])
    official = {account.code for account in chart(NEW).official}
    allowed = official if way is None else {*way.choices, way.debit, way.credit} - {""}
    for share in choice:
        if share.code not in allowed:
            raise NO_CHOICE(code=code, read=share.code, choices=", ".join(sorted(allowed)) or "-")
    return [share if share.fen is None else Share(share.code, sign * share.fen) for share in choice]


def _target(balance: OldBalance) -> str:
    """Return the level-1 account to which a balance goes of which nobody chose."""
    code, way = balance.code, ways().get(balance.code[:3])
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
