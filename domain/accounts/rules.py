"""When an account may be added, and which accounts take postings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import chart, parent_code
from domain.kernel.errors import Kind, rule
from domain.roles import Key, require_roles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.accounts.events import AccountAdded, NewAccount
    from domain.accounts.state import Account, Accounts, Postable
    from domain.kernel.errors import RuleViolation

UNKNOWN = rule(
    "account.unknown",
    Kind.REFUSED,
    "科目 {code} 不存在，请先增设该科目",
    "account {code} does not exist; add it first",
    "财会〔2023〕14号 会计科目",
)
NOT_LEAF = rule(
    "account.not_leaf",
    Kind.REFUSED,
    "科目 {code}「{name}」有明细科目，只能记入末级科目",
    "account {code} ({name}) has detail accounts; post to one of those",
    "会计基础工作规范 art. 59",
)
EXISTS = rule(
    "account.exists",
    Kind.CONFLICT,
    "科目 {code} 已经存在，名称为「{name}」",
    "account {code} exists already, named {name}",
    "财会〔2023〕14号 会计科目",
)
NO_PARENT = rule(
    "account.no_parent",
    Kind.REFUSED,
    "科目 {code} 没有上级科目；一级科目只能是会计制度所列的",
    "account {code} has no parent; a level-1 account must be one that the accounting system lists",
    "财会〔2023〕14号 会计科目",
)
PARENT_USED = rule(
    "account.parent_used",
    Kind.REFUSED,
    "上级科目 {parent} 已有发生额或余额，不能再增设明细科目 {code}",
    "the parent {parent} has postings of its own, so it cannot get the detail account {code}",
    "会计基础工作规范 art. 59",
)
SAME_NAME = rule(
    "account.same_name",
    Kind.REFUSED,
    "科目 {code} 与同级的科目 {other} 都叫「{name}」，记账和查账时分不清；请核对：重复的不增设、不使用，确要分开的另起"
    "能区别的名称",
    "the accounts {code} and {other} beside it are both called '{name}', and nobody can tell them apart: do not add or"
    " use a double; if they are two, give them names that differ",
    "会计基础工作规范 art. 41",
)
OTHER_UNIT = rule(
    "quantity.other_unit",
    Kind.REFUSED,
    "科目 {code} 以「{known}」计量，不能改用「{unit}」；另一种物资请增设明细科目",
    "account {code} is measured in {known}, not in {unit}; add a detail account for other goods",
    "会计基础工作规范 art. 59",
)


def require_account(accounts: Accounts, code: str) -> Account:
    """Return an account; raises `account.unknown`."""
    account = accounts.by_code.get(code)
    if account is None:
        raise UNKNOWN(code=code)
    return account


def require_leaves(accounts: Accounts, lines: Iterable[Postable]) -> None:
    """Raise `account.*` unless every line goes to a leaf account, and `quantity.other_unit` unless in its unit."""
    by_code = accounts.by_code
    units: dict[str, str] = {}
    for line in lines:
        account = by_code.get(line.account)
        if account is None:
            raise UNKNOWN(code=line.account)
        if account.children:
            raise NOT_LEAF(code=line.account, name=account.name)
        if line.unit:
            known = accounts.units.get(line.account) or units.setdefault(line.account, line.unit)
            if known != line.unit:
                raise OTHER_UNIT(code=line.account, known=known, unit=line.unit)


def decide_add(accounts: Accounts, statement: AccountAdded, signers: list[Key]) -> None:
    """An account is new, stands under an account without postings, and the accountant signs."""
    code = statement.data.code
    if code in accounts.by_code:
        raise EXISTS(code=code, name=accounts.by_code[code].name)
    above = parent_code(code)
    if above is None:
        if code not in chart(accounts.chart).accounts:
            raise NO_PARENT(code=code)
    elif above not in accounts.by_code:
        raise NO_PARENT(code=code)
    elif accounts.by_code[above].used:
        raise PARENT_USED(parent=above, code=code)
    require_roles(signers, ["accountant"])


def same_name(accounts: Accounts, new: NewAccount) -> RuleViolation | None:
    """Return what is said of an account that is called as one beside it, below the same account; it forbids nothing."""
    above, name = parent_code(new.code), new.name.strip()
    for code, account in accounts.by_code.items():
        if code != new.code and parent_code(code) == above and account.name.strip() == name:
            return SAME_NAME(code=new.code, other=code, name=name)
    return None
