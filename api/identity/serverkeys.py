"""The server's own keys in files: the logs' keys, and the one under which private values lie (服务器密钥).

Whoever asks the server for something hears that a key of it cannot be used now; which file it is stands in the
server's own log.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.identity.keyfile import PASSPHRASE_NEEDED, load_key, load_secret
from domain.kernel.errors import Kind, RuleViolation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.kernel.note import SigningKey

LOGGER = logging.getLogger(__name__)

LOCKED = rule(
    "serverkey.locked",
    Kind.UNAVAILABLE,
    "服务器自己的一把密钥受口令保护，而服务器没有口令或口令不对，暂不签署、不记账；"
    "请管理员设置 SUNLEDGER_PASSPHRASE 后重启",
    "a key of the server's own is protected, and the server has no passphrase or a wrong one: nothing is signed or "
    "posted; its operator sets SUNLEDGER_PASSPHRASE and restarts it",
    "ADR 0017",
)
UNREADABLE = rule(
    "serverkey.unreadable",
    Kind.UNAVAILABLE,
    "服务器自己的一个密钥文件已损坏，暂不签署、不记账；请管理员运行 sunledger doctor",
    "a key file of the server's own is damaged: nothing is signed or posted; its operator runs sunledger doctor",
    "ADR 0017",
)


def load_server_key(path: Path, passphrase: str = "") -> SigningKey:
    """Read a signing key as `load_key` does; raises `serverkey.locked` or `serverkey.unreadable`."""
    with _named_in_the_log():
        return load_key(path, passphrase)


def load_server_secret(path: Path, passphrase: str = "") -> bytes:
    """Read a secret text as `load_secret` does; raises `serverkey.locked` or `serverkey.unreadable`."""
    with _named_in_the_log():
        return load_secret(path, passphrase)


@contextmanager
def _named_in_the_log() -> Iterator[None]:
    try:
        yield
    except RuleViolation as violation:
        LOGGER.error("%s", violation)  # noqa: TRY400 -- the rule and the file are all that is to be known
        raise (LOCKED if violation.rule is PASSPHRASE_NEEDED else UNREADABLE)() from None
