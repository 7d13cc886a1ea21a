"""True entries changed, dropped or moved; the server computes tiles, root and figures again and signs them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from domain.founding.events import Log
from domain.kernel.note import SigningKey
from domain.policy import Tier
from domain.vouchers import VoucherPosted
from tests.attack.history import PLACES, History, voucher
from tests.attack.model import (
    BROWSER,
    EXCHANGE,
    KEPT,
    MONITOR,
    POLICY,
    Attack,
    Notice,
    Played,
    readers,
    witness,
)
from tests.attack.plays.appended import NEXT
from tests.domain.conftest import BOOK, ORIGIN, Village

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVER, COLLUSION = "服务器 server", "服务器与签名人合谋 server with signers"

SMALL = PLACES["small"]
TILE = "tile/0/000.p/13"


def _attack(
    name: str,
    zh: str,
    en: str,
    change: Callable[[History], list[bytes]],
    notices: Mapping[str, Notice],
    by: str = SERVER,
) -> Attack:
    return Attack(name, zh, en, by, lambda truth, _: Played(files=truth.served(change(truth))), notices)


def _remembered(code: str) -> dict[str, Notice]:
    """Those who remember notice, and those who ask the witnesses, who remember too; the newcomer does not."""
    return dict.fromkeys((KEPT, EXCHANGE, BROWSER, MONITOR), Notice(code)) | {
        POLICY: Notice("audit.no_quorum")
    }


def _flipped(truth: History) -> list[bytes]:
    entries = list(truth.entries)
    entries[SMALL] = entries[SMALL].replace(b'_fen":1500', b'_fen":9500')
    assert entries[SMALL] != truth.entries[SMALL]
    return entries


def _dropped(truth: History) -> list[bytes]:
    return truth.entries[:SMALL] + truth.entries[SMALL + 1 :]


def _inserted(truth: History) -> list[bytes]:
    """Accountant and head sign a voucher as if it were January still, and the server puts it there."""
    forged = truth.sign(VoucherPosted, voucher(date="2026-01-20"), seen=truth.view(SMALL))
    return [*truth.entries[:SMALL], forged, *truth.entries[SMALL:]]


def _backdated(truth: History) -> list[bytes]:
    """The voucher was signed honestly today; the server moves it into a month that is closed."""
    forged = truth.sign(VoucherPosted, voucher(date="2026-01-20"))
    return [*truth.entries[:SMALL], forged, *truth.entries[SMALL:]]


def _swapped(truth: History) -> list[bytes]:
    entries = list(truth.entries)
    entries[SMALL - 1], entries[SMALL] = entries[SMALL], entries[SMALL - 1]
    return entries


def _last_signed_anew(truth: History) -> list[bytes]:
    forged = truth.sign(VoucherPosted, voucher(1_400, "2026-03-04"), seen=truth.view(NEXT - 1))
    return [*truth.entries[:-1], forged]


def _grown_over(truth: History) -> list[bytes]:
    """The last entry is another one, and the log has grown since."""
    entries = _last_signed_anew(truth)
    return [*entries, truth.sign(VoucherPosted, voucher(), seen=truth.view_of(entries))]


def _flipped_with_a_short_tile(truth: History, _: History) -> Played:
    files = truth.served(_flipped(truth))
    return Played(files=files | {TILE: files[TILE][:-1]})


class Invented(Village):
    """The same book, and every key of it made up."""

    @staticmethod
    def key(name: str, book: str = BOOK) -> SigningKey:
        """Return the key "role" or "role/number" of nobody."""
        true = Village.key(name, book)
        return SigningKey(true.name, sha256(b"invented" + true.seed).digest())


def _opened_anew(village: Village) -> Played:
    """Another history of the same book, from its first entry on, under an origin and a key of the server's choice."""
    origin = f"{ORIGIN}/b2/{BOOK}"
    key = SigningKey(origin, sha256(origin.encode()).digest())
    entries = [
        village.open(log=Log(origin=origin, vkey=key.verifier.vkey)).note,
        village.policy(Tier(from_fen=0, roles=["accountant", "head"])).note,
        village.opening(("101", 900_000), ("301", -900_000)).note,
        *(village.voucher(date="2026-01-15").note for _ in range(11)),
    ]
    return Played(files=History(village, entries, key).served(entries))


