"""All attacks, by the part of the product that they are aimed at, in the order of the table in docs/threats.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attack.plays import appended, carried, database, logkeys, rewritten, served, views

if TYPE_CHECKING:
    from tests.attack.model import Attack

GROUPS: tuple[tuple[str, str, tuple[Attack, ...]], ...] = (
    ("记录本身", "entries that must not be there", appended.ATTACKS),
    ("改写历史", "a history that is rewritten", rewritten.ATTACKS),
    ("两份历史与见证人", "split views and witnesses", views.ATTACKS),
    ("日志的密钥", "the log's own key", logkeys.ATTACKS),
    ("日志的文件与公布的报表", "files of the log, and published statements", served.ATTACKS),
    ("带走的公示包", "a bundle that is carried away", carried.ATTACKS),
    ("数据库", "the database", database.ATTACKS),
)

ATTACKS = tuple(attack for _, _, attacks in GROUPS for attack in attacks)
