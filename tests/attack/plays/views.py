"""Split views, and witnesses: what one reader is shown is not what the others see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import cosign
from domain.kernel.note import Signature, SigningKey, parse_note
from domain.vouchers import VoucherPosted
from tests.attack.circle import MAX_AGE_S, NOW_S, cosigned, witness_key
from tests.attack.history import Files, History, voucher
from tests.attack.model import BROWSER, EXCHANGE, MONITOR, POLICY, Attack, Notice, Played, witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVER, SIGNERS = "服务器 server", "服务器与签名人合谋 server with signers"
WITNESSES = "服务器与见证人合谋 server with witnesses"
ALL = "服务器、签名人与全部见证人合谋 server, signers and all witnesses"
BEFORE = 11
"""The victim looked last at this size, before the histories part."""

FAR_AHEAD_S = 4_102_444_800
"""The year 2100: the page in the browser goes by the clock of its machine."""

NO_QUORUM = Notice("audit.no_quorum")
BAD_COSIGNATURE = Notice("checkpoint.cosignature")
ASKING = (POLICY, BROWSER, MONITOR)
"""Those who ask for cosignatures."""


def _other_end(truth: History) -> Files:
    """Return a history with two other vouchers at its end; they are signed by those who may."""
    entries = truth.entries[:BEFORE]
    for fen in (100, 200):
        entries = [*entries, truth.sign(VoucherPosted, voucher(fen), seen=truth.view_of(entries))]
    return truth.served(entries)


def _fork(truth: History, _: History) -> Played:
    return Played(files=_other_end(truth), seen=BEFORE)


def _fork_for_a_witness(truth: History, _: History) -> Played:
    return Played(files=_other_end(truth), seen=BEFORE, behind=("peer",))


def _all_collude(truth: History, _: History) -> Played:
    files = _other_end(truth)
    return Played(files=files | {"checkpoint": cosigned(files["checkpoint"])}, seen=BEFORE)


def _stale(truth: History, _: History) -> Played:
    """Serve what was true, with the cosignatures of that time; the witnesses have gone on."""
    files = truth.served(truth.entries[:BEFORE])
    note = cosigned(files["checkpoint"], time_s=NOW_S - MAX_AGE_S - 1)
    return Played(files=files | {"checkpoint": note}, seen=BEFORE)


def _dated_in_the_future(truth: History, _: History) -> Played:
    """Serve what was true, with cosignatures of a time that will not come for many years, and so never look stale."""
    files = truth.served(truth.entries[:BEFORE])
    note = cosigned(files["checkpoint"], time_s=FAR_AHEAD_S)
    return Played(files=files | {"checkpoint": note}, seen=BEFORE)


def _signed_by(lines: Callable[[bytes], list[Signature]]) -> Callable[[History, History], Played]:
    """Serve the true log under a checkpoint with other cosignatures."""

    def play(truth: History, _: History) -> Played:
        note = truth.checkpoint()
        return Played(files=truth.files | {"checkpoint": note + b"".join(line.line for line in lines(note))})

    return play


def _by_impostors(note: bytes) -> list[Signature]:
    """Return lines of other keys under the witnesses' names; their key ids are other ones, as they must be."""
    checkpoint = parse_checkpoint(parse_note(note).text)
    return [
        cosign(checkpoint, SigningKey(witness_key(name).name, bytes(32)), NOW_S)
        for name in ("town", "county")
    ]


def _under_their_ids(note: bytes) -> list[Signature]:
    """Return the same lines under the true keys' ids."""
    truth = parse_note(cosigned(note, "town", "county")).signatures[1:]
    forged = _by_impostors(note)
    return [
        Signature(true.name, true.key_id, false.signature) for true, false in zip(truth, forged, strict=True)
    ]


def _one_twice(note: bytes) -> list[Signature]:
    checkpoint = parse_checkpoint(parse_note(note).text)
    return [cosign(checkpoint, witness_key("town"), NOW_S + seconds) for seconds in (0, 60)]


def _of_another_size(truth: History, _: History) -> Played:
    note = truth.checkpoint()
    earlier = parse_note(cosigned(truth.checkpoint(truth.entries[:BEFORE]))).signatures[1:]
    return Played(files=truth.files | {"checkpoint": note + b"".join(line.line for line in earlier)})


def _attack(
    name: str,
    zh: str,
    en: str,
    by: str,
    play: Callable[[History, History], Played],
    notices: Mapping[str, Notice],
) -> Attack:
    return Attack(name, zh, en, by, play, notices)


ATTACKS = (
    _attack(
        "fork_for_one",
        "给一位读者看另一份历史",
        "fork for one reader",
        SIGNERS,
        _fork,
        {EXCHANGE: Notice("audit.not_extended")} | dict.fromkeys(ASKING, NO_QUORUM) | witness("witness.fork"),
    ),
    _attack(
        "fork_for_a_witness",
        "给一位见证人也看那另一份历史",
        "fork for one witness as well",
        SIGNERS,
        _fork_for_a_witness,
        {EXCHANGE: Notice("audit.not_extended")} | dict.fromkeys(ASKING, NO_QUORUM) | witness("witness.fork"),
    ),
    _attack(
        "all_collude",
        "全部见证人也为另一份历史签名",
        "all witnesses cosign the fork too",
        ALL,
        _all_collude,
        {EXCHANGE: Notice("audit.not_extended")},
    ),
    _attack(
        "stale_for_ever",
        "永远只给旧的检查点",
        "serve a stale checkpoint for ever",
        SERVER,
        _stale,
        {EXCHANGE: Notice("audit.rolled_back"), MONITOR: Notice("audit.stale")},
    ),
    _attack(
        "dated_in_the_future",
        "旧检查点上的见证签名写将来的时间，永远不显旧",
        "a stale checkpoint whose cosignatures are dated in the future, never to look stale",
        WITNESSES,
        _dated_in_the_future,
        {EXCHANGE: Notice("audit.rolled_back")} | dict.fromkeys(ASKING, Notice("witness.future")),
    ),
    _attack(
        "impostors",
        "用别的密钥冒用见证人的名字",
        "another key under the right witness's name",
        SERVER,
        _signed_by(_by_impostors),
        dict.fromkeys(ASKING, NO_QUORUM),
    ),
    _attack(
        "impostors_with_ids",
        "连密钥编号也冒用",
        "the same under the right key's id",
        SERVER,
        _signed_by(_under_their_ids),
        dict.fromkeys(ASKING, BAD_COSIGNATURE),
    ),
    _attack(
        "one_witness_twice",
        "一位见证人签两次凑够人数",
        "a quorum of one witness twice",
        SERVER,
        _signed_by(_one_twice),
        dict.fromkeys(ASKING, NO_QUORUM),
    ),
    _attack(
        "cosignatures_of_another_size",
        "把旧检查点的见证签名贴到新的上面",
        "cosignatures of an earlier checkpoint under a later one",
        SERVER,
        _of_another_size,
        dict.fromkeys(ASKING, BAD_COSIGNATURE),
    ),
)
