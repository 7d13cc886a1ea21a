"""The history of a figure and the difference between two sizes, as JSON and as tables; and the moments they ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.adapters.tables import Sum, Table, TableColumn
from api.clock import CHINA
from domain.history import END
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen
from domain.kernel.period import is_date, is_timestamp
from domain.kernel.statement import type_name
from domain.roles import ROLES, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.difference import Difference, Head
    from domain.history import HistoryRow, Posting
    from domain.statements import LineAmount
    from projections.history import History

BAD_MOMENT = rule(
    "history.moment",
    Kind.MALFORMED,
    "「据何时所知」应为日期（如 2026-03-05，指当天结束时）或带时区的时间（如 2026-03-05T10:12:33+08:00），"
    "读到「{read}」",
    "'as known on' is a date such as 2026-03-05, meaning the end of that day, or a time with offset such as"
    " 2026-03-05T10:12:33+08:00; read '{read}'",
    "RFC 3339",
)

HISTORY_COLUMNS = (
    TableColumn("日期", day=True),
    TableColumn("凭证号"),
    TableColumn("摘要"),
    TableColumn("借方金额", money=True),
    TableColumn("贷方金额", money=True),
    TableColumn("方向"),
    TableColumn("余额", money=True),
    TableColumn("签名人"),
    TableColumn("冲销"),
    TableColumn("封存时间"),
    TableColumn("见证时间"),
    TableColumn("记录序号"),
)
SHARE_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("往来单位"),
    TableColumn("方向"),
    TableColumn("余额", money=True),
    TableColumn("列在"),
)
CHANGE_COLUMNS = (
    TableColumn("科目编码"),
    TableColumn("科目名称"),
    TableColumn("方向"),
    TableColumn("起始余额", money=True),
    TableColumn("借方增加", money=True),
    TableColumn("贷方增加", money=True),
    TableColumn("方向"),
    TableColumn("截止余额", money=True),
)
ADDED_COLUMNS = (
    TableColumn("记录序号"),
    TableColumn("内容"),
    TableColumn("签名人"),
    TableColumn("冲销"),
    TableColumn("封存时间"),
    TableColumn("见证时间"),
)


def moment_of(text: str) -> datetime | None:
    """Return the moment of "as known on", "" being none; raises `history.moment`.

    It is the end of what is named: of a day in China, or of a second, so that what was recorded in it is known.
    """
    text = text.replace(" ", "+")  # what a browser makes of the plus sign in an address typed by hand
    if not text:
        return None
    if is_date(text):
        day = datetime.fromisoformat(text).replace(tzinfo=CHINA)
        return day + timedelta(days=1, microseconds=-1)
    if is_timestamp(text) and is_date(text[:10]):
        return datetime.fromisoformat(text) + timedelta(seconds=1, microseconds=-1)
    raise BAD_MOMENT(read=text[:40])


def side_words(fen: int) -> str:
    """Return on which side a balance stands: 借, 贷, or 平 when it is nothing."""
    return "借" if fen > 0 else "贷" if fen < 0 else "平"


def signers_words(names: Iterable[str], people: Mapping[str, str]) -> str:
    """Return who signed: 会计 张三、负责人 李四."""
    return "、".join(f"{ROLES[role_of(name)]} {people.get(name, '')}".rstrip() for name in names)


def reversal_words(reverses: int | None, reversed_by: int | None) -> str:
    """Return which entry was reversed, or by which this one was."""
    if reverses is not None:
        return f"冲销第 {reverses} 号"
    return f"已被第 {reversed_by} 号冲销" if reversed_by is not None else ""


def _shown(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(CHINA).isoformat(timespec="seconds") if moment else None


def as_of_of(history: History) -> str:
    """Return the date as of which a history is, "" when it has none."""
    return "" if history.wanted.span.until == END else history.wanted.span.until


def history_object(history: History, people: Mapping[str, str]) -> dict[str, Any]:
    """Return a history as the JSON object that every door gives; balances are debits less credits, in fen."""
    sums = history.sums
    return {
        "book": history.book,
        "name": history.name,
        "account": history.figure.code,
        "account_name": history.figure.name,
        "accounts": list(history.figure.accounts),
        "from": history.wanted.span.first,
        "as_of": as_of_of(history),
        "known_on": _iso(history.wanted.known_on),
        "entries": history.size,
        "root": history.root,
        "opening_fen": sums.opening_fen,
        "debit_fen": sums.debit_fen,
        "credit_fen": sums.credit_fen,
        "closing_fen": sums.closing_fen,
        "count": sums.count,
        "offset": history.wanted.offset,
        "carried_fen": history.carried_fen,
        "on_sheet": _on_sheet_object(history.on_sheet),
        "rows": [_row_object(row, people) for row in history.rows],
    }


def _on_sheet_object(amount: LineAmount | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {"amount_fen": amount.amount_fen, "shares": [share._asdict() for share in amount.shares]}


def _row_object(row: HistoryRow, people: Mapping[str, str]) -> dict[str, Any]:
    posting = row.posting
    return {
        "entry": posting.entry,
        "date": posting.date or None,
        "voucher": posting.voucher or None,
        "summary": posting.summary,
        "debit_fen": posting.debit_fen,
        "credit_fen": posting.credit_fen,
        "balance_fen": row.balance_fen,
        "signers": _signers(posting.signers, people),
        "reverses": posting.reverses,
        "reversed_by": posting.reversed_by,
        "recorded_at": _iso(row.recorded_at),
        "witnessed_at": _iso(row.witnessed_at),
    }


def _signers(names: Iterable[str], people: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "role": role_of(name), "person": people.get(name, "")} for name in names]


def history_table(history: History, people: Mapping[str, str]) -> Table:
    """Return a history as a table: what was carried (承前), the rows, and the totals with the balance (合计)."""
    sums = history.sums
    title = f"{history.figure.code} {history.figure.name}  {history.name}"
    if as_of := as_of_of(history):
        title += f"  截至 {as_of}"
    if history.wanted.known_on:
        title += f"  据 {_shown(history.wanted.known_on)} 所知"
    rows = [_history_cells(row, people) for row in history.rows]
    if history.wanted.span.first or history.wanted.offset:
        rows.insert(0, _sum_cells("承前", None, None, history.carried_fen))
    rows.append(_sum_cells("合计", sums.debit_fen, sums.credit_fen, sums.closing_fen))
    return Table(f"{title}  前 {history.size} 条记录", HISTORY_COLUMNS, rows)


def sheet_tables(history: History) -> list[Table]:
    """Return how the balance sheet shares out an account that stands on both sides; [] where it has none."""
    amount = history.on_sheet
    if amount is None or not amount.shares:
        return []
    title = f"资产负债表「{history.figure.name}」{format_fen(amount.amount_fen)} 元，其中两边分列的明细"
    rows: list[tuple[object, ...]] = [
        (share.account, share.party, side_words(share.balance_fen), abs(share.balance_fen), share.line)
        for share in amount.shares
    ]
    return [Table(title, SHARE_COLUMNS, rows)]


def _sum_cells(words: str, debit_fen: int | None, credit_fen: int | None, fen: int) -> tuple[object, ...]:
    return ("", "", words, debit_fen, credit_fen, side_words(fen), abs(fen), "", "", "", "", "")


def _history_cells(row: HistoryRow, people: Mapping[str, str]) -> tuple[object, ...]:
    posting: Posting = row.posting
    return (
        posting.date,
        posting.voucher,
        posting.summary,
        posting.debit_fen or None,
        posting.credit_fen or None,
        side_words(row.balance_fen),
        abs(row.balance_fen),
        signers_words(posting.signers, people),
        reversal_words(posting.reverses, posting.reversed_by),
        _shown(row.recorded_at),
        _shown(row.witnessed_at),
        posting.entry,
    )


def difference_object(found: Difference, lines: Sequence[str], people: Mapping[str, str]) -> dict[str, Any]:
    """Return a difference as a JSON object; `lines` say in words what each entry is; amounts in fen."""
    return {
        "book": found.book,
        "name": found.name,
        "from": _head_object(found.first),
        "to": _head_object(found.last),
        "count": found.count,
        "offset": found.offset,
        "entries": [
            {
                "entry": added.place,
                "type": type_name(added.entry.statement),
                "words": words,
                "signers": _signers((line.name for line in added.entry.signatures), people),
                "reverses": added.reverses,
                "reversed_by": added.reversed_by,
                "recorded_at": _iso(added.recorded_at),
                "witnessed_at": _iso(added.witnessed_at),
            }
            for added, words in zip(found.added, lines, strict=True)
        ],
        "accounts": [{**change._asdict(), "after_fen": change.after_fen} for change in found.changes],
        "debit_fen": sum(change.debit_fen for change in found.changes),
        "credit_fen": sum(change.credit_fen for change in found.changes),
    }


def _head_object(head: Head) -> dict[str, Any]:
    return {"size": head.size, "root": head.root, "signed_at": _iso(head.signed_at)}


def changes_table(found: Difference) -> Table:
    """Return how each account changed, as a table whose last row are the totals (合计)."""
    rows: list[tuple[object, ...]] = [
        (
            change.account,
            change.name,
            side_words(change.before_fen),
            abs(change.before_fen),
            change.debit_fen,
            change.credit_fen,
            side_words(change.after_fen),
            abs(change.after_fen),
        )
        for change in found.changes
    ]
    debit = Sum(sum(change.debit_fen for change in found.changes), len(rows))
    credit = Sum(sum(change.credit_fen for change in found.changes), len(rows))
    title = f"各科目的变动  {found.name}  从 {found.first.size} 条到 {found.last.size} 条记录"
    return Table(title, CHANGE_COLUMNS, [*rows, ("合计", "", "", None, debit, credit, "", None)])


def added_table(found: Difference, lines: Sequence[str], people: Mapping[str, str]) -> Table:
    """Return the entries between as a table; `lines` say in words what each is."""
    rows: list[tuple[object, ...]] = [
        (
            added.place,
            words,
            signers_words((line.name for line in added.entry.signatures), people),
            reversal_words(added.reverses, added.reversed_by),
            _shown(added.recorded_at),
            _shown(added.witnessed_at),
        )
        for added, words in zip(found.added, lines, strict=True)
    ]
    title = f"新增的 {found.count} 条记录  从 {found.first.size} 条到 {found.last.size} 条"
    return Table(title, ADDED_COLUMNS, rows)
