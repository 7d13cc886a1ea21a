"""A key file for the browser (浏览器密钥文件): what WebCrypto can open with a passphrase, and nothing else.

    {"box": …, "format": "sunledger.browser-key/v1", "iterations": 600000, "nonce": …, "salt": …, "vkey": …}

The box is the key in PKCS#8 (RFC 8410) under AES-256-GCM, whose key PBKDF2 with HMAC-SHA-256 derives from the
passphrase. A browser imports it once, as a key that no script can read again.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import nacl.utils
from nacl.bindings import (
    crypto_aead_aes256gcm_encrypt,
    crypto_aead_aes256gcm_KEYBYTES,
    crypto_aead_aes256gcm_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from api.adapters.json_text import json_text
from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey

FORMAT = "sunledger.browser-key/v1"
ITERATIONS = 600_000
"""What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256 (2023)."""

PASSPHRASE_MIN = 8
"""Characters; the file leaves the machine on which the key was made."""

SALT_BYTES = 16
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410 section 7)."""

SHORT = rule(
    "browserkey.passphrase",
    Kind.REFUSED,
    "口令至少 {least} 个字符：这个文件要离开这台机器，只有口令保护它",
    "the passphrase has {least} characters at least: the file leaves this machine, with nothing else to protect it",
)
NO_AES = rule(
    "browserkey.no_aes",
    Kind.UNAVAILABLE,
    "这台机器的处理器没有 AES 指令，不能生成浏览器密钥文件；请换一台机器",
    "the processor of this machine has no AES instructions, so it makes no key file for a browser; use another machine",
)


class BrowserKey(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the file; bytes in base64."""

    box: bytes
    format: str
    iterations: int
    nonce: bytes
    salt: bytes
    vkey: str


def for_browser(key: SigningKey, passphrase: str) -> bytes:
    """Return the file of a key for a browser; raises `browserkey.passphrase`."""
    if len(passphrase) < PASSPHRASE_MIN:
        raise SHORT(least=PASSPHRASE_MIN)
    salt, nonce = nacl.utils.random(SALT_BYTES), nacl.utils.random(crypto_aead_aes256gcm_NPUBBYTES)
    vkey = key.verifier.vkey
    try:
        box = crypto_aead_aes256gcm_encrypt(
            PKCS8 + key.seed, vkey.encode(), nonce, _derive(passphrase, salt, ITERATIONS)
        )
    except CryptoError:
        raise NO_AES() from None
    sealed = BrowserKey(box=box, format=FORMAT, iterations=ITERATIONS, nonce=nonce, salt=salt, vkey=vkey)
    return json_text(sealed)


def _derive(passphrase: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac(
        "sha256", passphrase.encode(), salt, iterations, crypto_aead_aes256gcm_KEYBYTES
    )
