"""Nobody signs unseen: commands show what is signed in plain words first, and ask about it at a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from api.cli.main import app
from api.cli.signing import poster
from tests.api.cli.conftest import BOOK, SECONDS_MAX, SUNLEDGER, VOUCHER, Commands, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

ASKING = (
    "post reverse close publish account policy grant rotate revoke erase roll budget subtotals cosign draft.sign"
    " log.sign log.rotate log.retire log.move"
)
"""The commands that sign, a command of a group behind a dot."""


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


def answered(
    commands: Commands,
    arguments: tuple[str | Path, ...],
    terminal: int | None = None,
    piped: bytes | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose input is a terminal, or what is piped into it."""
    return subprocess.run(
        [str(SUNLEDGER), *map(str, arguments)],
        env=commands.environment(),
        capture_output=True,
        timeout=SECONDS_MAX,
        check=False,
        stdin=terminal,
        input=piped,
    )


def at_terminal(
    commands: Commands, answer: bytes, *arguments: str | Path
) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose input is a terminal, where somebody types an answer."""
    typed, terminal = pty.openpty()
    try:
        os.write(typed, answer)
        return answered(commands, arguments, terminal=terminal)
    finally:
        os.close(typed)
        os.close(terminal)


def test_a_script_is_shown_what_it_signs_and_not_asked(commands: Commands, url: str, tmp_path: Path) -> None:
    done = commands.run(*words(commands, url, written(tmp_path, summary="收鱼塘承包款")))
    said = done.stderr.decode()
    assert json.loads(done.stdout)["created"] is True
    assert "记账凭证 / voucher  2026-04-02  收鱼塘承包款" in said
    assert "借 10201 银行存款/基本账户  50.00" in said
    assert "合计 / total 50.00 元" in said
    assert said.rstrip().endswith(
        "签名 / sign? [y/N]: 标准输入没有回答，照签 / nothing on standard input: signed"
    )


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


def piped(commands: Commands, answer: bytes, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command that has an answer on its standard input, which is no terminal."""
    return answered(commands, arguments, piped=answer)


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        (b"n\n", 1, "Aborted"),
        (b"\n", 1, "Aborted"),
        (b"b.json\nc.json\n", 2, "读到「b.json」，既不是 y 也不是 n"),
    ],
)
def test_an_answer_that_is_given_by_a_pipe_is_read(
    commands: Commands, url: str, tmp_path: Path, answer: bytes, code: int, says: str
) -> None:
    done = piped(commands, answer, *words(commands, url, written(tmp_path, summary="收篷布租金")))
    said = done.stderr.decode()
    assert (done.returncode, done.stdout.strip()) == (code, b""), said
    assert says in said
    assert said.index("收篷布租金") < said.index("签名 / sign?")
    assert [one.name for one in tmp_path.iterdir()] == ["voucher.json"], "nothing was signed"


def test_yes_by_a_pipe_signs_and_so_does_silence_but_not_what_another_wrote(
    commands: Commands, url: str, tmp_path: Path
) -> None:
    path, note = written(tmp_path, summary="收篷布押金"), tmp_path / "slip.note"
    done = piped(commands, b"Yes\n", *words(commands, url, path))
    assert json.loads(done.stdout)["created"] is True
    silent = piped(commands, b"", *words(commands, url, path, "--sign-only", note))
    assert silent.returncode == 0
    assert "标准输入没有回答，照签" in silent.stderr.decode()
    before, key = note.read_bytes(), commands.home / "keys" / BOOK / "supervisor-1.key"
    for answer, code in ((b"", 1), (b"n\n", 1), (b"y\n", 0)):
        done = piped(commands, answer, "cosign", note, "--key", key, "--url", url)
        assert done.returncode == code, done.stderr.decode()
        assert (note.read_bytes() == before) is bool(code)


def test_every_command_that_asks_can_be_told_not_to() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for name in ASKING.split():
        group, _, own = name.partition(".")
        command = commands[group].commands[own] if own else commands[group]
        assert "yes" in {one.name for one in command.params}, name


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
    said = commands.run("cosign", note, "--key", key, "--yes", "--url", url).stderr.decode()
    assert "记账凭证 / voucher  2026-04-02  收水费" in said
    assert "借 10201 银行存款/基本账户  50.00" in said
    assert "没有取到名称" not in said
    away = commands.run("cosign", note, "--key", key, "--yes", "--url", "http://127.0.0.1:9")
    assert away.returncode == 0
    said = away.stderr.decode()
    assert "借 10201  50.00" in said
    assert "! 没有取到名称，只列编码：无法连接 http://127.0.0.1:9" in said


