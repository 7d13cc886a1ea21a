"""A log whose costs of running the organisation (运转支出) are told by their accounts' name; and other figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from domain.accounts import AccountAdded, NewAccount
from domain.vouchers import VoucherPosted
from tests.vectors.honest import ACCOUNTANT, BASIC, founded, voucher

if TYPE_CHECKING:
    from tests.vectors.village import Forgery, Log

ACCOUNTS = {
    "51302": "运转支出",
    "5130201": "村务办公",
    "5130202": "运转支出",
    "51303": "其他",
    "5130301": "运转支出",
    "51401": "运转支出",
}
"""Two details of 513 are called so, one of them has a detail of that name below it; and one of 514 is."""

STATEMENT = "income-statement/2026-12.json"


def organisation_year() -> Log:
    """Return a year with such costs, some of them transferred."""
    log = founded()
    for code, name in ACCOUNTS.items():
        log = log.then(AccountAdded, NewAccount(code=code, name=name), ACCOUNTANT)
    for date, debit, credit, fen in (
        ("2026-02-10", "5130201", "101", 1_100),
        ("2026-02-11", "5130202", "101", 220),
        ("2026-03-01", "5130301", "101", 33),
        ("2026-03-02", "51401", "101", 4_000),
        ("2026-03-03", "51301", "101", 500),
        ("2026-12-31", "321", "5130201", 1_100),
    ):
        log = log.then(VoucherPosted, voucher(date, fen, debit=debit, credit=credit), *BASIC)
    return log.publish(statements=True)


def forged_costs() -> list[Forgery]:
    """Return the log as it is, with no such costs on a statement, and with one of their accounts left out."""
    good = organisation_year()
    found = ("audit.published", None)
    return [
        ("costs of running the organisation by their accounts' name", good),
        ("none of these costs on a statement", _changed(good, amount_fen=0), found),
        ("an account of these costs left out", _changed(good, accounts=["51302"]), found),
    ]


def _changed(log: Log, **change: object) -> Log:
    report = json.loads(log.files()[STATEMENT])
    line = next(line for line in report["lines"] if line["key"] == "organisation_costs")
    assert (line["accounts"], line["amount_fen"]) == (["51302", "5130301"], 1_353)
    line |= change
    return log.alter(STATEMENT, json.dumps(report, ensure_ascii=False).encode())
