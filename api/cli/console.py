"""What the commands share: the console, progress bars, and how a refusal is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.importing import ImportRefused
from domain.kernel.errors import RuleViolation

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

FINDINGS, COULD_NOT_RUN = 1, 2
"""Exit codes: something was found wrong; the command could not do its work."""


@contextmanager
def refusals() -> Iterator[None]:
    """Show a refusal in words and exit with 2."""
    try:
        yield
    except ImportRefused as refused:
        for problem in refused.problems:
            err.print(f"✗ {problem}")
        err.print(f"发现 {len(refused.problems)} 个问题,没有写入任何内容 / {len(refused.problems)} problems, nothing was posted")
        sys.exit(COULD_NOT_RUN)
    except RuleViolation as violation:
        err.print(f"✗ {violation}")
        sys.exit(COULD_NOT_RUN)


@contextmanager
def progress(label: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Yield `begin(total)` and `advance(count)` of a progress bar on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(label, total=None)
        yield (
            lambda total: bar.update(task, total=total),
            lambda count: bar.advance(task, count),
        )
