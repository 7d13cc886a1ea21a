"""What is signed is shown in plain words, for every type of entry there is: no JSON, no fen, and nothing left out."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from api.cli.showing import Names, Told, show
from api.entry_words import ENTRY_TYPES
from api.posting import UNREACHABLE
from domain.entry import TYPES, parse_text
from domain.kernel.money import format_fen
from domain.vouchers import quantity_text
from tests.docs.test_entries import canonical_text, example

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.entry import AnyStatement

NAMES = {"102": "银行存款", "10201": "基本户", "301": "资本", "502": "投资收益"}
NO_WORDS = {"proof", "holder", "_sd", "media", "size"}
"""What tells a person nothing: signatures over keys, digests, what a file is made of beside its own name and digest."""

SAID = {
    "account",
    "basis",
    "body",
    "chart",
    "first_period",
    "kind",
    "name",
    "period",
    "roles",
    "sheet",
    "side",
    "subtotal",
}
"""Codes of the program, that words stand for."""


def shown(statement: AnyStatement, told: Told | None = None) -> str:
    """Return what is printed of a statement."""
    on = Console(file=io.StringIO(), highlight=False, markup=False, soft_wrap=True)
    show(on, statement, told or Told(NAMES))
    return on.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def data_of(name: str) -> dict[str, Any]:
    """Return the example of a type that docs/entries.md has."""
    found: dict[str, Any] = json.loads(example(name)[1])
    return found


def leaves(data: object, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value below a statement's data, by the name of its field."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value, name)
    else:
        yield name, data


def expected(name: str, value: object) -> str:
    """Return how a value is said."""
    match value:
        case bool():
            return ""
        case int() if name.endswith("_fen"):
            return format_fen(value)
        case int() if name == "quantity_milli":
            return quantity_text(value)
        case int() if name == "row":
            return str(value + 1)
        case "compromised":
            return "失窃"
        case _:
            return str(value)


def statement_of(kind: str, data: Mapping[str, Any] | None = None) -> AnyStatement:
    """Return the example of a type, with other data."""
    made = data_of(kind)
    return parse_text(canonical_text(made | {"data": data or made["data"]}))


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_is_shown_in_words(kind: str) -> None:
    text = shown(statement_of(kind))
    assert ENTRY_TYPES[kind].zh in text or kind.startswith("voucher.")
    assert not set('{}[]"') & set(text), "that is JSON"
    assert "_" not in text, "that is the name of a field"


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_nothing_that_is_signed_is_left_out(kind: str) -> None:
    text = shown(statement_of(kind))
    for name, value in leaves(data_of(kind)["data"]):
        if name not in NO_WORDS | SAID:
            assert expected(name, value) in text, name


def asked(of: Mapping[str, str] | None, on: Console, times: list[int]) -> Names:
    """Return names as a server gives them, or does not, and count how often it is asked."""

    def ask() -> Mapping[str, str]:
        times.append(1)
        if of is None:
            raise UNREACHABLE(url="http://127.0.0.1:1", problem="refused")
        return of

    return Names(ask, on)


def shown_by_server(kind: str, of: Mapping[str, str] | None) -> tuple[str, int]:
    """Return what is printed of a type's example when a server is asked for names, and how often it was."""
    on, times = Console(file=io.StringIO(), soft_wrap=True), list[int]()
    show(on, statement_of(kind), Told(asked(of, on, times), asked(of, on, times)))
    return on.file.getvalue(), len(times)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        ("period.closed/1", 0),
        ("policy.set/1", 0),
        ("key.granted/1", 0),
        ("sheet.published/1", 0),
        ("key.revoked/1", 1),
        ("voucher.posted/1", 1),
        ("budget.adopted/1", 1),
        ("opening.posted/1", 1),
    ],
)
def test_a_server_is_asked_for_names_once_where_they_are_wanted(kind: str, times: int) -> None:
    assert shown_by_server(kind, NAMES)[1] == times
    said, asked_anyway = shown_by_server(kind, None)
    assert asked_anyway == times
    assert said.count("! 没有取到名称，只列编码：无法连接 http://127.0.0.1:1（refused）") == times
    assert said.count("/ names are not at hand, codes stand alone: cannot reach http://127.0.0.1:1") == times


def test_amounts_stand_below_one_another_with_separators() -> None:
    lines = shown(statement_of("opening.posted/1")).splitlines()
    assert "    10201 银行存款/基本户     86,400.00" in lines
    assert "    合计 / total              87,600.00      87,600.00" in lines
    said = shown(statement_of("policy.set/1"))
    assert (
        "0.00 元起 / 0.00 yuan          不到 5,000.00 元 / below 5,000.00 yuan  会计、负责人 / accountant, head"
        in said
    )


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("period.closed/1", {"period": "一月"}, "一月已经结账"),
        ("key.revoked/1", {"key": "somebody", "reason": "离任"}, "吊销的密钥 / the key: somebody"),
        ("key.revoked/1", {"key": "a/mayor/1", "reason": "离任"}, "吊销的密钥 / the key: mayor，a/mayor/1"),
        ("subject.erased/1", {"basis": "law"}, "种类 / what  哪一项 / which"),
        ("opening.posted/1", {"lines": [{"account": "\u202e1", "debit_fen": 1}]}, "<U+202E>1"),
    ],
)
def test_what_the_rules_refuse_is_shown_as_it_is(kind: str, data: dict[str, Any], words: str) -> None:
    """A note that somebody hands over is read before any rule has looked at it."""
    assert words in shown(statement_of(kind, data))
