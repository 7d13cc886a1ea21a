"""Queries: what the checks of a period's closing need, from the balances, the vouchers and the journal."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from domain.chart import MONEY_ACCOUNTS, RESULT
from domain.closing import (
    DEPRECIATED,
    DISTRIBUTION,
    OUTSIDE,
    RESULT_ACCOUNT,
    Around,
    Dip,
    MonthEnd,
    MonthVoucher,
    PartyBalance,
    Remark,
    Shares,
    Stock,
    Wish,
    check_draft,
    check_month,
    distribution_vouchers,
    new_parties,
    other_names,
    shares,
    spending_remarks,
    transfer_vouchers,
    year_runs,
)
from domain.kernel.period import last_day, opened_on, period_of, previous_period, year_start
from domain.statements import NOMINAL_FEN, spent_with
from domain.vouchers import voucher_number
from projections import register
from projections.balances import party_balances, trial_balance
from projections.bank import held_at_end, statements_reach
from projections.budget import budget, carried_of, is_planned
from projections.closing.alike import alike, posted_alike
from projections.closing.distributing import distributing, year_figures
from projections.closing.lacking import drafts_lacking, kept_by_party, lacking
from projections.distributing import posted_distributing
from projections.journal import cancelled, corrections
from projections.report import Report
from projections.statements import flows, income_statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from psycopg import Connection

    from domain.kernel.errors import Phrase
    from domain.vouchers import Voucher
    from projections.balances import TrialBalance

SELECT_VOUCHERS = """
    SELECT vouchers.entry, vouchers.number, vouchers.summary, attachments,
           array_agg(DISTINCT journal.account), type = 'reversal', reversed_by IS NOT NULL,
           corrects_id IS NOT NULL
    FROM vouchers JOIN journal USING (book, entry)
    WHERE vouchers.book = %(book)s AND vouchers.period = %(period)s
    GROUP BY vouchers.entry, vouchers.number, vouchers.summary, attachments, type,
             reversed_by, corrects_id
    ORDER BY vouchers.number
"""
SELECT_OPENED = """
    SELECT account, sum(debit_fen - credit_fen)::bigint FROM journal
    WHERE book = %s AND period = '' AND account ^@ %s
    GROUP BY account
"""
SELECT_DAYS = """
    SELECT account, date::text, sum(debit_fen - credit_fen)::bigint FROM journal
    WHERE book = %(book)s AND period = %(period)s AND left(account, 3) = ANY(%(money)s)
    GROUP BY account, date ORDER BY account, date
"""
SELECT_RESULT_MOVED = """
    SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint FROM journal AS moved
    WHERE book = %(book)s AND period = %(period)s AND account ^@ %(own)s
      AND EXISTS (SELECT FROM journal WHERE book = moved.book AND entry = moved.entry AND account ^@ %(to)s)
      AND NOT EXISTS (SELECT FROM journal WHERE book = moved.book AND entry = moved.entry AND account ^@ %(from)s)
"""
SELECT_STOCKS = """
    SELECT account, unit, sum(CASE WHEN debit_fen = 0 THEN -quantity_milli ELSE quantity_milli END)::bigint
    FROM journal WHERE book = %(book)s AND period <= %(period)s AND unit <> ''
    GROUP BY account, unit ORDER BY account, unit
"""
SELECT_NOMINAL = """
    SELECT account, sum(debit_fen - credit_fen)::bigint FROM journal
    WHERE book = %(book)s AND period < %(period)s AND left(account, 3) = ANY(%(assets)s)
      AND abs(debit_fen + credit_fen) * 1000
          = %(nominal)s * CASE WHEN unit = '' THEN 1000 ELSE abs(quantity_milli) END
    GROUP BY account
"""
"""Lines of 1 yuan, or of as many yuan as there are pieces."""

SELECT_BALANCES = """
    SELECT account, greatest(coalesce(date::text, ''), %(first)s) AS day, sum(debit_fen - credit_fen)::bigint
    FROM journal WHERE book = %(book)s AND account = ANY(%(accounts)s)
    GROUP BY account, day ORDER BY account, day
