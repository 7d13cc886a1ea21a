"""`sunledger county` and `sunledger anchor`, as the county's clerk and a villager run them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from audit.tlog.proof_file import parse_proof_file
from domain.kernel.note import SigningKey, parse_vkey
from tests.api.cli.conftest import BOOK, Commands
from tests.audit.conftest import read_files
from tests.audit.county.conftest import book
from tests.audit.test_command import write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.cli.conftest import Result

ORIGIN = "zongzhang.example.cn/kaihua"
FIRST, SECOND = "books.example.cn/1", "books.example.cn/2"


@pytest.fixture
def clerk(tmp_path: Path) -> Commands:
    """The commands with a home and a passphrase of their own, and no database at all."""
    return Commands(tmp_path / "home", {"SUNLEDGER_PASSPHRASE": "口令"})


@pytest.fixture
def log(clerk: Commands, tmp_path: Path) -> Path:
    """An empty county's log."""
    clerk.good("county", "init", ORIGIN, tmp_path / "log")
    return tmp_path / "log"


def shown(tmp_path: Path, number: int, size: int) -> Path:
    """Write a book's log of this size and return its folder."""
    return write(tmp_path / f"book{number}", book(number, size).files())


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_key_is_kept_encrypted_and_the_log_is_made_once(clerk: Commands, log: Path) -> None:
    [file] = (clerk.home / "logkeys").glob("*.key")
    assert b"argon2id" in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert parse_vkey((log / "log.vkey").read_text().strip()).name == ORIGIN
    assert "[tlog.log_exists]" in clerk.refused("county", "init", ORIGIN, log)
    assert "[keyfile.passphrase]" in clerk.refused("county", "collect", log, log, SUNLEDGER_PASSPHRASE="")


def test_an_origin_is_no_path(clerk: Commands, tmp_path: Path) -> None:
    """Whoever takes the two arguments in the other order is told which is which."""
    folder = tmp_path / "log"
    for wrong in (
        folder,
        "./log",
        "../log",
        "~/log",
        "log",
        "https://zongzhang.example.cn/kaihua",
        "a.cn//b",
    ):
        said = clerk.refused("county", "init", wrong, tmp_path / ORIGIN)
        assert "[county.origin]" in said
        assert "sunledger county init zongzhang.example.cn/kaihua " in said
    assert not (clerk.home / "logkeys").exists()
    for number, good in enumerate(("localhost:8000/county", "村务.cn/总日志", "example.cn")):
        clerk.good("county", "init", good, tmp_path / f"log{number}", SUNLEDGER_HOME=str(tmp_path / good[:3]))


def test_books_are_collected_listed_and_verified(clerk: Commands, log: Path, tmp_path: Path) -> None:
    first = clerk.run("county", "collect", log, shown(tmp_path, 1, 300), shown(tmp_path, 2, 5))
    assert first.returncode == 0
    *books, summary = lines(first)
    assert [(one["origin"], one["size"], one["appended"], one["ok"]) for one in books] == [
        (FIRST, 300, True, True),
        (SECOND, 5, True, True),
    ]
    assert (summary["origin"], summary["size"], summary["appended"]) == (ORIGIN, 2, 2)
    again = lines(clerk.run("county", "collect", log, shown(tmp_path, 1, 301), shown(tmp_path, 2, 5)))
    assert [one["appended"] for one in again] == [True, False, 1]

    listed = clerk.good("county", "list", log)
    assert f"{FIRST}  301  " in listed
    assert listed.endswith("2 本账 / books\n")
    rows = json.loads(clerk.good("county", "list", log, "--format", "json"))["books"]
    assert [(row["origin"], row["size"], row["index"]) for row in rows] == [(FIRST, 301, 2), (SECOND, 5, 1)]
    assert rows[0]["at"].endswith("+08:00")

    vkey = (log / "log.vkey").read_text().strip()
    assert "核对无误 / verified" in clerk.good("county", "verify", log, "--key", vkey)
    report = json.loads(clerk.good("county", "verify", log, "--format", "json"))
    assert (report["ok"], report["books"], report["entries"]) == (True, 2, 3)


def test_a_list_of_places_with_keys(clerk: Commands, log: Path, tmp_path: Path) -> None:
    wrong = SigningKey(SECOND, b"\x09" * 32).verifier.vkey
    places = tmp_path / "places.txt"
    places.write_text(
        f"# 开化县\n\n{shown(tmp_path, 1, 3)} {book(1, 0).key.verifier.vkey}\n{shown(tmp_path, 2, 3)} {wrong}\n",
        encoding="utf-8",
    )
    result = clerk.run("county", "collect", log, "--from", places)
    assert result.returncode == 1
    assert [one.get("rule") for one in lines(result)] == ["", "county.given_key", None]
    assert "[audit.unreadable]" in clerk.refused("county", "collect", log, "--from", tmp_path / "nothing")
    assert clerk.run("county", "collect", log).returncode == 2


