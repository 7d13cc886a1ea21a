"""A key file for a browser: only with its passphrase, and never twice the same. Browsers open it in tests/api/work."""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING

import msgspec
import pytest
from nacl.bindings import crypto_aead_aes256gcm_decrypt
from nacl.exceptions import CryptoError

from api.identity import save_key
from api.identity.browserkey import ITERATIONS, PKCS8, BrowserKey, for_browser
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from tests.api.cli.conftest import Commands

if TYPE_CHECKING:
    from pathlib import Path

KEY = SigningKey("N2330881MF0000021R/head/1", bytes(range(32)))
PASSPHRASE = "小河村 2026"


def opened(text: bytes, passphrase: str, **changed: object) -> bytes:
    file = msgspec.structs.replace(msgspec.json.decode(text, type=BrowserKey), **changed)
    secret = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), file.salt, file.iterations, 32)
    return crypto_aead_aes256gcm_decrypt(file.box, file.vkey.encode(), file.nonce, secret)


def test_it_holds_the_key_as_pkcs8() -> None:
    assert opened(for_browser(KEY, PASSPHRASE), PASSPHRASE) == PKCS8 + KEY.seed


def test_the_seed_stands_nowhere_in_it_and_no_two_are_the_same() -> None:
    one, other = for_browser(KEY, PASSPHRASE), for_browser(KEY, PASSPHRASE)
    read = [msgspec.json.decode(text, type=BrowserKey) for text in (one, other)]
    assert all(KEY.seed not in file.box and file.iterations == ITERATIONS for file in read)
    assert len({file.salt for file in read}) == len({file.nonce for file in read}) == 2


@pytest.mark.parametrize(("passphrase", "changed"), [("another one", {}), (PASSPHRASE, {"vkey": "x"})])
def test_another_passphrase_or_name_opens_nothing(passphrase: str, changed: dict[str, object]) -> None:
    with pytest.raises(CryptoError):
        opened(for_browser(KEY, PASSPHRASE), passphrase, **changed)


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(RuleViolation) as refused:
        for_browser(KEY, "1234567")
    assert refused.value.rule.code == "browserkey.passphrase"


def test_the_command_writes_it_for_its_owner_alone_and_over_nothing(tmp_path: Path) -> None:
    save_key(tmp_path / "head.key", KEY)
    commands, target = Commands(tmp_path), tmp_path / "head.json"
    words: list[str | Path] = ["browserkey", tmp_path / "head.key", target]
    vkey = commands.good(*words, SUNLEDGER_BROWSER_PASSPHRASE=PASSPHRASE).strip()
    assert vkey == KEY.verifier.vkey
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert opened(target.read_bytes(), PASSPHRASE) == PKCS8 + KEY.seed
    assert "keyfile.exists" in commands.refused(*words, SUNLEDGER_BROWSER_PASSPHRASE=PASSPHRASE)
    other = [*words[:2], tmp_path / "short.json"]
    assert "browserkey.passphrase" in commands.refused(*other, SUNLEDGER_BROWSER_PASSPHRASE="kurz")
    assert not (tmp_path / "short.json").exists()
