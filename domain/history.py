"""The history of a figure (数字的来历): the entries that make it, in order, and the balance after each.

A figure (数字) is the sum of debits less credits over a set of accounts: one account with all below it, or several. A
line of the statement of income is one too: of its accounts, it counts what the statement counts (`LineFlow`).
What is listed is ordered by effective date (凭证日期), then by place in the log; the opening balances come first.
The read side gives the same from its rows, the auditor folds it from a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import MONEY_ACCOUNTS, UNDISTRIBUTED, full_name
from domain.kernel.errors import Kind, rule
from domain.kernel.period import last_day, parse_date, parse_period, period_of
from domain.opening import OpeningPosted
from domain.statements import PARTED, LineAmount, LineFlow, income_layout, layout, line_amount
from domain.subtotals import NO_PLACES
from domain.vouchers import VoucherNumbers, VoucherPosted, VoucherReversed, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.kernel.statement import Statement
    from domain.statements import FlowYear, PartyBalances
    from domain.subtotals import Places

OPENING_SUMMARY = "期初余额"
"""What the entry of the opening balances is called in a list of vouchers."""

UNKNOWN_ACCOUNT = rule(
    "history.unknown_account",
    Kind.UNKNOWN,
    "账套 {book} 没有科目「{account}」；请照科目余额表填写科目编码（几个合计用 + 连接，如 15101+15201），"
    "或填报表项目的键，如 money（货币资金）、operating_income（经营收入）",
    "the book {book} has no account '{account}'; take a code from the trial balance (several joined by +, such as"
    " 15101+15201), or the key of a line of the balance sheet or the statement of income, such as 'money' (cash and"
    " banks) or 'operating_income'",
)
BACKWARDS = rule(
    "history.backwards",
    Kind.MALFORMED,
    "截至日期 {as_of} 早于所选月份 {period}；请改早月份，或不选月份",
    "the date {as_of} lies before the period {period}; choose an earlier period or none",
)

END = "9999-12-31"
"""An effective date that no voucher reaches: the figure as of whenever."""


class Span(NamedTuple):
    """Which postings are listed: from period `first` ("": from the opening balances on) up to the date `until`.

    `since` is the first period of the statement whose line is asked for, "" for the year's January.
    """

    first: str = ""
    until: str = END
    since: str = ""

    def last_period(self, newest: str) -> str:
        """Return its last period, where `newest` is the newest with a voucher: a span without an end ends there."""
        return newest if self.until == END else period_of(self.until)


WHOLE = Span()
"""All postings there are."""


class Figure(NamedTuple):
    """A figure: how it is asked for, its name, and the accounts whose lines make it, each with all below it.

    `chart` is the version on whose balance sheet it is a line, "" for any other figure. `flow` is there for a line of
    the statement of income: it tells what of its accounts counts.
    """

    code: str
    name: str
    accounts: tuple[str, ...]
    chart: str = ""
    flow: LineFlow | None = None

    def holds(self, account: str) -> bool:
        """Whether a line of that account may count: codes are 3-2-2-2, so what begins so lies below."""
        return self.flow.holds(account) if self.flow else account.startswith(self.accounts)

    def on_sheet(self, balances: Mapping[str, int], parties: PartyBalances) -> LineAmount | None:
        """Return what its statement shows of it, from what leaf accounts add to it; None if it is no line of one.

        `parties` is what counterparties have on accounts that the balance sheet shows on both sides.
        """
        if self.flow:
            return LineAmount(self.flow.amount_fen(sum(balances.values())), [])
        return line_amount(layout(self.chart), self.code, balances, parties) if self.chart else None

    def year(self, span: Span, newest: str) -> FlowYear | None:
        """Return the year up to the end of a span, which a line of the statement of income is of; else None.

        `newest` as in `Span.last_period`.
        """
        if not self.flow:
            return None
        return self.flow.year(span.last_period(newest), span.since)

    def listed(self, span: Span, newest: str) -> Span:
        """Return a span from where its entries are listed unless it says so itself: some lines begin in January."""
        if span.first:
            return span
        year = self.year(span, newest)
        return span._replace(first=self.flow.first(year) if self.flow and year else span.since)


MONEY = Figure("money", "货币资金（库存现金和银行存款等）", MONEY_ACCOUNTS)
"""What a village has in cash and in banks."""


def figure_of(
    code: str,
    book: str,
    chart: str,
    names: Mapping[str, str],
    opened: str,
    places: Places = NO_PLACES,
) -> Figure:
    """Return the figure of an account's code, of several joined by +, `money`, or the key of a statement's line.

    The value of an asset (资产净值) is that of two accounts: 15101+15201, its cost less its depreciation.

    `names` are those of the book's accounts by code, `opened` is its first period, `places` are where accounts count
    on the statement of income of the year that is asked for (`domain.subtotals`). The whole is listed of an account
    that stands on both sides of the sheet (内部往来); `Figure.on_sheet` tells what the sheet shows.

    Raises `history.unknown_account`.
    """
    if code == MONEY.code:
        return MONEY
    line = layout(chart).line(code)
    if line and code not in names:
        return Figure(code, line.name, layout(chart).accounts_of(code), chart)
    income = income_layout(chart, names, places)
    earned = income.line(code)
    if earned and code not in names:
        flow = LineFlow(income, code, opened)
        return Figure(code, earned.title, flow.accounts, flow=flow)
    accounts = tuple(code.split("+"))
    for account in accounts:
        if account not in names:
            raise UNKNOWN_ACCOUNT(book=book, account=account)
    return Figure(code, "＋".join(full_name(account, names) for account in accounts), accounts)


class Posting(NamedTuple):
    """What one entry adds to a figure, in fen.

    `date` is the voucher's, "" for the opening balances; `number` its number in its period, 0 for those; `signers`
    the names of the keys that signed; `reverses` and `reversed_by` are entries.
    """

    entry: int
    date: str
    number: int
    summary: str
    debit_fen: int
    credit_fen: int
    signers: tuple[str, ...]
    reverses: int | None = None
    reversed_by: int | None = None

    @property
    def period(self) -> str:
        """The period, "" for the opening balances."""
        return period_of(self.date)

    @property
    def voucher(self) -> str:
        """The derived voucher number, "" for the opening balances."""
        return voucher_number(self.period, self.number) if self.number else ""


class HistoryRow(NamedTuple):
    """A posting, the figure after it (debits less credits, in fen), and when it was recorded and witnessed.

    `recorded_at` is the time of the first checkpoint that covers the entry, by the log's clock; `witnessed_at` when
    such a checkpoint first had its quorum, by the witnesses' clocks. None: not yet, or not known where this was made.
    """

    posting: Posting
    balance_fen: int
    recorded_at: datetime | None = None
    witnessed_at: datetime | None = None


def span_of(period: str, as_of: str, since: str = "") -> Span:
    """Return the span of a period ("": all) as of a date ("": whenever), of a statement from `since` on.

    Raises `period.malformed`, `date.malformed`, `history.backwards`.
    """
    until = parse_date(as_of) if as_of else END
    for first in filter(None, (since, period)):
        if until[:7] < parse_period(first):
            raise BACKWARDS(as_of=as_of, period=first)
    if period and period < since:
        raise BACKWARDS(as_of=period, period=since)
    return Span(period, min(until, last_day(period)) if period else until, since)


@dataclass(frozen=True)
class Sums:
    """A figure over a span, in fen: before it, and what moved it; `count` is the number of entries."""

    opening_fen: int
    debit_fen: int
    credit_fen: int
    count: int

    @property
    def closing_fen(self) -> int:
        """The figure at the end of the span."""
        return self.opening_fen + self.debit_fen - self.credit_fen


class Move(NamedTuple):
    """What a voucher's line moved on an account, in fen; with which counterparty, where that matters."""

    account: str
    debit_fen: int
    credit_fen: int
    party: str = ""


