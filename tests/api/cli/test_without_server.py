"""`sunledger` where only the verifier's two dependencies are installed."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[3]
BASE = ("msgspec", "nacl", "cffi", "_cffi_backend", "pycparser")
COMMAND = "import sys; sys.path[:0] = sys.argv[1:3]; from api.cli import main; sys.exit(main())"


def test_the_command_says_in_one_line_what_to_install(tmp_path: Path) -> None:
    for name in BASE:
        for installed in Path(sysconfig.get_path("purelib")).glob(f"{name}*"):
            if not installed.name.endswith(".dist-info"):
                (tmp_path / installed.name).symlink_to(installed)
    command = [sys.executable, "-I", "-S", "-c", COMMAND, str(ROOT), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert "[install.server]" in line
    assert "缺少 typer" in line
    assert "pip install 'sunledger[server]'" in line
    assert "sunledger-audit" in line
