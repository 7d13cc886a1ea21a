"""The rows of a roll: one a household, each a salted disclosure and a leaf of the roll's own Merkle tree.

A row is the disclosure (RFC 9901) named `row` of {"amounts_fen": […], "who": …} with an optional `note`. The leaves are
the ASCII bytes of these disclosures in the order of their digests, so that a row's place does not tell whose it is.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated

import msgspec

from domain.kernel.decoding import decoding_problem
from domain.kernel.disclosure import digest_of, disclosure, parse_disclosure
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.statement import Fen, OptionalText, Record, Text
from domain.rolls.events import MAX_COLUMNS, MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.rolls.events import Roll

ROW = "row"
"""The name of a row's disclosure."""

BAD_ROW = rule(
    "row.malformed",
    Kind.MALFORMED,
    "清册的一行格式有误：{problem}",
    "a row of the roll is malformed: {problem}",
    "ADR 0022",
)
OTHER_ROWS = rule(
    "row.root",
    Kind.REFUSED,
    "这些行算出的根是 {computed}，清册中签的是 {signed}：有行被改动、缺少或多出",
    "the root over these rows is {computed}, the roll signs {signed}: rows were changed, left out or added",
    "RFC 6962 section 2.1",
)
OTHER_TOTAL = rule(
    "row.total",
    Kind.REFUSED,
    "「{column}」各行合计 {computed} 分，清册公布的是 {signed} 分",
    "the rows of '{column}' add up to {computed} fen, the roll says {signed}",
    "财会〔2023〕14号",
)


class Row(Record, frozen=True):
    """One household's or person's row: an amount for each column in fen, who it is, and a note."""

    amounts_fen: Annotated[list[Fen], msgspec.Meta(min_length=1, max_length=MAX_COLUMNS)]
    who: Text
    note: OptionalText = ""


def seal_row(salt: bytes, row: Row) -> str:
    """Return the disclosure of a row under a fresh salt."""
    return disclosure(salt, ROW, msgspec.to_builtins(row))


def read_row(disclosed: str) -> Row:
    """Return the row that a disclosure says; raises `disclosure.malformed` or `row.malformed`."""
    said = parse_disclosure(disclosed)
    if said.name != ROW:
        raise BAD_ROW(
            problem=Phrase(f"名称应为 row，读到 {said.name!r}", f"it is named {said.name!r}, not 'row'")
        )
    try:
        return msgspec.convert(said.value, Row)
    except msgspec.ValidationError as error:
        raise BAD_ROW(problem=decoding_problem(error)) from None


def in_order(rows: Iterable[str]) -> list[str]:
    """Return rows in the order of the roll's leaves."""
    return sorted(rows, key=digest_of)


def tree_of(rows: Sequence[str]) -> Tree:
    """Return the Merkle tree over rows, given in their order."""
    tree = Tree()
    for row in rows:
        tree.append(leaf_hash(row.encode()))
    return tree


def root_of(rows: Sequence[str]) -> str:
    """Return the root of a roll over rows, given in their order, in base64."""
    return base64.b64encode(tree_of(rows).root()).decode()


def check_rows(roll: Roll, rows: Iterable[str]) -> list[Row]:
    """Return all rows of a roll, in their order; raises `row.*` unless they have its root and add up to its totals."""
    ordered = in_order(rows)
    if len(ordered) > MAX_ROWS:
        raise BAD_ROW(problem=Phrase(f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows"))
    computed = root_of(ordered)
    if len(ordered) != roll.count or computed != roll.root:
        raise OTHER_ROWS(computed=computed, signed=roll.root)
    read = [read_row(row) for row in ordered]
    for number, column in enumerate(roll.columns):
        total = sum(amount_of(roll, row, number) for row in read)
        if total != column.total_fen:
            raise OTHER_TOTAL(column=column.name, computed=total, signed=column.total_fen)
    return read


def amount_of(roll: Roll, row: Row, column: int) -> int:
    """Return a row's amount in one column, in fen; raises `row.malformed` when the row has not the roll's columns."""
    if len(row.amounts_fen) != len(roll.columns):
        raise BAD_ROW(
            problem=Phrase(
                f"{len(roll.columns)} 列却有 {len(row.amounts_fen)} 个金额",
                f"{len(row.amounts_fen)} amounts for {len(roll.columns)} columns",
            )
        )
    return row.amounts_fen[column]
