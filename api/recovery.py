"""After a restored backup: what is wrong with each log, and how the missing entries come back (恢复).

Entries are signed, so any copy of the log brings back exactly what was lost: an export, a bundle, another server. They
are taken in order, byte for byte, behind those that the database still has.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.witnessing import Target
from audit.replay import Replay
from audit.tlog.tiles import ENTRIES, fetch_bundle, tile_sizes
from audit.verify import verify
from domain.kernel.errors import Kind, RuleViolation, rule
from domain.ledger import Ledger, read_entries
from projections import log, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.composition import Service
    from audit.source import Source

BOOKS_MAX = 10_000
"""As many books are looked at."""

NOT_SOUND = rule(
    "recover.not_sound",
    Kind.REFUSED,
    "这份副本本身没有通过核对：{problem}",
    "this copy does not verify: {problem}",
)
OTHER_COPY = rule(
    "recover.other_history",
    Kind.REFUSED,
    "这份副本的前 {size} 条记录与数据库中的不同，不能用来恢复：这个日志有两份历史，处理步骤见 docs/log-keys.md",
    "the first {size} entries of this copy are not those of the database, so it cannot restore it: this log has two"
    " histories; docs/log-keys.md says what to do",
)
NOTHING_MISSING = rule(
    "recover.nothing_missing",
    Kind.CONFLICT,
    "这份副本有 {copy} 条记录，数据库已有 {size} 条，没有可恢复的",
    "this copy has {copy} entries and the database {size}: there is nothing to bring back",
)
UNSIGNED = rule(
    "log.unsigned",
    Kind.UNAVAILABLE,
    "账套 {book} 有 {size} 条记录，检查点只签到 {signed} 条；密钥已在，重启服务即补签",
    "the book {book} has {size} entries and its newest checkpoint covers {signed}; the key is here: restart the server,"
    " which signs them",
    "ADR 0027",
)

REMEDIES = {
    "serverkey.locked": (
        "  处理：设置启动服务时所用的口令 SUNLEDGER_PASSPHRASE\n"
        "  Do: set SUNLEDGER_PASSPHRASE as the server has it"
    ),
    "log.tiles_changed": (
        "  处理：sunledger rebuild 会从记录重算瓦片\n"
        "  Do: sunledger rebuild makes the tiles again from the entries"
    ),
    "log.rolled_back": (
        "  处理：换回最新的数据库，或用公开的副本（公示包、导出的文件夹、另一台服务器）补回丢失的记录：\n"
        "  Do: put the newest database back, or bring the lost entries back from any copy of the log:\n"
        "      sunledger recover 副本/COPY --book {book}\n"
        "  不要删除密钥旁的检查点：见证人和读者已经看到过它\n"
        "  Do not delete the checkpoint beside the key: witnesses and readers have seen it"
    ),
    "log.witness_ahead": (
        "  处理：见证人记得比数据库更多的记录，多半是恢复了旧备份。换回最新的数据库和密钥文件夹，\n"
        "  或从任何公开的副本补回丢失的记录：\n"
        "  Do: a witness remembers more than the database holds; most likely an old backup was restored. Put the\n"
        "  newest database and folder of keys back, or bring the lost entries back from any copy of the log:\n"
        "      sunledger recover 副本/COPY --book {book}\n"
        "  见证人说过的话，重启不会忘记；它再次见证本日志，警报即解除\n"
        "  What a witness has said is kept over a restart, until it cosigns again\n"
        "  确信是见证人弄错了，才把它从 SUNLEDGER_WITNESSES 的策略文件中去掉，并公告原因\n"
        "  Only when you are sure that the witness is wrong, take it out of the policy that SUNLEDGER_WITNESSES\n"
        "  names, and say publicly why"
    ),
    "log.witness_other": (
        "  见证人说过的话，重启不会忘记；它再次见证本日志，警报即解除\n"
        "  What a witness has said is kept over a restart, until it cosigns again\n"
        "  处理：不要再签署。同一个日志有两份历史：索取见证人所见证的检查点和副本，与数据库核对，查明哪一份是真的\n"
        "  Do: sign nothing. This log has two histories: ask the witness for the checkpoint that it cosigned, and\n"
        "  whoever has a copy for that copy, compare them with the database, and find out which one is true.\n"
        "  确信是见证人弄错了（它没有出示日志密钥签过的检查点），才把它从 SUNLEDGER_WITNESSES 的策略文件中去掉，\n"
        "  并公告原因\n"
        "  Only when you are sure that the witness is wrong (it showed no checkpoint that the log's key signed), take\n"
        "  it out of the policy that SUNLEDGER_WITNESSES names, and say publicly why\n"
        "  然后按 docs/log-keys.md 冻结并换来源 · then freeze the log and move it, as docs/log-keys.md says"
    ),
    "log.frozen": (
        "  处理：查明密钥是否被人拿走，步骤见 docs/log-keys.md\n"
        "  Do: find out whether somebody has the key; the steps are in docs/log-keys.md\n"
        "  没有，就解除冻结 · if nobody has, let the log go on:\n"
        "      sunledger log unfreeze --book {book}\n"
        "  拿走了，就换来源和密钥 · if somebody has, move to a new origin and key:\n"
        "      sunledger log move --book {book} --origin 新来源/NEW --reason compromised --last 检查点/CHECKPOINT …"
    ),
    "log.key_not_held": (
        "  处理：从备份取回密钥文件；取不回来就换来源和密钥，步骤见 docs/log-keys.md\n"
        "  Do: put the key's file back from its backup; if there is none, move to a new origin and key, as\n"
        "  docs/log-keys.md says:\n"
        "      sunledger log move --book {book} --origin 新来源/NEW --reason lost --last 检查点/CHECKPOINT …"
    ),
    "store.surplus": (
        "  处理：账套已停止记账，已有的记录不受影响。查明是谁绕过程序写入的，留下一份数据库备份，\n"
        "  再以数据库管理员身份删去：\n"
        "  Do: nothing is posted to this book; its entries are sound. Find out who wrote the rows past the program,\n"
        "  keep a backup, and delete them as the database's administrator:\n"
        "      ALTER TABLE events DISABLE TRIGGER ALL;\n"
        "      DELETE FROM events WHERE originator_id = '{book}' AND originator_version >= {size};\n"
        "      ALTER TABLE events ENABLE TRIGGER ALL;"
    ),
    "log.unsigned": ("  处理：重启服务（sunledger serve）\n  Do: restart the server (sunledger serve)"),
    "serverkey.unreadable": (
        "  处理：把日志中写明的损坏的密钥文件移走，从备份取回；取不回来就换来源和密钥，步骤见 docs/log-keys.md\n"
        "  Do: move the damaged file of the key, which the program's log names, out of the way and put it back from\n"
        "  its backup; if there is none, move to a new origin and key, as docs/log-keys.md says"
    ),
    "witnessing.key_not_listed": (
        "  处理：在 SUNLEDGER_WITNESSES 所指的策略文件中加上这一行，重启服务，再公布新的策略（docs/log-keys.md）：\n"
        "  Do: add this line to the policy that SUNLEDGER_WITNESSES names, restart the server, and publish the new\n"
        "  policy (docs/log-keys.md):\n"
        "      log {key}"
    ),
    "witnessing.policy_missing": (
        "  处理：把 SUNLEDGER_WITNESSES 设成服务器从前用的策略文件，重启服务；\n"
        "  确已不再请人见证，就让它指向只有下面一行的文件，并公告（docs/log-keys.md）：\n"
        "  Do: let SUNLEDGER_WITNESSES name the policy that the server had, and restart it; if the village has really\n"
        "  given up on witnesses, let it name a file with this one line, and say so publicly (docs/log-keys.md):\n"
        "      quorum none"
    ),
    "": (
        "  处理：不要再签署。保留数据库和密钥文件夹，用最近的公示包核对，查明哪一份历史是真的\n"
        "  Do: sign nothing. Keep the database and the folder of keys as they are, verify the newest bundle,\n"
        "  and find out which history is the true one"
    ),
}
"""By rule, what to do."""


@dataclass(frozen=True)
class Diagnosis:
    """A book's log: how many entries the database holds, how many were signed, and what is wrong with it."""

    book: str
    name: str
    entries: int
    signed: int = 0
    problem: RuleViolation | None = None