"""


@dataclass(frozen=True)
class Checklist(Report):
    """What the checks remark on a period, those that stop first; from how many entries under which root.

    `open_period` is the oldest that is open.
    """

    closed: bool
    open_period: str
    remarks: list[Remark]


@dataclass(frozen=True)
class Transfers(Report):
    """The vouchers that are still to transfer at a period's end; from how many entries under which root."""

    closed: bool
    vouchers: list[Voucher]


@dataclass(frozen=True)
class Distribution(Report):
    """How a year's income is distributed as was wished, with the vouchers and what is remarked; from how many entries.

    `root` is the tree's over these.
    """

    closed: bool
    shares: Shares
    vouchers: list[Voucher]
    remarks: list[Remark]


def checklist(connection: Connection[Any], book_id: str, period: str, today: str = "") -> Checklist:
    """Return the checklist of a period; raises `book.unknown`, `period.*`. `connection` is in one snapshot.

    `today` is the day on which it is looked at, "" for none: then it does not say whether the period is over.
    Of a closed one it says what is found in it now, so that what it was closed despite stays to be read.
    """
    trial = trial_balance(connection, book_id, period)
    book = register.book(connection, book_id)
    closed = period <= book.closed_through
    remarks = check_month(_month_end(connection, book, trial, today))
    head = book_id, trial.name, period, trial.entries, trial.root
    return Checklist(*head, closed, book.next_to_close, remarks)


def _month_end(
    connection: Connection[Any], book: register.BookRow, trial: TrialBalance, today: str
) -> MonthEnd:
    period = trial.period
    values = {
        "book": book.book,
        "period": period,
        "money": list(MONEY_ACCOUNTS),
        "assets": [asset for asset, _ in DEPRECIATED],
        "nominal": NOMINAL_FEN,
    }
    accounts = register.accounts(connection, book.book)
    vouchers = connection.execute(SELECT_VOUCHERS, values).fetchall()
    reach, end = statements_reach(connection, book.book), last_day(period)
    held = {
        account: held_at_end(connection, book.book, account, end, through)
        for account, through in reach.items()
        if through >= end
    }
    return MonthEnd(
        period=period,
        today=today,
        open_period=book.next_to_close,
        rows=trial.rows,
        sides={account.code: account.side for account in accounts},
        names={account.code: account.name for account in accounts},
        vouchers=[
            MonthVoucher(entry, voucher_number(period, number), summary, attachments, tuple(codes), *told)
            for entry, number, summary, attachments, codes, *told in vouchers
        ],
        dips=list(_dips(connection, trial, values)),
        budget=budget(connection, book.book, period).rows
        if is_planned(connection, book.book, period)
        else (),
        reach=reach,
        differences={account: left_fen for account, (_, left_fen) in held.items()},
        only_bank={account: found.only_bank for account, (found, _) in held.items() if found},
        only_book={account: found.only_book for account, (found, _) in held.items() if found},
        stocks=[Stock._make(row) for row in connection.execute(SELECT_STOCKS, values)],
        opened_result_fen=-sum(_opened(connection, book, period, RESULT_ACCOUNT).values()),
        opened=_opened(connection, book, period, DISTRIBUTION),
        opened_income=_stood(connection, book, RESULT) if period == book.first_period else {},
        income=year_figures(connection, book.book, period),
        alike=alike(connection, book.book, period),
        given_before_fen=_given_before(connection, book, period),
        transferred=_transferred(connection, book, period),
        distributing=posted_distributing(connection, book.book, book.chart, period, period),
        lacking=lacking(connection, book.book, period),
        vacant=register.vacant(connection, book.book),
        corrections=corrections(connection, book.book, period),
        cancelled=cancelled(connection, book.book, period),
        nominal=dict(connection.execute(SELECT_NOMINAL, values).fetchall()),
        parties=[
            PartyBalance(*place, fen)
            for place, fen in party_balances(connection, book.book, period, OUTSIDE).items()
        ],
    )


