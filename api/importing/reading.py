"""The rows of a table as an import takes them: what programs write in several ways is in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.adapters.spreadsheet import read_table
from api.importing.account_cells import with_accounts_apart
from api.importing.date_parts import with_whole_dates
from api.importing.direction import sided
from api.importing.serials import dated

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.header import Layout
    from api.adapters.spreadsheet import Rows


def read_lines(folder: Path, stem: str, layout: Layout) -> Rows:
    """Return the rows of a folder's table with one date, a code, a name, and amounts on their sides.

    Raises what `read_table` does.
    """
    return sided(with_whole_dates(dated(with_accounts_apart(read_table(folder, stem, layout)))))
