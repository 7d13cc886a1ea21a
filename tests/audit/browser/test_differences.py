"""Python and the browser find the same in logs that nobody thought of: damaged bytes, and values changed and signed."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.entry import HEADER, sign_text
from domain.kernel.note import SigningKey, parse_note
from tests.audit.browser.conftest import call
from tests.vectors.honest import HONEST, founded
from tests.vectors.reading import audited
from tests.vectors.village import key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.vectors.village import Log

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SEED = 20
DAMAGED, CHANGED = 250, 500
VALUES: tuple[Any, ...] = (
    *(0, 1, -1, 5, 10**12, 10**12 - 1, 2**53 - 1, 2**53, 1.5, True, False, None, [], {}, ["head"]),
    *("", "x", "head", "2026-02", "2026-01-31", "101", "102", "10201", "N2330881MF0000021R"),
    *("\u2028", "\ud7ff", "é", "0" * 26, "a" * 43, "A" * 88, "A" * 201),
)
"""What is put in the place of a value, beside the values of the log itself."""

RUN_ALL = """
    const { runJob } = await use("audit");
    const outcomes = [];
    for (const file of values[0]) {
        const job = { bytes: bytes(file), place: "log.zip", anchor: "", policy: "", memory: {} };
        const { error, findings } = await runJob(job, { pause: async () => {}, progress: () => {} });
        outcomes.push(error ? error.rule : findings.map(({ rule, entry }) => [rule, entry]));
    }
    return outcomes;
"""


def differences(page: Page, logs: list[Log], folder: Path) -> list[tuple[int, Any, Any]]:
    """Return the number of each log in which the two find something else, with what they found."""
    files, expected = [], []
    for log in logs:
        path = log.bundle(folder / "log.zip")
        found, error = audited(path)
        files.append(base64.b64encode(path.read_bytes()).decode())
        expected.append(error or [list(finding) for finding in found])
    outcomes = call(page, RUN_ALL, files)
    pairs = enumerate(zip(expected, outcomes, strict=True))
    return [(number, python, browser) for number, (python, browser) in pairs if python != browser]


def damaged() -> Iterator[Log]:
    """Yield logs with one entry damaged: a byte flipped, taken out, doubled, or two exchanged."""
    chance = random.Random(SEED)
    log = founded()
    for _ in range(DAMAGED):
        index = chance.randrange(len(log.entries))
        note = bytearray(log.entries[index])
        place = chance.randrange(len(note) - 1)
        match chance.randrange(4):
            case 0:
                note[place] ^= 1 << chance.randrange(8)
            case 1:
                del note[place]
            case 2:
                note.insert(place, note[place])
            case _:
                note[place], note[place + 1] = note[place + 1], note[place]
        yield replace(log, entries=(*log.entries[:index], bytes(note), *log.entries[index + 1 :]))


def changed() -> Iterator[Log]:
    """Yield logs with one value of one entry changed, or a field added or taken out, and the entry signed again."""
    chance = random.Random(SEED)
    log = replace(HONEST, published=False)
    lines = [json.loads(parse_note(note).text[len(HEADER) : -1]) for note in log.entries]
    own = [value for line in lines for _, _, value in leaves(line)]
    for _ in range(CHANGED):
        index = chance.randrange(len(log.entries))
        line = json.loads(json.dumps(lines[index]))
        holder, name, _ = chance.choice(list(leaves(line)))
        if chance.random() < 0.1:
            del holder[name]
        elif chance.random() < 0.1 and isinstance(holder, dict):
            holder[chance.choice(["a", "zz", "note", "resolution", "credit_fen"])] = chance.choice(VALUES)
        else:
            holder[name] = chance.choice([*VALUES, *own])
        yield log.with_entry(index, lambda note, line=line: signed(note, line))  # type: ignore[misc]


def leaves(value: Any) -> Iterator[tuple[Any, Any, Any]]:  # noqa: ANN401 -- JSON
    """Yield holder, name and value of everything that stands in a value."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in list(members):
        yield value, name, member
        yield from leaves(member)


def signed(note: bytes, line: dict[str, Any]) -> bytes:
    """Return an entry with another statement, signed by the same keys."""
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    keys: list[SigningKey] = [key(signature.name) for signature in parse_note(note).signatures]
    made = sign_text(HEADER + text + b"\n", keys)
    return made if made != note else made + b"\n"


def test_damaged_entries_are_found_alike(modules: Page, tmp_path: Path) -> None:
    assert differences(modules, list(damaged()), tmp_path) == []


def test_changed_values_are_found_alike(modules: Page, tmp_path: Path) -> None:
    assert differences(modules, list(changed()), tmp_path) == []
