"""The figures that are published beside a log: recomputed from the entries, each at the size that it names.

A live book grows while it is read. So a trial balance may name more entries than were audited; the audit then reads on,
and each one is compared at its own size. None may name fewer entries than the checkpoint that was there before it was
asked for, or more than the one that is there afterwards.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from audit.report import Finding
from domain.balances import TrialRow, totals
from domain.kernel.errors import Kind, rule
from domain.kernel.period import is_date, parse_period, period_of, periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.figures import Figures
    from audit.report import Report
    from audit.source import Source
    from domain.balances import TrialBalances
    from domain.book import Book

PUBLISHED = rule(
    "audit.published",
    Kind.REFUSED,
    "公布的 {period} 科目余额表与日志不符：{problem}",
    "the published trial balance of {period} does not follow from the log: {problem}",
    "农经发〔2011〕13号",
)
WITHHELD = rule(
    "audit.withheld",
    Kind.REFUSED,
    "没有公布以下期间的科目余额表：{periods}",
    "the trial balances of these periods are not published: {periods}",
    "农经发〔2011〕13号",
)


_figures_of = itemgetter(*TrialRow._fields)


class Trial(NamedTuple):
    """A trial balance as it was served; `entries` is the size it names, 0 when it cannot be read."""

    period: str
    entries: int
    served: dict[str, Any]


class Published:
    """The trial balances of a book that are published, waiting for the audit to reach the size each one names."""

    def __init__(self, source: Source, report: Report) -> None:
        """Begin the check; nothing is fetched yet."""
        self._source = source
        self._report = report
        self._check = report.check(
            "balances", "公布的余额与日志算出的一致", "published balances follow from the log"
        )
        self._waiting: dict[int, list[Trial]] = {}

    def fetch(self, book: Book, figures: Figures) -> None:
        """Read the trial balances that may have changed, and compare those of this very size."""
        missing: list[str] = []
        for period in _periods(book, figures):
            served = self._source.trial_balance(period)
            if served is None:
                missing.append(period)
                continue
            self._check.count += 1
            trial = _read(period, served)
            self._waiting.setdefault(trial.entries, []).append(trial)
        if missing and self._source.promises_balances:
            self._report.find(self._check, Finding.of(WITHHELD(periods=", ".join(missing))))
        self.compare(book)

    @property
    def newest(self) -> int:
        """The largest size that a trial balance still waits for, 0 when none does."""
        return max(self._waiting, default=0)

    def compare(self, book: Book) -> None:
        """Compare those that name the present size of the replayed book."""
        trials = self._waiting.pop(book.size, None)
        if trials:
            computed = book.trial_balances()
            for trial in trials:
                self._find(trial, _differences(trial, book, computed))

    def end(self) -> None:
        """Report those that name a size which the log did not have while they were read."""
        for trials in self._waiting.values():
            for trial in trials:
                self._find(trial, "entries" if trial.served else "unreadable")

    def _find(self, trial: Trial, problem: str) -> None:
        if problem:
            self._report.find(self._check, Finding.of(PUBLISHED(period=trial.period, problem=problem)))


def _periods(book: Book, figures: Figures) -> list[str]:
    """Return the periods, from the book's first to the last that has a voucher, whose figures may have changed."""
    if not book.periods.first:
        return []
    first = parse_period(book.periods.first)
    last = period_of(figures.newest) if is_date(figures.newest) else first
    return periods(max(first, figures.changed_from), last)


def _read(period: str, served: bytes) -> Trial:
    try:
        trial = msgspec.json.decode(served, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Trial(period, 0, {})
    entries = trial.get("entries")
    return Trial(period, entries if isinstance(entries, int) else 0, trial)


def _differences(trial: Trial, book: Book, computed: TrialBalances) -> str:
    """Return what is wrong with a published trial balance, or nothing."""
    rows, lines = computed.trial_balance(trial.period), trial.served.get("rows")
    organisation = book.founding.organisation
    wanted = {
        "book": book.book,
        "name": organisation.name if organisation else "",
        "from": trial.period,
        "period": trial.period,
        "entries": book.size,
        "root": book.root(),
        "rows": lines if _are(lines, rows) else rows,
        "totals": totals(rows),
    }
    fields = sorted(wanted.keys() | trial.served.keys())
    wrong = [name for name in fields if trial.served.get(name) != wanted.get(name)]
    return ", ".join(_first_difference(trial.served, rows) if name == "rows" else name for name in wrong)


def _are(lines: object, rows: list[TrialRow]) -> bool:
    """Tell whether lines, as they were served, are these rows."""
    try:
        return (
            isinstance(lines, list)
            and [_figures_of(line) for line in lines] == rows
            and all(len(line) == len(TrialRow._fields) for line in lines)
        )
    except (KeyError, TypeError):  # a figure is missing, or a line is none
        return False


def _first_difference(published: dict[str, Any], rows: Sequence[TrialRow]) -> str:
    """Name the first account whose line differs."""
    lines = published.get("rows")
    served = lines if isinstance(lines, list) else []
    for number, row in enumerate(rows):
        line = served[number] if number < len(served) else None
        if line != row._asdict():
            return f"rows: account {row.account}: {line} != {row._asdict()}"
    return f"rows: {len(served)} of them, {len(rows)} expected"