@dataclass(frozen=True)
class Recovered:
    """A book that had `before` entries and has `size` again; `problem` is what its log still lacks, None if nothing."""

    book: str
    before: int
    size: int
    problem: RuleViolation | None = None


def diagnose(service: Service) -> Iterator[Diagnosis]:
    """Look at the log of every book, as the server does before it signs; its witnesses are asked first.

    Only with `witnessing.key_not_listed`, `witnessing.policy_missing` and `log.unsigned` does a log go on all the same.
    """
    with service.pool.connection() as connection:
        books = register.books(connection, BOOKS_MAX)
    service.witnesses.ask([Target(row.book, row.origin) for row in books])
    for row in books:
        yield _examine(service, row)


def _examine(service: Service, row: register.BookRow) -> Diagnosis:
    found = _examine_log(service, row)
    if found.problem:
        return found
    with service.pool.connection() as connection:
        return replace(found, problem=service.witnesses.interrupted(connection, row.book))


def _examine_log(service: Service, row: register.BookRow) -> Diagnosis:
    with service.pool.connection() as connection, connection.cursor() as cursor:
        try:
            signed = log.check_history(cursor, row.book, service.log_keys, service.witnesses)
            log.check_signers(cursor, row.book, service.log_keys)
            if surplus := log.surplus(cursor, row.book):
                raise surplus
        except RuleViolation as problem:
            return Diagnosis(row.book, row.name, row.entries, problem=problem)
        covered = log.signed_size(connection, row.book)
        if covered < row.entries:
            unsigned = UNSIGNED(book=row.book, size=row.entries, signed=covered)
            return Diagnosis(row.book, row.name, row.entries, signed, unsigned)
        return Diagnosis(row.book, row.name, row.entries, signed)


