"""`sunledger log …` as an operator runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from audit.tlog.cosignature import witness_verifier
from domain.kernel.note import SigningKey
from tests.api.cli.conftest import BOOK, Commands, served

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


HERE = ("--book", BOOK)
SPEAKERS = ("township", "head", "supervisor")


@pytest.fixture
def village(commands: Commands, xiaohe_imported: str) -> Commands:
    """The commands, with the small sample village imported."""
    assert xiaohe_imported
    return commands


def keys(village: Commands, *roles: str) -> list[str | Path]:
    """Return the options that name these roles' keys."""
    folder = village.home / "keys" / BOOK
    return [word for role in roles for word in ("--key", folder / f"{role}-1.key")]


def test_a_request_is_signed_elsewhere_and_only_by_those_who_speak_for_the_log(
    village: Commands, tmp_path: Path
) -> None:
    """Each signs on a machine of their own: the first writes the note, the others add theirs, one sends it."""
    request, note = tmp_path / "request.json", tmp_path / "entry.note"
    said = village.good("log", "rotate", *HERE, "--reason", "例行更换", "--request", request)
    assert "交乡镇、负责人、监督委员会签署" in said
    asked = json.loads(request.read_bytes())
    assert (asked["type"], asked["data"]["reason"]) == ("log.key_added/1", "例行更换")
    assert "草稿" in village.good("log", "list", *HERE)
    with served(village) as url:
        away = ("--url", url, *HERE)
        alone = village.refused("log", "sign", request, *away, *keys(village, "head"), "--yes")
        assert "还需要以下岗位签名" in alone
        apart = ("log", "sign", request, *away, *keys(village, "township"), "--sign-only", note)
        unheard = village.run(*apart)
        assert unheard.returncode == 1, "what the server wrote is not signed by silence"
        assert "标准输入没有回答" in unheard.stderr.decode()
        assert not note.exists()
        village.good(*apart, "--yes")
        village.good("cosign", note, *keys(village, "head", "supervisor"), "--yes")
        receipt = json.loads(village.good("send", note, "--url", url))
        assert receipt["proof"].startswith("c2sp.org/tlog-proof@v1\n")
        vkeys = [line.split(" ")[1] for line in receipt["proof"].splitlines() if line.startswith("— ")]
        assert len(vkeys) == 2, "the checkpoint over it has both signatures"
        assert "草稿" not in village.good("log", "list", *HERE)
        request.write_text('{"data":{},"type":"period.closed/1"}', encoding="utf-8")
        assert "period.closed/1" in village.refused("log", "sign", request, *away, *keys(village, "head"))
        assert "[log.overlap]" in village.refused("log", "rotate", *HERE, "--reason", "又换")
        back = ("--vkey", asked["data"]["vkey"], "--reason", "不换了")
        village.good("log", "retire", *HERE, *back, *keys(village, *SPEAKERS))


def test_a_log_is_rotated_frozen_and_moved(village: Commands, tmp_path: Path) -> None:
    speakers = keys(village, *SPEAKERS)
    assert "[log.no_signers]" in village.refused("log", "rotate", *HERE, "--reason", "例行更换")
    village.good("log", "rotate", *HERE, "--reason", "例行更换", *speakers)
    village.good("log", "retire", *HERE, "--reason", "已换新", *speakers)
    assert "共销毁 2 把私钥" in village.good("log", "destroy", *HERE), (
        "this one, and the one that was given up"
    )
    village.good("log", "freeze", *HERE, "--reason", "失窃")
    sick = village.run("doctor")
    assert (sick.returncode, b"[log.frozen]" in sick.stderr) == (1, True)
    assert "失窃" in village.good("log", "list", *HERE)
    origin = f"new.example.cn/books/{BOOK}"
    village.good("log", "move", *HERE, "--origin", origin, "--reason", "compromised", *speakers)
    village.good("doctor")
    assert f"{origin}+" in village.good("log", "list", *HERE)
    bundle = tmp_path / "copy.zip"
    village.good("export", "bundle", bundle, *HERE)
    assert "核对无误 / verified" in village.good("verify", bundle)


def test_a_freeze_is_taken_back(village: Commands) -> None:
    village.good("log", "freeze", *HERE, "--reason", "演习")
    assert village.run("doctor").returncode == 1
    assert "已解除冻结" in village.good("log", "unfreeze", *HERE)
    village.good("doctor")


def test_a_rotation_says_what_the_policy_wants_before_the_old_key_can_go(
    village: Commands, tmp_path: Path
) -> None:
    speakers = keys(village, *SPEAKERS)
    policy = tmp_path / "policy"
    set_to = {"SUNLEDGER_WITNESSES": str(policy)}
    old = village.good("log", "list", *HERE).split("\n")[0]
    witness = witness_verifier(SigningKey("example.com/town", bytes(32))).vkey

    def write(*logs: str) -> None:
        lines = [*(f"log {vkey}" for vkey in logs), f"witness town {witness}", "quorum town"]
        policy.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    write(old)
    said = village.good("log", "rotate", *HERE, "--reason", "例行更换", *speakers, **set_to)
    new = said.split("\nlog ")[1].strip()
    assert new in village.good("log", "list", *HERE)
    early = village.refused("log", "retire", *HERE, "--reason", "已换新", *speakers, **set_to)
    assert "[log.retire_early]" in early
    assert f"log {new}" in early
    write(old, new)
    village.good("log", "retire", *HERE, "--reason", "已换新", *speakers, **set_to)
    village.good("doctor", **set_to)
    write(old)
    sick = village.run("doctor", **set_to)
    assert sick.returncode == 1
    assert f"      log {new}\n" in sick.stderr.decode()
    write(SigningKey("example.com/books/N2330881MF0000013Y", b"\x01" * 32).verifier.vkey)
    assert "不在见证策略中" in village.good("doctor", **set_to)
    assert "[witnessing.other_logs]" in village.refused("witness", "accept", policy, *HERE, **set_to)


def test_a_rotation_whose_reason_is_refused_makes_no_key(village: Commands) -> None:
    speakers = keys(village, *SPEAKERS)
    before = sorted((village.home / "logkeys").rglob("*"))
    for reason in ("联系 13812345678", "换" * 201):
        assert "✗" in village.refused("log", "rotate", *HERE, "--reason", reason, *speakers)
        assert sorted((village.home / "logkeys").rglob("*")) == before
    assert "草稿" not in village.good("log", "list", *HERE)