def test_a_fork_exits_with_1_and_the_others_are_collected(clerk: Commands, log: Path, tmp_path: Path) -> None:
    clerk.good("county", "collect", log, shown(tmp_path, 1, 9), shown(tmp_path, 2, 9))
    forked = write(tmp_path / "forked", book(1, 9).forked(4, 12).files())
    result = clerk.run("county", "collect", log, forked, tmp_path / "away", shown(tmp_path, 2, 10))
    assert result.returncode == 1
    fork, away, grown, summary = lines(result)
    assert (fork["rule"], fork["ok"]) == ("county.fork", False)
    assert "分叉" in fork["message"]
    assert away["unreadable"]
    assert (grown["appended"], summary["size"]) == (True, 3)
    assert len(list((log / "forks").rglob("*"))) == 4  # the book's folder, both notes, the proof
    assert clerk.run("county", "collect", log, tmp_path / "away").returncode == 2


def test_the_proof_of_a_book(clerk: Commands, log: Path, tmp_path: Path) -> None:
    clerk.good("county", "collect", log, shown(tmp_path, 1, 3), shown(tmp_path, 2, 4))
    clerk.good("county", "proof", log, "--origin", SECOND, "--out", tmp_path / "2.tlog-proof")
    data = (tmp_path / "2.tlog-proof").read_bytes()
    assert clerk.run("county", "proof", log, "--origin", SECOND).stdout == data
    proof = parse_proof_file(data)
    key = parse_vkey((log / "log.vkey").read_text().strip())
    assert (proof.extra, proof.check(proof.extra, key).size) == (book(2, 4).note, 2)
    assert "[county.no_book]" in clerk.refused("county", "proof", log, "--origin", "nobody")


def test_a_supervisor_checks_the_proof_against_the_newspaper(
    clerk: Commands, log: Path, tmp_path: Path
) -> None:
    clerk.good("county", "collect", log, shown(tmp_path, 1, 3), shown(tmp_path, 2, 4))
    file, vkey = tmp_path / "2.tlog-proof", (log / "log.vkey").read_text().strip()
    clerk.good("county", "proof", log, "--origin", SECOND, "--out", file)
    line = clerk.good("anchor", log).strip().lower()
    own = ("--book-key", book(2, 0).key.verifier.vkey)

    said = clerk.good("county", "check", file, "--anchor", line, *own)
    assert said.startswith(f"账套 book: {SECOND}\n  4 条 / entries")
    assert f"县级总日志 county's log: {ORIGIN}" in said
    assert "印出的锚定行与县根一致" in said
    assert said.endswith("核对无误 / verified\n")
    report = json.loads(clerk.good("county", "check", file, "--key", vkey, "--format", "json"))
    assert (report["book"], report["entries"], report["county"]["entries"]) == (SECOND, 4, 2)
    assert report["printed"] is None

    assert "[county.no_trust]" in clerk.refused("county", "check", file)
    assert "[anchor.mistyped]" in clerk.refused(
        "county", "check", file, "--anchor", line.replace(" 2 ", " 3 ")
    )
    assert "[audit.unreadable]" in clerk.refused("county", "check", tmp_path / "no", "--key", vkey)

    clerk.good("county", "collect", log, shown(tmp_path, 1, 4))
    later = clerk.run("county", "check", file, "--anchor", clerk.good("anchor", log).strip(), "--key", vkey)
    assert (later.returncode, "[anchor.other_size]" in later.stderr.decode()) == (2, True)
    other = write(tmp_path / "other", book(2, 4).forked(1, 4).files())
    clerk.good("county", "init", ORIGIN, tmp_path / "second", SUNLEDGER_HOME=str(tmp_path / "home2"))
    second = {"SUNLEDGER_HOME": str(tmp_path / "home2")}
    clerk.good("county", "collect", tmp_path / "second", shown(tmp_path, 1, 3), other, **second)
    clerk.good("county", "proof", tmp_path / "second", "--origin", SECOND, "--out", file)
    forged = clerk.run("county", "check", file, "--anchor", line)
    assert (forged.returncode, "[anchor.other_root]" in forged.stdout.decode()) == (1, True)
    assert "它就是证据" in forged.stdout.decode()


