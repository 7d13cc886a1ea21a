"""Python and the browser find the same in logs that nobody thought of: damaged bytes, and values changed and signed."""

from __future__ import annotations

import base64
import json
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.source import open_source
from audit.statements import FORMS
from audit.tlog.cosignature import MAX_TIME_S
from audit.verify import verify
from audit.witnessed import AHEAD_MAX_S, Asked
from domain.entry import HEADER, sign_text
from domain.kernel.note import SigningKey, parse_note
from tests.attack.circle import NOW_S, POLICY, cosigned, policy_text
from tests.audit.browser.conftest import call
from tests.vectors.honest import HONEST, TRANSFERRED, founded
from tests.vectors.private import PUBLIC
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
FRESH = "x" * 43
VALUES: tuple[Any, ...] = (
    *(0, 1, -1, 5, 10**12, 10**12 - 1, 2**53 - 1, 2**53, 1.5, True, False, None, [], {}, ["head"]),
    *("", "x", "head", "2026-02", "2026-01-31", "101", "102", "10201", "N2330881MF0000021R"),
    *("a" * 42 + "-", [FRESH], [FRESH, FRESH], {"roll": "x", "row": 0}, "debit", "wages", "law", "_sd"),
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


def damage(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with one flipped, taken out or doubled, or two exchanged."""
    made = bytearray(data)
    place = chance.randrange(len(made) - 1)
    match chance.randrange(4):
        case 0:
            made[place] ^= 1 << chance.randrange(8)
        case 1:
            del made[place]
        case 2:
            made.insert(place, made[place])
        case _:
            made[place], made[place + 1] = made[place + 1], made[place]
    return bytes(made)


def damaged(log: Log) -> Iterator[Log]:
    """Yield logs with one entry damaged."""
    chance = random.Random(SEED)
    for _ in range(DAMAGED):
        index = chance.randrange(len(log.entries))
        note = damage(log.entries[index], chance)
        yield replace(log, entries=(*log.entries[:index], note, *log.entries[index + 1 :]))


def damaged_beside() -> Iterator[Log]:
    """Yield logs whose published disclosures are damaged."""
    chance = random.Random(SEED)
    for _ in range(DAMAGED):
        yield PUBLIC.alter("disclosures", damage(PUBLIC.altered["disclosures"] or b"", chance))


def damaged_files() -> Iterator[Log]:
    """Yield logs one of whose files, whichever it is, is damaged, cut off, empty or another one."""
    chance = random.Random(SEED)
    files = PUBLIC.files()
    for _ in range(DAMAGED):
        path, data = chance.choice(list(files.items()))
        ways = [
            damage(data, chance),
            data[: chance.randrange(len(data))],
            b"",
            chance.choice(list(files.values())),
        ]
        yield PUBLIC.alter(path, chance.choices(ways, [5, 3, 1, 1])[0])


def changed(log: Log) -> Iterator[Log]:
    """Yield logs with one value of one entry changed, or a field added or taken out, and the entry signed again."""
    chance = random.Random(SEED)
    log = replace(log, published=False)
    lines = [json.loads(parse_note(note).text[len(HEADER) : -1]) for note in log.entries]
    own = [value for line in lines for _, _, value in leaves(line)]
    for _ in range(CHANGED):
        index = chance.randrange(len(log.entries))
        line = json.loads(json.dumps(lines[index]))
        holder, name, _ = chance.choice(list(leaves(line)))
        if chance.random() < 0.1:
            del holder[name]
        elif chance.random() < 0.1 and isinstance(holder, dict):
            holder[chance.choice(["_sd", "a", "zz", "note", "resolution", "roll", "credit_fen"])] = (
                chance.choice(VALUES)
            )
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


@pytest.mark.parametrize("log", [founded(), PUBLIC], ids=["founded", "private"])
def test_damaged_entries_are_found_alike(modules: Page, log: Log, tmp_path: Path) -> None:
    assert differences(modules, list(damaged(log)), tmp_path) == []


@pytest.mark.parametrize("log", [HONEST, PUBLIC], ids=["honest", "private"])
def test_changed_values_are_found_alike(modules: Page, log: Log, tmp_path: Path) -> None:
    assert differences(modules, list(changed(log)), tmp_path) == []


def test_damaged_disclosures_are_found_alike(modules: Page, tmp_path: Path) -> None:
    assert differences(modules, list(damaged_beside()), tmp_path) == []


def test_damaged_files_are_found_alike(modules: Page, tmp_path: Path) -> None:
    assert differences(modules, list(damaged_files()), tmp_path) == []


def test_a_damaged_file_ends_in_the_same_finding_or_words(modules: Page, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    path = PUBLIC.bundle(tmp_path / "log.zip")
    good = path.read_bytes()
    files = [
        damage(good, chance) if chance.random() < 0.8 else good[: chance.randrange(len(good))]
        for _ in range(DAMAGED)
    ]
    outcomes = call(modules, RUN_ALL, [base64.b64encode(file).decode() for file in files])
    for file, outcome in zip(files, outcomes, strict=True):
        path.write_bytes(file)
        found, error = audited(path)
        assert outcome == (error or [list(finding) for finding in found])
    assert sum(bool(outcome) for outcome in outcomes) > DAMAGED // 2


RUN_AT = """
    const { runJob } = await use("audit");
    const [file, policy, now] = values;
    const clock = Date.now;
    Date.now = () => now * 1000;
    try {
        const job = { bytes: bytes(file), place: "log.zip", anchor: "", policy, memory: {} };
        const { findings } = await runJob(job, { pause: async () => {}, progress: () => {} });
        return findings.map(({ rule, zh, en }) => [rule, zh, en]);
    } finally {
        Date.now = clock;
    }
"""


@pytest.mark.parametrize(
    "ahead_s", [0, AHEAD_MAX_S, AHEAD_MAX_S + 1, 40 * AHEAD_MAX_S, 2**53 + 1, MAX_TIME_S - NOW_S]
)
def test_times_of_cosignatures_are_judged_alike_and_in_the_same_words(
    modules: Page, tmp_path: Path, ahead_s: int
) -> None:
    """At the same time by the reader's clock: a day ahead counts, a second more does not."""
    note = cosigned(HONEST.checkpoint(), "town", "county", time_s=NOW_S + ahead_s)
    path = HONEST.alter("checkpoint", note).bundle(tmp_path / "log.zip")
    report = verify(open_source(str(path)), asked=Asked(POLICY, NOW_S))
    file = base64.b64encode(path.read_bytes()).decode()
    told = call(modules, RUN_AT, file, policy_text().decode(), NOW_S)
    assert told == [[found.rule, found.zh, found.en] for found in report.findings]
    assert [rule for rule, *_ in told].count("witness.future") == (2 if ahead_s > AHEAD_MAX_S else 0)


SAID = """
    const { runJob } = await use("audit");
    const job = { bytes: bytes(values[0]), place: "log.zip", anchor: "", policy: "", memory: {} };
    const { findings, checks } = await runJob(job, { pause: async () => {}, progress: () => {} });
    const told = findings.map(({ rule, zh, en }) => [rule, zh, en]);
    return [told, checks.map(({ name, zh, en, count }) => [name, zh, en, count])];
"""


@pytest.mark.parametrize("form", [form.name for form in FORMS])
def test_what_is_published_is_judged_in_the_same_words(modules: Page, tmp_path: Path, form: str) -> None:
    """Whatever figure, name or order of a form is changed."""
    chance, files = random.Random(SEED), TRANSFERRED.files()
    paths = [path for path in files if path.startswith(f"{form}/")]
    for _ in range(12):
        path = chance.choice(paths)
        report = json.loads(files[path])
        holder, name, value = chance.choice(list(leaves(report)))
        holder[name] = value + chance.choice([1, -300_000]) if type(value) is int else chance.choice(VALUES)
        log = TRANSFERRED.alter(path, json.dumps(report, ensure_ascii=False).encode()).alter(paths[0], None)
        made = log.bundle(tmp_path / "log.zip")
        told, checks = call(modules, SAID, base64.b64encode(made.read_bytes()).decode())
        found = verify(open_source(str(made)))
        assert told == [[each.rule, each.zh, each.en] for each in found.findings], (path, name, value)
        assert sorted(checks) == sorted([one.name, one.zh, one.en, one.count] for one in found.checks)


@pytest.mark.parametrize(
    "value",
    ["false", "true", "-0", "-0.0", "100.0", "1e2", "1.5", "9007199254740992.0", "9007199254740993", '"0"'],
)
@pytest.mark.parametrize("field", ["entries", "closing_debit_fen"])
def test_numbers_are_read_alike_however_they_are_written(
    modules: Page, tmp_path: Path, field: str, value: str
) -> None:
    path = "trial-balance/2026-02.json"
    text = re.sub(rf'"{field}": \d+', f'"{field}": {value}', HONEST.files()[path].decode(), count=1)
    made = HONEST.alter(path, text.encode()).bundle(tmp_path / "log.zip")
    told, _ = call(modules, SAID, base64.b64encode(made.read_bytes()).decode())
    assert told == [[each.rule, each.zh, each.en] for each in verify(open_source(str(made))).findings]


@pytest.mark.parametrize("wanting", ["closing_debit_fen", "entries"])
def test_what_an_object_inherits_is_not_what_was_served(modules: Page, tmp_path: Path, wanting: str) -> None:
    """A field of that name counts like any other, and stands for none that is left out."""
    path = "trial-balance/2026-02.json"
    text = re.sub(rf'"{wanting}": \d+', '"__proto__": {}', HONEST.files()[path].decode(), count=1)
    made = HONEST.alter(path, text.encode()).bundle(tmp_path / "log.zip")
    told, _ = call(modules, SAID, base64.b64encode(made.read_bytes()).decode())
    found = [[each.rule, each.zh, each.en] for each in verify(open_source(str(made))).findings]
    assert [each[0] for each in told] == [each[0] for each in found] == ["audit.published"]
