"""What a program says of a voucher as a whole: that it is void (作废), or not booked yet (未审核、未记账)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from api.adapters.notices import listed
from api.importing.book_file import MARKS
from api.importing.problems import Problem
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row
    from api.importing.folder import Amounts

NOT_BOOKED = rule(
    "import.not_booked",
    Kind.MALFORMED,
    "从这一行起共有 {count} 行的「{column}」写着「{read}」，原来的账上还没有审核或记账；请先在原来的账上审核、"
    "记账再导出；不要的删去，确实要入账的改好这一列",
    "'{column}' is '{read}' in {count} rows, of which this is the first: they are not checked or booked in the old"
    " books yet; do that there and export again; delete what is not to be booked, correct the column where it is",
)

_NO = {"否", "n", "no", "0", "×", "x", "false", "f", "-", "—"}
_VOID = {"作废", "已作废", "无效", "已无效", "废", "删除", "已删除", "void", "voided", "cancelled", "deleted"}
_GOOD = {
    *("正常", "有效", "生效", "已生效", "完成", "已完成", "通过", "已通过", "审核", "记账", "过账", "结账"),
    *("posted", "booked", "checked", "approved", "normal", "valid"),
}
_OPEN = {"草稿", "暂存", "暂存凭证", "有错", "标错", "错误", "draft", "pending", "unposted"}


def is_void(row: Row) -> bool:
    """Tell whether a row says that its voucher is void."""
    void = _said(row, "void")
    return _said(row, "status") in _VOID or (void not in {"", *_NO, *_GOOD} and not void.startswith("未"))


def without_void(amounts: list[Amounts], notices: list[Phrase]) -> list[Amounts]:
    """Return the lines without those of vouchers of which a line is marked as void, which are named in a notice."""
    void = {(one.date, one.number) for one in amounts if is_void(one.row)}
    if not void:
        return amounts
    out = [one for one in amounts if (one.date, one.number) in void]
    zh = listed([one.row.place.zh for one in out])[0]
    en = listed([one.row.place.en for one in out])[1]
    file = out[0].row.file
    notices.append(
        Phrase(
            f"{file} 中标明作废的凭证 {len(void)} 张没有读，共 {len(out)} 行：{zh}",
            f"{file}: {len(void)} vouchers that are marked as void were not read, {len(out)} rows: {en}",
        )
    )
    return [one for one in amounts if (one.date, one.number) not in void]


def check_booked(rows: Sequence[Row], problems: list[Problem], notices: list[Phrase]) -> None:
    """Refuse rows that say that they are not checked or booked; name what a status says that is not known."""
    for field in MARKS:
        rows_open = [row for row in rows if _is_open(row, field)]
        if rows_open:
            first = rows_open[0]
            facts = {"column": first.headers[field], "read": first.cells[field], "count": len(rows_open)}
            problems.append(Problem.at(NOT_BOOKED(**facts), first, field))
    unknown = [row for row in rows if _is_unknown(row)]
    if unknown:
        words = list(dict.fromkeys(row.cells["status"] for row in unknown))
        (zh, en), file, header = listed(words), unknown[0].file, unknown[0].headers["status"]
        notices.append(
            Phrase(
                f"{file} 中有 {len(unknown)} 行的「{header}」是 {zh}，不知是否作废，照样读了；作废的请删去",
                f"{file}: '{header}' of {len(unknown)} rows is {en}, which may mean void or not; they were read: delete"
                " what is void",
            )
        )


def _said(row: Row, field: str) -> str:
    return unicodedata.normalize("NFKC", row.cells.get(field, "")).strip().casefold()


def _is_open(row: Row, field: str) -> bool:
    said = _said(row, field)
    if field == "void":
        return False
    return said.startswith(("未", "待", "不通过")) or said in _OPEN or (field != "status" and said in _NO)


def _is_unknown(row: Row) -> bool:
    said = _said(row, "status")
    known = said in _VOID | _GOOD or said.startswith("已") or _is_open(row, "status")
    return bool(said) and not known
