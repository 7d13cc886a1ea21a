"""Where in a sheet a violation of the book's rules belongs: the row and the column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.spreadsheet import Row
    from api.importing.folder import Amounts
    from domain.kernel.errors import RuleViolation

_FIELDS = {
    "account.no_parent": "code",
    "account.parent_used": "code",
    "import.account_name": "name",
    "import.income_left": "code",
    "import.lines": "number",
    "import.renamed": "name",
    "import.summary": "summary",
    "import.two_names": "name",
    "opening.account_twice": "code",
    "voucher.unbalanced": "debit",
}
"""The column that a violation is about where its facts do not tell."""


_WRITTEN = re.compile(r"(?:lines\[(?P<line>[0-9]+)\]\.)?(?P<field>[a-z]+)")
"""The path of what came from a cell; `source` is the voucher's number."""

_IN_CELLS = {"attachments", "code", "credit", "date", "debit", "name", "number", "source", "summary"}


def in_file(violation: RuleViolation, row: Row) -> RuleViolation:
    """Return a violation that names a line of its voucher with the row of the file instead."""
    if "line" not in violation.facts:
        return violation
    return violation.rule(**{**violation.facts, "line": row.number})


def place(violation: RuleViolation, rows: Sequence[Amounts]) -> tuple[Amounts, str]:
    """Return the row among `rows` that a violation is about, and the field in it."""
    facts = violation.facts
    field = _FIELDS.get(violation.rule.code, "")
    written = _WRITTEN.fullmatch(str(facts.get("field", "")))
    if written and written["field"] in _IN_CELLS:
        row = rows[int(written["line"] or 1) - 1]
        return row, "number" if written["field"] == "source" else written["field"]
    if "line" in facts:
        return rows[int(str(facts["line"])) - 1], field or "debit"
    if field:
        return rows[0], field
    of_account = [row for row in rows if row.code == facts.get("code")]
    if of_account:
        return of_account[-1], "code"
    return rows[0], "date" if "date" in facts or "period" in facts else ""
