"""The parts of a workbook as XML: a parser that refuses what is dangerous in it, and names without their prefix."""

from __future__ import annotations

from xml.parsers import expat


def local_name(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


def xml_parser() -> expat.XMLParserType:
    """Return a parser that refuses document types, since entities are what makes XML dangerous."""

    def refuse(*_: object) -> None:
        raise ValueError("a document type, which no workbook has")

    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartDoctypeDeclHandler = refuse
    return made
