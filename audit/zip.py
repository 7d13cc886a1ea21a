"""ZIP archives that have one meaning: `audit/browser/zip.js` reads the same ones, by the same rules.

The format leaves much open: a reader may look for the end record from behind or follow lengths from the front, believe
a member's header or the list of members, and skip whatever it does not know. So one file can be one archive to one
program and another to the next. Here an archive is its members without compression, one behind the other from the first
byte on; then the list of them, in the same order and saying the same; then the end record, which ends the file. Each
member is a plain file, of the one mode that is written: what unpacks an archive makes nothing else of it.
Source: PKWARE APPNOTE 6.3 sections 4.3 and 4.4.
"""

from __future__ import annotations

import struct
from typing import IO, NamedTuple
from zlib import crc32

from audit import files as bounds
from domain.kernel.errors import Phrase

MAX_MEMBERS = 65_534
"""More members, and ZIP64 has to count them: a log of 20,000 entries has some 200 files."""

MAX_BYTES = 2**31 - 1
"""From 2 GiB on programs write places and sizes in ZIP64."""

MAX_LIST_BYTES = 16 * 1024 * 1024
"""A longer list of members is refused unread; the names of a log's files have some 30 bytes."""

HEADER_BYTES, LINE_BYTES, END_BYTES = 30, 46, 22
"""A member's header and its line in the list, each without its name, and the end record."""

ATTRIBUTES = 0o644 << 16
"""A member's attributes in the list: its mode in Unix, and none of MS-DOS."""

_HEADER, _LINE, _END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_UTF8 = 0x800
_OF_LINE = struct.Struct("<4s4xHH4xLLL5HLL")
_OF_END = struct.Struct("<4s4HLLH")

WORDS = {
    "end": Phrase(
        "不是 ZIP 文件，或已被截断，或后面另有内容",
        "this is no ZIP archive, or it is cut off, or something follows it",
    ),
    "place": Phrase(
        "文件清单不在唯一的位置：前后另有内容，或用了 ZIP64、分卷、注释",
        "the list of members is not in the one place for it: something stands before or behind it, or the archive has"
        " ZIP64, several disks or a comment",
    ),
    "list": Phrase("文件清单已损坏", "the list of members is damaged"),
    "packed": Phrase(
        "文件经过压缩、加密，或带有附加信息",
        "members are compressed, encrypted, or carry extra fields or comments",
    ),
    "mode": Phrase(
        "文件属性不是普通文件的，解压后可能成为别的东西（如符号链接）",
        "members do not have the attributes of a plain file; unpacked, one may become something else, such as a"
        " symbolic link",
    ),
    "name": Phrase("文件名不是规范的 UTF-8", "a member's name is not in proper UTF-8"),
    "twice": Phrase("文件名重复", "a member's name stands twice"),
    "apart": Phrase(
        "文件与清单不符、互相重叠，或之间另有内容",
        "members are not as they are listed, lie over one another, or have something between them",
    ),
    "checksum": Phrase("与校验和不符，已损坏", "it is damaged, by its checksum"),
    "members": Phrase("超过 {most} 个文件", "more than {most} members"),
    "bytes": Phrase("超过 {most} 字节", "more than {most} bytes"),
}
"""What is said of an archive; the page in the browser says the same."""


class Unsound(Exception):  # noqa: N818 -- a refusal, not a fault of the program
    """A file is no archive, or one that could be read in two ways; `said` tells why."""

    def __init__(self, word: str, most: int = 0) -> None:
        """Say one of the `WORDS`, with the `most` that would be taken."""
        words = WORDS[word]
        self.said = Phrase(words.zh.format(most=most), words.en.format(most=most))
        super().__init__(self.said.en)


def check_bounds(count: int, size: int) -> None:
    """Check that an archive may have so many members, and bytes in all; raises `Unsound`."""
    if count > MAX_MEMBERS:
        raise Unsound("members", MAX_MEMBERS)
    if size > MAX_BYTES:
        raise Unsound("bytes", MAX_BYTES)


