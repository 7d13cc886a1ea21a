"""Rules: a code stands for one rule, and a violation says what was read in both languages."""

from __future__ import annotations

import copy
import re
import string
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import pytest

import domain
from domain.kernel.errors import RULES, EntryId, Kind, Phrase, Rule, RuleViolation, rule

if TYPE_CHECKING:
    from types import ModuleType

CODE = re.compile(r"[a-z]+\.[a-z0-9_]+")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
UNEVEN = Rule(
    "test.uneven", Kind.REFUSED, "左 {left}，右 {right}", "{left} left, {right} right"
)  # in no registry


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_a_violation_says_what_was_read() -> None:
    violation = UNEVEN(left=7, right=5)
    assert violation.rule is UNEVEN
    assert violation.facts == {"left": 7, "right": 5}
    assert violation.zh == "左 7，右 5"
    assert violation.en == "7 left, 5 right"
    assert str(violation) == "[test.uneven] 左 7，右 5 / 7 left, 5 right"


def test_a_phrase_stands_in_each_message_in_its_language() -> None:
    violation = UNEVEN(left=Phrase("七", "seven"), right=5)
    assert (violation.zh, violation.en) == ("左 七，右 5", "seven left, 5 right")
    assert str(violation.facts["left"]) == "seven"


def test_a_violation_within_another_stands_in_each_message_in_its_language() -> None:
    inner = UNEVEN(left=7, right=5)
    outer = RULES["json.malformed"](problem=inner)
    assert outer.zh.endswith(":左 7，右 5 [test.uneven]")
    assert outer.en.endswith(": 7 left, 5 right [test.uneven]")


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        (FileNotFoundError(2, "No such file or directory"), "没有这个文件", "there is no such file"),
        (
            OSError("All attempts failed: [Errno 111] Connection refused"),
            "那里没有程序在应答",
            "nothing answers there",
        ),
        (ConnectionError("<urlopen error timed out>"), "超时没有应答", "no answer in time"),
        (TimeoutError(), "超时没有应答", "no answer in time"),
        (OSError(5, "Input/output error"), "Input/output error", "Input/output error"),
        (
            OSError("<urlopen error [Errno -2] Name or service not known>"),
            "Name or service not known",
            "Name or service not known",
        ),
        (ValueError("unknown url type"), "unknown url type", "unknown url type"),
        (ValueError(), "ValueError", "ValueError"),
    ],
)
def test_an_error_of_the_system_is_said_in_words(error: Exception, zh: str, en: str) -> None:
    violation = UNEVEN(left=error, right=5)
    assert (violation.zh, violation.en) == (f"左 {zh}，右 5", f"{en} left, 5 right")


def test_a_long_fact_is_told_in_short() -> None:
    violation = UNEVEN(left="长" * 1_000, right="x" * 300)
    assert violation.zh == f"左 {'长' * 300}…，右 {'x' * 300}"
    assert violation.facts["left"] == "长" * 1_000
    assert UNEVEN(left=ValueError("y" * 1_000), right=1).en == f"{'y' * 300}… left, 1 right"


def test_it_is_raised_and_caught_as_itself() -> None:
    violation = UNEVEN(left=7, right=5)
    with pytest.raises(RuleViolation) as caught:
        raise violation
    assert caught.value is violation
    assert copy.copy(violation) == violation


def test_facts_that_look_like_templates_stay_as_they_are() -> None:
    violation = RULES["entry.malformed"](problem="{problem} {0} {x.__class__}")
    assert "{problem} {0} {x.__class__}" in violation.en


def test_a_fact_that_is_missing_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        UNEVEN(left=7)


def test_a_code_is_declared_once() -> None:
    known = dict(RULES)
    with pytest.raises(ValueError, match=r"voucher\.unbalanced is declared twice"):
        rule("voucher.unbalanced", Kind.REFUSED, "另一条", "another")
    assert known == RULES


def test_a_rule_does_not_change() -> None:
    with pytest.raises(AttributeError):
        RULES["voucher.unbalanced"].code = "voucher.balanced"  # type: ignore[misc]


def declared_in(package: ModuleType) -> dict[str, Rule]:
    """Return the rules that stand in a package's modules, whatever else is loaded."""
    names = [module.name for module in walk_packages(package.__path__, f"{package.__name__}.")]
    values = (value for name in names for value in vars(import_module(name)).values())
    return {value.code: value for value in values if isinstance(value, Rule)}


DECLARED = declared_in(domain)


@pytest.mark.parametrize("declared", DECLARED.values(), ids=DECLARED)
def test_each_rule_is_told_in_two_languages_about_the_same_facts(declared: Rule) -> None:
    assert RULES[declared.code] is declared
    assert CODE.fullmatch(declared.code)
    assert CHINESE.search(declared.zh)
    assert not CHINESE.search(declared.en)
    # Chinese may have a fact in words of its own: {missing_zh} for {missing}
    assert {name.removesuffix("_zh") for name in placeholders(declared.zh)} == placeholders(declared.en)


def test_the_rules_of_all_slices_are_looked_at() -> None:
    groups = {code.partition(".")[0] for code in DECLARED}
    assert {
        "account",
        "book",
        "entry",
        "json",
        "key",
        "opening",
        "period",
        "policy",
        "store",
        "voucher",
    } <= groups


def test_an_entry_is_called_as_people_call_it_where_that_is_known() -> None:
    names = {"01A": Phrase("记-1", "voucher 1")}
    inner = UNEVEN(left=EntryId("01A"), right="01A")
    assert (inner.zh, inner.entries) == ("左 01A，右 01A", {"01A"}), "a rule itself knows the id alone"
    outer = UNEVEN(left=inner, right=EntryId("01B"))
    told = outer.called(names)
    assert told.zh == "左 左 记-1，右 01A [test.uneven]，右 01B"
    assert told.en == "voucher 1 left, 01A right [test.uneven] left, 01B right"
    assert (told.rule, told.facts, outer.entries) == (outer.rule, outer.facts, {"01A", "01B"})
    assert outer.called({}) is outer
