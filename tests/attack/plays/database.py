"""The database administrator: rows changed behind the back of an honest program, and backups restored."""

from __future__ import annotations

from tests.attack.deployment import REBUILD_DIFFERS
from tests.attack.history import PLACES
from tests.attack.model import (
    BROWSER,
    EXCHANGE,
    KEPT,
    MONITOR,
    POLICY,
    Attack,
    Notice,
    Played,
    all_readers,
    door,
    readers,
    witness,
)

BY = "数据库管理员 database administrator"
SMALL = PLACES["small"]
AT_SMALL = f"WHERE originator_version = {SMALL}"
ROLLED_BACK = (
    dict.fromkeys((KEPT, EXCHANGE, BROWSER, MONITOR), Notice("audit.rolled_back"))
    | {POLICY: Notice("audit.no_quorum")}
    | witness("witness.size")
)
UNLOCK = "SET session_replication_role = replica"
"""What turns triggers off, for a superuser."""

ALTERED = r"""replace(convert_from(state, 'UTF8'), '_fen":1500', '_fen":9500')"""
FLIP = f"UPDATE events SET state = convert_to({ALTERED}, 'UTF8') {AT_SMALL}"  # noqa: S608 -- it is the attack
DELETE = f"DELETE FROM events {AT_SMALL}"  # noqa: S608 -- as above


def _attack(
    name: str, zh: str, en: str, played: Played, notices: dict[str, Notice], *, prevented: bool = False
) -> Attack:
    return Attack(name, zh, en, BY, lambda *_: played, notices, prevented)


ATTACKS = (
    _attack(
        "update_as_program",
        "以程序的数据库角色改动记录",
        "alter an entry in the program's own role",
        Played(harm=(FLIP,), role="sunledger_web"),
        door("SQLSTATE 42501"),
        prevented=True,
    ),
    _attack(
        "update",
        "以所有者身份改动记录",
        "alter an entry as the owner of the table",
        Played(harm=(FLIP,)),
        door("SQLSTATE 23001"),
        prevented=True,
    ),
    _attack(
        "update_without_triggers",
        "关掉触发器后改动记录",
        "alter an entry with the triggers turned off",
        Played(harm=(UNLOCK, FLIP)),
        door("entry.seen") | readers("signature.invalid", SMALL),
    ),
    _attack(
        "delete_without_triggers",
        "关掉触发器后删除中间一条记录",
        "delete an entry with the triggers turned off",
        Played(harm=(UNLOCK, DELETE)),
        door("store.damaged") | readers("audit.bundle", 0),
    ),
    _attack(
        "restored_backup",
        "恢复旧备份",
        "roll back from a backup",
        Played(backup=True),
        door("log.rolled_back") | ROLLED_BACK,
    ),
    _attack(
        "restored_machine",
        "恢复整台机器的旧备份，连同密钥旁的记忆",
        "roll back the whole machine, with what lay beside the key",
        Played(backup=True, forgets=True),
        door("log.witness_ahead") | ROLLED_BACK,
    ),
    _attack(
        "changed_row",
        "改动读模型中的余额",
        "change a row of a projection",
        Played(
            harm=(
                "UPDATE read.balances SET debit_fen = debit_fen + 100 WHERE period = '2026-03' AND account = '513'",
            )
        ),
        door(REBUILD_DIFFERS) | all_readers("audit.published"),
    ),
    _attack(
        "changed_journal_row",
        "改动读模型中的一笔收支",
        "change a line of income in a projection",
        Played(
            harm=(
                "UPDATE read.journal SET debit_fen = debit_fen + 100 WHERE period = '2026-03' AND account LIKE '5%'",
            )
        ),
        door(REBUILD_DIFFERS) | all_readers("audit.published"),
    ),
    _attack(
        "hidden_expense",
        "在读模型中把支出改记成转账，收支表上看不见",
        "hide an expense from the statements of income as if it had been a transfer",
        Played(harm=("UPDATE read.journal SET account = '321' WHERE credit_fen = 8800 AND account = '101'",)),
        door(REBUILD_DIFFERS) | all_readers("audit.published"),
    ),
    _attack(
        "changed_voucher_row",
        "改动读模型中凭证的金额",
        "change the amount of a voucher in a projection",
        Played(harm=(f"UPDATE read.vouchers SET amount_fen = amount_fen + 100 WHERE entry = {SMALL}",)),  # noqa: S608
        door(REBUILD_DIFFERS),
    ),
    _attack(
        "changed_key_row",
        "改动读模型中的持钥人",
        "change the holder of a key in a projection",
        Played(harm=("UPDATE read.keys SET person = '张三' WHERE role = 'head'",)),
        door(REBUILD_DIFFERS),
    ),
    _attack(
        "changed_tile_row",
        "改动读模型中的瓦片",
        "change a tile in a projection",
        Played(harm=("UPDATE read.tiles SET data = set_byte(data, 40, get_byte(data, 40) # 1)",)),
        door("log.tiles_changed") | readers("audit.tile") | {MONITOR: Notice("audit.published")},
    ),
)
