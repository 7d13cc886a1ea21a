"""From the chart of 2004 to that of 2024 (新旧衔接): where each account's balance goes, as data (财会〔2023〕20号).

Codes changed their meaning (153 and 154 are swapped, 211 is another account), so nothing is carried by its code alone.
Each old account with a balance becomes one new account with the same balance, unless a person splits it by amounts
(旧科目的余额分转几个新科目), whose sum is checked: nothing is lost. What comes to 收益分配 from another account is part
of 未分配收益, on which a year's income ends, so that alone is added to an account that is there.
"""

from __future__ import annotations

import csv
import re
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from domain.chart.chart import chart
from domain.chart.places import LEVEL_1, NEW, OldBalance, Share, is_added, key_of, places
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

OLD = "rural-collective-2004"

NAMED_MAX = 3
"""The most accounts that are named where there are more."""

_HEAD = re.compile(r"[^\s/\\|_—-]+(?:[（(][^）)]*[）)][^\s/\\|_—-]*)?")
"""The level-1 account in a name that has those above it too: 应付工资-张三."""

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
    "科目 {code} {name}还有余额；损益科目不转换：请先在旧账上作年末结转，转入 321 本年收益、再转入 322 收益分配，"
    "净额填在 322",
    "account {code} {name} has a balance; income and expense are not converted: make the year's end in the old books "
    "first, to 321 and from there to 322, and give what is left on 322",
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
NEW_MEANING = rule(
    "convert.new_meaning",
    Kind.REFUSED,
    "科目 {code} 叫「{read}」，那是新制度的 {top}；2004 年制度的 {top} 是「{meant}」。要转换的应是旧科目的余额，"
    "已经转换过的不要再转换",
    "account {code} is called '{read}', which is {top} of the new system; {top} of 2004 is '{meant}'. Balances of the"
    " old chart are converted; what was converted before must not be again",
    "财会〔2023〕20号",
)
UNUSED = rule(
    "convert.unused",
    Kind.REFUSED,
    "对照表写了科目 {code}，旧账余额里没有它，也没有它的下级；请改正编码或删去这一行",
    "the mapping names account {code}, and the old balances have neither it nor one below it; correct the code, or"
    " leave the row out",
    "财会〔2023〕20号",
)
NOT_LEAF = rule(
    "convert.not_leaf",
    Kind.REFUSED,
    "科目 {code} 和它的下级 {below} 都列了余额；只列末级科目",
    "account {code} and {below} below it both have a balance; list the lowest level alone",
    "财会〔2023〕20号",
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
    "对照表按金额拆分科目 {code}，只能拆分旧账中它自己的一行余额；{found}",
    "the mapping splits account {code} by amounts, which parts one balance of its own in the old books; {found}",
    "财会〔2023〕20号",
)
SPLIT_QUANTITY = rule(
    "convert.split_quantity",
    Kind.REFUSED,
    "对照表按金额拆分科目 {code}，它的余额带有数量，不能只按金额拆；请先在旧账上分成明细，再逐个写明去向",
    "the mapping splits account {code} by amounts, but its balance has a quantity; part it into detail accounts in the "
    "old books first, and say of each where it goes",
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


class Converted(NamedTuple):
    """An old balance, or a part of it, and the new account that has it; in fen, debit positive.

    `asked` is the name that a person wrote for the new account, "" if none.
    """

    old: OldBalance
    code: str
    name: str
    fen: int
    asked: str

    @property
    def is_added(self) -> bool:
        """Whether it comes to 收益分配 from another account."""
        return is_added(self.code[:LEVEL_1], self.old.code)


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
    parts = [(balance, share) for balance in old if balance.fen for share in _shares(balance, chosen)]
    found = places(parts)
    made = []
    for balance, share in parts:
        code, name = found[key_of(balance, share)]
        fen = balance.fen if share.fen is None else share.fen
        made.append(Converted(_beside(balance, share), code, name, fen, share.name))
    return sorted(made, key=lambda one: one.code)


def _beside(balance: OldBalance, share: Share) -> OldBalance:
    if not share.party:
        return balance
    return balance._replace(beside=balance.beside._replace(party=share.party))


def obstacles(old: Sequence[OldBalance], chosen: Mapping[str, Sequence[Share]]) -> Iterator[RuleViolation]:
    """Yield all that keeps old balances from being converted, each once; a target that is full shows only then."""
    balances = [balance for balance in old if balance.fen]
    checks: list[Callable[[], object]] = [
        *(partial(_check_meaning, balance) for balance in old),
        *(partial(_check_used, code, old) for code in chosen),
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


def _check_meaning(balance: OldBalance) -> None:
    """Refuse a balance whose name says that its account is that of the new chart: its code means another there."""
    top = balance.code[:LEVEL_1]
    way, new = ways().get(top), chart(NEW).accounts.get(top)
    called = _HEAD.match(balance.name)
    if way and new and called and _bare(called[0]) == _bare(new.name) != _bare(way.name):
        raise NEW_MEANING(code=balance.code, read=balance.name, top=top, meant=way.name)


def _bare(name: str) -> str:
    return re.sub(r"\W", "", name)


def _check_used(code: str, old: Iterable[OldBalance]) -> None:
    """Refuse to map an account that the old balances do not have."""
    if not any(balance.code.startswith(code) for balance in old):
        raise UNUSED(code=code)


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
    if [balance.code for balance in found] != [code]:
        raise SPLIT_ROWS(code=code, found=_not_one(code, found))
    if found[0].beside.quantity_milli:
        raise SPLIT_QUANTITY(code=code)
    total, expected = sum(share.fen or 0 for share in shares), abs(found[0].fen)
    if total != expected:
        off = format_fen(abs(expected - total))
        raise SPLIT_SUM(code=code, read=format_fen(total), expected=format_fen(expected), off=off)


def _not_one(code: str, found: Sequence[OldBalance]) -> Phrase:
    """Return what the old books have in place of one balance of an account, and what to do."""
    below = sorted({balance.code for balance in found} - {code})
    if not found:
        return Phrase(
            "它在旧账上没有余额，请删去这几行", "it has none in the old books: leave these rows out"
        )
    if not below:
        count = len(found)
        return Phrase(
            f"旧账有它的 {count} 行余额（各有往来单位、项目或计量单位），请先在旧账上合成一行，或分成明细科目，逐个写明"
            "去向",
            f"the old books have {count} balances of it, each with its counterparty, project or unit: make one of them"
            " there first, or detail accounts, and say of each where it goes",
        )
    zh, en, count = "、".join(below[:NAMED_MAX]), ", ".join(below[:NAMED_MAX]), len(below)
    zh, en = (f"{zh} 等 {count} 个", f"{en} and others, {count}") if count > NAMED_MAX else (zh, en)
    return Phrase(
        f"旧账列的是它的下级 {zh}，请在对照表中写要拆分的那个下级的编码",
        f"the old books have those below it, {en}: write the code of the one that is to be parted",
    )


def _shares(balance: OldBalance, chosen: Mapping[str, Sequence[Share]]) -> list[Share]:
    """Return the level-1 accounts to which a balance goes, with what goes there, debit positive."""
    code, sign = balance.code, 1 if balance.fen > 0 else -1
    choice = next((chosen[code[:length]] for length in (9, 7, 5, 3) if code[:length] in chosen), ())
    if not choice:
        return [Share(_target(balance))]
    way = ways().get(code[:3])
    if way and not (way.choices or way.debit or way.credit):
        raise NOT_NIL(code=code, name=balance.name)
    level_1 = {code for code in chart(NEW).accounts if len(code) == LEVEL_1}
    allowed = level_1 if way is None else {*way.choices, way.debit, way.credit} - {""}
    for share in choice:
        if share.code[:LEVEL_1] not in allowed:
            raise NO_CHOICE(code=code, read=share.code, choices=", ".join(sorted(allowed)) or "-")
    return [share if share.fen is None else share._replace(fen=sign * share.fen) for share in choice]


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