class _Held(NamedTuple):
    """An entry that may add to a figure: its posting, and the lines of it that may count."""

    posting: Posting
    distributes: bool
    moves: list[Move]


class FigureFold:
    """The postings of a figure, folded from a book's entries from the first on."""

    def __init__(self, figure: Figure) -> None:
        """Begin with nothing."""
        self.figure = figure
        self._held: list[_Held] = []
        self._places: dict[str, int] = {}
        self._numbers = VoucherNumbers()
        self._newest = ""
        self._holds = cache(figure.holds)  # a log has a million lines, and a book some hundred accounts

    def fold(self, index: int, statement: Statement, signers: tuple[str, ...]) -> None:
        """Take in entry `index`."""
        if isinstance(statement, OpeningPosted):
            date, number, summary = "", 0, OPENING_SUMMARY
        elif isinstance(statement, (VoucherPosted, VoucherReversed)):
            date, summary = statement.data.date, statement.data.summary
            number = self._numbers.next(period_of(date))
            self._newest = max(self._newest, period_of(date))
        else:
            return
        lines = statement.data.lines
        moves = [
            Move(line.account, line.debit_fen, line.credit_fen, line.party)
            for line in lines
            if self._holds(line.account)
        ]
        if not moves:
            return
        debit, credit = sum(move.debit_fen for move in moves), sum(move.credit_fen for move in moves)
        reverses = self._reverse(index, statement) if isinstance(statement, VoucherReversed) else None
        self._places[statement.id] = len(self._held)
        posting = Posting(index, date, number, summary, debit, credit, signers, reverses)
        distributes = any(line.account.startswith(UNDISTRIBUTED) for line in lines)
        self._held.append(_Held(posting, distributes, moves))

    def _reverse(self, index: int, statement: VoucherReversed) -> int | None:
        """Mark what entry `index` reverses; its mirror moved the same accounts, so it is among the postings."""
        place = self._places.get(statement.data.reverses)
        if place is None:
            return None
        held = self._held[place]
        self._held[place] = held._replace(posting=held.posting._replace(reversed_by=index))
        return held.posting.entry

    def listed(self, span: Span) -> Span:
        """Return which postings are listed of a span, as `Figure.listed` does."""
        return self.figure.listed(span, self._newest)

    def over(self, span: Span) -> tuple[Sums, list[HistoryRow]]:
        """Return the sums and the rows of a span."""
        postings = [
            posting._replace(
                debit_fen=sum(move.debit_fen for move in moves),
                credit_fen=sum(move.credit_fen for move in moves),
            )
            for posting, moves in self._counted(span)
        ]
        return rows_over(postings, self.listed(span))

    def _counted(self, span: Span) -> list[tuple[Posting, list[Move]]]:
        """Return the postings that count up to the end of a span, with what they add."""
        year = self.figure.year(span, self._newest)
        flow = self.figure.flow
        found = []
        for posting, distributes, moves in self._held:
            counted = (
                _flowed(flow, year, posting.period, moves, distributes=distributes)
                if flow and year
                else moves
            )
            if counted:
                found.append((posting, counted))
        return found

    def on_sheet(self, span: Span) -> LineAmount | None:
        """Return what its statement shows of the figure at the end of a span; None if it is a line of none."""
        balances: dict[str, int] = {}
        parties: PartyBalances = {}
        for posting, moves in self._counted(span):
            if posting.date <= span.until:
                for move in moves:
                    fen, place = move.debit_fen - move.credit_fen, (move.account, move.party)
                    balances[move.account] = balances.get(move.account, 0) + fen
                    if move.account.startswith(PARTED):
                        parties[place] = parties.get(place, 0) + fen
        return self.figure.on_sheet(balances, parties)


