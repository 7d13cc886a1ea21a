"""The vouchers that a period's end wants (结转): to 本年收益 each month, and at the end of a year all to 未分配收益.

They are proposed from the balances; people sign them as they sign every voucher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chart import UNDISTRIBUTED
from domain.closing.rules import ACCOUNTING
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.period import ends_year, last_day
from domain.vouchers import MAX_LINES, Attachments, Line, Voucher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domain.balances import TrialRow

RESULT_ACCOUNT, DISTRIBUTION = UNDISTRIBUTED
"""本年收益, and 收益分配 with all its details."""

UNDISTRIBUTED_NAME = "未分配收益"
"""The detail account of 322 收益分配 on which all ends."""

MONTHLY = (("结转收入", ("50",), RESULT_ACCOUNT), ("结转支出", ("51", "52"), RESULT_ACCOUNT))
YEARLY = (("结转本年收益", (RESULT_ACCOUNT,), DISTRIBUTION), ("结转收益分配", (DISTRIBUTION,), DISTRIBUTION))
"""The vouchers: summary, which accounts are emptied, and below which account their balances go."""

TARGETS = {
    RESULT_ACCOUNT: Phrase("本年收益", "income of the year"),
    DISTRIBUTION: Phrase(UNDISTRIBUTED_NAME, "undistributed income"),
}
"""What a detail account is called that takes them."""


NO_ACCOUNT = rule(
    "closing.no_account",
    Kind.REFUSED,
    "{account} 下没有（或不止一个）名为「{wanted}」的明细科目，无处结转；请先增设",
    "there is no account (or there are several) named '{wanted}' below {account} to transfer to; add one first",
    f"{ACCOUNTING} 本年收益、收益分配",
)


def ends_on(account: str, name: str) -> bool:
    """Tell whether a year's income ends on an account of that name: on 未分配收益, or on 322 itself."""
    return account == DISTRIBUTION or (name == UNDISTRIBUTED_NAME and account.startswith(DISTRIBUTION))


def transfer_vouchers(rows: Sequence[TrialRow], names: Mapping[str, str], period: str) -> list[Voucher]:
    """Return the vouchers, dated the last day of the period, that are still wanted; none when all is transferred.

    `rows` are the period's trial balance, `names` those of all accounts by code. Raises `closing.no_account`.
    """
    balances = {row.account: row.closing_fen for row in rows}
    steps = MONTHLY + (YEARLY if ends_year(period) else ())
    made: list[Voucher] = []
    for summary, sources, target in steps:
        wanted = sorted(account for account, fen in balances.items() if fen and account.startswith(sources))
        if not wanted:
            continue
        to = _account_of(target, names)
        for part in _parts([account for account in wanted if account != to]):
            lines = [_line(account, -balances[account]) for account in part]
            moved = sum(balances[account] for account in part)
            lines += [_line(to, fen) for fen in ([moved] if moved else _gross(balances, part))]
            balances |= dict.fromkeys(part, 0) | {to: balances.get(to, 0) + moved}
            made.append(
                Voucher(attachments=Attachments(), date=last_day(period), lines=lines, summary=summary)
            )
    return made


def _gross(balances: Mapping[str, int], part: Sequence[str]) -> tuple[int, int]:
    """Return debit and credit balances apart, where they cancel out: what is transferred to is named all the same.

    By that account a transfer is known from a voucher that earns or spends (see `domain.statements.income`).
    """
    debits = sum(balances[account] for account in part if balances[account] > 0)
    return debits, -debits


def _parts(accounts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the accounts in parts for a voucher each, which has a line or two for what it transfers to as well."""
    for start in range(0, len(accounts), MAX_LINES - 2):
        yield accounts[start : start + MAX_LINES - 2]


def _line(account: str, fen: int) -> Line:
    """Return a line that adds `fen` to an account's debits less credits."""
    return Line(account=account, debit_fen=fen) if fen > 0 else Line(account=account, credit_fen=-fen)


def _account_of(top: str, names: Mapping[str, str]) -> str:
    """Return the account below `top` to transfer to: itself, if it has no details, else the one of the right name."""
    leaves = leaves_below(top, names)
    if leaves == [top]:
        return top
    named = [code for code in leaves if names[code] == TARGETS[top].zh]
    if len(named) != 1:
        raise NO_ACCOUNT(account=top, wanted=TARGETS[top])
    return named[0]


def leaves_below(top: str, names: Mapping[str, str]) -> list[str]:
    """Return the codes at or below an account that take postings, in order; `names` has all accounts by code."""
    above = {code[:-2] for code in names}
    return sorted(code for code in names if code.startswith(top) and code not in above)
