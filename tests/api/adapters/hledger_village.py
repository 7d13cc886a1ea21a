"""A village that was imported, and its journal as hledger reads it."""

from __future__ import annotations

import csv
import io
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.adapters.hledger import account_name, to_hledger
from api.clock import now
from api.identity import Keyring
from api.importing import read_folder, run_import
from domain.book import Book
from domain.entry import seal
from domain.kernel.money import parse_fen
from domain.kernel.period import next_period
from domain.kernel.ulid import derive
from domain.ledger import read_entries
from domain.vouchers import Voucher, VoucherPosted
from projections import journal, register
from projections.balances import trial_balance
from projections.journal import JournalFilter

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Service


@dataclass(frozen=True)
class Village:
    """A village that was imported, and its journal as hledger reads it."""

    service: Service
    book: str
    file: Path

    def balances(self, period: str) -> dict[str, int]:
        """Return our closing balances of a period, debit positive, of accounts that are not at zero."""
        with self.service.pool.connection() as connection:
            rows = trial_balance(connection, self.book, period).rows
        closing = {account_name(row.account): row.closing_debit_fen - row.closing_credit_fen for row in rows}
        return {account: fen for account, fen in closing.items() if fen}

    def hledger(self, *arguments: str) -> str:
        """Run hledger on the journal; it must have nothing to complain of."""
        command = ["hledger", "-f", str(self.file), *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    def hledger_balances(self, period: str) -> dict[str, int]:
        """Return hledger's balances at the end of a period."""
        end = f"{next_period(period)}-01"
        text = self.hledger("balance", "--flat", "--no-total", "-e", end, "-O", "csv")
        _, *rows = csv.reader(io.StringIO(text))
        return {account: parse_fen(amount.removeprefix("CNY ")) for account, amount in rows}

    def hledger_moved(self, *query: str) -> dict[str, int]:
        """Return what hledger says that vouchers moved on accounts, debits less credits, but those at zero."""
        text = self.hledger("balance", "--flat", "--no-total", "-O", "csv", *query)
        _, *rows = csv.reader(io.StringIO(text))
        return {account: parse_fen(amount.removeprefix("CNY ")) for account, amount in rows}

    def hledger_kinds(self, period: str) -> dict[str, int]:
        """Return hledger's sums of assets (A), liabilities (L), equity (E), revenue (R) and expense (X)."""
        end = f"{next_period(period)}-01"
        return {
            kind: parse_fen(
                self.hledger(
                    "balance", f"type:{kind}", "-e", end, "-O", "csv", "--depth", "0", "--layout", "bare"
                )
                .splitlines()[-1]
                .split(",")[-1]
                .strip('"')
            )
            for kind in "ALERX"
        }


def exported(service: Service, folder: Path, *more: Voucher) -> Village:
    """Import a folder, post further vouchers, and write its journal for hledger."""
    village = read_folder(folder)
    book, home = village.book.id, service.settings.home
    keyring = Keyring(home / "keys" / book, book)
    run_import(service, village, keyring)
    for voucher in more:
        post(service, keyring, book, voucher)
    with service.pool.connection() as connection:
        lines = journal.journal(connection, book, JournalFilter(limit=2**31))
        text = to_hledger(register.book(connection, book), register.accounts(connection, book), lines)
        file = home / f"{book}.journal"
        file.write_text("".join(text), encoding="utf-8")
    return Village(service, book, file)


def post(service: Service, keyring: Keyring, book: str, voucher: Voucher) -> None:
    """Post a voucher as accountant and head."""
    replica = Book(book)
    for entry in read_entries(service.recorder, book):
        replica.evolve(entry)
    id_ = derive(1_767_225_600_000, book, voucher.summary)
    statement = VoucherPosted(at=now(), book=book, data=voucher, id=id_, seen=replica.seen())
    service.ledger.post(book, [seal(statement, [keyring.key("accountant"), keyring.key("head")])])
    service.runner.catch_up([book])
