"""One difference says the same as text, CSV, workbook and JSON: of a log that moved, was witnessed, and has a thief."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.cosignature import add_signature, cosign, witness_verifier
from domain.kernel.note import SigningKey
from tests.api.cli.conftest import Commands
from tests.vectors.logkeys import MOVED_KEY, OLD_KEY, SECOND_KEY, by, head, later, phases

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

TOWN = SigningKey("example.com/town", bytes(32))
WITNESSED = "2026-01-01T08:00:00+08:00"
ELSEWHERE = SigningKey(f"elsewhere.example/books/{MOVED_KEY.name.rpartition('/')[2]}", b"\x5a" * 32)
FORMATS = ("text", "csv", "xlsx", "json")
MARK = "\N{BYTE ORDER MARK}"


@dataclass(frozen=True)
class Asked:
    """The commands, asked about a bundle alone."""

    commands: Commands
    bundle: Path

    def run(self, kept: bytes, *more: str | Path) -> tuple[int, bytes, str]:
        """Compare with a checkpoint that was kept; return exit code, output and complaint."""
        path = self.bundle.with_name("kept")
        path.write_bytes(kept)
        result = self.commands.run("diff", "--log", self.bundle, "--from", path, *more)
        return result.returncode, result.stdout, result.stderr.decode()

    def good(self, kept: bytes, *more: str | Path) -> bytes:
        """Return what a comparison prints."""
        code, output, complaint = self.run(kept, *more)
        assert code == 0, complaint
        return output


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A log that was rotated and moved, witnessed at its end."""
    folder = tmp_path_factory.mktemp("moved")
    log = by(phases().gone, MOVED_KEY)
    tree = log.tree()
    line = cosign(Checkpoint(MOVED_KEY.name, tree.size, tree.root()), TOWN, 1_767_225_600)
    policy = f"witness town {witness_verifier(TOWN).vkey}\nquorum town\n".encode()
    log = log.alter("checkpoint", add_signature(head(log, MOVED_KEY), line)).alter("policy", policy)
    return Asked(Commands(folder / "home"), log.bundle(folder / "moved.zip"))


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode().removeprefix(MARK))))


def read_workbook(path: Path) -> list[list[list[Any]]]:
    sheets = load_workbook(path, data_only=True).worksheets
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets]


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def local(moment: str | None) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def test_the_entries_are_the_same_in_every_form(asked: Asked, tmp_path: Path) -> None:
    kept = head(phases().first, OLD_KEY, size=4)
    body = json.loads(asked.good(kept, "--format", "json"))
    assert (body["from"]["size"], body["to"]["size"], body["count"]) == (4, 12, 8)
    assert {row["witnessed_at"] for row in body["entries"]} == {WITNESSED}
    expected = [
        [str(row["entry"]), row["words"], local(row["recorded_at"]), local(row["witnessed_at"])]
        for row in body["entries"]
    ]
    table = read_csv(asked.good(kept, "--format", "csv"))
    assert [[row[0], row[1], row[4], row[5]] for row in table[1:]] == expected
    path = tmp_path / "diff.xlsx"
    asked.good(kept, "--format", "xlsx", "--out", path)
    assert [[str(cell or "") for cell in row] for row in read_workbook(path)[1]] == table
    lines = asked.good(kept).decode().splitlines()
    for cells in table[1:]:
        assert sum(all(cell in line for cell in cells) for line in lines) == 1, cells


def test_the_accounts_are_the_same_in_every_form(asked: Asked, tmp_path: Path) -> None:
    kept = head(phases().first, OLD_KEY, size=4)
    body = json.loads(asked.good(kept, "--format", "json"))
    assert len(body["accounts"]) > 1
    expected = [
        [
            row["account"],
            row["name"],
            *(yuan(abs(row[f"{when}_fen"])) for when in ("before", "debit", "credit", "after")),
        ]
        for row in body["accounts"]
    ]
    table = read_csv(asked.good(kept, "--format", "csv", "--part", "accounts"))
    assert [[row[0], row[1], row[3], row[4], row[5], row[7]] for row in table[1:-1]] == expected
    assert [table[-1][4], table[-1][5]] == [yuan(body["debit_fen"]), yuan(body["credit_fen"])]
    path = tmp_path / "diff.xlsx"
    asked.good(kept, "--format", "xlsx", "--out", path)
    shown = [
        [f"{cell:.2f}" if isinstance(cell, int | float) else cell or "" for cell in row]
        for row in read_workbook(path)[0]
    ]
    assert shown == table
    lines = asked.good(kept).decode().replace(",", "").splitlines()
    for cells in table[1:]:
        filled = [cell for cell in cells if cell != "0.00"]  # in text an amount of nothing is left blank
        assert any(all(cell in line for cell in filled) for line in lines), cells


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize(
    ("kept", "rule"),
    [
        (head(later(phases().after), SECOND_KEY), "audit.kept_void"),
        (sign_checkpoint(Checkpoint(MOVED_KEY.name, 12, bytes(32)), MOVED_KEY), "diff.fork"),
        (sign_checkpoint(Checkpoint(MOVED_KEY.name, 13, bytes(32)), MOVED_KEY), "diff.rolled_back"),
        (sign_checkpoint(Checkpoint(ELSEWHERE.name, 12, bytes(32)), ELSEWHERE), "audit.unknown_origin"),
    ],
    ids=["void", "fork", "rolled back", "of another log of the book"],
)
def test_evidence_is_named_alike_and_compared_with_nothing(
    asked: Asked, kept: bytes, rule: str, wanted: str
) -> None:
    code, output, complaint = asked.run(kept, "--format", wanted)
    assert (code, output) == (1, b"")
    assert complaint.splitlines()[-1].startswith("✗ ")
    assert f"[{rule}]" in complaint


def test_a_key_that_was_retired_is_told_and_is_no_fork(asked: Asked, tmp_path: Path) -> None:
    rotated = Asked(asked.commands, by(phases().after, SECOND_KEY).bundle(tmp_path / "rotated.zip"))
    code, output, complaint = rotated.run(head(phases().after, OLD_KEY))
    assert (code, output) == (1, b"")
    assert "[audit.log_key_ended]" in complaint
