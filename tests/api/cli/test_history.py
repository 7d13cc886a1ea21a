"""`sunledger history` and `sunledger diff`, as a person at a terminal runs them."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from api.identity.keyfile import load_key
from audit.bundle import BundleSource, write_bundle
from audit.tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.tlog.cosignature import add_signature, cosign, witness_verifier
from domain.kernel.note import SigningKey, parse_note
from tests.api.cli.conftest import BOOK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Commands

pytestmark = pytest.mark.e2e

HISTORY = ("history", "--book", BOOK, "--account")
STRANGER = witness_verifier(SigningKey("example.com/b", bytes([9]) * 32)).vkey
DIFF = ("diff", "--book", BOOK, "--from")


@pytest.fixture
def village(commands: Commands, xiaohe_imported: str) -> Commands:
    """The commands, with the small sample village imported."""
    assert xiaohe_imported
    return commands


def checkpoint(village: Commands, size: int, root: bytes) -> bytes:
    """Return a checkpoint that the village's log key signs."""
    (path,) = (village.home / "logkeys").glob("*.key")
    key = load_key(path, "")
    return sign_checkpoint(Checkpoint(key.name, size, root), key)


def root_at(village: Commands, size: int) -> bytes:
    body = json.loads(village.good(*DIFF, str(size), "--to", str(size), "--format", "json"))
    return base64.b64decode(body["to"]["root"])


# ---------------------------------------------------------------------------------------------- history


def test_text_says_where_a_balance_comes_from(village: Commands) -> None:
    said = village.good(*HISTORY, "10201", "--period", "2026-03")
    lines = said.splitlines()
    assert lines[0].startswith("10201 银行存款/基本账户  小河村")
    assert "截至 2026-03-31" in lines[0]
    assert "承前" in lines[2]
    assert "40,600.00" in lines[2]
    assert "记-2026-03-0001" in lines[3]
    assert "会计、负责人、监督委员会" in lines[3]
    assert "合计" in lines[-1]
    assert "45,178.20" in lines[-1]


def test_json_is_as_of_one_date_and_as_known_on_another(village: Commands) -> None:
    wanted = (*HISTORY, "money", "--as-of", "2026-02-28", "--format", "json")
    body = json.loads(village.good(*wanted))
    assert (body["closing_fen"], body["as_of"], body["entries"]) == (4_176_350, "2026-02-28", 19)
    before = json.loads(village.good(*wanted, "--known-on", "2026-01-01"))
    assert (before["closing_fen"], before["entries"], before["rows"]) == (0, 0, [])
    assert before["known_on"] == "2026-01-01T23:59:59+08:00"


def test_csv_and_xlsx_are_written_to_files(village: Commands, tmp_path: Path) -> None:
    for wanted in ("csv", "xlsx"):
        village.good(*HISTORY, "101", "--format", wanted, "--out", tmp_path / f"cash.{wanted}")
    rows = list(csv.reader((tmp_path / "cash.csv").read_text(encoding="utf-8-sig").splitlines()))
    sheet = load_workbook(tmp_path / "cash.xlsx").active
    assert sheet is not None
    assert [row[2] for row in rows] == [row[2] for row in sheet.iter_rows(values_only=True)]
    assert (rows[1][2], rows[-1][2], rows[-1][6]) == ("期初余额", "合计", "1163.50")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("999",), "history.unknown_account"),
        (("101", "--as-of", "2026-02-30"), "date.malformed"),
        (("101", "--period", "2026-3"), "period.malformed"),
        (("101", "--period", "2026-03", "--as-of", "2026-01-01"), "history.backwards"),
        (("101", "--known-on", "gestern"), "history.moment"),
    ],
)
def test_what_cannot_be_answered_is_refused(village: Commands, arguments: tuple[str, ...], rule: str) -> None:
    assert f"[{rule}]" in village.refused(*HISTORY, *arguments)


# ------------------------------------------------------------------------------------ from a verified log


