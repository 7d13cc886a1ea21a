"""Bundles (公示包) that are damaged on their way: a whole log in one file, handed to somebody without a network."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from audit.bundle import DATE
from audit.files import MAX_FILE_BYTES
from tests.attack.model import Attack, Played, readers
from tests.attack.plays.served import BUNDLE, JANUARY, TILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.attack.history import Files, History
    from tests.attack.model import Notice

COURIER = "带公示包的人 whoever carries the bundle"


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of these members, as `export bundle` writes one, whatever is wrong with them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, DATE), data)
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


def _flipped(files: Files) -> bytes:
    """Flip one bit of an entry; the archive's own checksum, which anyone can compute, is left as it was."""
    archive = bytearray(zipped(files.items()))
    archive[archive.index(files[BUNDLE]) + 1_000] ^= 1
    return bytes(archive)


def _twice(files: Files) -> bytes:
    """Return an archive in which a second checkpoint stands under the same name: who reads which?"""
    return zipped([*files.items(), ("checkpoint2", files["checkpoint"])]).replace(
        b"checkpoint2", b"checkpoint"
    )


ATTACKS = (
    _attack("cut_archive", "截断公示包", "truncate the bundle", _cut, readers("audit.unreadable")),
    _attack(
        "flipped_archive",
        "公示包的记录中翻转一位",
        "flip one bit of an entry in the bundle",
        _flipped,
        readers("audit.unreadable"),
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
        "member_twice",
        "公示包中同名文件放两份",
        "two files of one name in the bundle",
        _twice,
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
