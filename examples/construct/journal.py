"""The journal of an invented village: rows of vouchers, and the balances that follow from them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field

from accounts import NAMES
from voucher import BANK, CASH, Lines, Voucher, shown

CASH_KEPT = 300_000  # fen: the till is filled up to about this much (备用金限额)

HEADER = ("日期", "凭证号", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "附件数")


@dataclass
class Journal:
    """The rows so far, the balances after them, and the number of the month's last voucher."""

    balances: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    number: int = 0

    def open(self, balances: Lines) -> None:
        """Set the opening balances."""
        if sum(fen for _, fen in balances):
            raise ValueError("the opening balances do not balance")
        self.balances = dict(balances)

    def begin(self) -> None:
        """Begin a month: vouchers are numbered anew."""
        self.number = 0

    def write(self, year: int, month: int, voucher: Voucher) -> None:
        """Write one voucher's rows under the month's next number and move the balances."""
        last = calendar.monthrange(year, month)[1]
        date = f"{year}-{month:02d}-{min(voucher.day, last):02d}"
        self.number += 1
        for account, fen in voucher.lines:
            self.balances[account] = self.balances.get(account, 0) + fen
            debit, credit = (fen, 0) if (fen > 0) != voucher.red else (0, -fen)
            amounts = (shown(debit), shown(credit))
            attached = str(voucher.attachments)
            self.rows.append(
                (date, f"记-{self.number}", voucher.summary, account, NAMES[account], *amounts, attached)
            )

    def withdrawal(self, voucher: Voucher) -> list[Voucher]:
        """Return the drawing of cash that a cash payment needs first."""
        needed = -sum(fen for account, fen in voucher.lines if account == CASH)
        held = self.balances.get(CASH, 0)
        if needed <= held:
            return []
        drawn = -(-(needed - held + CASH_KEPT) // 10_000) * 10_000
        return [Voucher(voucher.day, "从基本户提取备用金", [(CASH, drawn), (BANK, -drawn)])]