def check_member(size: int) -> None:
    """Check that a member may have so many bytes; raises `Unsound`."""
    if size > bounds.MAX_FILE_BYTES:
        raise Unsound("bytes", bounds.MAX_FILE_BYTES)


class Member(NamedTuple):
    """A member, whose `size` bytes begin at `start`, with their CRC-32."""

    start: int
    size: int
    crc: int


class _Line(NamedTuple):
    """A line of the list; `head` is what the member's own header has to repeat."""

    head: bytes
    name: bytes
    is_utf8: bool
    size: int
    crc: int
    place: int


class Archive:
    """An archive in an open file, with its `members` by name in their order."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the list of members and the header of each; raises `Unsound`. What they hold is not read."""
        self._file = file
        self.members: dict[str, Member] = {}
        begin, listed, count = self._read_list()
        place = at = 0
        for _ in range(count):
            line = _parse_line(listed, at)
            at += LINE_BYTES + len(line.name)
            place = self._add(line, place, begin)
        if at != len(listed):
            raise Unsound("list")
        if place != begin:
            raise Unsound("apart")

    def read(self, name: str) -> bytes:
        """Return a member's bytes; raises `KeyError`, and `Unsound` for a damaged or too large one."""
        member = self.members[name]
        check_member(member.size)
        data = self._at(member.start, member.size)
        if crc32(data) != member.crc:
            raise Unsound("checksum")
        return data

    def _at(self, place: int, size: int) -> bytes:
        self._file.seek(place)
        return self._file.read(size)

    def _read_list(self) -> tuple[int, bytes, int]:
        """Return where the list begins, its bytes, and how many members it has."""
        size = self._file.seek(0, 2)
        check_bounds(0, size)
        end = size - END_BYTES
        record = self._at(max(end, 0), END_BYTES)
        if len(record) < END_BYTES or not record.startswith(_END):
            raise Unsound("end")
        _, disk, of, here, count, length, begin, comment = _OF_END.unpack(record)
        check_bounds(count, size)
        if disk or of or here != count or comment or begin + length != end:
            raise Unsound("place")
        if length > MAX_LIST_BYTES:
            raise Unsound("list")
        return begin, self._at(begin, length), count

    def _add(self, line: _Line, place: int, begin: int) -> int:
        """Add the member that has to stand at `place`, before `begin`; return where the next one stands."""
        name = _name(line)
        if name in self.members:
            raise Unsound("twice")
        header = _HEADER + line.head + line.name
        start = place + len(header)
        if line.place != place or self._at(place, len(header)) != header or start + line.size > begin:
            raise Unsound("apart")
        self.members[name] = Member(start, line.size, line.crc)
        return start + line.size


def _parse_line(listed: bytes, at: int) -> _Line:
    """Return the line of the list at `at`."""
    if at + LINE_BYTES > len(listed):
        raise Unsound("list")
    mark, flags, method, crc, stored, size, length, extra, comment, disk, internal, external, place = (
        _OF_LINE.unpack_from(listed, at)
    )
    name = listed[at + LINE_BYTES : at + LINE_BYTES + length]
    if mark != _LINE or len(name) != length:
        raise Unsound("list")
    if method or stored != size or flags & ~_UTF8 or extra or comment:
        raise Unsound("packed")
    if disk:
        raise Unsound("place")
    if internal or external != ATTRIBUTES:
        raise Unsound("mode")
    return _Line(listed[at + 6 : at + 32], name, bool(flags), size, crc, place)


def _name(line: _Line) -> str:
    """Return a member's name: without the mark for UTF-8 it has but ASCII, and some read it to a zero byte only."""
    try:
        name = line.name.decode()
    except UnicodeDecodeError:
        raise Unsound("name") from None
    if "\0" in name or not (line.is_utf8 or name.isascii()):
        raise Unsound("name")
    return name