RESOLVED = ("--year", "2026", "--body", "delegates", "--date", "2026-01-20")
VOTE = (*RESOLVED, "--entitled", "38", "--present", "34", "--agreed", "30")
TIERS = [
    {"from_fen": 0, "roles": ["accountant"], "to_fen": 1_234_500},
    {"from_fen": 1_234_500, "roles": ["head"]},
]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            ("policy", "policy.json"),
            "0.00 元起 / 0.00 yuan 不到 12,345.00 元 / below 12,345.00 yuan 会计 / accountant",
        ),
        (("budget", "plan.csv", *VOTE), "501 经营收入 1,234,567.00"),
        (
            ("revoke", f"{BOOK}/cashier/1", "--reason", "离任"),
            f"吊销的密钥 / the key: 出纳，{BOOK}/cashier/1",
        ),
    ],
)
def test_what_is_no_voucher_reads_in_plain_words_too(
    commands: Commands, url: str, tmp_path: Path, command: tuple[str, ...], expected: str
) -> None:
    (tmp_path / "policy.json").write_text(json.dumps({"tiers": TIERS}), encoding="utf-8")
    (tmp_path / "plan.csv").write_text("科目编码,计划金额\n501,1234567\n", encoding="utf-8")
    keys, note = commands.home / "keys" / BOOK, tmp_path / "entry.note"
    words = [tmp_path / word if (tmp_path / word).exists() else word for word in command]
    first = ("--book", BOOK, "--url", url, "--key", keys / "accountant-1.key", "--sign-only", note)
    signed = commands.run(*words, *first)
    again = commands.run("cosign", note, "--key", keys / "head-1.key", "--yes", "--url", url)
    for done in (signed, again):
        said = done.stderr.decode()
        assert done.returncode == 0, said
        assert expected in " ".join(said.split())
        assert "_fen" not in said
        assert "{" not in said


def test_who_signs_a_roll_reads_what_it_says(commands: Commands, url: str, tmp_path: Path) -> None:
    rows = [{"amounts_fen": [1_234_500], "subject": "H-1", "who": "张三户"}]
    columns = [{"account": "301", "name": "分红", "side": "credit"}]
    path = tmp_path / "roll.json"
    roll = {"columns": columns, "kind": "dividend", "rows": rows, "summary": "补发分红"}
    path.write_text(json.dumps(roll), encoding="utf-8")
    done = commands.run("roll", *words(commands, url, path)[1:])
    said = " ".join(done.stderr.decode().split())
    assert done.returncode == 0, said
    assert "说明 / remarks: 补发分红" in said
    assert "分红 301 资本 贷方 / credit 12,345.00" in said
    assert "张三户" not in said
    assert "_fen" not in said


def test_a_server_tells_who_holds_which_key(url: str) -> None:
    with poster(BOOK, url, 0) as server:
        people = server.people()
    assert people[f"{BOOK}/head/1"] == "", "the sample names nobody"
    assert len(people) >= 5


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


def test_what_the_desk_would_remark_is_told_before_one_signs(
    commands: Commands, url: str, tmp_path: Path
) -> None:
    lines = [{"account": "51302", "debit_fen": 99_000}, {"account": "101", "credit_fen": 99_000}]
    path = written(tmp_path, summary="付电费", lines=lines, attachments={"count": 0})
    refused = at_terminal(commands, b"n\n", *words(commands, url, path))
    said = refused.stderr.decode()
    assert refused.returncode == 1
    for rule in ("closing.no_cashier", "closing.no_attachments"):
        assert f"[{rule}]" in said
        assert said.index(f"[{rule}]") < said.index("签名 / sign?")
    done = commands.run(*words(commands, url, path))
    assert "[closing.no_cashier]" in done.stderr.decode()
    receipt = json.loads(done.stdout)
    assert {"closing.no_attachments", "closing.no_cashier"} <= {one["rule"] for one in receipt["remarks"]}
    again = commands.run(*words(commands, url, path))
    assert json.loads(again.stdout)["remarks"] == receipt["remarks"], "nothing was asked: it is booked"
    kept = json.loads((tmp_path / "voucher.json.receipt").read_bytes())
    assert kept["remarks"] == receipt["remarks"]
    other = tmp_path / "other.json"
    other.write_bytes(path.read_bytes())
    twice = json.loads(commands.good(*words(commands, url, other), "--key", cashier(commands)))
    assert "closing.identical" in {one["rule"] for one in twice["remarks"]}
    assert "closing.no_cashier" not in {one["rule"] for one in twice["remarks"]}