def _transferred(connection: Connection[Any], book: register.BookRow, period: str) -> dict[str, int]:
    """Return what a period's transfers moved of income and expense, and from 本年收益 to 收益分配, by account."""
    moved = {
        flow.account: flow.debit_fen - flow.credit_fen
        for flow in flows(connection, book, period, period)
        if flow.distributes and flow.account.startswith(RESULT)
    }
    accounts = {"own": RESULT_ACCOUNT, "to": DISTRIBUTION, "from": RESULT}
    values = {"book": book.book, "period": period, **accounts}
    ((fen,),) = connection.execute(SELECT_RESULT_MOVED, values).fetchall()
    return moved | {RESULT_ACCOUNT: fen}


def _opened(connection: Connection[Any], book: register.BookRow, period: str, account: str) -> dict[str, int]:
    """Return what stood on an account, by its details, when the book was opened in the midst of the period's year."""
    if not opened_on(book.first_period, period):
        return {}
    return _stood(connection, book, account)


def _stood(connection: Connection[Any], book: register.BookRow, account: str) -> dict[str, int]:
    """Return what stood on an account, by its details, when the book was opened."""
    return dict(connection.execute(SELECT_OPENED, (book.book, account)).fetchall())


def _given_before(connection: Connection[Any], book: register.BookRow, period: str) -> int:
    """Return what was distributed to members and others in the year before a period."""
    before = previous_period(period)
    if before < max(year_start(period), book.first_period):
        return 0
    figures = year_figures(connection, book.book, before)
    return figures["to_members"] + figures["otherwise_distributed"]


def transfers(connection: Connection[Any], book_id: str, period: str) -> Transfers:
    """Return the transfers that a period's end wants; raises `book.unknown`, `period.*`, `closing.no_account`."""
    trial = trial_balance(connection, book_id, period)
    closed = period <= register.book(connection, book_id).closed_through
    names = register.account_names(connection, book_id)
    vouchers = [] if closed else transfer_vouchers(trial.rows, names, period)
    return Transfers(book_id, trial.name, period, trial.entries, trial.root, closed, vouchers)


def distribution(
    connection: Connection[Any], book_id: str, period: str, wish: Wish, today: str
) -> Distribution:
    """Return the distribution of the year that ends with a period; raises `book.unknown`, `distribution.*`.

    `today` is the day on which it is looked at.
    """
    report = income_statement(connection, book_id, period)
    closed = period <= register.book(connection, book_id).closed_through
    found = shares({row.line.key: row.amount_fen for row in report.rows}, wish)
    names = register.account_names(connection, book_id)
    balances = {row.account: row.closing_fen for row in trial_balance(connection, book_id, period).rows}
    kept = kept_by_party(connection, book_id)
    vouchers = distribution_vouchers(found, names, balances, period, wish, kept)
    offered = [] if closed else vouchers
    given = report.book, report.name, period, report.entries, report.root
    named = [*new_parties(offered, kept, names), *other_names(wish.shares if offered else (), kept, names)]
    remarks = [*year_runs(period, today), *named]
    return Distribution(*given, closed, found, offered, remarks)


def _dips(connection: Connection[Any], trial: TrialBalance, values: dict[str, Any]) -> Iterator[Dip]:
    """Yield the first day of the period on which each account of money is below zero, be it so from before."""
    days = connection.execute(SELECT_DAYS, values).fetchall()
    moved = {account: list(group) for account, group in groupby(days, lambda day: str(day[0]))}
    for row in trial.rows:
        if not row.account.startswith(MONEY_ACCOUNTS):
            continue
        moves = [(day, fen) for _, day, fen in moved.get(row.account, [])]
        yield from first_dip(row.account, f"{trial.period}-01", row.opening_fen, moves)


def first_dip(account: str, date: str, balance: int, days: Iterable[tuple[str, int]]) -> Iterator[Dip]:
    """Yield the first day on which an account is below zero, of a balance on a date and what moves it afterwards."""
    for day, fen in days:
        if balance < 0:
            break
        balance, date = balance + fen, day
    if balance < 0:
        yield Dip(account, date, balance)


