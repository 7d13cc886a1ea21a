"""Opening balances by what stands beside an account (往来单位、项目), and those that no book takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.opening import Balances, OpeningPosted
from domain.vouchers import Line, VoucherPosted
from tests.vectors.honest import BASIC, founded, lines, voucher

if TYPE_CHECKING:
    from tests.vectors.village import Forgery, Log

OWED = [
    Line(account="112", debit_fen=500, party="甲公司"),
    Line(account="112", debit_fen=700, party="乙公司"),
    Line(account="112", debit_fen=100, party="乙公司", project="村口桥"),
    Line(account="112", credit_fen=50),
    Line(account="121", debit_fen=300, quantity_milli=2_500, unit="袋"),
    Line(account="121", debit_fen=40),
    Line(account="301", credit_fen=1_590),
]
"""What two owe, one of them for two things, money that nobody could place, goods with and without a quantity."""


def opening_cases() -> list[Forgery]:
    """Return a log that begins with balances by counterparty, and with some that stand twice."""
    early = founded()
    before = replace(early, entries=early.entries[:4])

    def begun(balances: list[Line]) -> Log:
        return before.then(OpeningPosted, Balances(lines=balances), *BASIC)

    def twice(name: str, line: Line) -> Forgery:
        balances = [*OWED[:-1], line, Line(account="301", credit_fen=1_590 + line.debit_fen)]
        return f"opening balances of an account twice, {name}", begun(balances), ("opening.account_twice", 4)

    return [
        (
            "opening balances by counterparty, project and unit",
            begun(OWED)
            .then(VoucherPosted, voucher("2026-01-09", 500, debit="101", credit="112"), *BASIC)
            .publish(statements=True),
        ),
        (
            "opening balances of an account twice",
            begun([*lines("101", "301", 5), *lines("101", "301", 5)]),
            ("opening.account_twice", 4),
        ),
        twice("of one counterparty", Line(account="112", debit_fen=1, party="甲公司")),
        twice("of one project", Line(account="112", debit_fen=1, party="乙公司", project="村口桥")),
        twice("in one unit", Line(account="121", debit_fen=1, quantity_milli=1, unit="袋")),
        twice("of nobody", Line(account="112", debit_fen=1)),
    ]
