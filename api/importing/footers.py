"""What stands below a table for the eye alone: who made and checked it, when it was printed, that nothing follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from api.adapters.spreadsheet import Row

_FOOTER = re.compile(
    r"\s*(?:(?:制单|制表|审核|复核|记账|登账|过账|出纳|会计|财务|主管|会计主管|财务主管|单位负责人|负责人|经办|编制|打印|填制|审批|"
    r"理事长|监事长|村主任|书记|领款|收款)人?员?(?:签[字名章]|盖章)?|打印(?:日期|时间)|制表日期|备?注|附注|说明)"
    r"(?:[:：\s].*)?"
    r"|\s*(?:第\s*[0-9]+\s*页|共\s*[0-9]+\s*页|page\s*[0-9]+).*"
    r"|\s*(?:收入|支出|借方|贷方|总|交易)(?:金额)?(?:总?笔数|合计|总额|总?金额)[:：].*"
    r"|[\s—―─\-－*=]*(?:以下|本页以下)(?:无内容|空白|无正文)[\s—―─\-－*=]*",
    re.DOTALL | re.IGNORECASE,
)
"""What stands below a table: who made, checked and booked it, the page, remarks, how many lines it has."""
_DIGIT = re.compile(r"\d")


def is_footer(
    row: Row, booked: Iterable[str], said: Iterable[str], beside: Collection[str] = frozenset()
) -> bool:
    """Tell whether a row stands below a table for those who sign it, or has nothing in the columns that it needs.

    Without what stands in the fields `booked` nothing can be booked; by one of the texts `said` a row says what it is,
    and the fields `beside` may be filled.
    """
    amounts = [row.cells.get(name, "") for name in booked]
    if any(_DIGIT.search(text) and not _FOOTER.fullmatch(text) for text in amounts):
        return False
    read = [text for name, text in row.cells.items() if name not in beside]
    return not any(read) or any(map(_FOOTER.fullmatch, said))