def cashier(commands: Commands) -> Path:
    return commands.home / "keys" / BOOK / "cashier-1.key"


def test_an_account_of_the_same_name_is_told_once_and_before(commands: Commands, url: str) -> None:
    key = commands.home / "keys" / BOOK / "accountant-1.key"
    done = commands.run("account", "51309", "办公费", "--book", BOOK, "--url", url, "--key", key)
    said, receipt = done.stderr.decode(), json.loads(done.stdout)
    assert said.count("[account.same_name]") == 1
    assert [one["rule"] for one in receipt["remarks"]] == ["account.same_name"]


def test_what_the_rules_object_to_is_told_before_several_sign(
    commands: Commands, url: str, tmp_path: Path
) -> None:
    note = tmp_path / "slip.note"
    lines = [{"account": "10201", "debit_fen": 2}, {"account": "50103", "credit_fen": 1}]
    path = written(tmp_path, lines=lines)
    signed = commands.run(*words(commands, url, path, "--sign-only", note))
    assert signed.returncode == 0
    assert "✗ " in signed.stderr.decode()
    key = commands.home / "keys" / BOOK / "supervisor-1.key"
    said = commands.run("cosign", note, "--key", key, "--yes", "--url", url).stderr.decode()
    assert "[voucher.unbalanced]" in said


def test_a_server_that_does_not_say_what_is_to_be_known_holds_nothing_up(
    commands: Commands, url: str, tmp_path: Path
) -> None:
    note = tmp_path / "slip.note"
    path = written(tmp_path, summary="收水费两笔")
    assert (
        "没有取到要留意的"
        not in commands.run(*words(commands, url, path, "--sign-only", note)).stderr.decode()
    )
    key = commands.home / "keys" / BOOK / "head-1.key"
    away = commands.run("cosign", note, "--key", key, "--yes", "--url", "http://127.0.0.1:9")
    assert away.returncode == 0
    assert "! 没有取到要留意的：无法连接 http://127.0.0.1:9" in away.stderr.decode()


def test_a_closing_carries_what_its_checklist_says(commands: Commands, url: str) -> None:
    keys = commands.home / "keys" / BOOK
    to = ("--book", BOOK, "--url", url, "--key", keys / "accountant-1.key", "--key", keys / "head-1.key")
    done = commands.run("close", "2026-01", *to, "--despite", "演示")
    said, receipt = done.stderr.decode(), json.loads(done.stdout)
    assert receipt["remarks"]
    assert said.count(f"[{receipt['remarks'][0]['rule']}]") == sum(
        one["rule"] == receipt["remarks"][0]["rule"] for one in receipt["remarks"]
    )


def test_a_reversal_says_what_it_cancels_and_that_an_earlier_year_wants_blue(
    commands: Commands, url: str, tmp_path: Path
) -> None:
    entry = str(
        json.loads(commands.good(*words(commands, url, written(tmp_path, summary="收摊位费"))))["index"]
    )
    keys = commands.home / "keys" / BOOK
    by = (
        "--key",
        keys / "accountant-1.key",
        "--key",
        keys / "head-1.key",
        "--sign-only",
        tmp_path / "red.note",
    )
    to = ("--book", BOOK, "--url", url, "--summary", "冲销", *by)
    said = commands.run("reverse", entry, *to, "--date", "2026-04-03").stderr.decode()
    assert "冲销的凭证 / reverses: 记-2026-04-" in said
    assert "（2026-04-02「收摊位费」50.00 元）" in said
    assert "draft.earlier_year" not in said
    (tmp_path / "red.note").unlink()
    late = commands.run("reverse", entry, *to, "--date", "2027-01-05").stderr.decode()
    assert "应当用蓝字填制一张更正凭证" in late
    assert "[draft.earlier_year]" in late
