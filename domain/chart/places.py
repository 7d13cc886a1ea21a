"""The new accounts of old balances (新旧衔接): which code and which name each gets that goes to a level-1 account.

An account alone stands on the level-1 account itself; where others go there too, each has a detail account, and so has
what a person names: one for each name, that of an old detail if one has it. What comes to 收益分配 from another account
is added to 未分配收益, whatever it is called.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from domain.chart.chart import chart, is_account_code
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEW = "rural-collective-2024"

ADDED = {"322": "未分配收益"}
"""The accounts to which what comes from others is added, on the detail account of this name, if there are details."""

LEVEL_1 = 3
"""The digits of the code of a level-1 account."""

FULL = rule(
    "convert.full",
    Kind.REFUSED,
    "科目 {target} 下的明细超过 99 个，请先在旧账上合并",
    "account {target} would have more than 99 detail accounts; merge some in the old books first",
    "财会〔2023〕14号 会计科目",
)


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
    """An account to which an old balance goes: with `fen` of it, on the side where it is, or None for all.

    A level-1 account gets a detail account where others go there too, or where `name` is not its own; a detail account
    is meant itself, with `name`, or the old one. `party` is the counterparty of this share, "" for that of the old
    balance.
    """

    code: str
    fen: int | None = None
    name: str = ""
    party: str = ""


Key = tuple[str, str, str]
"""What goes to one account: the target's code with the old account's or, where a person named a detail, its name."""


def key_of(balance: OldBalance, share: Share) -> Key:
    """Return by what `places` knows a part of an old balance."""
    name = _own_name(balance.code, share)
    return share.code, "" if name else balance.code, name


def places(parts: Sequence[tuple[OldBalance, Share]]) -> dict[Key, tuple[str, str]]:
    """Return code and name of the new account of each part; raises `convert.full`.

    A detail account that a person named by its code is taken first, then each old account that stays on its level-1
    account, so that it keeps its number, then all others; those that are added to what is there come last. Among
    these, what a person named comes after what keeps its name, and is the same detail as the one that has the name.
    """
    found: dict[Key, tuple[str, str]] = {}
    crowded = Counter(
        target for target, before, _ in {key_of(*part) for part in parts} if not is_added(target, before)
    )
    for balance, share in sorted(parts, key=_first_served):
        key = target, _, name = key_of(balance, share)
        if key in found:
            continue
        used = {code: called for code, called in found.values() if code.startswith(target)}
        if len(target) > LEVEL_1:
            found[key] = target, share.name or balance.name
        elif is_added(target, balance.code):
            found[key] = _added(target, used)
        else:
            found[key] = _beneath(target, balance, name, used, crowded=bool(name) or crowded[target] > 1)
    return found


def is_added(target: str, before: str) -> bool:
    """Return whether what stood on an old account is added to what is on the target."""
    return target in ADDED and not before.startswith(target)


def _own_name(before: str, share: Share) -> str:
    """Return the name that a person gave to a new detail of a level-1 account, "" for the account's own or none."""
    if len(share.code) > LEVEL_1 or is_added(share.code, before):
        return ""
    return "" if share.name == chart(NEW).accounts[share.code].name else share.name


def _first_served(part: tuple[OldBalance, Share]) -> tuple[int, str, bool, str]:
    balance, share = part
    if len(share.code) > LEVEL_1:
        turn = 0
    elif balance.code.startswith(share.code):
        turn = 1
    else:
        turn = 3 if is_added(share.code, balance.code) else 2
    return turn, share.code, bool(_own_name(balance.code, share)), balance.code


def _added(target: str, used: Mapping[str, str]) -> tuple[str, str]:
    """Return the account to which is added what comes from others: of its name, or the target if it has no details."""
    name = ADDED[target]
    if not used or target in used:
        return target, chart(NEW).accounts[target].name
    return _called(name, used) or _free(target, "", set(used), crowded=True), name


def _called(name: str, used: Mapping[str, str]) -> str:
    """Return the one detail account of a name, "" if there is none, or several."""
    named = [code for code, called in used.items() if called == name]
    return named[0] if name and len(named) == 1 else ""


def _beneath(
    target: str, balance: OldBalance, name: str, used: Mapping[str, str], *, crowded: bool
) -> tuple[str, str]:
    code = _called(name, used) or _free(target, balance.code[LEVEL_1:], set(used), crowded=crowded)
    return code, chart(NEW).accounts[code].name if code == target else name or balance.name


def _free(target: str, detail: str, used: set[str], *, crowded: bool) -> str:
    """Return a code below the target that stands beside all used ones: the old detail's, if it can be."""
    numbers = [detail, *(f"{number:02d}" for number in range(1, 100))]
    for number in numbers:
        code = f"{target}{number}"
        alone = not any(code.startswith(other) or other.startswith(code) for other in used)
        if alone and (number or not crowded) and is_account_code(code):
            return code
    raise FULL(target=target)
