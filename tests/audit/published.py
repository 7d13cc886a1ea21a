"""What is published beside a log of whatever entries, as an honest program would compute it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from audit.statements import FORMS, Periods
from domain.kernel.period import periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.replay import Replay
    from audit.statements import Form


def published_files(replay: Replay, forms: Sequence[Form] = FORMS) -> dict[str, bytes]:
    """Return the files in these forms of every period up to the newest that has a voucher, by path."""
    book, figures = replay.book, replay.figures
    if not book.periods.first:
        return {}
    computed = Periods(book, figures)
    return {
        f"{form.name}/{period}.json": json.dumps(
            form.stands(computed.period(period)), ensure_ascii=False
        ).encode()
        for period in periods(book.periods.first, figures.newest[:7] or book.periods.first)
        for form in forms
        if form.is_of(book, period)
    }