def remedy(problem: RuleViolation, book: str) -> str:
    """Return what an operator is to do about a log that may sign no more."""
    return REMEDIES.get(problem.rule.code, REMEDIES[""]).format(**{**problem.facts, "book": book})


def recover(
    service: Service, source: Source, book: str, advance: Callable[[int], None] = lambda _: None
) -> Recovered:
    """Append the entries that a copy has behind those of the database; raises `recover.*`, or what the rules refuse.

    The copy is verified as a whole first. These entries are what the log's guard misses, so it does not stand in their
    way: they go through the same rules, by a ledger without the guard. A copy that ends before what was signed brings
    back what it has; the rest comes from another one.
    """
    replay = Replay()
    report = verify(source, replay=replay)
    broken = next((found.message for found in report.findings if found.entry is None), "")
    if broken or replay.book.book != book:
        raise NOT_SOUND(problem=broken or f"{replay.book.book} ≠ {book}")
    stored = _check_prefix(service, replay, book)
    ledger = Ledger(service.recorder, on_commit=service.runner.notify)
    try:
        for notes in _bundles_behind(source, replay.size, stored):
            ledger.post(book, notes)
            advance(len(notes))
    finally:
        ledger.close()
    with contextlib.suppress(RuleViolation):  # it is told below
        service.runner.catch_up([book])
    return Recovered(book, stored, replay.size, _still_wrong(service, book))


def _still_wrong(service: Service, book: str) -> RuleViolation | None:
    """Return what still keeps the log from signing what was brought back."""
    with service.pool.connection() as connection:
        try:
            row = register.book(connection, book)
        except RuleViolation as problem:
            return problem
    return _examine_log(service, row).problem


def _check_prefix(service: Service, replay: Replay, book: str) -> int:
    """Return how many entries the database has; they must be the first of the copy, and fewer."""
    stored = 0
    for stored, entry in enumerate(read_entries(service.recorder, book), start=1):
        if stored > replay.size or replay.book.tree.leaf(stored - 1) != entry.leaf_hash:
            raise OTHER_COPY(size=stored)
    if stored == replay.size:
        raise NOTHING_MISSING(copy=replay.size, size=stored)
    return stored


def _bundles_behind(source: Source, size: int, stored: int) -> Iterator[list[bytes]]:
    for tile in tile_sizes(size):
        if tile.level == ENTRIES and tile.start + tile.width > stored:
            yield fetch_bundle(source.fetch, tile, max(stored - tile.start, 0))
