"""What the operator is told of witnesses that refuse, and of a policy that is behind the log's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.kernel.note import SigningKey
from tests.api.cli.conftest import BOOK
from tests.api.witnessing.strict_witness import StrictWitness, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.cli.conftest import Commands

HERE = ("--book", BOOK)


@pytest.fixture
def town(xiaohe_imported: str) -> Iterator[StrictWitness]:
    """A witness that knows the book's log by another key."""
    del xiaohe_imported
    origin = f"sunledger.localhost/books/{BOOK}"
    with served(StrictWitness(SigningKey("example.com/town", bytes(32)))) as witness:
        witness.logs[origin] = SigningKey(origin, b"\x07" * 32).verifier
        yield witness


def policy_of(tmp_path: Path, town: StrictWitness, *logs: str) -> dict[str, str]:
    """Write a policy and return the setting that names it."""
    lines = [*(f"log {vkey}" for vkey in logs), f"witness town {town.vkey} {town.url}", "quorum town"]
    (tmp_path / "policy").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {"SUNLEDGER_WITNESSES": str(tmp_path / "policy")}


def test_the_doctor_says_that_the_witnesses_refuse(
    commands: Commands, town: StrictWitness, tmp_path: Path
) -> None:
    set_to = policy_of(tmp_path, town)
    result = commands.run("doctor", **set_to)
    said = result.stderr.decode()
    assert result.returncode == 0, "nothing is wrong with the log itself"
    assert "town" in said
    assert "HTTP 403" in said
    assert "[witnessing.refused]" in said
    assert "witness add-log" in said
    town.logs.clear()
    assert "HTTP 404" in commands.run("doctor", **set_to).stderr.decode()


def test_an_export_says_that_the_policy_is_behind_the_key(
    commands: Commands, town: StrictWitness, tmp_path: Path
) -> None:
    now = commands.good("log", "list", *HERE).split("\n")[0]
    behind = policy_of(tmp_path, town, *(key.vkey for key in town.logs.values()))
    for kind, target in (("bundle", "b.zip"), ("tlog", "log")):
        result = commands.run("export", kind, tmp_path / target, *HERE, **behind)
        assert result.returncode == 0
        assert "[witnessing.key_not_listed]" in result.stderr.decode()
        assert f"log {now}" in result.stderr.decode()
        assert (tmp_path / target).exists()
    brought_up = policy_of(tmp_path, town, now)
    result = commands.run("export", "bundle", tmp_path / "b.zip", *HERE, **brought_up)
    assert "[witnessing." not in result.stderr.decode()
