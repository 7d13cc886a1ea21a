"""Nobody signs unseen: commands show what is signed in plain words first, and ask about it at a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.api.cli.conftest import BOOK, SECONDS_MAX, SUNLEDGER, VOUCHER, Commands, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def url(commands: Commands, xiaohe_imported: str) -> Iterator[str]:
    """A server with the small sample village."""
    assert xiaohe_imported
    with served(commands) as url:
        yield url


def words(commands: Commands, url: str, path: Path, *more: str | Path) -> list[str | Path]:
    """Return the words that post a voucher, by accountant and head."""
    keys = [commands.home / "keys" / BOOK / f"{role}-1.key" for role in ("accountant", "head")]
    return ["post", path, "--book", BOOK, "--url", url, "--key", keys[0], "--key", keys[1], *more]


def written(folder: Path, **fields: object) -> Path:
    path = folder / "voucher.json"
    path.write_text(json.dumps(VOUCHER | fields, ensure_ascii=False), encoding="utf-8")
    return path


def at_terminal(
    commands: Commands, answer: bytes, *arguments: str | Path
) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose input is a terminal, where somebody types an answer."""
    typed, terminal = pty.openpty()
    try:
        os.write(typed, answer)
        return subprocess.run(
            [str(SUNLEDGER), *map(str, arguments)],
            env=commands.environment(),
            stdin=terminal,
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
    finally:
        os.close(typed)
        os.close(terminal)


def test_a_script_is_shown_what_it_signs_and_not_asked(commands: Commands, url: str, tmp_path: Path) -> None:
    done = commands.run(*words(commands, url, written(tmp_path, summary="收鱼塘承包款")))
    said = done.stderr.decode()
    assert json.loads(done.stdout)["created"] is True
    assert "记账凭证 / voucher  2026-04-02  收鱼塘承包款" in said
    assert "借 10201 基本账户  50.00" in said
    assert "合计 / total 50.00 元" in said
    assert "sign?" not in said


def test_at_a_terminal_one_is_asked_and_may_say_no(commands: Commands, url: str, tmp_path: Path) -> None:
    path = written(tmp_path, summary="收机动地租金")
    done = at_terminal(commands, b"n\n", *words(commands, url, path))
    said = done.stderr.decode()
    assert (done.returncode, done.stdout.strip()) == (1, b"")
    assert said.index("收机动地租金") < said.index("签名 / sign?")
    assert [one.name for one in tmp_path.iterdir()] == ["voucher.json"], "nothing was signed"
    for answer, more in ((b"y\n", ()), (b"", ("--yes",))):
        path = written(tmp_path, summary=f"收机动地租金{''.join(more)}")
        done = at_terminal(commands, answer, *words(commands, url, path, *more))
        assert json.loads(done.stdout)["created"] is True
        assert ("sign?" in done.stderr.decode()) is (not more)


def test_what_is_private_is_shown_to_whoever_signs_it(commands: Commands, url: str, tmp_path: Path) -> None:
    private = {"party": {"subject": "H-07", "tier": "members", "value": "郭秀英"}}
    lines = [
        {"account": "10201", "debit_fen": 4_100},
        {"account": "50103", "credit_fen": 4_100, "private": private},
    ]
    done = commands.run(*words(commands, url, written(tmp_path, lines=lines)))
    assert json.loads(done.stdout)["created"] is True
    assert "party：郭秀英（成员可查 / members，记录里只有摘要 / digest only）" in done.stderr.decode()


def test_who_cosigns_reads_plain_words(commands: Commands, url: str, tmp_path: Path) -> None:
    note = tmp_path / "slip.note"
    commands.good(*words(commands, url, written(tmp_path, summary="收水费"), "--sign-only", note))
    key = commands.home / "keys" / BOOK / "supervisor-1.key"
    said = commands.run("cosign", note, "--key", key, "--yes").stderr.decode()
    assert "记账凭证 / voucher  2026-04-02  收水费" in said
    assert "借 10201  50.00" in said
    assert "debit_fen" not in said


def test_whatever_else_is_signed_is_shown_and_asked_about(commands: Commands, url: str) -> None:
    keys = commands.home / "keys" / BOOK
    to = ("--book", BOOK, "--url", url, "--key", keys / "accountant-1.key")
    added = commands.run("account", "51377", "会议费", *to)
    assert json.loads(added.stdout)["created"] is True
    assert "增设科目" in added.stderr.decode()
    assert "会议费" in added.stderr.decode()
    refused = at_terminal(commands, b"n\n", "account", "51378", "培训费", *to)
    assert (refused.returncode, refused.stdout.strip()) == (1, b"")
    assert refused.stderr.decode().index("培训费") < refused.stderr.decode().index("签名 / sign?")
    red = commands.run("reverse", "18", *to, "--key", keys / "head-1.key", "--summary", "重复")
    assert "冲销凭证 / reversal" in red.stderr.decode()
    assert "debit_fen" not in red.stderr.decode()