def draft_remarks(
    connection: Connection[Any],
    book: str,
    vouchers: Sequence[Voucher],
    signing: Sequence[Collection[str]],
    waiting: Sequence[Sequence[Phrase]],
    made: Sequence[str],
) -> list[list[Remark]]:
    """Return what is to be known of each voucher before it is posted: what the checklist would ask to set right later.

    Each is looked at as if it alone came next; `signing` are, of each, the roles that have signed or must, `waiting`
    other drafts that say the very same, `made` the day on which it was made.
    """
    names = register.account_names(connection, book)
    spending = _spending(connection, book, vouchers, names)
    dips = _draft_dips(connection, book, vouchers)
    posted = posted_alike(connection, book, vouchers)
    missed, vacant = drafts_lacking(connection, book, vouchers, signing), register.vacant(connection, book)
    arounds = [
        Around(
            dips=short,
            alike=[*(number for _, number in twins), *others],
            lacking=lacks,
            signing=list(roles),
            vacant=vacant,
            made=day,
            **distributing(connection, book, voucher),
        )
        for voucher, short, twins, others, lacks, roles, day in zip(
            vouchers, dips, posted, waiting, missed, signing, made, strict=True
        )
    ]
    return [
        [*check_draft(voucher, names, around), *spent]
        for voucher, around, spent in zip(vouchers, arounds, spending, strict=True)
    ]


def _draft_dips(connection: Connection[Any], book: str, vouchers: Sequence[Voucher]) -> list[list[Dip]]:
    """Return of each voucher the first day on which it leaves an account of money that it takes from below zero."""
    taken = [_taken(voucher) for voucher in vouchers]
    values = {
        "book": book,
        "accounts": sorted({account for one in taken for account in one}),
        "first": min(voucher.date for voucher in vouchers),
    }
    rows = connection.execute(SELECT_BALANCES, values).fetchall() if values["accounts"] else []
    days: dict[str, list[tuple[str, int]]] = {}
    for account, day, fen in rows:
        days.setdefault(account, []).append((day, fen))

    def dips(voucher: Voucher, account: str, fen: int) -> Iterator[Dip]:
        moves = days.get(account, [])
        before = sum(moved for day, moved in moves if day <= voucher.date)
        after = [move for move in moves if move[0] > voucher.date]
        yield from first_dip(account, voucher.date, before + fen, after)

    return [
        [dip for account, fen in one.items() for dip in dips(voucher, account, fen)]
        for voucher, one in zip(vouchers, taken, strict=True)
    ]


def _taken(voucher: Voucher) -> dict[str, int]:
    """Return what a voucher takes from accounts of money, as amounts below zero."""
    moved: dict[str, int] = {}
    for line in voucher.lines:
        if line.account.startswith(MONEY_ACCOUNTS):
            moved[line.account] = moved.get(line.account, 0) + line.debit_fen - line.credit_fen
    return {account: fen for account, fen in moved.items() if fen < 0}


def _spending(
    connection: Connection[Any], book: str, vouchers: Sequence[Voucher], names: dict[str, str]
) -> list[list[Remark]]:
    """Return of each voucher that it spends beyond the year's plan, or nearly."""
    periods = {period_of(voucher.date) for voucher in vouchers}
    plans = {one: budget(connection, book, one).rows for one in periods if is_planned(connection, book, one)}
    if not plans:
        return [[] for _ in vouchers]
    chart = register.book(connection, book).chart

    stores = {
        year: carried_of(connection, book, year, chart).stores.get(year, {})
        for year in {one[:4] for one in plans}
    }

    def remarks(voucher: Voucher) -> list[Remark]:
        rows = plans.get(period_of(voucher.date))
        if rows is None:
            return []
        return list(spending_remarks(spent_with(rows, voucher.lines, stores[voucher.date[:4]], chart, names)))

    return [remarks(voucher) for voucher in vouchers]
