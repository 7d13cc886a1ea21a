"""docs/entries.md documents every type and every field, and its examples are a book that replays."""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec import inspect

from domain.book import Book
from domain.entry import HEADER, TYPES, parse_entry, parse_text, sign_text
from domain.kernel.canonical import MAX_SAFE_INTEGER, encode
from domain.kernel.note import SigningKey
from domain.kernel.statement import PLAIN, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).parents[2] / "docs" / "entries.md"
DOCUMENT = FILE.read_text(encoding="utf-8")
SECTION = re.compile(r"^## `(?P<type>[^`]+)` · [\u4e00-\u9fff]+$\n(?P<body>(?:(?!^## ).*\n)*)", re.MULTILINE)
TABLE = re.compile(r"^### (?P<name>\w+)$\n\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE)
EXAMPLE = re.compile(
    r"^例 · Example, signed by (?P<by>.+):$\n\n```json\n(?P<json>.*?)^```$", re.MULTILINE | re.DOTALL
)
SIGNED_BY = re.compile(r"^签名 · Signed by: .*[\u4e00-\u9fff].* · [ -~]+\.$", re.MULTILINE)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ANCHORS = re.compile(r"^\^|\$$|\\Z$")
REQUIRED = "—"

SECTIONS = {section["type"]: section["body"] for section in SECTION.finditer(DOCUMENT)}


# ------------------------------------------------------------------------- what the structs demand


def structs_of(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs below an entry type's `data`, from the outermost in, each once."""
    waiting = [field.type for field in fields_of(kind) if field.encode_name == "data"]
    found = []
    while waiting:
        form = waiting.pop(0)
        if isinstance(form, inspect.StructType) and form.cls not in found:
            found.append(form.cls)
            waiting += [field.type for field in form.fields]
        elif isinstance(form, inspect.ListType):
            waiting.append(form.item_type)
    return iter(found)


def fields_of(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return info.fields


def expected_tables() -> dict[str, list[tuple[str, str, str]]]:
    """Return the rows (field, form, default) of each struct's table."""
    seen = next(field.type for field in fields_of(Statement) if field.encode_name == "seen")
    assert isinstance(seen, inspect.StructType)
    common = [row(field) for field in fields_of(Statement)]
    outer = [*common, ("data", "object", REQUIRED), ("type", "text", REQUIRED)]
    tables = {"Statement": sorted(outer), seen.cls.__name__: [row(field) for field in seen.fields]}
    for kind in TYPES.values():
        tables |= {
            struct.__name__: [row(field) for field in fields_of(struct)] for struct in structs_of(kind)
        }
    return tables


def row(field: inspect.Field) -> tuple[str, str, str]:
    return field.encode_name, form_of(field.type), default_of(field)


def default_of(field: inspect.Field) -> str:
    if field.required:
        return REQUIRED
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{json.dumps(field.default_factory())}`"
    return "absent" if field.default is msgspec.NODEFAULT else f"`{json.dumps(field.default)}`"


def form_of(form: inspect.Type) -> str:
    """Say a type and its limits in a few words."""
    form = form.type if isinstance(form, inspect.Metadata) else form
    match form:
        case inspect.StructType():
            return form.cls.__name__
        case inspect.ListType():
            return f"list of {form_of(form.item_type)}{span(form.min_length or 0, form.max_length)}"
        case inspect.LiteralType():
            return " / ".join(f"`{value}`" for value in form.values)
        case inspect.BoolType():
            return "boolean"
        case inspect.IntType():
            return f"integer{span(form.ge, form.le)}"
        case inspect.StrType():
            shown = form.pattern if form.pattern != PLAIN else None
            pattern = f" `{ANCHORS.sub('', shown)}`" if shown else ""
            return f"text{pattern}{span(form.min_length, form.max_length)}"
        case _:
            raise AssertionError(f"no words for {form}")


def span(low: int | None, high: int | None) -> str:
    if high is None:
        return ""
    if low == high:
        return f" ({high})"
    return f" ({number(low or 0)} … {number(high)})"


def number(value: int) -> str:
    return {MAX_SAFE_INTEGER: "2^53-1", -MAX_SAFE_INTEGER: "-(2^53-1)"}.get(value, str(value))


# --------------------------------------------------------------------------- what the document says


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def documented_tables() -> dict[str, list[list[str]]]:
    """Return the rows of each table, without its heading."""
    return {
        table["name"]: [cells(line) for line in table["rows"].splitlines()[2:]]
        for table in TABLE.finditer(DOCUMENT)
    }


def example(name: str) -> tuple[list[str], str]:
    """Return who signs the example of a type, and its JSON as it stands in the document."""
    found = EXAMPLE.findall(SECTIONS[name])
    assert len(found) == 1
    by, text = found[0]
    return re.findall(r"`([^`]+)`", by), text


def canonical_text(statement: object) -> bytes:
    return HEADER + encode(statement) + b"\n"


def readable(statement: object) -> str:
    return json.dumps(statement, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def replayed() -> str:
    """Apply the examples in order and return the document with what each of them has `seen`.

    Each is signed by the keys it names; their seeds are the SHA-256 of their names.
    """
    document = DOCUMENT
    book = Book(json.loads(example("book.opened/1")[1])["book"])
    for name in SECTIONS:
        by, text = example(name)
        keys = [
            SigningKey(full, sha256(full.encode()).digest()) for full in (f"{book.book}/{key}" for key in by)
        ]
        statement: dict[str, Any] = json.loads(text)
        statement["seen"] = {"n": book.seen().n, "r": book.seen().r}
        document = document.replace(text, readable(statement))
        book.apply(parse_entry(sign_text(canonical_text(statement), keys)))
    return document


# -------------------------------------------------------------------------------------------- tests


def test_every_type_has_its_section() -> None:
    assert sorted(SECTIONS) == sorted(TYPES)


def test_every_struct_has_its_table() -> None:
    assert list(documented_tables()).count("Line") == 1
    assert sorted(documented_tables()) == sorted(expected_tables())


@pytest.mark.parametrize("name", sorted(expected_tables()))
def test_every_field_is_documented_as_it_is(name: str) -> None:
    rows = documented_tables()[name]
    assert [(field.strip("`"), form, default) for field, form, default, *_ in rows] == expected_tables()[name]


@pytest.mark.parametrize("name", sorted(expected_tables()))
def test_every_field_is_explained_in_both_languages(name: str) -> None:
    for _, _, _, chinese, english in documented_tables()[name]:
        assert CHINESE.search(chinese)
        assert english
        assert not CHINESE.search(english)


@pytest.mark.parametrize("name", TYPES)
def test_it_is_said_who_signs(name: str) -> None:
    assert len(SIGNED_BY.findall(SECTIONS[name])) == 1


@pytest.mark.parametrize("name", TYPES)
def test_an_example_is_an_entry_of_its_type(name: str) -> None:
    assert isinstance(parse_text(canonical_text(json.loads(example(name)[1]))), TYPES[name])


@pytest.mark.parametrize("name", TYPES)
def test_an_example_is_set_to_be_read(name: str) -> None:
    _, text = example(name)
    assert text == readable(json.loads(text))


def test_the_examples_are_a_book() -> None:
    """One follows from the other in the order of the document; `UPDATE_DOCS=1` writes what each has `seen`."""
    document = replayed()
    if os.environ.get("UPDATE_DOCS"):
        FILE.write_text(document, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == document, (
        "run: UPDATE_DOCS=1 pytest tests/docs/test_entries.py"
    )
