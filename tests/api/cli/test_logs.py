"""`sunledger log …` as an operator runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.cli.conftest import BOOK, Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_a_log_is_rotated_frozen_and_moved(commands: Commands, xiaohe_imported: str, tmp_path: Path) -> None:
    assert xiaohe_imported
    folder = commands.home / "keys" / BOOK
    keys = [
        word for role in ("township", "head", "supervisor") for word in ("--key", folder / f"{role}-1.key")
    ]
    here = ("--book", BOOK)
    assert "[log.no_signers]" in commands.refused("log", "rotate", *here, "--reason", "例行更换")
    commands.good("log", "rotate", *here, "--reason", "例行更换", *keys)
    commands.good("log", "retire", *here, "--reason", "已换新", *keys)
    assert "1 private keys destroyed" in commands.good("log", "destroy", *here)
    commands.good("log", "freeze", *here, "--reason", "失窃")
    sick = commands.run("doctor")
    assert (sick.returncode, b"[log.frozen]" in sick.stderr) == (1, True)
    origin = f"new.example.cn/books/{BOOK}"
    commands.good("log", "move", *here, "--origin", origin, "--reason", "compromised", *keys)
    commands.good("doctor")
    assert f"{origin}+" in commands.good("log", "list", *here)
    bundle = tmp_path / "copy.zip"
    commands.good("export", "bundle", bundle, *here)
    assert "核对无误 / verified" in commands.good("verify", bundle)
