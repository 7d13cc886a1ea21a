"""Commands in processes of their own, forked off one that has imported the program: none waits for that again."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["api.cli.main", "api.http.app"])


def run(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """Run `sunledger` to its end, as `subprocess.run` with `capture_output` does; raises `TimeoutExpired`."""
    with TemporaryDirectory() as name:
        out, err = Path(name, "out"), Path(name, "err")
        process = CONTEXT.Process(
            target=_command, args=(list(arguments), dict(environment), str(Path.cwd()), str(out), str(err))
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(arguments), timeout)
        return subprocess.CompletedProcess(
            list(arguments), process.exitcode, out.read_bytes(), err.read_bytes()
        )


def _command(arguments: list[str], environment: dict[str, str], folder: str, out: str, err: str) -> None:
    """Become the command: its own files, environment, folder and arguments."""
    for path, flags, number in ((os.devnull, os.O_RDONLY, 0), (out, os.O_WRONLY, 1), (err, os.O_WRONLY, 2)):
        opened = os.open(path, flags | (os.O_CREAT if number else 0), 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["sunledger", *arguments]
    from api.cli.main import main  # noqa: PLC0415 -- where this runs it was imported before the fork

    main()
