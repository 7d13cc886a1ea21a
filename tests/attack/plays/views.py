"""Split views: what one reader is shown is not what the others see."""

from __future__ import annotations

from domain.vouchers import VoucherPosted
from tests.attack.history import History, voucher
from tests.attack.model import EXCHANGE, Attack, Notice, Played

SERVER = "服务器 server"
BEFORE = 11
"""The victim looked last at this size, before the histories part."""


def _fork(truth: History, _: History) -> Played:
    """Other vouchers follow for this reader than for the others; all of them are signed by those who may."""
    entries = truth.entries[:BEFORE]
    for fen in (100, 200):
        entries = [*entries, truth.sign(VoucherPosted, voucher(fen), seen=truth.view_of(entries))]
    return Played(files=truth.served(entries), seen=BEFORE)


def _stale(truth: History, _: History) -> Played:
    return Played(files=truth.served(truth.entries[:BEFORE]), seen=BEFORE)


ATTACKS = (
    Attack(
        "fork_for_one",
        "给一位读者看另一份历史",
        "fork for one reader",
        "服务器与签名人合谋 server with signers",
        _fork,
        {EXCHANGE: Notice("audit.not_extended")},
    ),
    Attack(
        "stale_for_ever",
        "永远只给旧的检查点",
        "serve a stale checkpoint for ever",
        SERVER,
        _stale,
        {EXCHANGE: Notice("audit.rolled_back")},
    ),
)
