"""`sunledger witness`: made, shown, served and asked, over HTTP and with files that are carried."""

from __future__ import annotations

import os
import stat
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from audit.tlog.checkpoint import open_checkpoint
from audit.tlog.cosignature import check_cosignature
from audit.tlog.witness_request import parse_request
from audit.witness import origin_hash
from domain.kernel.note import COSIGNATURE, parse_note, parse_vkey
from tests.api.cli.conftest import BOOK, SUNLEDGER, Commands
from tests.audit.witness.conftest import ORIGIN, Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e
NAME = "witness.example.cn/town"


@pytest.fixture
def town(tmp_path: Path) -> Commands:
    """A machine of the town's own, with a witness on it; no database is to be found there."""
    commands = Commands(tmp_path / "town", {"SUNLEDGER_DATABASE_URL": "postgresql://nowhere.invalid/x"})
    commands.good("witness", "init", NAME)
    return commands


@contextmanager
def served(town: Commands) -> Iterator[str]:
    """Run `witness serve` and yield its address."""
    command = [str(SUNLEDGER), "witness", "serve", "--port", "0"]
    with subprocess.Popen(command, env=town.environment(), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().strip()
            assert parse_vkey(server.stdout.readline().strip(), COSIGNATURE).name == NAME
            yield address
        finally:
            server.terminate()
            assert server.wait(30) == 0


def test_a_witness_is_made_once(tmp_path: Path) -> None:
    town = Commands(tmp_path)
    vkey = town.good("witness", "init", NAME).strip()
    assert parse_vkey(vkey, COSIGNATURE).name == NAME
    key = tmp_path / "witness" / "witness.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert "[keyfile.exists]" in town.refused("witness", "init", NAME)
    assert key.read_bytes() == before
    assert town.good("witness", "list") == ""


def test_its_key_is_under_the_passphrase(tmp_path: Path) -> None:
    town = Commands(tmp_path)
    town.good("witness", "init", NAME, "--home", tmp_path / "w", SUNLEDGER_PASSPHRASE="见证")
    assert (tmp_path / "w" / "witness.key").read_bytes().startswith(b"{")
    assert "[keyfile.passphrase]" in town.refused("witness", "list", "--home", tmp_path / "w")
    town.good("witness", "list", "--home", tmp_path / "w", SUNLEDGER_PASSPHRASE="见证")


@pytest.mark.parametrize(
    "arguments", [("list",), ("add-log", "x"), ("drop-key", "x"), ("serve",), ("answer", "/dev/null")]
)
def test_without_a_folder_nothing_is_signed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert "[witness.missing]" in Commands(tmp_path).refused("witness", *arguments)


def test_a_lost_folder_is_not_made_anew_for_an_old_key(town: Commands) -> None:
    (town.home / "witness" / "witness.vkey").unlink()
    assert "[witness.missing]" in town.refused("witness", "list")


def test_logs_are_added_listed_and_witnessed_over_http(town: Commands) -> None:
    village = Village.of_size(12)
    vkey = village.key.verifier.vkey
    assert town.good("witness", "add-log", vkey).splitlines() == [ORIGIN, origin_hash(ORIGIN)]
    assert "还没有见证 / nothing cosigned yet" in town.good("witness", "list")
    with served(town) as address:
        assert httpx.post(f"{address}add-checkpoint", content=village.request(0, 7)).status_code == 200
        assert httpx.post(f"{address}add-checkpoint", content=village.request(7, 12)).status_code == 200
        note = httpx.get(f"{address}{origin_hash(ORIGIN)}/checkpoint").content
        assert open_checkpoint(note, village.key.verifier).size == 12
        listed = town.good("witness", "list")
        assert listed.startswith(f"✓ {ORIGIN}  12 条 / entries  20")
        assert "+08:00  分叉 / forks 0" in listed
        assert (
            httpx.post(f"{address}add-checkpoint", content=village.fork(3, 12).request(12, 12)).status_code
            == 422
        )
    forked = town.run("witness", "list")
    assert forked.returncode == 1
    assert forked.stdout.decode().startswith("✗")
    assert "分叉 / forks 1" in forked.stdout.decode()
    assert "还信任 0 把密钥" in town.good("witness", "drop-key", vkey)
    assert "[witness.not_trusted]" in town.refused("witness", "drop-key", vkey)


def test_requests_and_answers_travel_as_files(
    commands: Commands, xiaohe_imported: str, town: Commands, tmp_path: Path
) -> None:
    """The book's own server writes the request, the town answers it on another machine: no line between them."""
    assert xiaohe_imported
    log, bundle = tmp_path / "log", tmp_path / "book.zip"
    commands.good("export", "tlog", log, "--book", BOOK)
    commands.good("export", "bundle", bundle, "--book", BOOK)
    own, request, answer = tmp_path / "own", tmp_path / "request", tmp_path / "answer"
    commands.good("witness", "request", "--book", BOOK, "--out", own)
    for place in (log, bundle):
        town.good("witness", "request", place, "--out", request)  # without a database
        assert request.read_bytes() == own.read_bytes()

    vkey = parse_vkey((log / "log.vkey").read_text(encoding="utf-8").strip())
    unknown = town.run("witness", "answer", request, "--out", answer)
    assert unknown.returncode == 1
    assert "[witness.unknown_log]" in unknown.stderr.decode()
    assert answer.read_text(encoding="utf-8").splitlines()[2] == "[witness.unknown_log]"

    town.good("witness", "add-log", vkey.vkey)
    town.good("witness", "answer", request, "--out", answer)
    checkpoint = (log / "checkpoint").read_bytes()
    assert parse_request(request.read_bytes()).checkpoint == checkpoint
    head = open_checkpoint(checkpoint + answer.read_bytes(), vkey)
    line = parse_note(checkpoint + answer.read_bytes()).signatures[-1]
    known = (town.home / "witness" / "witness.vkey").read_text(encoding="utf-8").strip()
    assert check_cosignature(head, line, parse_vkey(known, COSIGNATURE)) > 0

    again = town.run("witness", "answer", request)  # asked with old 0: it tells what it has
    assert (again.returncode, again.stdout) == (1, f"{head.size}\n".encode())
    assert f"请从 {head.size} 起重新生成请求" in again.stderr.decode()
    for asker, named in ((town, [str(log)]), (commands, ["--book", BOOK])):
        asker.good("witness", "request", *named, "--old", str(head.size), "--out", request)
        with served(town) as address:
            over_http = httpx.post(f"{address}add-checkpoint", content=request.read_bytes())
        assert over_http.status_code == 200
        assert town.good("witness", "answer", request, "--out", answer) == ""
        assert len(answer.read_bytes()) == len(over_http.content)


def test_a_request_proves_the_growth_from_any_size(town: Commands, tmp_path: Path) -> None:
    village = Village.of_size(12)
    folder = tmp_path / "log"
    (folder / "tile" / "0" / "000.p").mkdir(parents=True)
    (folder / "tile" / "0" / "000.p" / "12").write_bytes(village.tree.subtrees(0, 0, 12))
    (folder / "checkpoint").write_bytes(village.note(12))
    request = tmp_path / "request"
    for old in (0, 1, 7, 12):
        town.good("witness", "request", folder, "--old", str(old), "--out", request)
        assert request.read_bytes() == village.request(old, 12)
    assert "[witness.old_size]" in town.refused("witness", "request", folder, "--old", "13")
    damaged = bytearray(village.tree.subtrees(0, 0, 12))
    damaged[200] ^= 1
    (folder / "tile" / "0" / "000.p" / "12").write_bytes(damaged)
    assert "[tlog.bad_proof]" in town.refused("witness", "request", folder, "--old", "7")
    (folder / "checkpoint").unlink()
    assert "[audit.unreadable]" in town.refused("witness", "request", folder)


def test_a_request_is_of_one_log(town: Commands, tmp_path: Path) -> None:
    assert "[witness.which_log]" in town.refused("witness", "request")
    assert "[witness.which_log]" in town.refused("witness", "request", tmp_path, "--book", BOOK)


def test_what_is_no_request_is_answered_too(town: Commands, tmp_path: Path) -> None:
    file = tmp_path / "request"
    file.write_bytes(os.urandom(1000))
    answered = town.run("witness", "answer", file)
    assert answered.returncode == 1
    assert answered.stdout.decode().splitlines()[2] == "[witness.request_malformed]"
    town.refused("witness", "answer", tmp_path / "nowhere")
