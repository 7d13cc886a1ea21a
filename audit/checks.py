"""The checks: each is a small function that adds findings to a report and never raises or prints."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from audit.report import Finding
from audit.tlog.checkpoint import Checkpoint, open_checkpoint
from audit.tlog.tiles import ENTRIES, tile_hashes, tile_sizes
from domain.balances import OPENING, Balances, TrialRow, totals, trial_balance
from domain.founding import BookOpened
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.kernel.money import format_fen
from domain.kernel.note import parse_vkey
from domain.kernel.period import is_date, parse_period, period_of, periods, year_start
from domain.opening import OpeningPosted
from domain.roles import role_of
from domain.vouchers import VoucherPosted, VoucherReversed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.report import Report
    from audit.source import Source
    from domain.book import Book
    from domain.entry import Entry
    from domain.kernel.statement import Statement

ROOT = rule(
    "audit.root",
    Kind.REFUSED,
    "{size} 条记录算出的根是 {computed}，检查点上签的是 {signed}",
    "the root over {size} entries is {computed}, the checkpoint signs {signed}",
    "RFC 6962 section 2.1",
)
NO_FOUNDING = rule(
    "audit.no_founding",
    Kind.REFUSED,
    "日志中没有建账记录，无从知道日志的密钥",
    "the log has no readable first entry, so its key is unknown and nothing is proved",
    "ADR 0005",
)
VKEY = rule(
    "audit.vkey",
    Kind.REFUSED,
    "log.vkey 与首条记录所定的日志公钥不同",
    "log.vkey is not the log key that the first entry fixed",
    "ADR 0005",
)
ANCHOR = rule(
    "audit.anchor",
    Kind.FORBIDDEN,
    "首条记录没有由所给的乡镇公钥 {anchor} 签名",
    "the first entry is not signed by the township's key {anchor}",
    "ADR 0005: the trust anchor printed in the village office",
)
TILE = rule(
    "audit.tile",
    Kind.REFUSED,
    "瓦片 {path} 与记录不符",
    "the tile {path} does not follow from the entries",
    "C2SP tlog-tiles",
)
TILE_MISSING = rule(
    "audit.tile_missing",
    Kind.REFUSED,
    "缺少瓦片 {path}",
    "the tile {path} is withheld",
    "C2SP tlog-tiles",
)
NEGATIVE_CASH = rule(
    "audit.negative_cash",
    Kind.REFUSED,
    "{date} 记账后科目 {account} 余额为 {balance} 元（负数）",
    "after {date} the balance of account {account} is {balance} yuan, below zero",
    "财务制度 财农〔2021〕121号 art. 16; alert C03",
)
PUBLISHED = rule(
    "audit.published",
    Kind.REFUSED,
    "公布的 {period} 科目余额表与日志不符：{problem}",
    "the published trial balance of {period} does not follow from the log: {problem}",
    "农经发〔2011〕13号",
)

MONEY_ACCOUNTS = ("101", "102")
"""库存现金 and 银行存款, with all their detail accounts."""


def check_checkpoint(source: Source, first: Entry | None, report: Report) -> Checkpoint | None:
    """The newest checkpoint is signed by the log key that the first entry fixed."""
    check = report.check(
        "checkpoint", "检查点由本日志的密钥签名", "the checkpoint is signed by the log's key"
    )
    opened = first.statement if first else None
    check.count = 1
    if not isinstance(opened, BookOpened):
        report.find(check, Finding.of(NO_FOUNDING()))
        return None
    try:
        key = parse_vkey(opened.data.log.vkey)
        checkpoint = open_checkpoint(source.fetch("checkpoint"), key)
        if source.fetch("log.vkey").rstrip(b"\n") != opened.data.log.vkey.encode():
            raise VKEY()
    except RuleViolation as violation:
        report.find(check, Finding.of(violation))
        return None
    except FileNotFoundError:
        report.find(check, Finding.of(VKEY()))
        return None
    return checkpoint


def check_root(book: Book, checkpoint: Checkpoint | None, report: Report) -> None:
    """The entries hash to the root that the checkpoint signs."""
    check = report.check("root", "全部记录与检查点的根一致", "all entries hash to the signed root")
    if checkpoint is None:
        return
    check.count = book.size
    if book.size != checkpoint.size or book.tree.root() != checkpoint.root:
        signed = base64.b64encode(checkpoint.root).decode()
        report.find(check, Finding.of(ROOT(size=book.size, computed=book.root(), signed=signed)))


def check_tiles(source: Source, book: Book, report: Report) -> None:
    """Every tile of hashes that is served follows from the entries."""
    check = report.check("tiles", "每个瓦片都由记录算出", "every tile follows from the entries")
    for tile in tile_sizes(book.size):
        if tile.level == ENTRIES:
            continue
        check.count += 1
        try:
            served = source.fetch(tile.path)
        except FileNotFoundError:
            report.find(check, Finding.of(TILE_MISSING(path=tile.path)))
            continue
        if served != tile_hashes(tile, book.tree):
            report.find(check, Finding.of(TILE(path=tile.path)))


def check_anchor(first: Entry | None, anchor: str, report: Report) -> None:
    """The first entry carries the signature of the township's key that the caller trusts."""
    check = report.check(
        "anchor", "首条记录由所信任的乡镇公钥签名", "the first entry is signed by the trusted township key"
    )
    check.count = 1
    granted = isinstance(first.statement, BookOpened) if first else False
    vkeys = {grant.vkey for grant in first.statement.data.keys} if first and granted else set()  # type: ignore[union-attr]
    name = anchor.split("+", 1)[0]
    signed = first is not None and any(line.name == name for line in first.signatures)
    report.anchor = anchor
    report.anchored = anchor in vkeys and signed and role_of(name) == "township"
    if not report.anchored:
        report.find(check, Finding.of(ANCHOR(anchor=anchor), 0))


