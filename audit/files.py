"""What a reader of logs accepts of any file, wherever it comes from."""

from __future__ import annotations

from typing import IO

from domain.kernel.errors import Kind, rule

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A larger file is refused; the largest bundle of entries has 16 MB."""

FIRST_BYTES = 65_536

UNREADABLE = rule(
    "audit.unreadable",
    Kind.UNAVAILABLE,
    "无法读取 {place}:{problem}",
    "cannot read {place}: {problem}",
)


def read(file: IO[bytes], path: object) -> bytes:
    """Return all that an open file holds; raises `audit.unreadable` when that is too much.

    To ask for the limit at once would make room for it, each time; so it is asked for more and more.
    """
    parts: list[bytes] = []
    size, step = 0, FIRST_BYTES
    while size <= MAX_FILE_BYTES and (part := file.read(min(step, MAX_FILE_BYTES + 1 - size))):
        parts.append(part)
        size, step = size + len(part), 2 * step
    return bounded(path, b"".join(parts))


def bounded(path: object, data: bytes) -> bytes:
    """Return the data of a file that is not too large; raises `audit.unreadable`."""
    if len(data) > MAX_FILE_BYTES:
        raise UNREADABLE(place=path, problem=f"more than {MAX_FILE_BYTES} bytes")
    return data
