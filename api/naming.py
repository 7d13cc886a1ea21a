"""What people know an entry by, in the place of its id: number, date, summary and amount of a voucher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.vouchers import voucher_number
from projections import journal, log

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from domain.kernel.errors import RuleViolation


class Known(NamedTuple):
    """What a voucher is known by; an entry that is none has no amount, and the day on which it was made."""

    date: str
    what: Phrase
    amount_fen: int | None

    @property
    def words(self) -> Phrase:
        """Return it in one line: 2026-03-02「付电费」66.00 元."""
        zh, en = f"{self.date}「{self.what.zh}」", f"'{self.what.en}' of {self.date}"
        if self.amount_fen is None:
            return Phrase(zh, en)
        amount = format_fen(self.amount_fen)
        return Phrase(f"{zh}{amount} 元", f"{en} over {amount} yuan")


class Called(NamedTuple):
    """Where an entry stands in the log, and what people call it: 记-2026-03-0001（2026-03-02「付电费」66.00 元）."""

    entry: int
    words: Phrase


def entries_called(connection: Connection[Any], book: str, ids: Collection[str]) -> dict[str, Called]:
    """Return what the vouchers and rolls among some ids are called, by id; nothing of an id that is none of these."""
    found = {}
    for id_, one in journal.vouchers_by_id(connection, book, sorted(ids)).items() if ids else ():
        number = voucher_number(one.period, one.number)
        words = Known(one.date.isoformat(), Phrase(one.summary, one.summary), one.amount_fen).words
        found[id_] = Called(one.entry, Phrase(f"{number}（{words.zh}）", f"{number} ({words.en})"))
    for id_ in ids - found.keys():
        entry = log.entry_of_roll(connection, book, id_)
        if entry is not None:
            found[id_] = Called(entry, Phrase(f"第 {entry} 号记录", f"entry {entry}"))
    return found


def in_words(pool: ConnectionPool[Any], book: str, violation: RuleViolation) -> RuleViolation:
    """Return a refusal whose words call the entries of a book that it names as people do; its facts keep their ids."""
    if not violation.entries:
        return violation
    with pool.connection() as connection:
        found = entries_called(connection, book, violation.entries)
    return violation.called({id_: one.words for id_, one in found.items()})
