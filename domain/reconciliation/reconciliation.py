"""The bank reconciliation statement (银行存款余额调节表): two balances, equal once what is under way is counted.

To the book's balance comes what the bank has and the book has not, to the bank's balance what the book has and the bank
has not. What then is left is an error of one of them, or a line that is missing in both lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.reconciliation.gaps import Gap
    from domain.reconciliation.lines import BankLine, BookLine, Match


class Reconciliation(NamedTuple):
    """The balances in fen as book and bank give them, the matches, and the lines that only one of them has.

    `begins` is the day from which on both are held against one another, `before_fen` what of the difference was there
    before it. `gaps` are those in the bank's statements. `stated_fen` is the bank's balance by the statements that were
    read in, None where they do not tell it; a person may give another.
    """

    book_fen: int
    bank_fen: int
    matches: list[Match]
    only_bank: list[BankLine]
    only_book: list[BookLine]
    begins: str = ""
    before_fen: int = 0
    gaps: Sequence[Gap] = ()
    stated_fen: int | None = None

    @property
    def overridden_fen(self) -> int:
        """The bank's balance less the one that its statements tell: not zero, if a person gave another."""
        return 0 if self.stated_fen is None else self.bank_fen - self.stated_fen

    @property
    def bank_received_fen(self) -> int:
        """What the bank received and the book has not (银行已收、企业未收)."""
        return sum(line.amount_fen for line in self.only_bank if line.amount_fen > 0)

    @property
    def bank_paid_fen(self) -> int:
        """What the bank paid and the book has not (银行已付、企业未付), positive."""
        return -sum(line.amount_fen for line in self.only_bank if line.amount_fen < 0)

    @property
    def book_received_fen(self) -> int:
        """What the book received and the bank has not (企业已收、银行未收)."""
        return sum(line.amount_fen for line in self.only_book if line.amount_fen > 0)

    @property
    def book_paid_fen(self) -> int:
        """What the book paid and the bank has not (企业已付、银行未付), positive."""
        return -sum(line.amount_fen for line in self.only_book if line.amount_fen < 0)

    @property
    def book_adjusted_fen(self) -> int:
        """The book's balance with what only the bank has (调节后余额)."""
        return self.book_fen + self.bank_received_fen - self.bank_paid_fen

    @property
    def bank_adjusted_fen(self) -> int:
        """The bank's balance with what only the book has (调节后余额)."""
        return self.bank_fen + self.book_received_fen - self.book_paid_fen

    @property
    def difference_fen(self) -> int:
        """The book's adjusted balance less the bank's: zero, if nothing is wrong or missing."""
        return self.book_adjusted_fen - self.bank_adjusted_fen


def reconcile(
    book_fen: int,
    bank_fen: int,
    bank: Sequence[BankLine],
    book: Sequence[BookLine],
    matches: Sequence[Match],
) -> Reconciliation:
    """Return the statement of two balances, from all lines of both and those that are one transaction."""
    in_bank = {line for one in matches for line in one.bank}
    in_book = {line for one in matches for line in one.book}
    return Reconciliation(
        book_fen,
        bank_fen,
        list(matches),
        sorted(line for line in bank if line not in in_bank),
        sorted(line for line in book if line not in in_book),
    )
