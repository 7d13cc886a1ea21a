"""How cells of a workbook look, as far as a person reads it: red for a negative amount, struck out for void.

Both stand in the fonts of the workbook's styles (ECMA-376 part 1, 18.8), and no value shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.adapters.parts import local_name, xml_parser

if TYPE_CHECKING:
    import zipfile

STYLES = "xl/styles.xml"
RED_INDEXES = frozenset({"2", "10"})
"""Red in the palette that old programs wrote by number (18.8.27)."""
BRIGHT, DIM = 0xC0, 0x50
"""A colour is red whose red is at least so bright, and its green and blue are at most so."""


@dataclass(frozen=True)
class Styles:
    """The styles, by the number that a cell names (`s`), whose font is red, and those whose font is struck out."""

    red: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()


def read_styles(parts: zipfile.ZipFile) -> Styles:
    """Return the styles of a workbook; none when it has no such part."""
    if STYLES not in parts.namelist():
        return Styles()
    found = _Fonts()
    reading = xml_parser()
    reading.StartElementHandler = found.start
    reading.EndElementHandler = found.end
    with parts.open(STYLES) as opened:
        reading.ParseFile(opened)
    return Styles(found.named_by(found.red), found.named_by(found.struck))


@dataclass
class _Fonts:
    """The fonts by number, and which font each cell style has."""

    red: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    fonts: list[int] = field(default_factory=list)
    _within: list[str] = field(default_factory=list)
    _count: int = 0

    def named_by(self, fonts: set[int]) -> frozenset[int]:
        return frozenset(number for number, font in enumerate(self.fonts) if font in fonts)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        if self._within[-2:] == ["fonts", "font"]:
            if name == "strike" and attributes.get("val", "1") not in {"0", "false"}:
                self.struck.add(self._count)
            elif name == "color" and _is_red(attributes):
                self.red.add(self._count)
        elif self._within[-1:] == ["cellXfs"] and name == "xf":
            self.fonts.append(int(attributes.get("fontId", "0")))
        self._within.append(name)

    def end(self, name: str) -> None:
        self._within.pop()
        if local_name(name) == "font" and self._within[-1:] == ["fonts"]:
            self._count += 1


def _is_red(colour: dict[str, str]) -> bool:
    if colour.get("indexed") in RED_INDEXES:
        return True
    shade = colour.get("rgb", "")[-6:]
    if len(shade) != len("RRGGBB"):
        return False
    red, green, blue = bytes.fromhex(shade)
    return red >= BRIGHT and max(green, blue) <= DIM
