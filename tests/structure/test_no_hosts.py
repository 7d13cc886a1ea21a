"""Nothing in the tree names a package registry's host or a path of one machine: it must build wherever it is cloned."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("deb", "debian", "org"),
        ("mirrors", "aliyun", "com"),
        ("tuna", "tsinghua", "edu", "cn"),
    )
)
FOLDERS = ("home", "root", "work", "Users", "mnt", "opt")  # below them lie one machine's own files
FORBIDDEN = re.compile(
    "|".join(re.escape(host) for host in HOSTS)
    + rf"|(?<![\w.~*$)}}\]/:-])/(?:{'|'.join(FOLDERS)})/\w[\w.-]*"
    + r"|https?://(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+"
)


def tracked() -> list[Path]:
    """List the files that git tracks or would add; every file when the tree is not a checkout."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listing = [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listing, check=True, capture_output=True).stdout.decode().split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    hidden = {".venv", ".git", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]


def findings(path: Path) -> list[str]:
    """Quote what a text file may not contain, with its line; a binary file has nothing to quote."""
    content = path.read_bytes()
    if b"\0" in content:
        return []
    lines = content.decode("utf-8", errors="replace").splitlines()
    return [
        f"{path.name}:{n}: {match[0]}"
        for n, line in enumerate(lines, 1)
        for match in FORBIDDEN.finditer(line)
    ]


def test_no_file_names_a_registry_or_a_machine() -> None:
    files = tracked()
    assert len(files) > 50, "the tree was not found"
    assert [finding for path in files for finding in findings(path)] == []


@pytest.mark.parametrize(
    "text",
    [
        *(f"--index-url https://{host}/simple" for host in HOSTS),
        *(f"see /{folder}/wang/x.py" for folder in FOLDERS),
    ],
)
def test_it_would_be_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(f"fine\n{text}\n", encoding="utf-8")
    assert len(findings(tmp_path / "file")) == 1


@pytest.mark.parametrize(
    "text", ["docs/home/list.md", "https://a.example/home/page", "/var/lib/sunledger", "~/home/x"]
)
def test_what_is_no_ones_machine_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text, encoding="utf-8")
    assert findings(tmp_path / "file") == []
