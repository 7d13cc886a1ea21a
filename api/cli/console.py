"""What the commands share: the console, progress bars, and how a refusal is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.importing import ImportRefused
from domain.kernel.errors import RuleViolation

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)

PROBLEMS_SHOWN = 50
FINDINGS, COULD_NOT_RUN = 1, 2
"""Exit codes: something was found wrong; the command could not do its work."""


@contextmanager
def refusals() -> Iterator[None]:
    """Show a refusal in words and exit with 2."""
    try:
        yield
    except ImportRefused as refused:
        count = len(refused.problems)
        for problem in refused.problems[:PROBLEMS_SHOWN]:
            err.print(f"✗ {problem}")
        if count > PROBLEMS_SHOWN:
            err.print(f"… 还有 {count - PROBLEMS_SHOWN} 个问题未列出 / {count - PROBLEMS_SHOWN} more")
        err.print(f"发现 {count} 个问题，没有写入任何内容 / {count} problems, nothing was posted")
        sys.exit(COULD_NOT_RUN)
    except RuleViolation as violation:
        err.print(f"✗ {violation}")
        sys.exit(COULD_NOT_RUN)


class Bar:
    """A progress bar, fed by steps (`begin`, `advance`) or by positions (`reach`)."""

    def __init__(self, shown: Progress, label: str) -> None:
        """Show a bar of unknown length."""
        self._shown = shown
        self._task = shown.add_task(label, total=None)

    def begin(self, total: int) -> None:
        """Say how many steps there are."""
        self._shown.update(self._task, total=total)

    def advance(self, steps: int) -> None:
        """Go on by some steps."""
        self._shown.advance(self._task, steps)

    def reach(self, position: int, total: int) -> None:
        """Stand at a position of a total."""
        self._shown.update(self._task, completed=position, total=total)


@contextmanager
def progress(label: str) -> Iterator[Bar]:
    """Show a progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as shown:
        yield Bar(shown, label)