def test_a_proof_under_last_months_newspaper(clerk: Commands, log: Path, tmp_path: Path) -> None:
    clerk.good("county", "collect", log, shown(tmp_path, 1, 3), shown(tmp_path, 2, 4))
    line = clerk.good("anchor", log).strip().lower()
    clerk.good("county", "collect", log, shown(tmp_path, 1, 4), shown(tmp_path, 2, 5))
    file, asked = tmp_path / "2.tlog-proof", ("county", "proof", log, "--origin", SECOND)
    clerk.good(*asked, "--out", file)
    newest = clerk.run("county", "check", file, "--anchor", line)
    assert (newest.returncode, newest.stdout) == (2, b"")
    assert "[anchor.other_size]" in newest.stderr.decode()
    assert "sunledger county proof 总日志 --origin 账套日志 --anchor" in newest.stderr.decode()
    clerk.good(*asked, "--anchor", line, "--out", file)
    said = clerk.good("county", "check", file, "--anchor", line)
    assert "4 条 / entries" in said
    assert "账套的检查点在其中" in said
    assert "[anchor.mistyped]" in clerk.refused(*asked, "--anchor", line.replace(" 2 ", " 1 "))


def test_a_folder_restored_from_a_backup_is_not_written(clerk: Commands, log: Path, tmp_path: Path) -> None:
    shutil.copytree(log, tmp_path / "backup")
    clerk.good("county", "collect", log, shown(tmp_path, 1, 3))
    shutil.rmtree(log)
    shutil.copytree(tmp_path / "backup", log)
    before = read_files(log)
    assert "[tlog.rolled_back]" in clerk.refused("county", "collect", log, shown(tmp_path, 2, 3))
    assert read_files(log) == before


# --- the line for the newspaper


def test_a_line_is_printed_and_typed_in_again(clerk: Commands, log: Path, tmp_path: Path) -> None:
    clerk.good("county", "collect", log, shown(tmp_path, 1, 3), shown(tmp_path, 2, 4))
    line = clerk.good("anchor", log)
    assert line.count("\n") == 1
    assert line.startswith(f"{ORIGIN} 2 20")
    typed = line.strip().lower().replace("0", "o")

    same = clerk.run("anchor", log, "--check", typed)
    assert (same.returncode, same.stderr) == (0, b"")
    assert "相同" in same.stdout.decode()

    clerk.good("county", "collect", log, shown(tmp_path, 1, 4))
    grown = clerk.run("anchor", log, "--check", typed)
    assert (grown.returncode, "延续" in grown.stdout.decode()) == (0, True)

    other = clerk.run("anchor", shown(tmp_path, 1, 3), "--check", typed)
    assert (other.returncode, b"[anchor.other_log]" in other.stderr) == (1, True)
    mistyped = clerk.run("anchor", log, "--check", typed.replace(" 2 ", " 3 ", 1))
    assert (mistyped.returncode, b"[anchor.mistyped]" in mistyped.stderr) == (2, True)
    away = clerk.run("anchor", tmp_path / "away", "--check", typed)
    assert (away.returncode, b"[audit.unreadable]" in away.stderr) == (2, True)
    badkey = clerk.run("anchor", log, "--check", typed, "--key", "x")
    assert (badkey.returncode, b"[note.vkey_malformed]" in badkey.stderr) == (2, True)


def test_a_line_of_a_single_book(clerk: Commands, tmp_path: Path) -> None:
    line = clerk.good("anchor", shown(tmp_path, 1, 300), "--key", book(1, 0).key.verifier.vkey)
    assert line.startswith(f"{FIRST} 300 ")
    assert clerk.run("anchor", shown(tmp_path, 1, 1000), "--check", line).returncode == 0
    forked = write(tmp_path / "forked", book(1, 300).forked(7, 1000).files())
    result = clerk.run("anchor", forked, "--check", line)
    assert (result.returncode, b"[anchor.rewritten]" in result.stderr) == (1, True)
    back = clerk.run("anchor", shown(tmp_path, 1, 299), "--check", line)
    assert (back.returncode, b"[anchor.rolled_back]" in back.stderr) == (1, True)


@pytest.mark.usefixtures("xiaohe_imported")
def test_a_village_is_collected_from_its_bundle(
    commands: Commands, clerk: Commands, log: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "xiaohe.zip"
    commands.good("export", "bundle", bundle, "--book", BOOK)
    result = clerk.run("county", "collect", log, bundle)
    collected, summary = lines(result)
    assert (collected["origin"], collected["size"]) == (f"sunledger.localhost/books/{BOOK}", 19)
    assert (summary["origin"], summary["size"]) == (ORIGIN, 1)
    assert clerk.good("anchor", bundle).startswith(f"sunledger.localhost/books/{BOOK} 19 ")
