"""Bundles (公示包) that are damaged on their way: a whole log in one file, handed to somebody without a network."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from audit.browser import verifier_page
from audit.bundle import PAGE, POLICY, member_of, proof_path
from audit.files import MAX_FILE_BYTES
from audit.tlog.proof_file import ProofFile
from domain.kernel.note import SigningKey
from tests.attack.circle import policy_text
from tests.attack.model import BROWSER, EXCHANGE, KEPT, VERIFY, Attack, Notice, Played, readers
from tests.attack.model import POLICY as HOLDER
from tests.attack.plays.served import BUNDLE, JANUARY, TILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.attack.history import Files, History

OTHER_LOG = SigningKey("example.com/books/N2330881MF0000021R", b"\x01" * 32).verifier.vkey

COURIER = "带公示包的人 whoever carries the bundle"


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of these members, as `export bundle` writes one, whatever is wrong with them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(member_of(name), data)
    return target.getvalue()


def _attack(
    name: str, zh: str, en: str, change: Callable[[Files], bytes], notices: Mapping[str, Notice]
) -> Attack:
    """Hand over what is made of the true files; at the address all is well."""

    def play(truth: History, _: History) -> Played:
        return Played(carried=change(truth.files))

    return Attack(name, zh, en, COURIER, play, notices)


def _cut(files: Files) -> bytes:
    archive = zipped(files.items())
    return archive[: len(archive) // 2]


def whole(files: Files) -> Files:
    """Return what `export bundle` puts into a bundle: the policy and the page as well."""
    return files | {POLICY: policy_text(), PAGE: verifier_page()}


def _flipped(member: str, zh: str, en: str) -> Attack:
    """Flip one bit of a member; the archive's own checksum, which anyone can compute, is left as it was."""

    def change(files: Files) -> bytes:
        members = whole(files)
        archive = bytearray(zipped(members.items()))
        archive[archive.index(members[member]) + len(members[member]) // 2] ^= 1
        return bytes(archive)

    name = f"flipped_{member.replace('/', '_')}"
    return _attack(
        name,
        f"公示包的{zh}中翻转一位",
        f"flip one bit of {en} in the bundle",
        change,
        readers("audit.unreadable"),
    )


def _replaced(**members: bytes) -> Callable[[Files], bytes]:
    """Pack a whole bundle with other members."""
    return lambda files: zipped((whole(files) | members).items())


def _other_proof(files: Files) -> bytes:
    """Return a bundle in which the proof of entry 3 carries another statement, under the true checkpoint."""
    forged = ProofFile(3, (bytes(32),) * 5, files["checkpoint"], b"sunledger.entry/v1\n{}\n").encode()
    return _replaced(**{proof_path(3): forged})(files)


def _twice(files: Files) -> bytes:
    """Return an archive in which a second checkpoint stands under the same name: who reads which?"""
    return zipped([*files.items(), ("checkpoint2", files["checkpoint"])]).replace(
        b"checkpoint2", b"checkpoint"
    )


def _two(files: Files) -> bytes:
    """Return two archives in one file, of which one program finds the first, and another the second."""
    return zipped((files | {JANUARY: b"{}"}).items()) + zipped(files.items())


ATTACKS = (
    _attack("cut_archive", "截断公示包", "truncate the bundle", _cut, readers("audit.unreadable")),
    _flipped(BUNDLE, "记录", "an entry"),
    _flipped(TILE, "瓦片", "a tile"),
    _flipped("checkpoint", "检查点", "the checkpoint"),
    _flipped("log.vkey", "日志公钥", "the log's key"),
    _flipped(JANUARY, "一张报表", "a statement"),
    _flipped(POLICY, "见证策略", "the policy"),
    _flipped(PAGE, "核对网页", "the page"),
    _attack(
        "another_page",
        "公示包中换上别的核对网页",
        "another page in the bundle",
        _replaced(**{PAGE: verifier_page().replace(b"</body>", b"<p></p></body>")}),
        dict.fromkeys((VERIFY, KEPT, EXCHANGE, HOLDER), Notice("audit.other_page")),
    ),
    _attack(
        "another_policy",
        "公示包中换上别的见证策略",
        "another policy in the bundle",
        _replaced(policy=policy_text().replace(b"group q 2", b"group q 1")),
        dict.fromkeys((HOLDER, BROWSER), Notice("audit.other_policy")),
    ),
    _attack(
        "policy_of_another_log",
        "公示包中换上别的日志的见证策略",
        "the policy of another log in the bundle",
        _replaced(policy=f"log {OTHER_LOG}\n".encode() + policy_text()),
        readers("audit.carried_policy"),
    ),
    _attack(
        "strange_member",
        "公示包中塞进别的文件",
        "another file in the bundle",
        _replaced(**{"收支表.html": b"<p>1,000,000.00</p>"}),
        readers("audit.not_of_the_log"),
    ),
    _attack(
        "another_proof",
        "公示包中放进假的证明文件，好让人拿去单独给别人看",
        "a false proof file in the bundle, for others to cut out and show around",
        _other_proof,
        readers("audit.carried_proof"),
    ),
    _attack(
        "cut_member",
        "截断公示包中的记录包，重新打包",
        "truncate the entries in the bundle and pack it anew",
        lambda files: zipped((files | {BUNDLE: files[BUNDLE][:-100]}).items()),
        readers("audit.bundle", 0),
    ),
    _attack(
        "no_member",
        "从公示包中抽掉一个瓦片",
        "take a tile out of the bundle",
        lambda files: zipped(item for item in files.items() if item[0] != TILE),
        readers("audit.tile_missing"),
    ),
    _attack(
        "no_statement_member",
        "从公示包中抽掉一张报表",
        "take a statement out of the bundle",
        lambda files: zipped(item for item in files.items() if item[0] != JANUARY),
        readers("audit.withheld"),
    ),
    _attack(
        "no_form_members",
        "从公示包中抽掉所有的资产负债表",
        "take all balance sheets out of the bundle",
        lambda files: zipped(item for item in files.items() if not item[0].startswith("balance-sheet/")),
        readers("audit.form_absent"),
    ),
    _attack(
        "member_twice",
        "公示包中同名文件放两份",
        "two files of one name in the bundle",
        _twice,
        readers("audit.unreadable"),
    ),
    _attack(
        "two_archives",
        "公示包前面再接一个公示包，让两个程序各读一个",
        "one bundle before another in one file, for two programs to read two of them",
        _two,
        readers("audit.unreadable"),
    ),
    _attack(
        "large_member",
        "公示包中的文件过大",
        "a file in the bundle that is too large",
        lambda files: zipped((files | {TILE: bytes(MAX_FILE_BYTES + 1)}).items()),
        readers("audit.unreadable"),
    ),
)
