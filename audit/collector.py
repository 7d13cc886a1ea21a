"""Python's garbage collector in programs that hold many entries: it would walk all of them again and again."""

from __future__ import annotations

import gc

THRESHOLDS = (50_000, 20, 50)


def settle() -> None:
    """Leave what is loaded so far out of every collection, and collect seldom; entries are trees, not cycles."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
