"""Export of a log: the C2SP tiles layout as files, with the balances that were published beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api import reports
from audit.tlog.tiles import tile_sizes
from domain.kernel.period import next_period
from projections import log, register
from projections.balances import trial_balance
from projections.journal import last_period

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg import Connection


def export_tlog(
    connection: Connection[Any], book: str, folder: Path, advance: Callable[[int], None] = lambda _: None
) -> int:
    """Write a book's log below `folder` and return its size; what a server at that size would serve, byte for byte."""
    row = register.book(connection, book)
    newest = log.latest_checkpoint(connection, book)
    files = {"log.vkey": f"{row.log_vkey}\n".encode()}
    for tile in tile_sizes(newest.size):
        files[tile.path] = log.tile_at(connection, book, tile.path)
    period, last = row.first_period, last_period(connection, book) or row.first_period
    while period <= last:
        report = reports.trial_object(trial_balance(connection, book, period))
        files[f"trial-balance/{period}.json"] = json.dumps(report, ensure_ascii=False).encode()
        period = next_period(period)
    for path, data in files.items():
        _write(folder / path, data)
        advance(1)
    _write(folder / "checkpoint", newest.note)
    return newest.size


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