def _invented(_: History, __: History) -> Played:
    return _opened_anew(Invented())


def _by_the_township(_: History, __: History) -> Played:
    return _opened_anew(Village())


def _another_log() -> dict[str, Notice]:
    """A reader who kept a checkpoint of the book knows its log's origin; the monitor goes on where it stood."""
    unknown = dict.fromkeys((KEPT, EXCHANGE, BROWSER), Notice("audit.unknown_origin"))
    return (
        unknown
        | {POLICY: Notice("audit.no_quorum"), MONITOR: Notice("audit.not_extended")}
        | witness("witness.unknown_log")
    )


ATTACKS = (
    Attack(
        "opened_anew_with_invented_keys",
        "同一本账另开一个日志：来源不同，所有密钥都是编造的",
        "open the same book anew, under another origin, with every key invented",
        SERVER,
        _invented,
        _another_log() | readers("audit.anchor", 0),
    ),
    Attack(
        "opened_anew_by_the_township",
        "同上，乡镇密钥是真的",
        "the same, under the true key of the township",
        COLLUSION,
        _by_the_township,
        _another_log(),
    ),
    _attack(
        "flipped",
        "改动一条记录的金额",
        "alter the amounts of an entry",
        _flipped,
        readers("signature.invalid", SMALL)
        | {MONITOR: Notice("audit.not_extended")}
        | witness("witness.fork"),
    ),
    Attack(
        "flipped_with_a_short_tile",
        "同上，并给出长度不对的瓦片",
        "the same, with a tile of another length",
        SERVER,
        _flipped_with_a_short_tile,
        readers("signature.invalid", SMALL) | {MONITOR: Notice("audit.root")} | witness("witness.fork"),
    ),
    _attack(
        "dropped",
        "抽掉一条记录",
        "drop an entry",
        _dropped,
        readers("entry.seen", SMALL) | {MONITOR: Notice("audit.rolled_back")} | witness("witness.size"),
    ),
    _attack(
        "inserted",
        "会计和负责人补签一张凭证，插到从前",
        "insert a voucher that accountant and head sign as of then",
        _inserted,
        readers("entry.seen", SMALL + 2) | {MONITOR: Notice("audit.not_extended")} | witness("witness.fork"),
        COLLUSION,
    ),
    _attack(
        "backdated",
        "把记录提前到其 seen 之前",
        "place an entry before what it has seen",
        _backdated,
        readers("entry.seen", SMALL) | {MONITOR: Notice("audit.not_extended")} | witness("witness.fork"),
    ),
    _attack(
        "swapped",
        "对调两条记录",
        "swap two entries",
        _swapped,
        readers("entry.seen", SMALL - 1) | {MONITOR: Notice("audit.not_extended")} | witness("witness.fork"),
    ),
    _attack(
        "truncated",
        "截去最后一条记录",
        "cut off the last entry",
        lambda truth: truth.entries[:-1],
        _remembered("audit.rolled_back") | witness("witness.size"),
    ),
    _attack(
        "signed_anew",
        "签名人重签最后一条记录",
        "the signers sign the last entry anew, otherwise",
        _last_signed_anew,
        _remembered("audit.not_extended") | witness("witness.fork"),
        COLLUSION,
    ),
    _attack(
        "grown_over",
        "重签之后又继续记账",
        "the same, and the log goes on from there",
        _grown_over,
        _remembered("audit.not_extended") | witness("witness.fork"),
        COLLUSION,
    ),
)
