"""The counterparty of a line, in whichever column a program has it: 往来单位, 客户, 供应商, 个人往来, 辅助核算."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from api.adapters.notices import listed
from api.importing.book_file import PARTIES
from api.importing.problems import Problem
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row

TWO_PARTIES = rule(
    "import.two_parties",
    Kind.MALFORMED,
    "这一行有两个往来单位：「{first_column}」是 {first}，「{column}」是 {read}；一行只能有一个，请只留一个，或分成两行",
    "this row has two counterparties: {first} in '{first_column}', {read} in '{column}'; a line has one: keep it alone,"
    " or make two rows of it",
)
TWO_PROJECTS = rule(
    "import.two_projects",
    Kind.MALFORMED,
    "这一行有两个项目：「{first_column}」是 {first}，「{column}」是 {read}；一行只能有一个，请只留一个",
    "this row has two projects: {first} in '{first_column}', {read} in '{column}'; a line has one: keep it alone",
)

_PARTY = "(?:客户|供应商|供货商|往来单位|往来户|单位|客商|个人往来|个人|职员|人员|往来)(?:名称|往来)?"
_PROJECT = "(?:项目|工程|部门)(?:名称)?"
_ONE = re.compile(
    rf"\s*[\[【(（]?\s*(?:(?P<party>{_PARTY})|(?P<project>{_PROJECT}))\s*[\]】)）]?\s*[:：]\s*(?P<name>[^:：]+?)\s*"
    rf"|\s*[\[【]\s*(?:(?P<party_in>{_PARTY})|(?P<project_in>{_PROJECT}))\s*[\]】]\s*(?P<name_behind>[^:：]+?)\s*"
)
"""One thing that a line is kept by, with its kind before it: 客户:张三, 【项目】村口桥."""
_BETWEEN = re.compile("[;；,，、|\n]")

Said = tuple[str, str, str]
"""What a line is kept by: party or project, its name, and the field in which that stands."""


def partied(rows: Sequence[Row], own: str, problems: list[Problem], notices: list[Phrase]) -> list[Row]:
    """Return the rows with their counterparties and projects as `party` and `project`, wherever they stand.

    `own` is the name of the book's organisation, which a program may write into each row as 单位名称. What is written
    in a way that does not tell what it is, is named in a notice.
    """
    unclear: list[Row] = []
    made = [_partied(row, own, problems, unclear) for row in rows]
    notices += _told(unclear)
    return made


def _partied(row: Row, own: str, problems: list[Problem], unclear: list[Row]) -> Row:
    if not any(field in row.cells for field in (*PARTIES, "project", "auxiliary")):
        return row
    said: list[Said] = [("party", row.cells.get(field, ""), field) for field in PARTIES]
    for field in ("project", "auxiliary"):
        text = row.cells.get(field, "")
        kept_by = _kept_by(text, field)
        said += kept_by or [("project", text if field == "project" else "", field)]
        if text and not kept_by and field == "auxiliary":
            unclear.append(row)
    cells, headers = dict(row.cells), dict(row.headers)
    for kind, violated in (("party", TWO_PARTIES), ("project", TWO_PROJECTS)):
        named = {name: field for what, name, field in said if what == kind and name not in {"", own}}
        if len(named) > 1:
            (first, first_field), (read, field), *_ = named.items()
            columns = {"first_column": row.headers[first_field], "column": row.headers[field]}
            problems.append(Problem.at(violated(first=first, read=read, **columns), row, field))
        name = next(iter(named), "")
        cells[kind], headers[kind] = name, row.headers[named[name]] if name else headers.get(kind, "")
    return replace(row, cells=cells, headers=headers)


def _kept_by(text: str, field: str) -> list[Said]:
    """Return what a text of the form 客户:张三;项目:村口桥 names; nothing of one that is not all of that form."""
    found = [_ONE.fullmatch(part) for part in _BETWEEN.split(text) if part.strip()]
    said = []
    for one in found:
        if one is None:
            return []
        kind = "party" if one["party"] or one["party_in"] else "project"
        said.append((kind, one["name"] or one["name_behind"], field))
    return said


def _told(unclear: Sequence[Row]) -> list[Phrase]:
    """Name the rows whose 辅助核算 does not tell what it is."""
    if not unclear:
        return []
    first, count = unclear[0], len(unclear)
    zh = listed([f"{row.place.zh}「{row.cells['auxiliary']}」" for row in unclear])[0]
    en = listed([f"{row.place.en} '{row.cells['auxiliary']}'" for row in unclear])[1]
    header = first.headers["auxiliary"]
    return [
        Phrase(
            f"{first.file} 中有 {count} 行的「{header}」看不出是往来单位还是项目，没有读：{zh}；要读就写成「客户:张三」"
            "「项目:村口桥」，或另设「往来单位」「项目」列",
            f"{first.file}: {count} rows of '{header}' do not tell whether they are counterparties or projects, and "
            f"were not read: {en}; write 客户:NAME or 项目:NAME, or make columns 往来单位 and 项目 of them",
        )
    ]
