"""The same bytes are the same archive, or the same refusal in the same words, to the program and to the page."""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING, Any

import pytest

from audit.bundle import BundleSource
from domain.kernel.errors import RuleViolation
from tests.audit.browser.conftest import call
from tests.vectors.archives import DAMAGED, ENDS, GOOD, MEMBERS, OTHER, SOUND

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

SEED, DRAWN = 25, 4000

READ = """
    const { BundleSource } = await use("source");
    const base64 = (data) => btoa(String.fromCharCode(...data));
    const outcomes = [];
    for (const file of values[0]) {
        try {
            const source = new BundleSource(bytes(file), "a.zip");
            const members = [];
            for (const name of source.names) members.push([name, base64(await source.fetch(name))]);
            outcomes.push(members);
        } catch ({ code, zh, en }) {
            outcomes.push({ code, zh, en });
        }
    }
    return outcomes;
"""


def by_program(data: bytes, folder: Path) -> Any:  # noqa: ANN401 -- members, or a refusal
    """Return what the program reads in an archive, or its refusal."""
    path = folder / "a.zip"
    path.write_bytes(data)
    try:
        source = BundleSource(path)
        return [[name, base64.b64encode(source.fetch(name)).decode()] for name in source.names]
    except RuleViolation as violation:
        zh, en = (text.replace(str(path), "a.zip") for text in (violation.zh, violation.en))
        return {"code": violation.rule.code, "zh": zh, "en": en}


def read_alike(page: Page, archives: list[bytes], folder: Path) -> list[Any]:
    """Return what both read; fails where they do not read the same."""
    expected = [by_program(data, folder) for data in archives]
    found = call(page, READ, [base64.b64encode(data).decode() for data in archives])
    differing = [
        (data, python, browser)
        for data, python, browser in zip(archives, expected, found, strict=True)
        if python != browser
    ]
    assert differing == []
    return expected


@pytest.mark.parametrize(
    "archives", [SOUND, ENDS, MEMBERS, DAMAGED], ids=["sound", "ends", "members", "damaged"]
)
def test_archives_are_read_alike(modules: Page, archives: dict[str, bytes], tmp_path: Path) -> None:
    outcomes = read_alike(modules, list(archives.values()), tmp_path)
    assert [isinstance(outcome, list) for outcome in outcomes] == [archives is SOUND] * len(archives)


def test_every_changed_byte_is_judged_alike(modules: Page, tmp_path: Path) -> None:
    changed = [
        GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1 :]
        for place in range(len(GOOD))
        for change in (0x01, 0x80, 0xFF)
    ]
    outcomes = read_alike(modules, changed, tmp_path)
    words = {outcome["en"] for outcome in outcomes if isinstance(outcome, dict)}
    assert len(words) > 6, "each rule is broken by some byte"


def test_archives_that_nobody_thought_of_are_judged_alike(modules: Page, tmp_path: Path) -> None:
    """Pieces of two archives, cut at random and put together at random."""
    chance = random.Random(SEED)
    parts = [GOOD, OTHER, *SOUND.values(), *ENDS.values(), *MEMBERS.values()]

    def drawn() -> bytes:
        one, other = chance.choices(parts, k=2)
        at, to = chance.randrange(len(one) + 1), chance.randrange(len(other) + 1)
        made = bytearray(one[:at] + other[to:] if chance.random() < 0.5 else one)
        for _ in range(chance.randrange(3)):
            if made:
                made[chance.randrange(len(made))] = chance.choice(
                    [0, 1, 8, 0x80, 0xFF, chance.randrange(256)]
                )
        return bytes(made)

    outcomes = read_alike(modules, [drawn() for _ in range(DRAWN)], tmp_path)
    assert any(isinstance(outcome, list) for outcome in outcomes)
