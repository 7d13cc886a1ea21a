"""When a log's key may be added or retired, and when the log may move to a new origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.founding import Log, check_log
from domain.kernel.errors import Kind, rule
from domain.kernel.note import decode_base64, parse_vkey, verify_ed25519
from domain.logkeys.events import log_possession_text
from domain.roles import Key, Roles, require_roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.logkeys.events import LogKeyAdded, LogKeyRetired, LogMoved
    from domain.logkeys.state import LogOrigins

KEYS_MAX = 2
"""So many keys sign beside one another at most: the old one and the new one."""

SIGNERS = ("township", "head", "supervisor")
"""Who speaks for the log: as for the policy, the key is everybody's business."""

OVERLAP = rule(
    "log.overlap",
    Kind.CONFLICT,
    "日志已有 {count} 把密钥同时签名；请先停用一把（sunledger log retire）",
    "{count} keys of the log sign beside one another already; retire one first (sunledger log retire)",
    "ADR 0027",
)
KEY_USED = rule(
    "log.key_used",
    Kind.REFUSED,
    "公钥 {key} 在本账套中已用过；日志每次都要换一把全新的密钥",
    "the public key of {key} was used in this book before; a log's new key is a new one",
    "ADR 0027",
)
NO_POSSESSION = rule(
    "log.no_possession",
    Kind.REFUSED,
    "日志密钥 {key} 没有证明服务器持有私钥",
    "the log key {key} does not prove that the server has its private half",
    "ADR 0027",
)
KEY_NOT_IN_FORCE = rule(
    "log.key_not_in_force",
    Kind.CONFLICT,
    "{key} 不是日志现用的密钥",
    "{key} is not a key that the log signs with now",
    "ADR 0027",
)
LAST_KEY = rule(
    "log.last_key",
    Kind.CONFLICT,
    "这是日志唯一的密钥，不能停用；请先增加一把（sunledger log rotate）",
    "it is the log's only key and cannot be retired; add another one first (sunledger log rotate)",
    "ADR 0027",
)
ORIGIN_USED = rule(
    "log.origin_used",
    Kind.REFUSED,
    "本日志已经用过来源名称 {origin}；迁移须用新名称",
    "the log has had the origin {origin} already; it moves to a new one",
    "C2SP tlog-checkpoint: an origin is one log, with one history",
)
LAST_UNKNOWN = rule(
    "log.last_unknown",
    Kind.REFUSED,
    "last 不是本日志前 {n} 条记录的根（日志现有 {size} 条）；须为旧来源最后一个已见证的检查点",
    "last is not the root of this log's first {n} entries (it has {size}); it is the last witnessed checkpoint of the"
    " old origin",
    "ADR 0027; RFC 6962",
)


def decide_add_log_key(log: LogOrigins, roles: Roles, statement: LogKeyAdded, signers: list[Key]) -> None:
    """A key is added under the log's origin while one alone signs; township, head and supervisor sign."""
    if len(log.in_force) >= KEYS_MAX:
        raise OVERLAP(count=len(log.in_force))
    _check_key(
        log, roles, statement.book, Log(origin=log.now.name, vkey=statement.data.vkey), statement.data.proof
    )
    require_roles(signers, SIGNERS)


def decide_retire_log_key(log: LogOrigins, statement: LogKeyRetired, signers: list[Key]) -> None:
    """A key in force is retired while another one signs; township, head and supervisor sign."""
    vkeys = [key.verifier.vkey for key in log.in_force]
    if statement.data.vkey not in vkeys:
        raise KEY_NOT_IN_FORCE(key=statement.data.vkey)
    if len(vkeys) == 1:
        raise LAST_KEY()
    require_roles(signers, SIGNERS)


def decide_move_log(
    log: LogOrigins,
    roles: Roles,
    root: Callable[[int], str],
    size: int,
    statement: LogMoved,
    signers: list[Key],
) -> None:
    """The log moves to an origin and a key that it never had; what its signers stand by is a prefix of its entries.

    `root` gives the base64 root of the first n of the `size` entries so far.
    """
    move = statement.data
    if log.named(move.origin):
        raise ORIGIN_USED(origin=move.origin)
    _check_key(log, roles, statement.book, Log(origin=move.origin, vkey=move.vkey), move.proof)
    if move.last.n > size or root(move.last.n) != move.last.r:
        raise LAST_UNKNOWN(n=move.last.n, size=size)
    require_roles(signers, SIGNERS)


def _check_key(log: LogOrigins, roles: Roles, book: str, new: Log, proof: str) -> None:
    check_log(new, book)
    public_key = parse_vkey(new.vkey).public_key
    verifiers = [key.verifier for key in log.all_keys()] + [key.verifier for key in roles.keys.values()]
    if any(verifier.public_key == public_key for verifier in verifiers):
        raise KEY_USED(key=new.vkey)
    if not verify_ed25519(public_key, log_possession_text(book, new.vkey), decode_base64(proof.encode())):
        raise NO_POSSESSION(key=new.vkey)
