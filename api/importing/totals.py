"""Rows of totals (合计、累计、余额、承前页、过次页): which rows are some, and whether they are the sums above them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from api.importing.cells import joined_code, parse_amount
from domain.chart import is_account_code
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.money import format_fen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row
    from api.importing.folder import Amounts

TOTALS_ROW = rule(
    "import.totals_row",
    Kind.MALFORMED,
    "这一行写着「{label}」，像是合计、累计或余额行，却有科目编码或凭证号；是合计就删去这一行（合计由程序来算），是分录就改摘要",
    "this row says '{label}', as one of totals or balances does, but has an account's code or a voucher's number; "
    "delete it if it is (totals are computed), or give a line another summary",
)

_WHEN = r"(?:[本全上每各当第]?(?:[0-9]+|[一二三四五六七八九十]+)?(?:年度|[页月日期季年末旬周天]))"
_IN_WORDS = r"(?:人民币)?[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖拾佰仟十百千万亿元圆角分整正]+"
TOTALS = re.compile(
    rf"{_WHEN}*(?:期?初|期?末)?(?:发生额|余额|借方|贷方|金额)?(?:及余额)?[合总小累共][计計](?:数|额|金额|发生额)?"
    rf"(?:[(（]?大写[)）]?)?[:：]?(?:{_IN_WORDS})?"
    rf"|{_WHEN}*(?:发生额|借方发生额|贷方发生额)(?:及余额)?[:：]?"
    rf"|(?:{_WHEN}*|[期年月日][初末])(?:结存|余额)[:：]?"
    "|(?:过|转)[次下]页|承前页|[承接]上页|[上前][年月期](?:结转|转来|结存)|结转[下次][年月期]|转[下次][年月期]"
    "|(?:grand ?|sub-?)?totals?:?",
    re.IGNORECASE,
)
"""What a row of totals says as the whole text of a cell."""
_ENDS = re.compile(r".*(?:合计|小计|总计|合計|小計|總計)[:：]?", re.DOTALL)
"""How it may end where neither a code nor a number makes it a line: 流动资产合计."""
SUM = re.compile("[合小总][计計]|total", re.IGNORECASE)
"""What says that the amounts are the sums of those above; a balance or what accumulates has other rows too."""
LABELS = ("date", "kind", "number", "summary", "code", "name")
"""The fields in one of which a row says what it is."""


_AMOUNTS = ("debit", "credit", "amount")
"""The fields in which a row of totals has its sums."""


class Totals(NamedTuple):
    """A row of totals that is passed over, and how many lines stand before it."""

    row: Row
    label: str
    after: int


def below_label(row: Row, above: Totals | None) -> Row:
    """Return a row of sums with the label that stands in the row above it alone: 合计：壹仟元整."""
    if above is None or (above.row.sheet, above.row.number + 1) != (row.sheet, row.number):
        return row
    filled = {name for name, text in row.cells.items() if text}
    if not filled or not filled <= {*_AMOUNTS} or any(above.row.cells.get(name) for name in _AMOUNTS):
        return row
    return replace(row, cells={**row.cells, above.label: above.row.cells[above.label]})


def label_of(row: Row) -> str:
    """Return the field that says that a row is one of totals, "" when it is none.

    With an account's code and a voucher's number a row is a line, whatever its summary says.
    """
    is_line = is_account_code(joined_code(row.cells["code"])) and row.cells.get("number") != ""
    if is_line:
        return ""
    texts = {name: "".join(row.cells.get(name, "").split()) for name in LABELS}
    whole = next((name for name, text in texts.items() if TOTALS.fullmatch(text)), "")
    if whole:
        return whole
    ends = next((name for name, text in texts.items() if _ENDS.fullmatch(text)), "")
    return ends if ends and not (_said(row, "code", ends) or _said(row, "number", ends)) else ""


def may_be_a_line(row: Row, label: str) -> bool:
    """Tell whether a row with the label of totals has what would be lost if it were passed over.

    That is a code, or the number of a voucher without amounts on both sides, which its own total has.
    """
    one_sided = not (row.cells["debit"] and row.cells["credit"])
    return _said(row, "code", label) or (_said(row, "number", label) and one_sided)


def _said(row: Row, name: str, label: str) -> bool:
    return name != label and bool(row.cells.get(name, ""))


@dataclass
class Side:
    """The sum of one side so far, and what it was wherever a sum may begin: a sheet, a month, below a total."""

    total: int = 0
    last: int = 0
    begun: set[int] = field(default_factory=lambda: {0})

    def agrees(self, told: int) -> bool:
        """Tell whether a total is the sum since some place where one may begin."""
        return self.total - told in self.begun

    def begin(self, *, summed: bool = True) -> None:
        """Let a sum begin here; below what is no sum the one that was `last` still goes on."""
        self.last = self.total if summed else self.last
        self.begun.add(self.total)


def disagreeing(totals: Sequence[Totals], lines: Sequence[Amounts]) -> list[Phrase]:
    """Say of each row of totals whose amounts are not the sum of lines above it where it is, and what both are.

    The sum may begin anywhere that people begin one: with the table, the sheet, the month, or below another total.
    """
    told: list[Phrase] = []
    debit, credit = Side(), Side()
    done = 0
    for row, label, after in totals:
        for place in range(done, after):
            _begin(debit, credit, lines, place)
            debit.total += lines[place].debit_fen
            credit.total += lines[place].credit_fen
        done = after
        if after and lines[after - 1].row.sheet != row.sheet:
            _mark(debit, credit)
        if SUM.search(row.cells[label]):
            told += _compared(row, debit, credit)
        _mark(debit, credit, summed=any(row.cells.get(name) for name in _AMOUNTS))
    return told


def _begin(debit: Side, credit: Side, lines: Sequence[Amounts], place: int) -> None:
    """Note that a sum may begin at a line: the first of its sheet or its month."""
    if place == 0:
        return
    before, now = lines[place - 1], lines[place]
    if (before.row.sheet, before.date[:7]) != (now.row.sheet, now.date[:7]):
        _mark(debit, credit)


def _mark(*sides: Side, summed: bool = True) -> None:
    for side in sides:
        side.begin(summed=summed)


def _compared(row: Row, debit: Side, credit: Side) -> list[Phrase]:
    """Return what is to be said of a row whose sums are others."""
    said = []
    for name, zh, side in (("debit", "借方", debit), ("credit", "贷方", credit)):
        try:
            told = parse_amount(row.cells[name])
        except RuleViolation:  # a text, where nothing is summed up
            continue
        if row.cells[name] and not side.agrees(told):
            read, expected = format_fen(told), format_fen(side.total - side.last)
            said.append(
                Phrase(
                    f"{row.place.zh}{zh}写的是 {read}，上面各行相加是 {expected}",
                    f"{row.place.en} has a {name} of {read}, the rows above add up to {expected}",
                )
            )
    return said
