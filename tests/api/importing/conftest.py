"""A small good village as three files in a folder, for tests to change one thing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from api.identity import Keyring
from api.importing import read_folder, run_import
from domain.ledger import read_entries

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Service
    from api.importing import ImportResult
    from domain.entry import Entry

BOOK = "N2330881MF0000013Y"
BOOK_TOML = f"""\
[book]
id = "{BOOK}"
name = "三户村"
division = "330881101201"
chart = "rural-collective-2024"
opened = "2026-01"
"""
OPENING = """\
科目编码,科目名称,借方余额,贷方余额
101,库存现金,100.00,
10201,基本户,"1,900.00",
301,资本,,"2,000.00"
"""
JOURNAL = """\
日期,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,附件数
2026-01-08,记-1,收利息,10201,基本户,5.00,,1
2026-01-08,记-1,收利息,50401,利息收入,,5.00,1
2026-02-09,记-1,购灯泡,51302,办公费,12.30,,2
2026-02-09,记-1,购灯泡,101,库存现金,,12.30,2
"""


@dataclass(frozen=True)
class Village:
    """A village's folder on the running program; `write` changes a file, `run` imports."""

    folder: Path
    service: Service
    keyring: Keyring

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the folder."""
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)

    def add(self, name: str, *lines: str) -> None:
        """Add lines to a CSV file."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def run(self) -> ImportResult:
        """Import the folder as it is now."""
        return run_import(self.service, read_folder(self.folder), self.keyring)

    def entries(self) -> list[Entry]:
        """Return what is stored of the book."""
        return list(read_entries(self.service.recorder, BOOK))


def village_in(folder: Path, service: Service) -> Village:
    """Write the small good village below a folder; it is not imported yet."""
    (folder / "village").mkdir()
    made = Village(folder / "village", service, Keyring(folder / "keys", BOOK))
    made.write("book.toml", BOOK_TOML)
    made.write("opening.csv", OPENING)
    made.write("journal.csv", JOURNAL)
    return made


@pytest.fixture
def village(tmp_path: Path, service: Service) -> Village:
    """The small good village, on a database of the test's own."""
    return village_in(tmp_path, service)
