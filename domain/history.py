"""The history of a figure (数字的来历): the entries that make it, in order, and the balance after each.

A figure (数字) is the sum of debits less credits over a set of accounts: one account with all below it, or several.
What is listed is ordered by effective date (凭证日期), then by place in the log; the opening balances come first.
The read side gives the same from its rows, the auditor folds it from a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain.chart import MONEY_ACCOUNTS, full_name
from domain.kernel.errors import Kind, rule
from domain.kernel.period import last_day, parse_date, parse_period, period_of
from domain.opening import OpeningPosted
from domain.statements import layout, line_amount
from domain.vouchers import VoucherNumbers, VoucherPosted, VoucherReversed, voucher_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.kernel.statement import Statement
    from domain.statements import LineAmount

OPENING_SUMMARY = "期初余额"
"""What the entry of the opening balances is called in a list of vouchers."""

UNKNOWN_ACCOUNT = rule(
    "history.unknown_account",
    Kind.UNKNOWN,
    "账套 {book} 没有科目「{account}」；请照科目余额表填写科目编码（几个合计用 + 连接，如 15101+15201），"
    "或填资产负债表项目的键，如 money（货币资金）",
    "the book {book} has no account '{account}'; take a code from the trial balance (several joined by +, such as"
    " 15101+15201), or the key of a line of the balance sheet such as 'money' (cash and banks)",
)
BACKWARDS = rule(
    "history.backwards",
    Kind.MALFORMED,
    "截至日期 {as_of} 早于所选月份 {period}；请改早月份，或不选月份",
    "the date {as_of} lies before the period {period}; choose an earlier period or none",
)

END = "9999-12-31"
"""An effective date that no voucher reaches: the figure as of whenever."""


class Figure(NamedTuple):
    """A figure: how it is asked for, its name, and the accounts whose lines make it, each with all below it.

    `chart` is the version on whose balance sheet it is a line, "" for any other figure.
    """

    code: str
    name: str
    accounts: tuple[str, ...]
    chart: str = ""

    def holds(self, account: str) -> bool:
        """Whether a line of that account belongs to the figure: codes are 3-2-2-2, so what begins so lies below."""
        return account.startswith(self.accounts)

    def on_sheet(self, balances: Mapping[str, int]) -> LineAmount | None:
        """Return what the balance sheet shows of it, from the balances of its leaf accounts; None if it is no line."""
        return line_amount(layout(self.chart), self.code, balances) if self.chart else None


MONEY = Figure("money", "货币资金（库存现金和银行存款等）", MONEY_ACCOUNTS)
"""What a village has in cash and in banks."""


def figure_of(code: str, book: str, chart: str, names: Mapping[str, str]) -> Figure:
    """Return the figure of an account's code, of several joined by +, `money`, or a line's key of the balance sheet.

    The value of an asset (资产净值) is that of two accounts: 15101+15201, its cost less its depreciation.

    `names` are those of the book's accounts by code. The whole is listed of an account that stands on both sides of the
    sheet (内部往来); `Figure.on_sheet` tells what the sheet shows. Raises `history.unknown_account`.
    """
    if code == MONEY.code:
        return MONEY
    line = layout(chart).line(code)
    if line and code not in names:
        return Figure(code, line.name, layout(chart).accounts_of(code), chart)
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


class Span(NamedTuple):
    """Which postings are listed: from period `first` ("": from the opening balances on) up to the date `until`."""

    first: str = ""
    until: str = END


WHOLE = Span()
"""All postings there are."""


def span_of(period: str, as_of: str) -> Span:
    """Return the span of a period ("": all) as of a date ("": whenever).

    Raises `period.malformed`, `date.malformed`, `history.backwards`.
    """
    until = parse_date(as_of) if as_of else END
    if not period:
        return Span("", until)
    if until[:7] < parse_period(period):
        raise BACKWARDS(as_of=as_of, period=period)
    return Span(period, min(until, last_day(period)))


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


class FigureFold:
    """The postings of a figure, folded from a book's entries from the first on."""

    def __init__(self, figure: Figure) -> None:
        """Begin with nothing."""
        self.figure = figure
        self._postings: list[Posting] = []
        self._moves: list[tuple[str, str, int]] = []
        self._places: dict[str, int] = {}
        self._numbers = VoucherNumbers()

    def fold(self, index: int, statement: Statement, signers: tuple[str, ...]) -> None:
        """Take in entry `index`."""
        if isinstance(statement, OpeningPosted):
            date, number, summary = "", 0, OPENING_SUMMARY
        elif isinstance(statement, (VoucherPosted, VoucherReversed)):
            date, summary = statement.data.date, statement.data.summary
            number = self._numbers.next(period_of(date))
        else:
            return
        lines = [line for line in statement.data.lines if self.figure.holds(line.account)]
        if not lines:
            return
        self._moves += [(date, line.account, line.debit_fen - line.credit_fen) for line in lines]
        debit, credit = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
        reverses = self._reverse(index, statement) if isinstance(statement, VoucherReversed) else None
        self._places[statement.id] = len(self._postings)
        self._postings.append(Posting(index, date, number, summary, debit, credit, signers, reverses))

    def _reverse(self, index: int, statement: VoucherReversed) -> int | None:
        """Mark what entry `index` reverses; its mirror moved the same accounts, so it is among the postings."""
        place = self._places.get(statement.data.reverses)
        if place is None:
            return None
        self._postings[place] = self._postings[place]._replace(reversed_by=index)
        return self._postings[place].entry

    def over(self, span: Span) -> tuple[Sums, list[HistoryRow]]:
        """Return the sums and the rows of a span."""
        return rows_over(self._postings, span)

    def on_sheet(self, span: Span) -> LineAmount | None:
        """Return what the balance sheet shows of the figure at the end of a span; None if it is none of its lines."""
        balances: dict[str, int] = {}
        for date, account, fen in self._moves:
            if date <= span.until:
                balances[account] = balances.get(account, 0) + fen
        return self.figure.on_sheet(balances)


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
