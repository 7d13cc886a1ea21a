"""The life of the log's own key: who signs when he may not, and where a log is moved by those who may not, or lie."""

from __future__ import annotations

import base64
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from domain.kernel.note import SigningKey
from domain.logkeys import (
    LogKeyAdded,
    LogKeyAddition,
    LogKeyRetired,
    LogKeyRetirement,
    LogMove,
    LogMoved,
    log_possession_text,
)
from domain.logkeys.events import LastCheckpoint
from domain.vouchers import VoucherPosted
from tests.attack.circle import cosigned
from tests.attack.history import tree_of, voucher
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
    witness,
)
from tests.attack.plays.appended import NEXT, appended

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.attack.history import Files, History
    from tests.domain.conftest import Village

THIEF, OPERATOR, SIGNERS = "偷了日志密钥的人 log key thief", "服务器 server", "岗位合谋 office holders"
SPEAKERS = "township head supervisor"
NEW_ORIGIN = "new.example.cn/books"
"""Where the log moves to, before its book's name."""

PARTED = 12
"""Where a rewritten history leaves the true one."""


def _new_key(truth: History, prefix: str = "") -> SigningKey:
    """Return the log's second key, under its name or below another address."""
    name = f"{prefix}/{truth.village.book.book}" if prefix else truth.key.name
    return SigningKey(name, sha256(f"{name} 2".encode()).digest())


def _proof(truth: History, key: SigningKey, vkey: str = "") -> str:
    text = log_possession_text(truth.village.book.book, vkey or key.verifier.vkey)
    return base64.b64encode(key.sign_raw(text)).decode()


def _addition(truth: History, key: SigningKey, proof: str = "") -> LogKeyAddition:
    return LogKeyAddition(proof=proof or _proof(truth, key), reason="例行更换", vkey=key.verifier.vkey)


def _move(truth: History, key: SigningKey, entries: Sequence[bytes], last: int) -> LogMove:
    root = base64.b64encode(tree_of(entries[:last]).root()).decode()
    return LogMove(
        last=LastCheckpoint(n=last, r=root),
        origin=key.name,
        proof=_proof(truth, key),
        reason="compromised",
        vkey=key.verifier.vkey,
    )


def _then(truth: History, entries: Sequence[bytes], kind: type[Any], data: object, by: str) -> list[bytes]:
    """Return the entries and one more, whose signers have seen them all."""
    return [*entries, truth.sign(kind, data, by, seen=truth.view_of(entries))]


def _then_voucher(truth: History, entries: Sequence[bytes]) -> list[bytes]:
    return [*entries, truth.voucher(seen=truth.view_of(entries))]


def _rotating(truth: History) -> list[bytes]:
    """Return the true history and the entry that begins the overlap."""
    data = _addition(truth, _new_key(truth))
    return _then(truth, truth.entries, LogKeyAdded, data, SPEAKERS)


def _rotated(truth: History) -> list[bytes]:
    """Return the same, and the entry that ends the overlap."""
    data = LogKeyRetirement(reason="已换新", vkey=truth.key.verifier.vkey)
    return _then(truth, _rotating(truth), LogKeyRetired, data, SPEAKERS)


def _moved(truth: History, entries: Sequence[bytes], last: int) -> list[bytes]:
    """Return a history and the entry that moves its log."""
    data = _move(truth, _new_key(truth, NEW_ORIGIN), entries, last)
    return _then(truth, entries, LogMoved, data, SPEAKERS)


def _rewritten(truth: History) -> list[bytes]:
    """Return a history whose last entry is another one."""
    entries = truth.entries[:PARTED]
    return _then(truth, entries, VoucherPosted, voucher(1_400, "2026-03-04"), "accountant/2 head")


def _served(truth: History, entries: Sequence[bytes], *keys: SigningKey) -> Files:
    """Return the files of a log whose checkpoint these keys sign, under the name of the first."""
    tree = tree_of(entries)
    checkpoint = sign_checkpoint(Checkpoint(keys[0].name, tree.size, tree.root()), *keys)
    vkey = f"{keys[0].verifier.vkey}\n".encode()
    return truth.served(entries) | {"checkpoint": checkpoint, "log.vkey": vkey}


def _before(files: Files) -> Files:
    return files | {"checkpoint": cosigned(files["checkpoint"])}


# --- who signs


def _only(which: int) -> Callable[[History, History], Played]:
    """In the overlap one of the two keys signs alone."""

    def play(truth: History, _: History) -> Played:
        keys = (truth.key, _new_key(truth))
        return Played(files=_served(truth, _rotating(truth), keys[which]), trusted=_vkeys(*keys))

    return play


def _vkeys(*keys: SigningKey) -> tuple[str, ...]:
    return tuple(key.verifier.vkey for key in keys)


