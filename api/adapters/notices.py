"""What a person is told of a file that was read: what of it was not, or was read though they may not expect it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

LISTED_MAX = 5
"""The most sheets, rows or files that a notice lists one by one."""


def as_gb18030(file: str) -> Phrase:
    """A CSV file was not UTF-8, and its texts may have been written in a third encoding."""
    return Phrase(
        f"{file} 不是 UTF-8，已按 GB18030 读取；请在网页上核对文字",
        f"{file}: not UTF-8, read as GB18030; look at the texts on the pages",
    )


def hidden_sheets(file: str, names: Sequence[str]) -> Phrase:
    """Sheets that the program does not show were not read."""
    zh, en = listed(names)
    return Phrase(
        f"{file} 中隐藏的工作表没有读：{zh}；要导入就取消隐藏，不要就删去",
        f"{file}: hidden sheets were not read: {en}; unhide what is to be imported, delete what is not",
    )


def other_sheets(file: str, names: Sequence[str], expected: str) -> Phrase:
    """Sheets whose header is another one were not read."""
    zh, en = listed(names)
    return Phrase(
        f"{file} 中这些工作表没有读：{zh}，因为没有所要的表头（{expected}）",
        f"{file}: these sheets were not read, since they have not the header that is read: {en}",
    )


def red_amounts(file: str, places: Sequence[Phrase]) -> Phrase:
    """Amounts in a red font are positive all the same: a colour is no sign."""
    zh, en = _places(places)
    return Phrase(
        f"{file} 中 {len(places)} 行有红色字体的金额，按正数读取：{zh}；要是红字冲减，请写成负数",
        f"{file}: {len(places)} rows have amounts in red, which were read as positive: {en}; write a minus sign where "
        "one is meant",
    )


def struck_rows(file: str, places: Sequence[Phrase]) -> Phrase:
    """Rows that are struck out were read like the others."""
    zh, en = _places(places)
    return Phrase(
        f"{file} 中划掉（删除线）的 {len(places)} 行也读了：{zh}；作废的请删去",
        f"{file}: {len(places)} rows that are struck out were read too: {en}; delete what is void",
    )


def hidden_rows(file: str, places: Sequence[Phrase]) -> Phrase:
    """Rows that a filter hides, or a person did, were read like the others."""
    zh, en = _places(places)
    return Phrase(
        f"{file} 中隐藏的 {len(places)} 行也读了：{zh}；不该有的请删去",
        f"{file}: {len(places)} hidden rows were read too: {en}; delete what should not be there",
    )


def other_columns(file: str, read: str, names: Sequence[str]) -> Phrase:
    """Columns were not read, since another that says the same comes first."""
    zh, en = listed(names)
    return Phrase(
        f"{file} 读了「{read}」一列，没有读与它同类的：{zh}",
        f"{file}: '{read}' was read, and not {en}, which say the like",
    )


def other_files(names: Sequence[str]) -> Phrase:
    """Tables in the folder whose name or format is not one that is read."""
    zh, en = listed(names)
    return Phrase(
        f"文件夹中这些文件没有读：{zh}；要导入的，请另存为 .xlsx 或「CSV UTF-8」，并入 opening 或 journal",
        f"these files in the folder were not read: {en}; save what is to be imported as .xlsx or 'CSV UTF-8', "
        "as part of opening or journal",
    )


def _places(places: Sequence[Phrase]) -> tuple[str, str]:
    return listed([place.zh for place in places])[0], listed([place.en for place in places])[1]


def listed(names: Sequence[str]) -> tuple[str, str]:
    """Return the first of several things in a row, in Chinese and in English, with how many there are of many."""
    first = names[:LISTED_MAX]
    if len(names) == len(first):
        return "、".join(first), ", ".join(first)
    return f"{'、'.join(first)} 等 {len(names)} 处", f"{', '.join(first)} and {len(names) - len(first)} more"