class Figures:
    """What the published figures are compared with, folded entry by entry: no entry is kept."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.balances = Balances()
        self.money_days: dict[tuple[str, str], tuple[int, int]] = {}
        """By account and date what moved in fen, and the last entry that moved it; opening balances under ""."""
        self.newest = ""
        """The latest date of a voucher."""

    def fold(self, index: int, statement: Statement) -> None:
        """Take in entry `index`."""
        self.balances.fold(statement)
        if isinstance(statement, (VoucherPosted, VoucherReversed)):
            date = statement.data.date
            self.newest = max(date, self.newest)
        elif isinstance(statement, OpeningPosted):
            date = ""
        else:
            return
        days = self.money_days
        for line in statement.data.lines:
            if line.account.startswith(MONEY_ACCOUNTS):
                key = (line.account, date)
                moved, _ = days.get(key, (0, 0))
                days[key] = (moved + line.debit_fen - line.credit_fen, index)


def check_money(figures: Figures, report: Report) -> None:
    """Cash and bank are never below zero at the end of a day (C03); each dip is reported once."""
    check = report.check(
        "cash", "现金和银行存款每日余额不为负", "cash and bank are never below zero at a day's end"
    )
    balance: dict[str, int] = {}
    for (account, date), (moved, index) in sorted(figures.money_days.items()):
        before = balance.get(account, 0)
        balance[account] = before + moved
        check.count += 1
        if balance[account] < 0 <= before:
            violation = NEGATIVE_CASH(date=date, account=account, balance=format_fen(balance[account]))
            report.find(check, Finding.of(violation, index))


def check_published(source: Source, book: Book, figures: Figures, report: Report) -> None:
    """The trial balances that are published are the ones that follow from the log."""
    check = report.check("balances", "公布的余额与日志算出的一致", "published balances follow from the log")
    trials = TrialBalances(book, figures.balances)
    for period in _periods(book, figures):
        served = source.trial_balance(period)
        if served is None:
            continue
        check.count += 1
        problem = _compare(served, period, book, trials)
        if problem:
            report.find(check, Finding.of(PUBLISHED(period=period, problem=problem)))


def _periods(book: Book, figures: Figures) -> list[str]:
    """Return every period from the book's first to the last that has a voucher."""
    if not book.periods.first:
        return []
    first = parse_period(book.periods.first)
    return periods(first, period_of(figures.newest) if is_date(figures.newest) else first)


AccountPeriod: TypeAlias = tuple[str, str, int, int]
"""Account, period, debit and credit turnover in fen."""


class TrialBalances:
    """Trial balances of a book's periods; what lies before a year is summed up once for that year."""

    def __init__(self, book: Book, balances: Balances) -> None:
        """Take the replayed book, whose accounts have names, and the balances of its entries."""
        self._turnover = [
            (key.account, key.period, moved.debit_fen, moved.credit_fen)
            for key, moved in balances.turnover.items()
        ]
        self._names = {code: account.name for code, account in book.accounts.by_code.items()}
        self._years: dict[str, list[AccountPeriod]] = {}

    def trial_balance(self, period: str) -> list[TrialRow]:
        """Return the trial balance of one period."""
        january = year_start(period)
        if january not in self._years:
            self._years[january] = self._of_year(january)
        return trial_balance(self._years[january], self._names, period, period)

    def _of_year(self, january: str) -> list[AccountPeriod]:
        """Return the turnover from `january` on, and all before it as one opening for each account."""
        before: dict[str, tuple[int, int]] = {}
        for account, period, debit, credit in self._turnover:
            if period < january:
                sums = before.get(account, (0, 0))
                before[account] = (sums[0] + debit, sums[1] + credit)
        opening = [(account, OPENING, debit, credit) for account, (debit, credit) in before.items()]
        return opening + [row for row in self._turnover if row[1] >= january]


def _compare(served: bytes, period: str, book: Book, trials: TrialBalances) -> str:
    """Return what is wrong with a published trial balance, or nothing."""
    try:
        published = msgspec.json.decode(served, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return f"unreadable: {error}"
    rows = trials.trial_balance(period)
    organisation = book.founding.organisation
    computed = {
        "book": book.book,
        "name": organisation.name if organisation else "",
        "from": period,
        "period": period,
        "entries": book.size,
        "root": book.root(),
        "rows": [row._asdict() for row in rows],
        "totals": totals(rows),
    }
    fields = sorted(computed.keys() | published.keys())
    wrong = [name for name in fields if published.get(name) != computed.get(name)]
    return ", ".join(_first_difference(published, rows) if name == "rows" else name for name in wrong)


def _first_difference(published: dict[str, Any], rows: Sequence[TrialRow]) -> str:
    """Name the first account whose line differs."""
    lines = published.get("rows")
    served = lines if isinstance(lines, list) else []
    for number, row in enumerate(rows):
        line = served[number] if number < len(served) else None
        if line != row._asdict():
            return f"rows: account {row.account}: {line} != {row._asdict()}"
    return f"rows: {len(served)} of them, {len(rows)} expected"