def _retired_signs(truth: History, _: History, *, dropped: bool) -> Played:
    new, rotated = _new_key(truth), _rotated(truth)
    files = _served(truth, _then_voucher(truth, rotated), truth.key)
    return Played(
        files=files | {"log.vkey": f"{new.verifier.vkey}\n".encode()},
        before=_before(_served(truth, rotated, new)),
        trusted=_vkeys(new) if dropped else _vkeys(truth.key, new),
    )


def _forked_before_rotation(truth: History, _: History) -> Played:
    """Somebody has the old key, and an accountant and a head: the log goes on as if it had never been rotated."""
    new = _new_key(truth)
    entries = _then_voucher(truth, _then_voucher(truth, _then_voucher(truth, truth.entries)))
    return Played(
        files=_served(truth, entries, truth.key),
        before=_before(_served(truth, _rotated(truth), new)),
        trusted=_vkeys(new),
    )


def _old_origin_grows(truth: History, _: History, *, dropped: bool) -> Played:
    new = _new_key(truth, NEW_ORIGIN)
    moved = _moved(truth, truth.entries, truth.size)
    return Played(
        files=_served(truth, _then_voucher(truth, _then_voucher(truth, truth.entries)), truth.key),
        before=_before(_served(truth, moved, new)),
        trusted=_vkeys(new) if dropped else _vkeys(truth.key, new),
    )


def _goes_on_under_the_old_name(truth: History, _: History) -> Played:
    """The entries say that the log has moved, and its checkpoint is of the old origin."""
    moved = _moved(truth, truth.entries, truth.size)
    return Played(files=_served(truth, moved, truth.key))


def _new_key_under_the_old_name(truth: History, _: History) -> Played:
    moved = _moved(truth, truth.entries, truth.size)
    key = SigningKey(truth.key.name, _new_key(truth, NEW_ORIGIN).seed)
    return Played(files=_served(truth, moved, key))


# --- where it moves


def _moves(
    make: Callable[[History], list[bytes]], last: int, *, known: bool = True
) -> Callable[[History, History], Played]:
    """A history moves, standing by its first `last` entries; the witnesses know the new key, or have not heard."""

    def play(truth: History, _: History) -> Played:
        new = _new_key(truth, NEW_ORIGIN)
        files = _served(truth, _moved(truth, make(truth), last), new)
        return Played(files=files, trusted=_vkeys(truth.key, new) if known else ())

    return play


def _true(truth: History) -> list[bytes]:
    return truth.entries


def moved_truly(truth: History, last: int) -> Played:
    """Return that the log moves with its true history; what its signers stand by may be less than the witnesses saw."""
    return _moves(_true, last)(truth, truth)


# --- what is posted


def _entry(
    kind: type[Any], data: Callable[[History], object], by: str = SPEAKERS
) -> Callable[[History, History], Played]:
    return lambda truth, _: appended(truth, truth.sign(kind, data(truth), by))


def _of_an_office(village: Village) -> SigningKey:
    """Return the accountant's key under the log's name."""
    return SigningKey(f"{village.log_key().name}", village.key("accountant/2").seed)


def _last_of_another_history(truth: History) -> LogMove:
    return _move(truth, _new_key(truth, NEW_ORIGIN), _rewritten(truth), PARTED + 1)


def _last_beyond_the_end(truth: History) -> LogMove:
    entries = _then_voucher(truth, truth.entries)
    return _move(truth, _new_key(truth, NEW_ORIGIN), entries, len(entries))


def _unproved(truth: History) -> LogKeyAddition:
    key = _new_key(truth)
    return _addition(truth, key, _proof(truth, truth.key, key.verifier.vkey))


def _refused(code: str) -> dict[str, Notice]:
    return door(code) | all_readers(code, NEXT)


def _held(code: str, monitor: str = "") -> dict[str, Notice]:
    """Those who remember notice."""
    return dict.fromkeys((KEPT, EXCHANGE, BROWSER), Notice(code)) | {MONITOR: Notice(monitor or code)}


MISSING = all_readers("audit.log_key_missing")

