"""Each attack is noticed by all who can, by the check and at the entry that the table names, and by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attack.catalogue import ATTACKS
from tests.attack.model import NOTICERS, Notice, Played
from tests.attack.plays.carried import whole, zipped
from tests.attack.plays.logkeys import moved_truly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.attack.circle import Circle
    from tests.attack.deployment import Deployments
    from tests.attack.history import History
    from tests.attack.model import Attack, Noticer


def noticed(noticers: Sequence[Noticer], played: Played) -> dict[str, list[Notice]]:
    """Return what each one notices, of those who notice anything."""
    notices = {noticer.name: noticer.notices(played) for noticer in noticers}
    return {name: found for name, found in notices.items() if found}


def first_of(found: list[Notice], wanted: Notice, size: int) -> Notice | list[Notice]:
    """Return the wanted notice if it stands among those found and no innocent entry is accused; else all of them.

    Entries behind the wrong one may break too. Where the log as a whole is wrong, no true entry may be named.
    """
    least = size if wanted.entry is None else wanted.entry
    innocent = any(notice.entry is not None and notice.entry < least for notice in found)
    return found if innocent or wanted not in found else wanted


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_noticed_by_those_who_can(
    attack: Attack, truth: History, other: History, deployments: Deployments, noticers: Sequence[Noticer]
) -> None:
    played = deployments.circle.played(deployments.played(attack.play(truth, other)))
    assert not attack.prevented or played.files == truth.files
    found = noticed(noticers, played)
    nothing = Notice("")
    assert {
        name: first_of(notices, attack.notices.get(name, nothing), truth.size)
        for name, notices in found.items()
    } == attack.notices


@pytest.mark.parametrize("seen", [1, 8, 12, 13])
def test_the_true_log_alarms_nobody(truth: History, noticers: Sequence[Noticer], seen: int) -> None:
    assert noticed(noticers, Played(files=truth.files, seen=seen)) == {}


def test_a_true_bundle_alarms_nobody(truth: History, noticers: Sequence[Noticer]) -> None:
    assert noticed(noticers, Played(carried=zipped(truth.files.items()))) == {}
    assert noticed(noticers, Played(carried=zipped(whole(truth.files).items()))) == {}


def test_growth_alarms_nobody(truth: History, circle: Circle, noticers: Sequence[Noticer]) -> None:
    entries = [*truth.entries, truth.voucher(100)]
    entries.append(truth.voucher(200, seen=truth.view_of(entries)))
    played = circle.played(Played(files=truth.served(entries)))
    assert noticed(noticers, played) == {}


@pytest.mark.parametrize("last", [5, 13])
def test_a_log_that_moves_with_its_history_alarms_nobody(
    truth: History, circle: Circle, noticers: Sequence[Noticer], last: int
) -> None:
    assert noticed(noticers, circle.played(moved_truly(truth, last))) == {}


def test_every_noticer_of_the_table_is_there(noticers: Sequence[Noticer]) -> None:
    assert [noticer.name for noticer in noticers] == [noticer.name for noticer in NOTICERS]
