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
from domain.kernel.money import format_fen
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
    "公布的 {period} 科目余额表与日志不符：{zh}",
    "the published trial balance of {period} does not follow from the log: {en}",
    "农经发〔2011〕13号",
)
WITHHELD = rule(
    "audit.withheld",
    Kind.REFUSED,
    "没有公布以下期间的科目余额表：{periods}",
    "the trial balances of these periods are not published: {periods}",
    "农经发〔2011〕13号",
)


COLUMNS = {
    "opening_debit_fen": ("期初借方余额", "opening debit balance"),
    "opening_credit_fen": ("期初贷方余额", "opening credit balance"),
    "debit_fen": ("本期借方发生额", "debits of the period"),
    "credit_fen": ("本期贷方发生额", "credits of the period"),
    "year_debit_fen": ("本年累计借方", "debits of the year"),
    "year_credit_fen": ("本年累计贷方", "credits of the year"),
    "closing_debit_fen": ("期末借方余额", "closing debit balance"),
    "closing_credit_fen": ("期末贷方余额", "closing credit balance"),
}
"""The columns of a trial balance in Chinese and English, by their names in JSON."""

MAX_AMOUNT_FEN = 2**53 - 1
"""What JSON gives whole to every reader; a larger number is no amount."""


class Words(NamedTuple):
    """What is wrong with a trial balance, in Chinese and English."""

    zh: str
    en: str


UNREADABLE = Words("无法读取", "unreadable")

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
        self._check.nothing = (
            "没有随日志公布余额，未作核对 / no balances were published with this log, so none was compared"
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

    def end(self, size: int) -> None:
        """Report those that name a size which the log, now of `size` entries, did not have while they were read."""
        for trials in self._waiting.values():
            for trial in trials:
                self._find(trial, [_other_size(trial.entries, size) if trial.served else UNREADABLE])

    def _find(self, trial: Trial, wrong: list[Words]) -> None:
        if wrong:
            zh, en = "；".join(words.zh for words in wrong), "; ".join(words.en for words in wrong)
            self._report.find(self._check, Finding.of(PUBLISHED(period=trial.period, zh=zh, en=en)))


def _other_size(entries: int, size: int) -> Words:
    if entries > size:
        return Words(
            f"它算到第 {entries} 条记录，而检查点只签到 {size} 条，有记录还没有签入日志",
            f"it counts {entries} entries and the checkpoint covers {size}: entries wait for the log's signature",
        )
    return Words(f"它只算到 {entries} 条记录", f"it counts {entries} entries only")


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


def _differences(trial: Trial, book: Book, computed: TrialBalances) -> list[Words]:
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
    return [_first_difference(trial.served, rows) if name == "rows" else Words(name, name) for name in wrong]


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


def _first_difference(published: dict[str, Any], rows: Sequence[TrialRow]) -> Words:
    """Say where the first row that differs does."""
    lines = published.get("rows")
    served = lines if isinstance(lines, list) else []
    for number, row in enumerate(rows):
        line = served[number] if number < len(served) else None
        if line != row._asdict():
            return _row_difference(line, row)
    more = len(served) - len(rows)
    return Words(f"多出 {more} 行", f"{more} rows too many")


def _row_difference(line: object, row: TrialRow) -> Words:
    """Name the account, and the first column that differs with both its amounts in yuan."""
    who = f"{row.account} {row.name}"
    of_account = line if isinstance(line, dict) and line.get("account") == row.account else row._asdict()
    for column, (zh, en) in COLUMNS.items():
        wanted = getattr(row, column)
        if of_account.get(column) != wanted:
            served, yuan = _yuan(of_account.get(column)), format_fen(wanted)
            return Words(
                f"科目 {who} 的{zh}公布为 {served} 元，按日志应为 {yuan} 元",
                f"account {who}, {en}: {served} yuan published, {yuan} yuan by the log",
            )
    return Words(
        f"科目 {who} 的一行缺失、不在其位或名称不同",
        f"the row of account {who} is missing, out of place or named otherwise",
    )


def _yuan(served: object) -> str:
    """Return an amount that was served in fen, or "?" when it is none."""
    return format_fen(served) if isinstance(served, int) and abs(served) <= MAX_AMOUNT_FEN else "?"