@pytest.mark.parametrize("account", ["money", "net_surplus", "distributable"])
def test_a_bundle_and_a_folder_give_what_the_server_gives(
    village: Commands, tmp_path: Path, account: str
) -> None:
    village.good("export", "bundle", tmp_path / "book.zip", "--book", BOOK)
    village.good("export", "tlog", tmp_path / "log", "--book", BOOK)
    wanted = ("--account", account, "--period", "2026-03", "--format", "json")
    stored = json.loads(village.good("history", "--book", BOOK, *wanted))
    for row in stored["rows"]:
        assert row.pop("recorded_at")
    for place in ("book.zip", "log"):
        # nothing of the server is at hand
        nowhere = {"SUNLEDGER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
        found = json.loads(village.good("history", "--from", tmp_path / place, *wanted, **nowhere))
        for row in found["rows"]:
            assert row.pop("recorded_at") is None
        assert found == stored


def test_a_bundle_tells_when_it_was_witnessed(village: Commands, tmp_path: Path) -> None:
    village.good("export", "bundle", tmp_path / "book.zip", "--book", BOOK)
    files = {
        name: BundleSource(tmp_path / "book.zip").fetch(name)
        for name in BundleSource(tmp_path / "book.zip").names
    }
    town = SigningKey("example.com/town", bytes(32))
    line = cosign(parse_checkpoint(parse_note(files["checkpoint"]).text), town, 1_767_225_600)
    files["checkpoint"] = add_signature(files["checkpoint"], line)
    files["policy"] = f"witness town {witness_verifier(town).vkey}\nquorum town\n".encode()
    write_bundle(tmp_path / "seen.zip", files.items())
    wanted = ("history", "--from", tmp_path / "seen.zip", "--account", "101", "--format", "json")
    result = village.run(*wanted)
    rows = json.loads(result.stdout)["rows"]
    assert {row["witnessed_at"] for row in rows} == {"2026-01-01T08:00:00+08:00"}
    assert "--policy" in result.stderr.decode()
    own = tmp_path / "policy"
    own.write_bytes(files["policy"])
    result = village.run(*wanted, "--policy", own)
    assert json.loads(result.stdout)["rows"] == rows
    assert "--policy" not in result.stderr.decode()
    assert "witnessed no later" in result.stderr.decode()
    own.write_bytes(
        files["policy"]
        .replace(b"\nquorum", f"\nwitness b {STRANGER}\nquorum".encode())
        .replace(b"quorum town", b"quorum b")
    )
    result = village.run(*wanted, "--policy", own)
    assert (result.returncode, result.stdout) == (1, b"")
    assert "[audit.no_quorum]" in result.stderr.decode()


def test_a_log_with_findings_gives_no_history(village: Commands, tmp_path: Path) -> None:
    village.good("export", "tlog", tmp_path / "log", "--book", BOOK)
    (bundle,) = (tmp_path / "log" / "tile" / "entries").rglob("*.p/*")
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace("路灯电费".encode(), "路灯电器".encode(), 1))
    result = village.run("history", "--from", tmp_path / "log", "--account", "101")
    assert (result.returncode, result.stdout) == (1, b"")
    assert "[signature.invalid]" in result.stderr.decode()


def test_an_anchor_that_is_not_the_logs_is_a_finding(village: Commands, tmp_path: Path) -> None:
    village.good("export", "bundle", tmp_path / "book.zip", "--book", BOOK)
    stranger = SigningKey(f"{BOOK}/township/1", bytes(32)).verifier.vkey
    wanted = ("history", "--from", tmp_path / "book.zip", "--account", "101", "--anchor", stranger)
    result = village.run(*wanted)
    assert (result.returncode, result.stdout) == (1, b"")
    assert "[audit.anchor]" in result.stderr.decode()


def test_what_a_log_cannot_tell_is_refused(village: Commands, tmp_path: Path) -> None:
    assert "[history.no_book]" in village.refused("history", "--account", "101")
    both = ("history", "--account", "101", "--book", BOOK, "--from", tmp_path)
    said = village.refused(*both)
    assert "[history.two_places]" in said
    assert f"--from {tmp_path}" in said
    known = ("history", "--account", "101", "--from", tmp_path, "--known-on", "2026-03-01")
    assert "[history.no_times]" in village.refused(*known)


# ------------------------------------------------------------------------------------------------- diff


def test_diff_has_accounts_and_entries(village: Commands) -> None:
    said = village.good(*DIFF, "15")
    assert "各科目的变动" in said
    assert "从 15 条到 19 条记录" in said
    assert "新增的 4 条记录" in said
    assert "记账凭证 记-2026-03-0002，2026-03-20，路灯电费，412.80 元" in said


def test_diff_as_csv_is_one_table_and_as_xlsx_both(village: Commands, tmp_path: Path) -> None:
    for part, first in (("accounts", "科目编码"), ("entries", "记录序号")):
        said = village.good(*DIFF, "15", "--to", "19", "--format", "csv", "--part", part)
        rows = list(csv.reader(io.StringIO(said.removeprefix("\ufeff"))))
        assert (rows[0][0], len(rows)) == (first, 5)
    village.good(*DIFF, "15", "--format", "xlsx", "--out", tmp_path / "diff.xlsx")
    assert len(load_workbook(tmp_path / "diff.xlsx").worksheets) == 2


