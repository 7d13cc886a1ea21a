"""From a folder to the statements that are still to be posted, each checked by the domain's own rules.

The plan is made on a private replica of the book: what the rules refuse there is reported with its file and
row, before anything is signed or posted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.importing.accounts import AccountPlan
from api.importing.founding import plan_founding
from api.importing.problems import ImportRefused
from api.importing.steps import Plan
from api.importing.trial import Trial
from api.importing.vouchers import VoucherPlan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.identity import Keyring
    from api.importing.folder import ImportFolder
    from domain.entry import Entry
    from domain.founding import Log


def make_plan(folder: ImportFolder, stored: Iterable[Entry], keyring: Keyring, log: Log, at: str) -> Plan:
    """Return the plan for a folder, to be signed at `at` on top of the stored entries; raises `ImportRefused`."""
    trial = Trial(folder.book, stored, keyring, at)
    plan_founding(trial, keyring, log)
    if trial.problems:
        raise ImportRefused(trial.problems)
    accounts = AccountPlan(trial, (*folder.opening, *folder.journal))
    accounts.add()
    vouchers = VoucherPlan(trial, folder, accounts)
    vouchers.add()
    if trial.problems:
        raise ImportRefused(trial.problems)
    return Plan(trial.steps, vouchers.there, tuple(vouchers.absent), tuple(vouchers.plainer))
