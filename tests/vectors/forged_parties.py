"""A log whose members owe and are owed on one account: a balance sheet has both, and one has what is left of both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from domain.vouchers import Attachments, Line, Voucher, VoucherPosted
from tests.vectors.honest import BASIC, founded

if TYPE_CHECKING:
    from tests.vectors.village import Forgery, Log

SHEET = "balance-sheet/2026-04.json"
MOVES = (
    ("2026-02-10", "113", "张三户", 300),
    ("2026-03-10", "113", "李四户", -500),
    ("2026-03-11", "113", "", -70),
    ("2026-04-10", "113", "张三户", -40),
    ("2026-04-11", "112", "甲公司", -9),
)
"""What was lent, or taken, of whom: dates, accounts, counterparties, debits less credits."""


def members_year() -> Log:
    """Return months in which members owe and are owed."""
    log = founded()
    for date, account, party, fen in MOVES:
        owed = Line(account=account, party=party, debit_fen=max(fen, 0), credit_fen=max(-fen, 0))
        cash = Line(account="101", debit_fen=max(-fen, 0), credit_fen=max(fen, 0))
        data = Voucher(attachments=Attachments(count=1), date=date, lines=[owed, cash], summary="往来")
        log = log.then(VoucherPosted, data, *BASIC)
    return log.publish(statements=True)


def forged_parties() -> list[Forgery]:
    """Return the log as it is, and with counterparties set against each other on its balance sheet."""
    good = members_year()
    return [
        ("members who owe and are owed on one account", good),
        ("what members owe set against what others are owed", _netted(good), ("audit.published", None)),
    ]


def _netted(log: Log) -> Log:
    sheet = json.loads(log.files()[SHEET])
    lines = {line["key"]: line for line in (*sheet["assets"], *sheet["claims"])}
    for key in (
        "receivables",
        "current_assets",
        "assets",
        "payables",
        "current_liabilities",
        "liabilities",
        "claims",
    ):
        lines[key]["closing_fen"] -= 260
    return log.alter(SHEET, json.dumps(sheet, ensure_ascii=False).encode())