ATTACKS = (
    Attack(
        "log_key_without_township",
        "没有乡镇签名就增加日志密钥",
        "add a log key without the township",
        SIGNERS,
        _entry(LogKeyAdded, lambda truth: _addition(truth, _new_key(truth)), "head supervisor"),
        _refused("policy.roles_missing"),
    ),
    Attack(
        "log_key_without_proof",
        "增加一把服务器并不持有的日志密钥",
        "add a log key whose private half the server has not",
        SIGNERS,
        _entry(LogKeyAdded, _unproved),
        _refused("log.no_possession"),
    ),
    Attack(
        "log_key_of_an_office",
        "把会计的密钥当作日志密钥",
        "add the accountant's key as the log's",
        SIGNERS,
        _entry(LogKeyAdded, lambda truth: _addition(truth, _of_an_office(truth.village))),
        _refused("log.key_used"),
    ),
    Attack(
        "only_log_key_retired",
        "停用日志唯一的密钥",
        "retire the log's only key",
        SIGNERS,
        _entry(LogKeyRetired, lambda truth: LogKeyRetirement(reason="已换新", vkey=truth.key.verifier.vkey)),
        _refused("log.last_key"),
    ),
    Attack(
        "moved_without_supervisor",
        "没有监督委员会签名就迁移日志",
        "move the log without the supervisor",
        SIGNERS,
        _entry(
            LogMoved,
            lambda truth: _move(truth, _new_key(truth, NEW_ORIGIN), truth.entries, truth.size),
            "township head",
        ),
        _refused("policy.roles_missing"),
    ),
    Attack(
        "moved_to_the_old_name",
        "换一把密钥，迁回日志已有的名称",
        "move the log to the name that it has, with another key",
        SIGNERS,
        _entry(LogMoved, lambda truth: _move(truth, _new_key(truth), truth.entries, truth.size)),
        _refused("log.origin_used"),
    ),
    Attack(
        "moved_from_another_history",
        "迁移时把另一份历史的检查点说成旧来源最后的",
        "move the log, with the last checkpoint of another history",
        SIGNERS,
        _entry(LogMoved, _last_of_another_history),
        _refused("log.last_unknown"),
    ),
    Attack(
        "moved_from_beyond_the_end",
        "迁移时所说的最后检查点比记录还多",
        "move the log, with a last checkpoint of more entries than there are",
        SIGNERS,
        _entry(LogMoved, _last_beyond_the_end),
        _refused("log.last_unknown"),
    ),
    Attack(
        "overlap_old_key_alone",
        "重叠期内只有旧密钥签名",
        "in the overlap the old key signs alone",
        OPERATOR,
        _only(0),
        MISSING,
    ),
    Attack(
        "overlap_new_key_alone",
        "重叠期内只有新密钥签名",
        "in the overlap the new key signs alone",
        OPERATOR,
        _only(1),
        MISSING,
    ),
    Attack(
        "retired_key_signs",
        "已停用的密钥又签检查点，见证人还没有停用它",
        "the retired key signs a checkpoint, and the witnesses trust it still",
        THIEF,
        partial(_retired_signs, dropped=False),
        all_readers("audit.log_key_ended"),
    ),
    Attack(
        "retired_key_signs_in_vain",
        "已停用的密钥又签检查点，见证人已停用它",
        "the same, and the witnesses have dropped it",
        THIEF,
        partial(_retired_signs, dropped=True),
        all_readers("audit.log_key_ended") | witness("witness.signature"),
    ),
    Attack(
        "forked_before_the_rotation",
        "用旧密钥从更换之前另开一份历史",
        "fork with the old key from before the rotation",
        THIEF,
        _forked_before_rotation,
        _held("audit.kept_foreign", "audit.not_extended")
        | {POLICY: Notice("audit.no_quorum")}
        | witness("witness.signature"),
    ),
    Attack(
        "old_origin_grows",
        "迁移之后旧来源还在增长，见证人还没有停用旧密钥",
        "the old origin grows after the move, and the witnesses trust its key still",
        THIEF,
        partial(_old_origin_grows, dropped=False),
        _held("audit.unknown_origin", "audit.old_origin"),
    ),
    Attack(
        "old_origin_grows_in_vain",
        "迁移之后旧来源还在增长，见证人已停用旧密钥",
        "the same, and the witnesses have dropped it",
        THIEF,
        partial(_old_origin_grows, dropped=True),
        _held("audit.unknown_origin", "audit.old_origin")
        | {POLICY: Notice("audit.no_quorum")}
        | witness("witness.signature"),
    ),
    Attack(
        "moved_and_signed_as_before",
        "记录说已迁移，检查点仍用旧来源和旧密钥",
        "the entries move the log, and the old key signs under the old name",
        OPERATOR,
        _goes_on_under_the_old_name,
        all_readers("audit.old_origin"),
    ),
    Attack(
        "new_key_under_the_old_name",
        "迁移之后新密钥用旧名称签名",
        "the new log's key signs under the old log's name",
        OPERATOR,
        _new_key_under_the_old_name,
        all_readers("checkpoint.signature") | witness("witness.signature"),
    ),
    Attack(
        "moved_and_nobody_told",
        "迁移后没有告诉见证人",
        "move the log and tell no witness",
        SIGNERS,
        _moves(_true, NEXT, known=False),
        dict.fromkeys((POLICY, BROWSER, MONITOR), Notice("audit.no_quorum")) | witness("witness.unknown_log"),
    ),
    Attack(
        "rewritten_and_moved",
        "改写历史，再迁移日志",
        "rewrite the history, then move the log",
        SIGNERS,
        _moves(_rewritten, PARTED + 1),
        _held("audit.not_extended"),
    ),
    Attack(
        "rewritten_behind_a_smaller_checkpoint",
        "迁移时只认改写之前的检查点，其余说成作废",
        "rewrite the history, and move the log from a checkpoint before that",
        SIGNERS,
        _moves(_rewritten, PARTED),
        _held("audit.kept_void", "audit.not_extended"),
    ),
)
