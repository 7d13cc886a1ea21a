"""Random years on all accounts of the chart: closing loses nothing, months add up, corrections change what they say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from domain.balances import OPENING, trial_balance
from domain.chart import RESULT, UNDISTRIBUTED, chart
from domain.closing import transfer_vouchers
from domain.kernel.period import periods
from domain.statements import income_statement
from domain.statements.income_lines import income_layout
from domain.statements.layout import layout
from domain.statements.month import Month
from domain.vouchers import Attachments, Line, Voucher, check_balanced, mirrored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.balances import TrialRow

CHART = "rural-collective-2024"
NAMES = {account.code: account.name for account in chart(CHART).official} | {"32201": "未分配收益"}
ACCOUNTS = sorted(NAMES.keys() - {"322", "321"})
YEAR = periods("2026-01", "2026-12")

AMOUNT = st.integers(-(10**9), 10**9).filter(bool)
BALANCES = st.dictionaries(
    st.sampled_from([one for one in ACCOUNTS if one[0] != RESULT]), AMOUNT, max_size=12
)


def voucher(debit: str, credit: str, fen: int, period: str) -> Voucher:
    """Return a voucher of two lines."""
    lines = [Line(account=debit, debit_fen=fen), Line(account=credit, credit_fen=fen)]
    return Voucher(attachments=Attachments(), date=f"{period}-15", lines=lines, summary="摘要")


EARNING = [one for one in ACCOUNTS if one != "32201"]
"""What vouchers of a year move before its end: all that does not distribute."""

VOUCHERS = st.lists(
    st.builds(voucher, st.sampled_from(EARNING), st.sampled_from(EARNING), AMOUNT, st.sampled_from(YEAR)),
    max_size=25,
)


class Year:
    """A book's year: balances at its beginning, and vouchers."""

    def __init__(self, opening: dict[str, int], vouchers: Sequence[Voucher]) -> None:
        """Let what the opening balances lack stand on 301 资本."""
        self.opening = dict(opening)
        self.opening["301"] = self.opening.get("301", 0) - sum(opening.values())
        self.vouchers = list(vouchers)

    def rows(self, period: str = "2026-12", first: str = "") -> list[TrialRow]:
        """Return the trial balance of a period, or of those since `first`."""
        turnover = [(one, OPENING, max(fen, 0), max(-fen, 0)) for one, fen in self.opening.items() if fen]
        turnover += [
            (line.account, one.date[:7], line.debit_fen, line.credit_fen)
            for one in self.vouchers
            for line in one.lines
        ]
        return trial_balance(turnover, NAMES, first or period, period)

    def month(self, period: str) -> Month:
        """Return a month for its statements."""
        transfers: dict[str, Counter[tuple[str, int]]] = {}
        for one in self.vouchers:
            if any(line.account.startswith(UNDISTRIBUTED) for line in one.lines):
                moved = transfers.setdefault(one.date[:7], Counter())
                for line in one.lines:
                    moved[line.account, 0] += line.debit_fen
                    moved[line.account, 1] += line.credit_fen
        summed = {
            month: {account: (moved[account, 0], moved[account, 1]) for account, _ in moved}
            for month, moved in transfers.items()
        }
        return Month(period, self.rows(period), summed, opens=False)

    def sheet(self, period: str) -> dict[str, tuple[int, int]]:
        """Return the lines of the balance sheet with their figures, of the end and the beginning of the year."""
        found = self.month(period).balance_sheet(layout(CHART))
        lines = (*found.assets, *found.claims)
        return {row.line.key: (row.closing_fen, row.opening_fen) for row in lines}

    def income(self, period: str) -> dict[str, int]:
        """Return the lines of the statement of income."""
        year = self.month(period).year
        return {
            row.line.key: row.amount_fen for row in income_statement(income_layout(CHART, {}), year, year)
        }


def closing(rows: Iterable[TrialRow]) -> dict[str, int]:
    """Return the closing balances, but those at zero."""
    return {row.account: row.closing_fen for row in rows if row.closing_fen}


