"""Time and randomness, read at the doors only: the domain is given both."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta, timezone

from domain.kernel.ulid import encode

CHINA = timezone(timedelta(hours=8))
"""China has one time zone and no daylight saving."""


def now() -> str:
    """Return the current time as it stands in a statement (RFC 3339, seconds, +08:00)."""
    return datetime.now(CHINA).isoformat(timespec="seconds")


def local_minute(moment: datetime) -> str:
    """Return a point in time as China's clocks show it, to the minute."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def posix_seconds() -> int:
    """Return the current time as it stands in a cosignature."""
    return int(time.time())


def new_id() -> str:
    """Return a fresh ULID."""
    return encode(time.time_ns() // 1_000_000, os.urandom(10))
