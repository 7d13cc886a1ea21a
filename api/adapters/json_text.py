"""JSON in files that people open too."""

from __future__ import annotations

import msgspec


def json_text(data: object) -> bytes:
    """Return data as JSON, indented, with a line end behind it."""
    return msgspec.json.format(msgspec.json.encode(data)) + b"\n"
