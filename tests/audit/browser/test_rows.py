"""A household opens the file of its own row of a roll in the page; it is judged as in Python."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.rows import verify_rows
from audit.tlog.proof import inclusion_proof
from audit.tlog.proof_file import ProofFile
from domain.kernel.disclosure import disclosure
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from domain.rolls import RollCommitted, in_order, root_of, tree_of
from tests.audit.browser.conftest import PHONE, Opened, call, verify_file
from tests.vectors.honest import BASIC
from tests.vectors.private import BARE, PRIVATE, PUBLIC, ROLL, ROWS, roll
from tests.vectors.village import Log, key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

JUDGE = """
    const { verifyRow } = await use("rows");
    return values[0].map((file) => {
        try {
            const { findings, row } = verifyRow(bytes(file), () => []);
            return findings.length ? findings[0].rule : row && row.who;
        } catch (problem) {
            return problem.code ?? String(problem);
        }
    });
"""


def text(part: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(part).decode()


def row_file(
    log: Log = PRIVATE, number: int = 0, index: int = ROLL, rows: list[str] = ROWS
) -> dict[str, Any]:
    """Return the file of a row."""
    tree = log.tree()
    hashes = tuple(inclusion_proof(index, tree.size, tree))
    return {
        "entry": log.entries[index].decode(),
        "format": "sunledger.row/v1",
        "log_vkey": log.key.verifier.vkey,
        "number": number,
        "path": [text(part) for part in inclusion_proof(number, len(rows), tree_of(rows))],
        "proof": ProofFile(index, hashes, log.checkpoint()).encode().decode(),
        "row": rows[number],
    }


def rolled(*values: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    """Return the file of the first row of a roll whose rows say this."""
    made = [disclosure(bytes([n]) * 16, name, value) for n, (name, value) in enumerate(values)]
    log = PRIVATE.then(RollCommitted, roll(count=len(made), root=root_of(in_order(made))), *BASIC)
    return row_file(log, 0, len(log.entries) - 1, in_order(made))


def cases() -> list[tuple[str, bytes]]:
    """Return files, most of them wrong, by what is the matter."""
    good, second = row_file(), row_file(number=1)
    proof = good["proof"]
    stranger = replace(PRIVATE, key=key("village.example/else"))
    forged = BARE.then(RollCommitted, roll(), *BASIC)
    changed: dict[str, dict[str, Any]] = {
        "good": good,
        "the second row": second,
        "another row": good | {"row": second["row"]},
        "another number": good | {"number": 1},
        "a number beyond": good | {"number": 2},
        "a number below": good | {"number": -1},
        "a number with a fraction": good | {"number": 0.5},
        "a text for a number": good | {"number": "0"},
        "a path that is empty": good | {"path": []},
        "a path too long": good | {"path": good["path"] * 17},
        "a hash that is none": good | {"path": ["!" * 44]},
        "a hash of another length": good | {"path": ["AAAA"]},
        "another path": good | {"path": second["path"]},
        "another entry": good | {"entry": PRIVATE.entries[0].decode()},
        "an entry that is no roll": row_file(index=0),
        "a roll of another log": good | {"entry": forged.entries[-1].decode()},
        "another key": good | {"log_vkey": stranger.key.verifier.vkey},
        "a key that is none": good | {"log_vkey": "x"},
        "a proof of another entry": good | {"proof": row_file(index=0)["proof"]},
        "a proof cut off": good | {"proof": proof[:-2]},
        "a proof without a header": good | {"proof": proof[1:]},
        "a proof with extra": good | {"proof": proof.replace("index ", "extra AAAA\nindex ", 1)},
        "a proof with extra that is none": good | {"proof": proof.replace("index ", "extra ?\nindex ", 1)},
        "a proof with two empty lines": good | {"proof": proof.replace("\n\n", "\n\n\n", 1)},
        "an index with a sign": good | {"proof": proof.replace("index ", "index +", 1)},
        "an index beyond": good | {"proof": proof.replace("index 8", f"index {2**63 - 1}", 1)},
        "no proof": good | {"proof": ""},
        "one root changed": good | {"proof": proof.replace("\n14\n", "\n15\n")},
        "an unknown field": good | {"more": 1},
        "another format": good | {"format": "sunledger.row/v2"},
        "null": good | {"row": None},
        "a row of other columns": rolled(("row", {"amounts_fen": [1, 2], "who": "张三户"})),
        "a row of no amounts": rolled(("row", {"amounts_fen": [], "who": "张三户"})),
        "a row of another name": rolled(("rows", {"amounts_fen": [1], "who": "张三户"})),
        "a row that is a text": rolled(("row", "张三户")),
        "a row with more": rolled(("row", {"amounts_fen": [1], "who": "张三户", "phone": "1"})),
        "a row with a note": rolled(("row", {"amounts_fen": [-1], "who": "张三户", "note": "退"})),
    }  # fmt: skip
    files = [(name, json.dumps(file).encode()) for name, file in changed.items()]
    broken = [
        ("no JSON", b"{"),
        ("an empty object", b"{}"),
        ("not UTF-8", b'{"entry":"\xff"}'),
        ("nested deep", b'{"entry":' + b"[" * 100_000),
        *(
            (f"no {field}", json.dumps({k: v for k, v in good.items() if k != field}).encode())
            for field in good
        ),
    ]
    return [*files, *broken]


def by_python(file: bytes) -> str:
    """Return whose row it is, or the rule by which Python refuses it."""
    try:
        (row,) = verify_rows(file).rows.values()
    except RuleViolation as violation:
        return violation.rule.code
    return row.who


def test_every_file_is_judged_as_in_python(modules: Page) -> None:
    files = cases()
    verdicts = call(modules, JUDGE, [text(file) for _, file in files])
    expected = [(name, by_python(file)) for name, file in files]
    assert [(name, verdict) for (name, _), verdict in zip(files, verdicts, strict=True)] == expected
    assert [name for name, verdict in expected if verdict.endswith("户")] == [
        "good",
        "the second row",
        "a proof with extra",
        "a row with a note",
    ]


def test_damage_is_never_green(modules: Page) -> None:
    """Each byte of a good file flipped in one bit."""
    good = json.dumps(row_file()).encode()
    flipped = [bytes([*good[:i], good[i] ^ 1 << i % 7, *good[i + 1 :]]) for i in range(len(good))]
    verdicts = call(modules, JUDGE, [text(file) for file in flipped])
    assert [by_python(file) for file in flipped] == verdicts
    who = by_python(good)
    same = [flip for flip, verdict in zip(flipped, verdicts, strict=True) if verdict == who]
    assert all(json.loads(flip)["row"] == json.loads(good)["row"] for flip in same)


def write(folder: Path, file: dict[str, Any]) -> Path:
    """Write a file of a row."""
    path = folder / "row-00001.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    return path


def test_a_household_sees_its_row_and_whether_the_log_is_known(
    opener: Callable[..., Opened],
    tmp_path: Path,
) -> None:
    page, complaints = opener()
    path = write(tmp_path, row_file())
    assert verify_file(page, path) == []
    assert "证明成立，日志公钥还待核对" in page.inner_text("#verdict")
    assert page.get_attribute("#result", "class") == "open"
    assert PRIVATE.key.verifier.vkey in page.inner_text("#notes")
    said = page.inner_text("#private")
    assert "2025年度分红：第 1 行，共 2 行" in said
    assert f"{by_python(path.read_bytes())}：分红 " in said
    assert "公布的合计：分红 154.00 元" in said
    assert page.locator("#memory li").count() == 0
    assert verify_file(page, PUBLIC.bundle(tmp_path / "log.zip")) == []
    assert verify_file(page, path) == []
    assert "核对无误" in page.inner_text("#verdict")
    assert "当时核对了它的签名" in page.inner_text("#notes")
    assert "14 条" in page.inner_text("#memory")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints == []


def test_a_row_of_another_log_than_was_seen_is_found(
    opener: Callable[..., Opened],
    tmp_path: Path,
) -> None:
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    forked = BARE.then(RollCommitted, roll(), *BASIC)
    assert verify_file(page, write(tmp_path, row_file(forked))) == [["audit.not_extended", ROLL]]
    assert page.locator("#private li").count() == 0
    assert page.is_hidden("#outside")
    assert "发现" in page.inner_text("#verdict")


def test_a_roll_that_was_not_in_the_log_that_was_seen_is_found_at_any_size(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """The log's key signs whatever it is given: also a longer log, in which another roll stands."""
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    for rows in (ROWS, ROWS[::-1]):
        forked = BARE.then(RollCommitted, roll(root=root_of(rows)), *BASIC)
        index = len(forked.entries) - 1
        for _ in range(3):
            forked = forked.then(RollCommitted, roll(), *BASIC)
        file = row_file(forked, index=index, rows=rows)
        assert verify_file(page, write(tmp_path, file)) == [["row.other_roll", index]]
        assert page.locator("#private li").count() == 0


def test_a_roll_that_is_newer_than_what_was_seen_is_not_green(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    grown = PRIVATE.then(RollCommitted, roll(), *BASIC)
    assert verify_file(page, write(tmp_path, row_file(grown, index=len(grown.entries) - 1))) == []
    assert page.get_attribute("#result", "class") == "open"
    assert "重新核对" in page.inner_text("#verdict")
    assert page.get_attribute("[data-check=kept]", "data-count") == "0"


def test_a_key_that_the_device_does_not_know_is_never_green(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """The log may have another key by now, so it is no finding either."""
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    by_another = replace(PRIVATE, key=SigningKey(PRIVATE.key.name, bytes(32)))
    assert verify_file(page, write(tmp_path, row_file(by_another))) == []
    assert page.get_attribute("#result", "class") == "open"
    assert "日志用的不是这把公钥" in page.inner_text("#notes")
    assert by_another.key.verifier.vkey in page.inner_text("#notes")


def test_what_is_no_row_cannot_be_read(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, complaints = opener()
    assert verify_file(page, write(tmp_path, {"format": "sunledger.rows/v1"})) == []
    assert "无法核对" in page.inner_text("#verdict")
    assert "row.file" in page.inner_text("#summary")
    assert complaints == []
