"""What a rule is told in words is told in both languages: an English sentence never stands in a Chinese one."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FILES = [path for part in ("api", "audit", "domain", "projections") for path in (ROOT / part).rglob("*.py")]
SENTENCE = re.compile(r"[a-z]+ [a-z]+")


def problems_told(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and words of each literal text that is given as `problem`."""
    for node in ast.walk(tree):
        given = node.value if isinstance(node, ast.keyword) and node.arg == "problem" else None
        if isinstance(given, ast.Constant | ast.JoinedStr):
            parts = given.values if isinstance(given, ast.JoinedStr) else [given]
            words = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            yield given.lineno, words


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_problems_are_phrases_in_both_languages(path: Path) -> None:
    told = problems_told(ast.parse(path.read_text(encoding="utf-8")))
    assert [(line, words) for line, words in told if SENTENCE.search(words)] == []


def test_an_english_sentence_is_found() -> None:
    tree = ast.parse(
        'BAD(problem="not in order")\nBAD(problem=f"HTTP {code}")\nBAD(problem=Phrase("乱", "not it"))'
    )
    assert list(problems_told(tree)) == [(1, "not in order"), (2, "HTTP ")]


PAGE = sorted((ROOT / "audit" / "browser").glob("*.js"))
ONE_LANGUAGE = re.compile(r"""(?:problem[:=] ?|problem = |malformed\()(["`])(?P<words>.*?)\1(?!, ["`])""")


@pytest.mark.parametrize("path", PAGE, ids=lambda path: path.name)
def test_the_page_tells_problems_in_both_languages(path: Path) -> None:
    told = [found["words"] for found in ONE_LANGUAGE.finditer(path.read_text(encoding="utf-8"))]
    assert [words for words in told if SENTENCE.search(words)] == []