@given(BALANCES, VOUCHERS)
def test_closing_a_year_and_opening_the_next_loses_nothing(
    opening: dict[str, int], vouchers: list[Voucher]
) -> None:
    year = Year(opening, vouchers)
    before, shown, earned = closing(year.rows()), year.sheet("2026-12"), year.income("2026-12")
    transfers = transfer_vouchers(year.rows(), NAMES, "2026-12")
    for one in transfers:
        check_balanced(one.lines)
    ended = Year(opening, [*vouchers, *transfers])
    after = closing(ended.rows())

    assert sum(after.values()) == 0
    assert not any(account.startswith((RESULT, "321")) for account in after)
    stays = {
        account: fen for account, fen in before.items() if not account.startswith((RESULT, *UNDISTRIBUTED))
    }
    assert {account: fen for account, fen in after.items() if not account.startswith("322")} == stays
    assert after.get("32201", 0) == -sum(stays.values())
    assert ended.sheet("2026-12") == shown
    assert ended.income("2026-12") == earned

    next_ = Year(after, [])
    next_.opening = {account: fen for account, fen in next_.opening.items() if fen}
    assert closing(next_.rows("2027-01")) == after
    assert {row.account: row.opening_fen for row in next_.rows("2027-01")} == after
    begun = next_.sheet("2027-01")
    assert {key: figures[0] for key, figures in begun.items() if any(figures)} == {
        key: figures[0] for key, figures in shown.items() if figures[0]
    }
    assert all(end == start for end, start in begun.values())


@given(opening=BALANCES, vouchers=VOUCHERS, closed=st.booleans())
def test_the_months_statements_add_up_to_the_years(
    opening: dict[str, int], vouchers: list[Voucher], *, closed: bool
) -> None:
    year = Year(opening, vouchers)
    if closed:
        year = Year(opening, [*vouchers, *transfer_vouchers(year.rows(), NAMES, "2026-12")])
    of_months: Counter[str] = Counter()
    for period in YEAR:
        for row in year.month(period).detail_rows(NAMES):
            of_months[row.account] += row.month_fen
    of_year = {row.account: row.year_fen for row in year.month("2026-12").detail_rows(NAMES)}
    assert {account: fen for account, fen in of_months.items() if fen} == {
        account: fen for account, fen in of_year.items() if fen
    }
    income = sum(fen for account, fen in of_year.items() if account.startswith("50"))
    expense = sum(fen for account, fen in of_year.items() if not account.startswith("50"))
    assert year.income("2026-12")["net_surplus"] == income - expense


@given(BALANCES, VOUCHERS.filter(bool), st.data())
def test_a_correction_changes_only_what_it_says(
    opening: dict[str, int], vouchers: list[Voucher], data: st.DataObject
) -> None:
    """A red voucher and the right one, dated later, against the same book as if it had been right at once."""
    wrong = data.draw(st.sampled_from(vouchers))
    later = data.draw(st.sampled_from([period for period in YEAR if period >= wrong.date[:7]]))
    right = data.draw(
        st.builds(voucher, st.sampled_from(EARNING), st.sampled_from(EARNING), AMOUNT, st.just(later))
    )
    red = Voucher(attachments=Attachments(), date=right.date, lines=mirrored(wrong.lines), summary="冲销")
    before, after = Year(opening, vouchers), Year(opening, [*vouchers, red, right])
    said: Counter[str] = Counter()
    for line in right.lines:
        said[line.account] += line.debit_fen - line.credit_fen
    for line in wrong.lines:
        said[line.account] -= line.debit_fen - line.credit_fen
    for period in YEAR:
        if period < later:
            assert after.rows(period) == before.rows(period)
            assert after.sheet(period) == before.sheet(period)
            continue
        was, is_ = closing(before.rows(period)), closing(after.rows(period))
        changed = {one: is_.get(one, 0) - was.get(one, 0) for one in was.keys() | is_.keys()}
        assert {one: fen for one, fen in changed.items() if fen} == {
            one: fen for one, fen in said.items() if fen
        }
    others = [one for one in vouchers if one is not wrong]
    at_once = Year(opening, [*others, right])
    assert closing(after.rows()) == closing(at_once.rows())
    assert after.sheet("2026-12") == at_once.sheet("2026-12")
    assert after.income("2026-12") == at_once.income("2026-12")
