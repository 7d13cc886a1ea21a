"""The figures that are published beside a log: recomputed from the entries, each at the size that it names.

A live book grows while it is read. So what is served may name more entries than were audited; the audit then reads on,
and each one is compared at its own size. None may name fewer entries than the checkpoint that was there before it was
asked for, or more than the one that is there afterwards.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from audit.report import Finding
from audit.statements import FORMS, Periods
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import format_fen
from domain.kernel.period import is_date, is_period, parse_period, period_of, periods

if TYPE_CHECKING:
    from audit.figures import Figures
    from audit.report import Report
    from audit.source import Source
    from audit.statements import Form, Replayed
    from domain.book import Book

PUBLISHED = rule(
    "audit.published",
    Kind.REFUSED,
    "公布的 {period} {form}与日志不符：{zh}",
    "the published {form} of {period} does not follow from the log: {en}",
    "农经发〔2011〕13号",
)
WITHHELD = rule(
    "audit.withheld",
    Kind.REFUSED,
    "没有公布以下期间的{form}：{periods}",
    "the {form} of these periods is not published: {periods}",
    "农经发〔2011〕13号",
)
ABSENT = rule(
    "audit.form_absent",
    Kind.REFUSED,
    "随日志公布了余额，却没有公布任何{forms}，所以没有核对这些表",
    "balances are published with the log, and none of these, so they were not compared: {forms}",
    "农经发〔2011〕13号",
)

MAX_WHOLE = 2**53 - 1
"""What JSON gives whole to every reader; a larger number is no amount, and no size."""


class Words(NamedTuple):
    """What is wrong with what is published, in Chinese and English."""

    zh: str
    en: str


NAME_MAX = 40
NO_PERIOD = Words("账套没有这个会计期间", "the book has no such period")
UNREADABLE = Words("无法读取，或有字段出现两次", "unreadable, or a field stands in it twice")


class Served(NamedTuple):
    """What was served in a form for a period; `entries` is the size it names, 0 when it cannot be read."""

    form: Form
    period: str
    entries: int
    read: dict[str, Any]


class Published:
    """All that is published of a book's periods, waiting for the audit to reach the size that each names."""

    def __init__(self, source: Source, report: Report, book: Book, figures: Figures) -> None:
        """Begin the check of what is published of a book while it is replayed; nothing is fetched yet."""
        self._source = source
        self._report = report
        self._book, self._figures = book, figures
        self._check = report.check(
            "balances",
            "公布的余额和报表与日志算出的一致",
            "published balances and statements follow from the log",
        )
        self._check.nothing = (
            "没有随日志公布余额，未作核对 / no balances were published with this log, so none was compared"
        )
        self.waiting: dict[int, list[Served]] = {}
        """What waits, by the size at which it can be compared."""

    def fetch(self) -> None:
        """Read what may have changed, and compare what is of this very size.

        What has the very bytes that this program would publish now needs no reading.
        """
        changed = _periods(self._book, self._figures)
        now = Periods(self._book, self._figures)
        forms = [form for form in FORMS if changed and self._source.publishes(form.name)]
        missing: dict[str, list[str]] = {form.name: [] for form in forms}
        for period in changed:
            for form in forms:
                if not form.is_of(self._book, period):
                    continue
                data = self._source.published(form.name, period)
                if data is None:
                    missing[form.name].append(period)
                else:
                    self._take(form, period, data, now)
        for form in forms:
            self._take_others(form, changed[-1], now)
        self._remark_absent(forms, changed)
        for form in forms:
            if missing[form.name]:
                violation = WITHHELD(form=form.said, periods=", ".join(missing[form.name]))
                self._report.find(self._check, Finding.of(violation))
        self.compare()

    def _take_others(self, form: Form, last: str, now: Periods) -> None:
        """Take what is published of months without a voucher: before the book's first, or after the last that has one.

        A server shows the month of today, and that is the one that most readers see.
        """
        first = self._book.periods.first
        for period in self._source.months(form.name):
            if first <= period <= last or (is_period(period) and not form.is_of(self._book, period)):
                continue
            if period < first or not is_period(period):
                self._find(Served(form, period[:NAME_MAX], 0, {}), [NO_PERIOD])
            elif (data := self._source.published(form.name, period)) is not None:
                self._take(form, period, data, now)

    def _take(self, form: Form, period: str, data: bytes, now: Periods) -> None:
        """Let what was served wait for its size, unless it is what this program would publish."""
        self._check.count += 1
        if data != _published(form, now, period):
            served = _read(form, period, data)
            self.waiting.setdefault(served.entries, []).append(served)

    def _remark_absent(self, forms: list[Form], changed: list[str]) -> None:
        """Remark on what is published in no period, where other forms are: somebody may have taken it out."""
        wanted = [
            form for form in FORMS if forms and any(form.is_of(self._book, period) for period in changed)
        ]
        absent = [form.said for form in wanted if form not in forms]
        if absent:
            names = Phrase("、".join(each.zh for each in absent), ", ".join(each.en for each in absent))
            self._report.remarks.append(Finding.of(ABSENT(forms=names)))

    @property
    def newest(self) -> int:
        """The largest size that anything still waits for, 0 when nothing does."""
        return max(self.waiting, default=0)

    def compare(self) -> None:
        """Compare what names the present size of the replayed book."""
        waiting = self.waiting.pop(self._book.size, None)
        if waiting:
            computed = Periods(self._book, self._figures)
            for served in waiting:
                wanted = served.form.stands(computed.period(served.period))
                self._find(served, _differences(served, wanted))

    def end(self, size: int) -> None:
        """Report what names a size which the log, now of `size` entries, did not have while it was read."""
        for waiting in self.waiting.values():
            for served in waiting:
                self._find(served, [_other_size(served.entries, size) if served.read else UNREADABLE])

    def _find(self, served: Served, wrong: list[Words]) -> None:
        if wrong:
            zh, en = "；".join(words.zh for words in wrong), "; ".join(words.en for words in wrong)
            violation = PUBLISHED(form=served.form.said, period=served.period, zh=zh, en=en)
            self._report.find(self._check, Finding.of(violation))


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