def test_a_kept_checkpoint_is_checked_and_then_compared(village: Commands, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(checkpoint(village, 15, root_at(village, 15)))
    body = json.loads(village.good(*DIFF, kept, "--format", "json"))
    assert (body["from"]["size"], body["to"]["size"], body["count"]) == (15, 19, 4)
    assert json.loads(village.good(*DIFF, "2", "--to", kept, "--format", "json"))["count"] == 13


@pytest.mark.parametrize(("size", "rule"), [(15, "diff.fork"), (99, "diff.rolled_back")])
def test_a_checkpoint_of_another_history_is_a_finding(
    village: Commands, tmp_path: Path, size: int, rule: str
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(checkpoint(village, size, bytes(32)))
    result = village.run(*DIFF, kept)
    said = result.stderr.decode()
    assert result.returncode == 1
    assert result.stdout == b""
    assert f"[{rule}]" in said
    assert "证据" in said


def test_what_is_no_checkpoint_of_this_log_is_refused(village: Commands, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    good = checkpoint(village, 15, root_at(village, 15))
    kept.write_bytes(good.replace(b"\n15\n", b"\n16\n"))
    assert "[checkpoint.signature]" in village.refused(*DIFF, kept)
    kept.write_bytes(b"15")
    assert "[note.malformed]" in village.refused(*DIFF, kept)
    assert "[diff.size]" in village.refused(*DIFF, tmp_path / "nowhere")
    assert "[diff.beyond]" in village.refused(*DIFF, "20")
    assert "[diff.backwards]" in village.refused(*DIFF, "9", "--to", "8")


def test_diff_of_a_bundle_is_what_the_server_shows(village: Commands, tmp_path: Path) -> None:
    bundle, kept = tmp_path / "book.zip", tmp_path / "kept.txt"
    village.good("export", "bundle", bundle, "--book", BOOK)
    kept.write_bytes(checkpoint(village, 15, root_at(village, 15)))
    stored = json.loads(village.good(*DIFF, kept, "--format", "json"))
    for row in (*stored["entries"], {"recorded_at": stored["from"].pop("signed_at")}):
        assert row.pop("recorded_at")
    assert stored["to"].pop("signed_at")
    nowhere = {"SUNLEDGER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    said = village.good("diff", "--log", bundle, "--from", kept, "--format", "json", **nowhere)
    found = json.loads(said)
    assert [row.pop("recorded_at") for row in found["entries"]] == [None] * 4
    assert (found["from"].pop("signed_at"), found["to"].pop("signed_at")) == (None, None)
    assert found == stored
    assert "新增的 4 条记录" in village.good("diff", "--log", bundle, "--from", "15", **nowhere)


def test_a_kept_checkpoint_convicts_a_bundle(village: Commands, tmp_path: Path) -> None:
    bundle, kept = tmp_path / "book.zip", tmp_path / "kept.txt"
    village.good("export", "bundle", bundle, "--book", BOOK)
    for size, code in ((15, "diff.fork"), (99, "diff.rolled_back")):
        kept.write_bytes(checkpoint(village, size, bytes(32)))
        result = village.run("diff", "--log", bundle, "--from", kept)
        assert (result.returncode, result.stdout) == (1, b"")
        assert f"[{code}]" in result.stderr.decode()


def test_diff_wants_one_place(village: Commands, tmp_path: Path) -> None:
    assert "[diff.no_book]" in village.refused("diff", "--from", "15")
    said = village.refused(*DIFF, "15", "--log", tmp_path)
    assert "[history.two_places]" in said
    assert f"--log {tmp_path}" in said


def test_what_only_a_log_is_verified_with_is_refused_for_a_book(village: Commands, tmp_path: Path) -> None:
    """It would be passed over in silence: a reader would take for witnessed, or anchored, what nobody looked at."""
    policy = tmp_path / "policy"
    policy.write_bytes(b"quorum none\n")
    for option, value in (("--policy", policy), ("--anchor", STRANGER)):
        for command, place in (((*HISTORY, "101"), "--from"), ((*DIFF, "15"), "--log")):
            said = village.refused(*command, option, value)
            assert "[history.only_log]" in said
            assert option in said
            assert place in said
