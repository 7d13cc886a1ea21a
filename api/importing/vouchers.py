"""The sheets' vouchers and opening balances: what is new is planned, what is there must still say the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from api.importing.comparing import first_difference, says_the_same
from api.importing.counterparts import absent_vouchers, counterpart, plain_number
from api.importing.rules import (
    ATTACHMENTS_DIFFER,
    BAD_LINES,
    CHANGED,
    COPIED,
    MOVED,
    NO_SUMMARY,
    NUMBER_TWICE,
    ONE_VOUCHER,
    OPENING_CHANGED,
)
from api.importing.year_begun import income_left
from domain.chart import RESULT
from domain.kernel.errors import RuleViolation
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.vouchers import (
    MAX_LINES,
    Attachments,
    Line,
    Voucher,
    VoucherPosted,
    amount_fen,
    check_balanced,
    tiered_fen,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.importing.accounts import AccountPlan
    from api.importing.folder import Amounts, ImportFolder
    from api.importing.trial import Trial
    from domain.kernel.errors import Rule

LINES_MIN = 2
OPENING = "期初余额"
NEVER = "9999-99"
"""A period after all others."""


class Group(NamedTuple):
    """The rows of one date and number, and where each part begins that other rows or a sheet set apart."""

    rows: list[Amounts]
    starts: list[int]

    def holds_several(self) -> bool:
        """Whether the parts are vouchers of their own: several, and each balanced in itself."""
        ends = [*self.starts[1:], len(self.rows)]
        parts = [self.rows[start:end] for start, end in zip(self.starts, ends, strict=True)]
        return len(parts) > 1 and all(
            sum(row.debit_fen - row.credit_fen for row in part) == 0 for part in parts
        )

    def copied_from(self) -> int:
        """Return from which row on the rows say the very same again and again, balanced each time; else 0."""
        said = [_said(row) for row in self.rows]
        for length in range(LINES_MIN, len(said) // 2 + 1):
            times, rest = divmod(len(said), length)
            balanced = sum(row.debit_fen - row.credit_fen for row in self.rows[:length]) == 0
            if not rest and balanced and said == said[:length] * times:
                return length
        return 0


def _said(row: Amounts) -> tuple[object, ...]:
    amounts = (row.code, row.debit_fen, row.credit_fen, row.summary)
    return (*amounts, row.party, row.project, row.quantity_milli, row.unit)


class VoucherPlan:
    """Plans the folder's opening balances, vouchers and closings on a trial.

    `there` counts the vouchers that were posted before; `absent` names what was and is no longer in the sheets,
    `plainer` what was posted without the counterparties, projects or quantities that the sheets have now.
    """

    def __init__(self, trial: Trial, folder: ImportFolder, accounts: AccountPlan) -> None:
        """The accounts are planned already."""
        self._trial = trial
        self._folder = folder
        self._accounts = accounts
        self._groups = _grouped(folder.journal)
        self._spellings = Counter(map(_spelling, self._groups))
        self._absent: list[Voucher] = []
        self.there = 0
        self.absent: list[tuple[str, str]] = []
        self.plainer: list[tuple[str, str]] = []

    def add(self) -> None:
        """Plan what is new, in the order of the dates."""
        self._opening()
        sheet = {self._id(rows) for rows, _ in self._groups}
        months = [rows[0].date[:7] for rows, _ in self._groups] or [NEVER]
        self._absent = absent_vouchers(self._trial, sheet, months[0])
        self.absent += [
            (voucher.date, voucher.source) for voucher in self._absent if voucher.date[:7] <= months[-1]
        ]
        for group in self._groups:
            self._one(group)
        self._close_before(NEVER)

    def _opening(self) -> None:
        trial, opened = self._trial, self._folder.book.opened
        rows = [row for row in self._folder.opening if row.debit_fen or row.credit_fen]
        id_ = trial.id("opening")
        if not rows and id_ in trial.stored:
            self.absent.append((opened, OPENING))
        if not rows or self._accounts.uses_refused(rows):
            return
        balances = Balances(lines=[_line(row, "") for row in rows])
        if trial.book.opening.entry is None:
            self._check_income(rows)
            trial.add(OpeningPosted, balances, id_, ("accountant", "head"), rows)
        elif self._is_plainer(trial.stored.get(id_), balances):
            self.plainer.append((opened, OPENING))
        elif id_ not in trial.stored or not says_the_same(trial.stored[id_], balances):
            self._refuse_changed(OPENING_CHANGED, (OPENING, opened), id_, balances, rows)

    def _check_income(self, opening: Sequence[Amounts]) -> None:
        """Refuse balances of income and expense when the book begins with a year: they would count as that year's."""
        balances = [(row.code, row.debit_fen - row.credit_fen) for row in opening]
        left = income_left(balances, self._folder.book.opened)
        if left:
            self._trial.refuse(left, [row for row in opening if row.code.startswith(RESULT)])

    def _id(self, rows: Sequence[Amounts]) -> str:
        """Return a voucher's id: by its number, or by that without its kind (凭证字) where it was posted so."""
        first, stored = rows[0], self._trial.stored
        ids = [self._trial.id("voucher", first.date, number) for number in (first.number, first.unkinded)]
        if ids[0] not in stored and ids[1] in stored:
            posted = Counter((one.account, one.debit_fen, one.credit_fen) for one in stored[ids[1]].lines)
            if posted == Counter((row.code, row.debit_fen, row.credit_fen) for row in rows):
                return ids[1]
        return ids[0]

    def _one(self, group: Group) -> None:
        """Plan a voucher, or find it posted."""
        trial, rows = self._trial, group.rows
        first, id_ = rows[0], self._id(rows)
        voucher = self._voucher(group)
        if voucher is None or self._accounts.uses_refused(rows):
            return
        if id_ in trial.stored:
            self.there += 1
            voucher = structs.replace(voucher, source=getattr(trial.stored[id_], "source", voucher.source))
            if self._is_plainer(trial.stored[id_], voucher):
                self.plainer.append((first.date, first.number))
            elif not any(
                says_the_same(trial.stored[id_], one) for one in (voucher, _unfilled(voucher, rows))
            ):
                self._refuse_changed(CHANGED, (first.number, first.date), id_, voucher, rows)
            return
        before = counterpart(voucher, first.unkinded, self._absent)
        if before:
            field = "number" if before.date == first.date else "date"
            facts = {"number": first.number, "before": before.source, "before_date": before.date}
            trial.refuse(MOVED(date=first.date, field=field, **facts), rows)
            return
        self._close_before(first.date[:7])
        tiered = tiered_fen(voucher.lines, amount_fen(voucher.lines))
        roles = tuple(trial.book.policy.tier(tiered).roles)
        trial.add(VoucherPosted, voucher, id_, roles, rows)

    @staticmethod
    def _is_plainer(posted: Voucher | Balances | None, sheet: Voucher | Balances) -> bool:
        """Tell whether what is posted is the sheet's without all that stands beside its amounts there."""
        if posted is None or says_the_same(posted, sheet):
            return False
        plain = [
            structs.replace(line, party="", project="", quantity_milli=0, unit="") for line in sheet.lines
        ]
        return says_the_same(posted, structs.replace(sheet, lines=plain))

    def _refuse_changed(
        self,
        changed: Rule,
        named: tuple[str, str],
        id_: str,
        sheet: Voucher | Balances,
        rows: Sequence[Amounts],
    ) -> None:
        number, date = named
        found = first_difference(self._trial.stored[id_], sheet)
        self._trial.refuse(changed(number=number, date=date, what=found.what, **found._asdict()), rows)

    def _voucher(self, group: Group) -> Voucher | None:
        """Build a voucher of its rows, or report what is wrong with them."""
        rows, first = group.rows, group.rows[0]
        summary = next((row.summary for row in rows if row.summary), "")
        lines = [_line(row, summary) for row in rows]
        try:
            if not summary:
                raise NO_SUMMARY()
            self._check_whole(group, lines)
            attachments = _attachments(rows)
        except RuleViolation as violation:
            self._trial.refuse(violation, rows)
            return None
        return Voucher(
            attachments=Attachments(count=attachments),
            date=first.date,
            lines=lines,
            source=first.number,
            summary=summary,
        )

    def _check_whole(self, group: Group, lines: Sequence[Line]) -> None:
        """The rows are one voucher: not two of one number, and not a part of one whose date or number varies."""
        rows, first = group.rows, group.rows[0]
        try:
            if not LINES_MIN <= len(rows) <= MAX_LINES:
                raise BAD_LINES(number=first.number, count=len(rows), least=LINES_MIN, most=MAX_LINES)
            check_balanced(lines)
        except RuleViolation:
            if self._spellings[_spelling(group)] > 1:
                other = self._other_spelling(group)
                facts = {"other": other.number, "other_date": other.date, "other_place": other.row.place}
                raise ONE_VOUCHER(number=first.number, date=first.date, field="number", **facts) from None
            raise
        at = group.copied_from()
        if at:
            facts = {"first": first.row.place, "field": f"lines[{at + 1}].number"}
            raise COPIED(number=first.number, date=first.date, **facts)
        if group.holds_several():
            field = f"lines[{group.starts[1] + 1}].number"
            raise NUMBER_TWICE(number=first.number, date=first.date, first=first.row.place, field=field)

    def _other_spelling(self, group: Group) -> Amounts:
        """Return the first row of the nearest other voucher of the month whose number reads the same."""
        own = group.rows[0].row
        others = [
            other.rows[0]
            for other in self._groups
            if other is not group and _spelling(other) == _spelling(group)
        ]
        return min(others, key=lambda one: (one.row.sheet != own.sheet, abs(one.row.number - own.number)))

    def _close_before(self, period: str) -> None:
        """Close the periods that `closed_through` wants closed and that lie before `period`."""
        trial = self._trial
        through = min(self._folder.book.closed_through, period)
        while trial.book.periods.next_to_close <= through and trial.book.periods.next_to_close < period:
            closing = trial.book.periods.next_to_close
            data, id_ = Closing(period=closing), trial.id("close", closing)
            if not trial.add(PeriodClosed, data, id_, ("accountant", "head")):
                return


