"""The financial statements as JSON and as tables, from one query each."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from api.adapters.tables import Cells, Formula, Sum, Table, TableColumn
from domain import statements
from domain.chart import RESULT
from domain.kernel.errors import Phrase
from domain.statements import NoteKind, Standing, difference_fen
from domain.subtotals import SUBTOTALS
from projections.budget import budget, is_planned
from projections.statements import balance_sheet, cross_checks, income_details, income_statement, notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from psycopg import Connection

    from domain.statements import BudgetRow, SheetLine
    from domain.statements.income_lines import IncomeLine
    from domain.statements.layout import LayoutLine
    from domain.statements.notes import Movement
    from projections.budget import BudgetReport
    from projections.statements import (
        BalanceSheetReport,
        CrossCheckReport,
        DetailReport,
        IncomeReport,
        NotesReport,
    )

DETAIL_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("项目"),
    TableColumn("本期金额", money=True),
    TableColumn("本年累计", money=True),
)
DECLARATION = (
    "本组织编制的会计报表符合《农村集体经济组织会计制度》的要求，真实、完整地反映了财务状况和经营成果。"
)
NOTE_WORDS = {
    NoteKind.DECLARED: DECLARATION,
    NoteKind.MOVEMENTS: "无",
    NoteKind.NOMINAL: "账上没有余额为 1 元的资产科目",
    NoteKind.WRITTEN: "（由编制人填写）",
}
"""What a note says that lists no account."""

CROSS_CHECK_COLUMNS = (
    TableColumn("勾稽关系"),
    TableColumn("一方"),
    TableColumn("金额", money=True),
    TableColumn("另一方"),
    TableColumn("金额", money=True),
    TableColumn("相差", money=True),
)

STANDING_WORDS = {Standing.OVER: "超计划", Standing.USED_UP: "已用完", Standing.NEAR: "已到九成"}
"""What a line of spending says that is beyond its plan, or near its end."""

BUDGET_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("项目"),
    TableColumn("全年计划", money=True),
    TableColumn("本期金额", money=True),
    TableColumn("本年累计", money=True),
    TableColumn("完成"),
)


def beginning_head(opened_on: str) -> str:
    """Return the head of what a year begins with; it names the day of an opening in the midst of the year."""
    return f"建账时余额（{opened_on}）" if opened_on else "年初余额"


def sheet_beginning(opened_on: str) -> Phrase | None:
    """Return what a balance sheet says of its second column in the year in whose midst the book was opened."""
    if not opened_on:
        return None
    return Phrase(
        f"本账套于 {opened_on} 建账，「建账时余额」是当日的余额，不是年初数：其中的未分配收益含当年建账前的收支"
        "（501 至 521 的期初余额）；收益及收益分配表把这部分算作本年收支，不在它的「年初未分配收益」里。",
        f"The book was opened on {opened_on}; its balances of that day stand here, not those of the year's beginning:"
        " the undistributed income has the year's income and expense before that day (the opening balances of 501 to"
        " 521) in it, which the statement of income counts as this year's and not as brought forward.",
    )


def notes_beginning(opened_on: str) -> Phrase | None:
    """Return what the notes say of their movements in the year in whose midst the book was opened."""
    if not opened_on:
        return None
    return Phrase(
        f"本账套于 {opened_on} 建账，「建账时余额」是当日的余额，不是年初数；「本年增加」「本年减少」从建账之日算起"
        "（501 至 521 的期初余额是当年建账前的累计发生额，列在「本年增加」里）。",
        f"The book was opened on {opened_on}; its balances of that day stand here, not those of the year's beginning;"
        " increases and decreases are those since then (the opening balances of 501 to 521 are what they moved in the"
        " year before it, and stand among the increases).",
    )


def _table_note(said: Phrase | None) -> str:
    return f"{said.zh} / {said.en}" if said else ""


def sheet_object(report: BalanceSheetReport) -> dict[str, Any]:
    """Return the balance sheet as a JSON object; amounts in fen."""
    return statements.sheet_object(report, report.sheet)


def sheet_table(report: BalanceSheetReport) -> Table:
    """Return the balance sheet (资产负债表) as a table, both sides beside each other, their totals in the last row."""
    last = max(len(report.sheet.assets), len(report.sheet.claims)) - 1
    *assets, all_assets = _sheet_cells(report.sheet.assets, last)
    *claims, all_claims = _sheet_cells(report.sheet.claims, last)
    empty = ("", None, None)
    rows = [left + right for left, right in zip_longest(assets, claims, fillvalue=empty)]
    amounts = (
        TableColumn("期末余额", money=True),
        TableColumn(beginning_head(report.opened_on), money=True),
    )
    return Table(
        f"资产负债表  {report.name}  {report.period}",
        (TableColumn("资产"), *amounts, TableColumn("负债和所有者权益"), *amounts),
        [*rows, all_assets + all_claims],
        _table_note(sheet_beginning(report.opened_on)),
    )


def _sheet_cells(rows: Sequence[SheetLine], last: int) -> Iterator[tuple[object, ...]]:
    """Yield the cells of a side, whose total stands in the row of the number `last`."""
    numbers = [*range(len(rows) - 1), last]
    closings = _line_cells([(row.line, row.closing_fen) for row in rows], numbers)
    openings = _line_cells([(row.line, row.opening_fen) for row in rows], numbers)
    for row, closing, opening in zip(rows, closings, openings, strict=True):
        yield row.line.name, closing, opening


def _line_cells(
    rows: Sequence[tuple[LayoutLine | IncomeLine, int]], numbers: Sequence[int]
) -> Iterator[Formula]:
    """Yield the figures of lines in a column, in rows of these numbers; sums of other lines are made of theirs."""
    figures = {line.key: fen for line, fen in rows}
    places = {line.key: number for (line, _), number in zip(rows, numbers, strict=True)}
    for line, fen in rows:
        shown = [term for term in line.sums if term.name in figures]
        rest = fen - sum(term.sign * figures[term.name] for term in shown)
        cells = [Cells(places[line.key] - places[term.name], sign=term.sign) for term in shown]
        yield Formula(fen, *cells, rest_fen=rest)


def income_object(report: IncomeReport) -> dict[str, Any]:
    """Return the statement of income and its distribution as a JSON object; amounts in fen."""
    return _ranged(statements.income_object(report, report.rows, report.off_by_fen), report.first)


def income_columns(report: IncomeReport) -> tuple[TableColumn, TableColumn, TableColumn]:
    """Return the heads of a statement of income: of the year so far, or of the periods that were asked for."""
    amount = "本期金额" if report.first else "本年累计"
    return TableColumn("项目"), TableColumn(amount, money=True), TableColumn("上年同期", money=True)


def income_table(report: IncomeReport) -> Table:
    """Return the statement of income and its distribution (收益及收益分配表) as a table; blank is what nobody knows."""
    numbers = range(len(report.rows))
    amounts = _line_cells([(row.line, row.amount_fen) for row in report.rows], numbers)
    known = _line_cells([(row.line, row.before_fen) for row in report.rows], numbers)
    before = [None] * len(report.rows) if report.begun else known
    lines = [row.line for row in report.rows]
    rows: list[tuple[object, ...]] = [
        (line.name, *(cells if line.is_kept else (None, None)))
        for line, *cells in zip(lines, amounts, before, strict=True)
    ]
    basis = f"  小计口径：{report.subtotals.used.basis}" if report.subtotals else ""
    return Table(f"收益及收益分配表  {report.name}  {_periods(report)}{basis}", income_columns(report), rows)


def placed(report: IncomeReport) -> list[tuple[str, Phrase]]:
    """Return the lines that the county placed otherwise than the official form, each with the sub-total it is in."""
    places = dict(report.subtotals.places) if report.subtotals else {}
    return [
        (row.line.title, SUBTOTALS[subtotal])
        for row in report.rows
        for account, subtotal in places.items()
        if row.line.accounts == (account,)
    ]


def _periods(report: IncomeReport | DetailReport) -> str:
    return f"{report.first} 至 {report.period}" if report.first else report.period


def detail_object(report: DetailReport) -> dict[str, Any]:
    """Return income and expense by detail account as a JSON object; amounts in fen."""
    return _ranged(statements.detail_object(report, report.rows), report.first)


def _ranged(report: dict[str, Any], first: str) -> dict[str, Any]:
    """Return a report that says the first of its periods, where one was asked for."""
    return {**report, "from": first} if first else report


def detail_table(report: DetailReport) -> Table:
    """Return income and expense by detail account (收支明细表) as a table: income, expense, and what is left."""
    rows: list[tuple[object, ...]] = []
    expense = sum(not row.is_income for row in report.rows)
    sums = Cells(expense + 2), Cells(1, sign=-1)
    for words, is_income in (("收入合计", True), ("支出合计", False)):
        listed = [row for row in report.rows if row.is_income == is_income]
        rows += [(row.account, row.name, row.month_fen, row.year_fen) for row in listed]
        totals = [sum(row.month_fen for row in listed), sum(row.year_fen for row in listed)]
        rows.append(("", words, *(Sum(fen, len(listed)) for fen in totals)))
    return Table(
        f"收支明细表  {report.name}  {_periods(report)}",
        DETAIL_COLUMNS,
        [*rows, ("", "收支差额", *(Formula(fen, *sums) for fen in difference_fen(report.rows)))],
    )


def budget_object(report: BudgetReport) -> dict[str, Any]:
    """Return how a plan is carried out as a JSON object; amounts in fen."""
    return statements.budget_object(report, report.plan.entry, report.rows)


class BudgetPart(NamedTuple):
    """A part of a plan that is added up: its name, its rows, and their sums in fen: plan, month, year."""

    words: str
    rows: list[BudgetRow]
    sums: tuple[int, int, int]


def budget_parts(rows: Iterable[BudgetRow]) -> list[BudgetPart]:
    """Return the parts of a plan that have rows: income, expense, and what is made, bought or invested in."""
    parts: dict[str, list[BudgetRow]] = {"收入": [], "支出": [], "成本、购建和投资": []}
    for row in rows:
        result = "收入" if row.is_income else "支出"
        parts[result if row.account.startswith(RESULT) else "成本、购建和投资"].append(row)
    return [BudgetPart(words, of_part, _sums(of_part)) for words, of_part in parts.items() if of_part]


def _sums(rows: list[BudgetRow]) -> tuple[int, int, int]:
    return (
        sum(row.planned_fen for row in rows),
        sum(row.month_fen for row in rows),
        sum(row.year_fen for row in rows),
    )


def budget_table(report: BudgetReport) -> Table:
    """Return how a plan is carried out (收支计划执行情况表) as a table: its parts, each with its sums."""
    rows: list[tuple[object, ...]] = []
    for part in budget_parts(report.rows):
        rows += map(_budget_cells, part.rows)
        rows.append(("", f"{part.words}合计", *(Sum(fen, len(part.rows)) for fen in part.sums), ""))
    return Table(f"收支计划执行情况表  {report.name}  {report.period}", BUDGET_COLUMNS, rows)


def _budget_cells(row: BudgetRow) -> tuple[object, ...]:
    words = [row.share or "计划外", STANDING_WORDS.get(row.standing, "")]
    return (row.account, row.name, row.planned_fen, row.month_fen, row.year_fen, " ".join(words).rstrip())


def notes_object(report: NotesReport) -> dict[str, Any]:
    """Return the notes' skeleton as a JSON object; amounts in fen."""
    return statements.notes_object(report, report.notes)


