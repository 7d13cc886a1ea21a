"""The first entry of the README, done as it says: one terminal serves, a second one posts and verifies by hand."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
HEADING = "## 第一张凭证，从记账到亲手核对"
BLOCK = re.compile(r"```(sh|json)\n(.*?)```\n", re.DOTALL)
HOME, SITE = "/var/tmp/sunledger", "http://127.0.0.1:8000"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("curl") or not shutil.which("openssl"), reason="curl or openssl is missing"
    ),
]


@pytest.fixture
def home() -> Iterator[Path]:
    """Where the README has its home; a folder that PostgreSQL may enter."""
    folder = Path(tempfile.mkdtemp(prefix="sunledger-readme-"))
    folder.chmod(0o755)
    yield folder / "sunledger"
    shutil.rmtree(folder, ignore_errors=True)


def blocks() -> list[tuple[str, str]]:
    """Return language and text of the section's blocks."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split(HEADING)[1].split("\n## ")[0]
    return BLOCK.findall(section)


def terminal(home: Path) -> dict[str, str]:
    """Return the environment of a new terminal: a home that nobody means, and none of our settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SUNLEDGER_")}
    return plain | {"XDG_DATA_HOME": str(home.parent / "elsewhere")}


def test_the_first_entry_is_posted_and_verified_as_the_readme_says(home: Path, tmp_path: Path) -> None:
    (_, serve), (_, voucher), *later = blocks()
    (tmp_path / "voucher.json").write_text(voucher, encoding="utf-8")

    def here(script: str) -> str:
        """Put this machine's places for those that the README names."""
        for named, meant in (
            (".venv/bin/", f"{Path(sys.executable).parent}/"),
            (HOME, str(home)),
            ("examples/", f"{ROOT}/examples/"),
        ):
            script = script.replace(named, meant)
        return script

    with subprocess.Popen(
        ["bash", "-ec", here(serve).replace("sunledger serve", "sunledger serve --port 0")],
        env=terminal(home),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as serving:
        try:
            assert serving.stdout
            site = next(line for line in serving.stdout if line.startswith("http://")).strip().rstrip("/")
            script = here("\n".join(text for _, text in later)).replace(SITE, site)
            second = subprocess.run(
                ["bash", "-ec", script.replace("post voucher.json", f"post voucher.json --url {site}")],
                env=terminal(home),
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        finally:
            os.killpg(serving.pid, signal.SIGINT)
            serving.wait(60)
    assert second.returncode == 0, second.stderr
    leaf = re.search(r'"leaf_hash": *"([^"]+)"', second.stdout)
    assert leaf
    assert re.search(r'"index": *19\b', second.stdout)
    assert second.stdout.count(leaf[1]) == 2, "openssl computes the receipt's leaf hash"
    assert second.stdout.count("核对无误 / verified") == 2
