"""What an audit remarks: no finding, for every entry keeps the rules, and yet a reader should know it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from audit.report import Finding
from audit.statements import Periods
from domain.chart import RESULT
from domain.closing import is_excess, over_distributed, untransferred
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import ends_year, next_period, periods
from domain.roles import ROLES

if TYPE_CHECKING:
    from audit.figures import Figures
    from audit.report import Report
    from domain.book import Book
    from domain.roles import Roles

UNTRANSFERRED = rule(
    "audit.untransferred",
    Kind.REFUSED,
    "{year} 年已结账，而 {account} {name} 还有 {balance} 元没有结转（这样的科目共 {count} 个）；年末应结转为零",
    "{year} is closed, and {balance} yuan on {account} {name} were not transferred ({count} such accounts); all are nil"
    " at a year's end",
    "财会〔2023〕14号 本年收益、收益分配",
)
NAMESAKES = rule(
    "audit.namesakes",
    Kind.REFUSED,
    "{person} 以不同的持有人身份同时任{roles_zh}：可能是重名，也可能是一个人登记了两次，那就违反了不相容岗位分离；"
    "请向乡镇核实",
    "{person} holds the offices {roles} at one time, as different holders: they may be namesakes, or one person who was"
    " registered twice, which the separation of offices forbids; ask the township",
    "会计基础工作规范 art. 12; 农村集体经济组织法 art. 34",
)
MIXED = rule(
    "audit.mixed",
    Kind.REFUSED,
    "第 {entry} 号记录、{date} 的凭证把结转或分配和别的业务（科目 {accounts}）记在了一张上（这样的凭证共 {count} 张），"
    "收益及收益分配表会因此少列或列错",
    "entry {entry}, a voucher of {date}, mixes a transfer or distribution with other business on {accounts} ({count}"
    " such vouchers), which the statement of income then leaves out or puts on a wrong line",
    "会计基础工作规范 art. 51",
)
TRANSFERRED_TWICE = rule(
    "audit.transferred_twice",
    Kind.REFUSED,
    "{period} 已结账，而 {account} {name}结转后在{side}还有 {balance} 元（共 {count} 处），多半结转了两次",
    "{period} is closed, and {account} {name} has {balance} yuan on its {side} side after the transfers ({count} such"
    " balances), probably made twice",
    "财会〔2023〕14号 本年收益",
)
OVER_DISTRIBUTED = rule(
    "audit.over_distributed",
    Kind.REFUSED,
    "{year} 年已结账，这一年向成员和其他分配了 {given} 元，弥补亏损、提取公积公益金后可分的只有 {available} 元",
    "{year} is closed, and {given} yuan were distributed in it to members and others, while {available} could be after"
    " losses and the reserve",
    "农村集体经济组织法 art. 42; 财农〔2021〕121号 art. 28",
)


def remark_namesakes(roles: Roles, report: Report) -> None:
    """Remark on offices that one person may not hold together and that are held under one name."""
    for person, held in roles.namesakes().items():
        offices = {"roles_zh": "、".join(ROLES[role] for role in held), "roles": ", ".join(held)}
        report.remarks.append(Finding.of(NAMESAKES(person=person, **offices)))


def remark_untransferred(book: Book, changed_from: str, report: Report) -> None:
    """Remark on each year that was closed, at or after `changed_from`, with something left to transfer (结转)."""
    if not book.periods.closed_through:
        return
    trials = book.trial_balances()
    for period in periods(book.periods.first, book.periods.closed_through):
        if not ends_year(period) or period < changed_from:
            continue
        left = list(untransferred(trials.trial_balance(period)))
        if left:
            first = left[0]
            facts = {
                "account": first.account,
                "name": first.name,
                "balance": format_fen(abs(first.closing_fen)),
            }
            violation = UNTRANSFERRED(year=period[:4], count=len(left), **facts)
            report.remarks.append(Finding.of(violation))


def remark_excess(book: Book, figures: Figures, report: Report) -> None:
    """Remark on closed periods, whose figures may have changed, in which more was transferred than stood there."""
    if not book.periods.closed_through:
        return
    balances: Counter[str] = Counter()
    found: list[tuple[str, str, int]] = []
    for period in book.balances.periods("", next_period(book.periods.closed_through)):
        for account, (debit, credit) in book.balances.moved(period).items():
            if account.startswith(RESULT):
                balances[account] += debit - credit
        if period < figures.changed_from:
            continue
        for account, (debit, credit) in sorted(figures.transfers.get(period, {}).items()):
            if account.startswith(RESULT) and is_excess(account, debit - credit, balances[account]):
                found.append((period, account, balances[account]))
    if found:
        period, account, fen = found[0]
        side = Phrase("借方", "debit") if fen > 0 else Phrase("贷方", "credit")
        facts = {"period": period, "account": account, "side": side, "balance": format_fen(abs(fen))}
        violation = TRANSFERRED_TWICE(**facts, name=book.accounts.names[account], count=len(found))
        report.remarks.append(Finding.of(violation))


def remark_mixed(figures: Figures, report: Report) -> None:
    """Remark on vouchers that mix a transfer or distribution with other business, unless they were reversed."""
    if figures.mixed:
        first = next(iter(figures.mixed.values()))
        facts = {"entry": first.entry, "date": first.date, "accounts": ", ".join(first.accounts)}
        report.remarks.append(Finding.of(MIXED(**facts, count=len(figures.mixed))))


def remark_distribution(book: Book, figures: Figures, report: Report) -> None:
    """Remark on each closed year, whose figures may have changed, in which more was distributed than could be."""
    if not book.periods.closed_through:
        return
    computed = Periods(book, figures)
    for period in periods(book.periods.first, book.periods.closed_through):
        if not ends_year(period) or period < figures.changed_from:
            continue
        over = over_distributed(computed.income(period))
        if over:
            given, available = (format_fen(fen) for fen in over)
            violation = OVER_DISTRIBUTED(year=period[:4], given=given, available=available)
            report.remarks.append(Finding.of(violation))