def notes_table(report: NotesReport) -> Table:
    """Return the notes' skeleton (会计报表附注) as a table: each note, its accounts, and their sum."""
    rows: list[tuple[object, ...]] = []
    for line, movements in report.notes:
        rows.append((line.number, line.title, *(None,) * 4, "" if movements else NOTE_WORDS[line.kind]))
        rows += map(_movement_cells, movements)
    amounts = (beginning_head(report.opened_on), "本年增加", "本年减少", "期末余额")
    return Table(
        f"会计报表附注  {report.name}  {report.period}",
        (
            TableColumn("序号"),
            TableColumn("项目"),
            *(TableColumn(head, money=True) for head in amounts),
            TableColumn("说明"),
        ),
        rows,
        _table_note(notes_beginning(report.opened_on)),
    )


def _movement_cells(row: Movement) -> tuple[object, ...]:
    """Return an account's cells; it ends on what it began with, what came and what went."""
    closing = Formula(row.closing_fen, Cells(0, 3), Cells(0, 2), Cells(0, 1, -1))
    return ("", f"{row.account} {row.name}", row.opening_fen, row.increase_fen, row.decrease_fen, closing, "")


def cross_check_object(report: CrossCheckReport) -> dict[str, Any]:
    """Return the cross-checks as a JSON object; amounts in fen."""
    return {
        **statements.head_object(report),
        "checks": [
            {
                "key": check.line.key,
                "name": check.line.name,
                "name_en": check.line.name_en,
                "left": check.line.left_name,
                "left_fen": check.left_fen,
                "right": check.line.right_name,
                "right_fen": check.right_fen,
                "off_by_fen": check.off_by_fen,
            }
            for check in report.checks
        ],
    }


