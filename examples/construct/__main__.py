"""Constructs the sample villages. Everything in them is invented; the same seed gives the same bytes.

    python examples/construct [FOLDER]

writes `shalong` (UTF-8 with BOM, Chinese headers, three years, about 1,200 vouchers) and `xiaohe` (GB18030,
English headers, one quarter) below FOLDER, by default beside this folder.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import shalong
import xiaohe
from accounts import NAMES, OPENING
from journal import HEADER
from voucher import Lines, shown

OPENING_HEADER = ("科目编码", "科目名称", "借方余额", "贷方余额")


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return rows as CSV text."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


def opening_rows(lines: Lines) -> list[tuple[str, ...]]:
    """Return opening balances as rows."""
    return [(code, NAMES[code], shown(max(fen, 0)), shown(max(-fen, 0))) for code, fen in lines]


def construct(folder: Path) -> None:
    """Write both villages."""
    files = {
        "shalong/book.toml": shalong.BOOK.encode(),
        "shalong/opening.csv": table(OPENING_HEADER, opening_rows(OPENING)).encode("utf-8-sig"),
        "shalong/journal.csv": table(HEADER, shalong.shalong().rows).encode("utf-8-sig"),
        "xiaohe/book.toml": xiaohe.BOOK.encode(),
        "xiaohe/opening.csv": xiaohe.OPENING.encode("gb18030"),
        "xiaohe/journal.csv": xiaohe.JOURNAL.encode("gb18030"),
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    construct(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
