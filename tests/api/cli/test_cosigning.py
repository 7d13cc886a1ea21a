"""A witness without a line: request, answer and acceptance travel as files, and the log then shows the quorum."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.clock import posix_seconds
from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import add_signature, cosign, witness_verifier
from domain.kernel.note import SigningKey, parse_note
from tests.api.cli.conftest import BOOK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Commands

NAMES = ("town", "peer")


@pytest.fixture
def homes(tmp_path: Path, commands: Commands) -> dict[str, tuple[Path, str]]:
    """Two witnesses, each a folder and its key."""
    homes = {}
    for name in NAMES:
        home = tmp_path / name
        homes[name] = home, commands.good("witness", "init", f"example.com/{name}", "--home", home).strip()
    return homes


def test_a_checkpoint_is_witnessed_by_file(
    commands: Commands, xiaohe_imported: str, homes: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    del xiaohe_imported
    policy = tmp_path / "policy"
    lines = [f"witness {name} {vkey}\n" for name, (_, vkey) in homes.items()]
    policy.write_text("".join([*lines, "group all all town peer\n", "quorum all\n"]), encoding="utf-8")
    log, request, answer = tmp_path / "log", tmp_path / "request", tmp_path / "answer"
    commands.good("export", "tlog", log, "--book", BOOK)
    vkey = (log / "log.vkey").read_text(encoding="utf-8").strip()
    commands.good("witness", "request", "--book", BOOK, "--out", request)
    assert "SUNLEDGER_WITNESSES" in commands.refused("witness", "accept", request, "--book", BOOK)
    for home, _ in homes.values():
        commands.good("witness", "add-log", vkey, "--home", home)
    set_to = {"SUNLEDGER_WITNESSES": str(policy)}
    for name in NAMES:
        commands.good("witness", "answer", request, "--home", homes[name][0], "--out", answer)
        said = commands.good("witness", "accept", answer, "--book", BOOK, **set_to)
        assert said.startswith(f"{name}: 19 条 / entries  20")
        again = commands.good("witness", "accept", answer, "--book", BOOK, **set_to)
        assert again == said
    commands.good("export", "tlog", log, "--book", BOOK, **set_to)
    assert (log / "policy").read_bytes() == policy.read_bytes()
    report = json.loads(commands.good("verify", log, "--policy", policy, "--format", "json"))
    assert report["witnesses"]["quorum"] is True
    assert set(report["witnesses"]["signed"]) == set(NAMES)
    outcome = commands.good("monitor", log, "--policy", policy, "--state", tmp_path / "state")
    assert json.loads(outcome.splitlines()[0])["ok"] is True


def test_a_monitor_says_when_witnessing_stands_still(
    commands: Commands, xiaohe_imported: str, tmp_path: Path
) -> None:
    del xiaohe_imported
    log, policy = tmp_path / "log", tmp_path / "policy"
    commands.good("export", "tlog", log, "--book", BOOK)
    town = SigningKey("example.com/town", bytes(32))
    policy.write_text(f"witness town {witness_verifier(town).vkey}\nquorum town\n", encoding="utf-8")
    note = (log / "checkpoint").read_bytes()
    checkpoint = parse_checkpoint(parse_note(note).text)
    day = 86_400
    line = cosign(checkpoint, town, posix_seconds() - 9 * day)
    (log / "checkpoint").write_bytes(add_signature(note, line))

    def found(*more: str) -> list[str]:
        state = tmp_path / "-".join(("s", *more))
        result = commands.run("monitor", log, "--policy", policy, "--state", state, *more)
        rules = [one["rule"] for one in map(json.loads, result.stdout.splitlines()) if "rule" in one]
        assert result.returncode == bool(rules)
        return rules

    assert found() == ["audit.stale"]
    assert found("--max-age", "215h") == ["audit.stale"]
    assert found("--max-age", "217h") == found("--max-age", "10d") == found("--max-age", "0") == []
    for wrong in ("8", "1e3d"):
        said = commands.refused("monitor", log, "--policy", policy, f"--max-age={wrong}")
        assert "[audit.max_age]" in said
    assert "[audit.max_age]" in commands.refused("monitor", log, "--max-age", "8d")
    assert commands.run("monitor", log, "--state", tmp_path / "plain").returncode == 0


def test_an_exported_proof_stands_under_the_newest_checkpoint_that_is_witnessed(
    commands: Commands, xiaohe_imported: str, homes: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    del xiaohe_imported
    policy, request, answer = tmp_path / "policy", tmp_path / "request", tmp_path / "answer"
    policy.write_text(f"witness town {homes['town'][1]}\nquorum town\n", encoding="utf-8")
    set_to = {"SUNLEDGER_WITNESSES": str(policy)}
    commands.good("export", "tlog", tmp_path / "log", "--book", BOOK)
    vkey = (tmp_path / "log" / "log.vkey").read_text(encoding="utf-8").strip()
    entry, figure = tmp_path / "entry.tlog-proof", tmp_path / "figure.tlog-proof"

    def verified(file: Path) -> tuple[int, int, dict[str, str]]:
        result = commands.run("verify", file, "--log-key", vkey, "--policy", policy, "--format", "json")
        report = json.loads(result.stdout)
        return result.returncode, report["entries"], report["witnesses"]["signed"]

    commands.good("export", "proof", entry, "--book", BOOK, "--entry", "2", **set_to)
    assert verified(entry) == (1, 19, {})
    commands.good("witness", "request", "--book", BOOK, "--out", request)
    commands.good("witness", "add-log", vkey, "--home", homes["town"][0])
    commands.good("witness", "answer", request, "--home", homes["town"][0], "--out", answer)
    commands.good("witness", "accept", answer, "--book", BOOK, **set_to)
    commands.good("export", "proof", entry, "--book", BOOK, "--entry", "2", **set_to)
    code, entries, signed = verified(entry)
    assert (code, entries, set(signed)) == (0, 19, {"town"})
    assert b"example.com/town" in entry.read_bytes()
    month = ("--period", "2026-02", "--account", "101")
    assert "[sheet.unknown]" in commands.refused("export", "proof", figure, "--book", BOOK, *month, **set_to)


def test_what_is_no_answer_is_refused(
    commands: Commands, xiaohe_imported: str, homes: dict[str, tuple[Path, str]], tmp_path: Path
) -> None:
    del xiaohe_imported
    policy, answer = tmp_path / "policy", tmp_path / "answer"
    policy.write_text(f"witness town {homes['town'][1]}\nquorum town\n", encoding="utf-8")
    set_to = {"SUNLEDGER_WITNESSES": str(policy)}
    for data, code in (
        (b"", "note.malformed"),
        (b"hello\n", "note.malformed"),
        (b"12\n", "witnessing.other_size"),
        ("— example.com/other AAAAAAAA\n".encode(), "witnessing.not_ours"),
    ):
        answer.write_bytes(data)
        assert f"[{code}]" in commands.refused("witness", "accept", answer, "--book", BOOK, **set_to)
    assert "--old 12" in commands.refused("witness", "accept", _size(answer), "--book", BOOK, **set_to)


def test_an_answer_of_the_future_is_refused_and_its_time_is_told(
    commands: Commands, xiaohe_imported: str, tmp_path: Path
) -> None:
    del xiaohe_imported
    log, policy, answer = tmp_path / "log", tmp_path / "policy", tmp_path / "answer"
    commands.good("export", "tlog", log, "--book", BOOK)
    town = SigningKey("example.com/town", bytes(32))
    policy.write_text(f"witness town {witness_verifier(town).vkey}\nquorum town\n", encoding="utf-8")
    head = parse_checkpoint(parse_note((log / "checkpoint").read_bytes()).text)
    set_to = {"SUNLEDGER_WITNESSES": str(policy)}
    answer.write_bytes(cosign(head, town, posix_seconds() + 2 * 86_400).line)
    said = commands.refused("witness", "accept", answer, "--book", BOOK, **set_to)
    assert "[witness.future]" in said
    assert "town" in said
    answer.write_bytes(cosign(head, town, posix_seconds() + 86_000).line)
    assert commands.good("witness", "accept", answer, "--book", BOOK, **set_to).startswith("town: 19 条")


def _size(answer: Path) -> Path:
    answer.write_bytes(b"12\n")
    return answer
