"""The first two entries of a book, its opening and its approval tiers; later, that book.toml still says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.importing.book_file import SIGNERS
from api.importing.rules import BOOK_CHANGED, CLOSED_AHEAD, PERSON_CHANGED
from domain.founding import BookOpened, Opened, Organisation, check_origin
from domain.kernel.errors import Phrase, RuleViolation
from domain.kernel.organisation import check_organisation
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.privacy import check_clear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.identity import Keyring
    from api.importing.trial import Trial
    from domain.founding import Log
    from domain.roles import Key

DEFAULT_TIERS = [
    Tier(from_fen=0, roles=["accountant", "head"], to_fen=100_000),
    Tier(from_fen=100_000, roles=["accountant", "head", "supervisor"], to_fen=1_000_000),
    Tier(from_fen=1_000_000, roles=["accountant", "head", "supervisor", "township"]),
]
"""Below 1,000 yuan two signatures, below 10,000 three, above also the township's (a common local rule)."""


def plan_founding(trial: Trial, keyring: Keyring, log: Log) -> None:
    """Open the book and set its tiers, whichever is not there yet: an import may have broken off between the two."""
    file = trial.file
    if file.closed_through > trial.at[:7]:
        trial.refuse(CLOSED_AHEAD(column="closed_through", read=file.closed_through, latest=trial.at[:7]))
    if trial.book.size:
        _check_same(trial)
    else:
        _open(trial, keyring, log)
    opened_by_import = trial.book.size == 1 or trial.id("book") in trial.stored
    if opened_by_import and not trial.problems and PolicySet not in trial.types:
        tiers = PolicyTiers(tiers=DEFAULT_TIERS)
        trial.add(PolicySet, tiers, trial.id("policy"), ("township", "head", "supervisor"))


def _open(trial: Trial, keyring: Keyring, log: Log) -> None:
    file = trial.file
    try:
        check_organisation(file.id)
        check_origin(log.origin)
    except RuleViolation as violation:
        trial.refuse(violation)
        return
    if not _names_are_clear(trial):
        return
    opened = Opened(
        chart=file.chart,
        first_period=file.opened,
        keys=[keyring.grant(role, file.people.get(role, "")) for role in SIGNERS],
        log=log,
        organisation=Organisation(division=file.division, id=file.id, name=file.name),
    )
    trial.add(BookOpened, opened, trial.id("book"), ("township",))


def _names_are_clear(trial: Trial) -> bool:
    """Report every name in book.toml that names a person by a number, by the key under which it stands there."""
    names = {"[book] name": trial.file.name}
    names |= {f"[people] {role}": trial.file.people.get(role, "") for role in SIGNERS}
    clear = True
    for key, name in names.items():
        try:
            check_clear(name, key)
        except RuleViolation as violation:
            trial.refuse(violation)
            clear = False
    return clear


def _check_same(trial: Trial) -> None:
    """What the first entry fixed cannot be changed by editing book.toml, and who signs is changed by keys."""
    file, founding = trial.file, trial.book.founding
    organisation = founding.organisation
    fixed = {"chart": founding.chart, "opened": trial.book.periods.first}
    if organisation:
        fixed |= {"name": organisation.name, "division": organisation.division}
    if file.origin and founding.log:
        fixed["origin"] = founding.log.origin
    for key, value in fixed.items():
        if getattr(file, key) != value:
            trial.refuse(BOOK_CHANGED(key=key, read=getattr(file, key), expected=value))
    for role, name in file.people.items():
        _check_person(trial, role, name, trial.book.roles.keys)


def _check_person(trial: Trial, role: str, name: str, keys: Mapping[str, Key]) -> None:
    """Whoever holds a key of the role, or has held one, may stand in book.toml."""
    known = [key.person for key in keys.values() if key.role == role]
    if name not in known:
        expected = (known[-1] if known else "") or Phrase("未写姓名", "no name")
        trial.refuse(PERSON_CHANGED(column=f"[people] {role}", read=name, expected=expected))