def cross_check_table(report: CrossCheckReport) -> Table:
    """Return the cross-checks between the statements (勾稽关系) as a table, the difference a formula."""
    rows = [
        (
            check.line.name,
            check.line.left_name,
            check.left_fen,
            check.line.right_name,
            check.right_fen,
            Formula(check.off_by_fen, Cells(0, 3), Cells(0, 1, -1)),
        )
        for check in report.checks
    ]
    return Table(f"报表勾稽关系  {report.name}  {report.period}", CROSS_CHECK_COLUMNS, rows)


def _always(_: Connection[Any], __: str, ___: str) -> bool:
    return True


class Statement(NamedTuple):
    """A statement: the name in its addresses and commands, what asks for it, and its JSON object and table.

    `is_of` tells whether there is one of a period of a book; `spans` whether it is asked for over several periods too,
    by the first of them as a last argument.
    """

    name: str
    ask: Callable[..., Any]
    as_object: Callable[[Any], dict[str, Any]]
    as_table: Callable[[Any], Table]
    is_of: Callable[[Connection[Any], str, str], bool] = _always
    spans: bool = False


BALANCE_SHEET = Statement("balance-sheet", balance_sheet, sheet_object, sheet_table)
INCOME_STATEMENT = Statement("income-statement", income_statement, income_object, income_table, spans=True)
INCOME_DETAILS = Statement("income-details", income_details, detail_object, detail_table, spans=True)
NOTES = Statement("notes", notes, notes_object, notes_table)
CROSS_CHECKS = Statement("cross-checks", cross_checks, cross_check_object, cross_check_table)
BUDGET = Statement("budget", budget, budget_object, budget_table, is_planned)

STATEMENTS = (BALANCE_SHEET, INCOME_STATEMENT, INCOME_DETAILS, BUDGET)
"""Those that are published beside the log, of the periods that they are of; an audit compares them."""