def published_bytes(form: Form, of: Replayed) -> bytes:
    """Return a form as it is published: compact JSON."""
    return msgspec.json.encode(form.stands(of))


def _published(form: Form, now: Periods, period: str) -> bytes | None:
    """Return what would be published of a period; None if a hostile book has sums that cannot be: comparing tells."""
    try:
        return published_bytes(form, now.period(period))
    except Exception:  # noqa: BLE001 -- see above
        return None


def _read(form: Form, period: str, data: bytes) -> Served:
    try:
        read = msgspec.json.decode(data, type=dict[str, Any])
        json.loads(data, object_pairs_hook=_once)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Served(form, period, 0, {})
    return Served(form, period, _whole(read.get("entries")) or 0, read)


def _whole(read: object) -> int | None:
    """Return a number that was served if it is a whole one that JSON gives whole to every reader, else None.

    What counts is the number, not how it is written: a reader in JavaScript cannot tell 19.0 from 19. `true` is none.
    """
    if isinstance(read, bool) or not isinstance(read, int | float):
        return None
    if not abs(read) <= MAX_WHOLE or read != int(read):
        return None
    return int(read)


def _same(read: object, wanted: object) -> bool:
    """Tell whether a value that was served is the one wanted: Python alone takes `false` for 0, and `true` for 1."""
    if isinstance(wanted, dict):
        if not isinstance(read, dict) or read.keys() != wanted.keys():
            return False
        return all(_same(read[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(read, list) and len(read) == len(wanted) and all(map(_same, read, wanted))
    return read == wanted and isinstance(read, bool) == isinstance(wanted, bool)


def _once(fields: list[tuple[str, Any]]) -> None:
    """Refuse an object that has a field twice: readers would not agree on what it says."""
    if len(dict(fields)) < len(fields):
        raise ValueError("a field stands twice")


def _differences(served: Served, wanted: dict[str, Any]) -> list[Words]:
    """Return what is wrong with what was served, or nothing."""
    fields = sorted(wanted.keys() | served.read.keys())
    wrong = [name for name in fields if not _same(served.read.get(name), wanted.get(name))]
    return [
        _first_difference(served.form, served.read.get(name), wanted[name])
        if isinstance(wanted.get(name), list)
        else Words(name, name)
        for name in wrong
    ]


def _first_difference(form: Form, served: object, wanted: list[dict[str, Any]]) -> Words:
    """Say where the first line that differs does."""
    lines = served if isinstance(served, list) else []
    for number, line in enumerate(wanted):
        read = lines[number] if number < len(lines) else None
        if not _same(read, line):
            return _line_difference(form, read, line)
    more = len(lines) - len(wanted)
    return Words(f"多出 {more} 行", f"{more} rows too many")


def _line_difference(form: Form, read: object, line: dict[str, Any]) -> Words:
    """Name the account or the line, and the first column that differs with both its amounts in yuan."""
    key = "account" if "account" in line else "key"
    who = _who(line)
    of_line = read if isinstance(read, dict) and read.get(key) == line[key] else line
    for column, said in form.columns.items():
        wanted = line[column]
        if not _same(of_line.get(column), wanted):
            served, yuan = _yuan(of_line.get(column)), format_fen(wanted)
            return Words(
                f"{who.zh} 的{said.zh}公布为 {served} 元，按日志应为 {yuan} 元",
                f"{who.en}, {said.en}: {served} yuan published, {yuan} yuan by the log",
            )
    return Words(
        f"{who.zh} 的一行缺失、不在其位或名称不同",
        f"the row of {who.en} is missing, out of place or named otherwise",
    )


def _who(line: dict[str, Any]) -> Words:
    if "account" in line:
        who = f"{line['account']} {line['name']}"
        return Words(f"科目 {who}", f"account {who}")
    return Words(f"项目 {line['name']}", f"line {line['name_en']}")


def _yuan(served: object) -> str:
    """Return an amount that was served in fen, or "?" when it is none."""
    fen = _whole(served)
    return "?" if fen is None else format_fen(fen)