def _grouped(journal: Sequence[Amounts]) -> list[Group]:
    """Return the vouchers' rows in the order of the dates; rows of one date and number are one voucher."""
    groups: dict[tuple[str, str], Group] = {}
    before = None
    for row in journal:
        key = (row.date, row.number)
        rows, starts = groups.setdefault(key, Group([], []))
        if (key, row.row.sheet) != before:
            starts.append(len(rows))
        rows.append(row)
        before = (key, row.row.sheet)
    return sorted(groups.values(), key=lambda group: group.rows[0].date)


def _spelling(group: Group) -> tuple[str, str]:
    """Return the month and the number as people read it."""
    return group.rows[0].date[:7], plain_number(group.rows[0].number)


def _attachments(rows: Sequence[Amounts]) -> int:
    """Return the voucher's number of attachments, which its rows give once or alike."""
    count = 0
    for number, row in enumerate(rows, start=1):
        if count and row.attachments and row.attachments != count:
            path = f"lines[{number}].attachments"
            raise ATTACHMENTS_DIFFER(first=count, read=row.attachments, field=path)
        count = count or row.attachments
    return count


def _unfilled(voucher: Voucher, rows: Sequence[Amounts]) -> Voucher:
    """Return a voucher whose lines have the voucher's summary, not that of the line above, where theirs is blank."""
    lines = [
        structs.replace(line, summary="") if "summary" in row.row.filled else line
        for line, row in zip(voucher.lines, rows, strict=True)
    ]
    return structs.replace(voucher, lines=lines)


def _line(row: Amounts, summary: str) -> Line:
    own = "" if row.summary == summary else row.summary
    return Line(
        account=row.code,
        credit_fen=row.credit_fen,
        debit_fen=row.debit_fen,
        party=row.party,
        project=row.project,
        quantity_milli=row.quantity_milli,
        summary=own,
        unit=row.unit if row.quantity_milli else "",
    )
