"""The encoding of a CSV file: UTF-8, or GB18030 where what it gives can only have been written in it.

Two bytes of almost any encoding are some character of GB18030, so that a file in Big5 or Latin-1 decodes without an
error, into other words. What tells them apart is where the characters lie. A text in simplified Chinese is written in
runs of the hanzi of GB 2312; of other letters it has a rare hanzi in a name. Big5 read as GB18030 scatters: half of it
is hanzi that nobody writes, kana and private characters. An accented letter of a Western text takes the letter behind
it along into one rare hanzi, alone among Latin letters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.header import Filled

ENCODING = rule(
    "import.encoding",
    Kind.MALFORMED,
    "{problem}；请在表格程序中打开，看清文字无误后另存为「CSV UTF-8」",
    "{problem}; open the file in a spreadsheet program, see that its texts are right, and save it as 'CSV UTF-8'",
)
PRIVATE = rule(
    "import.private_character",
    Kind.MALFORMED,
    "这一格的 {character} 在 GB18030 中是自造字或没有定义的字，别人的机器上看不到；请换成通用的字，另存为「CSV UTF-8」",
    "{character} in this cell is a private or undefined character of GB18030, which no other machine shows; write "
    "another one, and save the file as 'CSV UTF-8'",
    "GB 18030-2022",
)

RUN_HANZI_LEAST = 8
"""With fewer hanzi beside one another than these, a file with English headers is too short to tell its encoding."""
RARE_SHARE = 4
"""Of so many usual hanzi one other letter may come: Big5 gives as many of the one as of the other."""

_RUNS = re.compile("uu+")
_SUPPLEMENTS = range(0x20000, 0x40000)
"""The planes of rare hanzi, to which each edition of Unicode adds some that this Python has not heard of."""
_GB2312_HANZI = 0xB0
"""The first byte of a hanzi of GB 2312, in the encoding EUC-CN, is this one or a higher one."""


def decode(file: str, data: bytes) -> tuple[str, str]:
    """Return a file's text, and its encoding: "utf-8" or "gb18030"; raises `import.encoding`."""
    data = data.removeprefix(codecs.BOM_UTF8)
    bad = 0
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            bad = max(bad, error.start)  # the encoding that gets further is the one that was meant
            continue
        if "\x00" not in text:
            return text, encoding
        bad = data.index(b"\x00")
        break
    raise ENCODING(
        file=file,
        row=data.count(b"\n", 0, bad) + 1,
        read=data[bad : bad + 4].hex(" "),
        problem=_misread(data, bad),
    )


def _misread(data: bytes, bad: int) -> Phrase:
    """Say why bytes are no text that is read here, from the place of the first bad one."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Phrase("文件是 UTF-16 编码（「Unicode 文本」）", "the file is UTF-16 ('Unicode text')")
    if data[bad] == 0:
        return Phrase(
            "这里有值为 0 的字节：不是文本文件，或是 UTF-16 编码",
            "a byte of value 0: no text file, or UTF-16",
        )
    shown = data[bad : bad + 4].hex(" ").upper()
    return Phrase(
        f"这里的字节 {shown} 既不是 UTF-8 也不是 GB18030 编码",
        f"the bytes {shown} are neither UTF-8 nor GB18030",
    )


def check_gb18030(file: str, rows: Sequence[Filled], *, header_is_chinese: bool) -> None:
    """Refuse a table, decoded as GB18030, that may have been written in another encoding.

    A header that was recognised in Chinese proves the encoding. Under an English one the cells have to.
    Raises `import.encoding` and `import.private_character`, with the row and the cell that was read.
    """
    cells = [(row, cell) for row, line in rows for cell in line if not cell.isascii()]
    for row, cell in cells:
        private = next((one for one in cell if _is_private(one)), "")
        if private:
            raise PRIVATE(file=file, row=row, read=cell, character=f"U+{ord(private):04X}")
    if header_is_chinese or not cells:
        return
    counts = [_count(cell) for _, cell in cells]
    usual, rare = (sum(column) for column in zip(*counts, strict=True))
    if usual < RUN_HANZI_LEAST or usual < RARE_SHARE * rare:
        row, cell = next((at for at, (_, others) in zip(cells, counts, strict=True) if others), cells[0])
        raise ENCODING(file=file, row=row, read=cell, problem=_doubtful(cell))


def _doubtful(cell: str) -> Phrase:
    return Phrase(
        f"文件不是 UTF-8 编码，按 GB18030 读到「{cell[:40]}」；不能确定是 GB18030，还是 Big5、Latin-1 等别的编码",
        f"the file is not UTF-8; read as GB18030 it says '{cell[:40]}', and whether it is GB18030 or another encoding, "
        "such as Big5 or Latin-1, cannot be told",
    )


def _count(cell: str) -> tuple[int, int]:
    """Return how many usual hanzi stand beside another one in a cell, and how many other letters beyond ASCII."""
    kinds = "".join(map(_kind, cell))
    return sum(map(len, _RUNS.findall(kinds))), kinds.count("r")


def _kind(character: str) -> str:
    if _is_usual(character):
        return "u"
    return "r" if not character.isascii() and unicodedata.category(character).startswith("L") else "-"


def _is_usual(character: str) -> bool:
    """Tell whether a character is a hanzi of GB 2312, or the zero in a number that is written in hanzi."""
    if character == "〇":
        return True
    return character.encode("gb2312", "ignore")[:1] >= bytes([_GB2312_HANZI])


def _is_private(character: str) -> bool:
    """Tell whether a character is a control, private, or none at all."""
    category = unicodedata.category(character)
    if category == "Cn":
        return ord(character) not in _SUPPLEMENTS
    return category == "Co" or (category == "Cc" and not character.isspace())
