"""ZIP archives byte by byte: one that is sound, and many that two programs could read in two ways."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

LOCAL, LISTED, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
END_BYTES = 22
ZIP64 = 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """A member: the two headers say the same of it, but for what `listed` has; `junk` stands before it."""

    name: bytes
    data: bytes
    flags: int = 0
    method: int = 0
    date: int = 0x21
    crc: int | None = None
    size: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    disk: int = 0
    internal: int = 0
    external: int = 0o644 << 16
    offset: int | None = None
    junk: bytes = b""
    unlisted: bool = False
    bare: bool = False  # listed alone: nothing of it stands in the archive
    listed: tuple[tuple[str, Any], ...] = ()

    def head(self) -> bytes:
        """Return what both headers have in common."""
        size = len(self.data) if self.size is None else self.size
        crc = crc32(self.data) if self.crc is None else self.crc
        words = (20, self.flags, self.method, 0, self.date)
        return struct.pack("<5H3L2H", *words, crc, size, size, len(self.name), len(self.extra))

    def stored(self) -> bytes:
        """Return what stands before the list."""
        return b"" if self.bare else self.junk + LOCAL + self.head() + self.name + self.extra + self.data

    def line(self, offset: int) -> bytes:
        """Return its line of the list; it stands at `offset` with its header."""
        if self.unlisted:
            return b""
        said = replace(self, listed=(), **dict(self.listed))
        at = offset + len(self.junk) if said.offset is None else said.offset
        behind = struct.pack("<3H2L", len(said.comment), said.disk, said.internal, said.external, at)
        return (
            LISTED + struct.pack("<H", 0x314) + said.head() + behind + said.name + said.extra + said.comment
        )


def pack(*members: Member, before: bytes = b"", gap: bytes = b"", shift: int = 0, **end: int) -> bytes:
    """Return an archive; `before` stands in front of it, `gap` before its list, and `end` changes its end record.

    `shift` is added to every place that the list and the end record name.
    """
    body, listed = b"", b""
    for member in members:
        listed += member.line(shift + len(body))
        body += member.stored()
    count = sum(not member.unlisted for member in members)
    said = {
        "disk": 0,
        "of": 0,
        "here": count,
        "count": count,
        "size": len(listed),
        "offset": shift + len(body + gap),
        "comment": 0,
    } | end
    return before + body + gap + listed + END + struct.pack("<4H2LH", *said.values())


A, B = Member(b"checkpoint", b"one"), Member(b"log.vkey", b"two")
GOOD = pack(A, B)
OTHER = pack(Member(b"checkpoint", b"another"), B)
LIST = len(A.stored() + B.stored())
"""Where the list of `GOOD` begins."""

SOUND = {
    "plain": GOOD,
    "empty": pack(),
    "an empty member": pack(Member(b"policy", b""), A),
    "a date": pack(replace(A, date=0x5B7A), B),
    "a name in UTF-8": pack(replace(A, name="收支表.html".encode(), flags=0x800), B),
    "a plain name marked as UTF-8": pack(replace(A, flags=0x800), B),
    "what looks like an archive in a member": pack(Member(b"inner.zip", GOOD), B),
    "what looks like an end in a name": pack(replace(A, name=b"PK!" + b"x" * 400), B),
}
"""Archives that have one meaning."""

_ZIP64_LOCATOR = b"PK\6\7" + struct.pack("<LQL", 0, LIST, 1)
_ZIP64_END = b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 2, 2, len(GOOD) - LIST - END_BYTES, LIST)

ENDS = {
    "nothing": b"",
    "text": b"no archive at all, but long enough for an end record",
    "cut": GOOD[:-1],
    "cut in the list": GOOD[: LIST + 20],
    "a byte behind": GOOD + b"\n",
    "a comment": pack(A, B, comment=5) + b"hello",
    "a second end in the comment": pack(A, B, comment=END_BYTES) + OTHER[-END_BYTES:],
    "a second list and end in the comment": pack(A, B, comment=len(OTHER)) + OTHER,
    "a comment that is said and not there": pack(A, B, comment=1),
    "junk before": b"#!/bin/sh\n" + GOOD,
    "another archive before": OTHER + GOOD,
    "another archive before, the list at its old place": OTHER + pack(A, B, shift=len(OTHER)),
    "a gap before the list": pack(A, B, gap=b"junk"),
    "a gap behind the list": GOOD[:-END_BYTES] + b"junk" + GOOD[-END_BYTES:],
    "the list elsewhere": pack(A, B, offset=LIST + 1),
    "the list at another size": pack(A, B, size=0),
    "the list beyond the file": pack(A, B, offset=ZIP64 - 5),
    "a second disk": pack(A, B, disk=1),
    "the list on a second disk": pack(A, B, of=1),
    "fewer here than in all": pack(A, B, here=1),
    "fewer in all than there are": pack(A, B, here=1, count=1),
    "more than there are": pack(A, B, here=3, count=3),
    "too many": pack(A, B, here=0xFFFF, count=0xFFFF),
    "ZIP64": GOOD[:-END_BYTES] + _ZIP64_END + _ZIP64_LOCATOR + GOOD[-END_BYTES:],
    "ZIP64 alone": GOOD[:-END_BYTES]
    + _ZIP64_END
    + _ZIP64_LOCATOR
    + END
    + struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, ZIP64, ZIP64, 0),
}
"""Archives whose end, or whose list, is to be found in more than one way."""

MEMBERS = {
    "a gap between": pack(A, replace(B, junk=b"junk")),
    "a gap before the first": pack(replace(A, junk=b"junk"), B),
    "a member that is not listed": pack(A, Member(b"policy", b"", unlisted=True), B),
    "the first is not listed": pack(Member(b"checkpoint", b"another", unlisted=True), A, B),
    "the last is not listed": pack(A, B, Member(b"policy", b"", unlisted=True)),
    "two over one another": pack(A, replace(B, name=b"other", data=A.data, bare=True, offset=0)),
    "one within another": pack(
        Member(b"outer", Member(b"inner", b"x").stored()), Member(b"inner", b"x", bare=True, offset=35)
    ),
    "listed in another order": pack(
        replace(A, listed=(("name", B.name), ("data", B.data), ("offset", len(A.stored())))),
        replace(B, listed=(("name", A.name), ("data", A.data), ("offset", 0))),
    ),
    "a header that is none": GOOD.replace(LOCAL, b"PK\3\5", 1),
    "a line that is none": GOOD.replace(LISTED, b"PK\1\3", 1),
    "a header beyond the file": pack(A, replace(B, listed=(("offset", ZIP64),))),
    "another name in the list": pack(A, replace(B, listed=(("name", b"policies"),))),
    "a shorter name in the list": pack(A, replace(B, listed=(("name", b"log"),))),
    "another size in the list": pack(A, replace(B, listed=(("size", 2),))),
    "a larger size in both": pack(A, replace(B, size=4)),
    "a size beyond the file": pack(A, replace(B, size=ZIP64)),
    "a smaller size in both": pack(replace(A, size=2), B),
    "another checksum in the list": pack(A, replace(B, listed=(("crc", 7),))),
    "other flags in the list": pack(A, replace(B, listed=(("flags", 0x800),))),
    "another date in the list": pack(A, replace(B, listed=(("date", 0x5B7A),))),
    "a name longer than the list": pack(A, B).replace(
        struct.pack("<2H", 8, 0) + struct.pack("<3H", 0, 0, 0), struct.pack("<2H", 8000, 0) + bytes(6)
    ),
    "compressed": pack(A, replace(B, method=8)),
    "said to be compressed in the list": pack(A, replace(B, listed=(("method", 8),))),
    "said to be compressed in the header": pack(A, replace(B, method=8, listed=(("method", 0),))),
    "encrypted": pack(A, replace(B, flags=1)),
    "sizes behind the data": pack(A, replace(B, flags=8)),
    "extra fields": pack(A, replace(B, extra=b"\x99\x99\0\0")),
    "extra fields in the list": pack(A, replace(B, listed=(("extra", b"\x99\x99\0\0"),))),
    "another name in an extra field": pack(
        A, replace(B, extra=b"up\x0b\0\1" + struct.pack("<L", crc32(B.name)) + b"policy")
    ),
    "a member's comment": pack(A, replace(B, comment=b"hello")),
    "on a second disk": pack(A, replace(B, disk=1)),
    "a symbolic link": pack(A, replace(B, external=0o120777 << 16)),
    "a folder": pack(A, replace(B, external=0o40755 << 16 | 0x10)),
    "a program": pack(A, replace(B, external=0o755 << 16)),
    "hidden": pack(A, replace(B, external=0o644 << 16 | 2)),
    "no mode": pack(A, replace(B, external=0)),
    "said to be text": pack(A, replace(B, internal=1)),
    "a name twice": pack(A, replace(A, data=b"another")),
    "a name that is no UTF-8": pack(A, replace(B, name=b"\xff\xfe", flags=0x800)),
    "a name in UTF-8 that is not said to be": pack(A, replace(B, name="收支表".encode())),
    "a name that some read to its zero byte": pack(A, replace(B, name=b"policy\0.txt")),
}
"""Archives one of whose members could be read in more than one way, or stands where nobody looks for it."""

DAMAGED = {
    "other data": GOOD.replace(b"two", b"2wo"),
    "another checksum": pack(A, replace(B, crc=7)),
    "other data under a long name": pack(A, replace(B, name=b"x" * 400, crc=7)),
}
"""Archives of which one member is damaged."""