def _flowed(
    flow: LineFlow, year: FlowYear, period: str, moves: Iterable[Move], *, distributes: bool
) -> list[Move]:
    """Return what an entry's lines add to a line of the statement of income; those that add nothing are left out."""
    found = []
    for account, debit, credit, _ in moves:
        counted = flow.counted(account, year.part(account, period, distributes=distributes))
        added = counted.of(debit, credit) if counted else (0, 0)
        if any(added):
            found.append(Move(account, *added))
    return found


def rows_over(postings: Iterable[Posting], span: Span) -> tuple[Sums, list[HistoryRow]]:
    """Return the sums of a span and its rows in order, each with the balance after it."""
    wanted = sorted(
        (posting for posting in postings if posting.date <= span.until),
        key=lambda posting: (posting.date, posting.entry),
    )
    listed = [posting for posting in wanted if posting.period >= span.first]
    before = wanted[: len(wanted) - len(listed)]
    opening = balance = sum(posting.debit_fen - posting.credit_fen for posting in before)
    rows = []
    for posting in listed:
        balance += posting.debit_fen - posting.credit_fen
        rows.append(HistoryRow(posting, balance))
    debit, credit = sum(row.debit_fen for row in listed), sum(row.credit_fen for row in listed)
    return Sums(opening, debit, credit, len(listed)), rows
