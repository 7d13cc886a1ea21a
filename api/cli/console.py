"""What the commands share: the console, progress bars, and how a refusal is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx
import psycopg
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.http.validation import parameter_problem
from api.importing import ImportRefused
from api.importing.cells import visible
from api.settings import BAD_SETTING
from domain.kernel.errors import Phrase, RuleViolation, system_problem
from domain.privacy import mask_personal

out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(highlight=False, markup=False, soft_wrap=True, stderr=True)

PROBLEMS_SHOWN = 50
FINDINGS, COULD_NOT_RUN, TERMINATED = 1, 2, 143
"""Exit codes: something was found wrong; the command could not do its work; it was told to end."""


@contextmanager
def refusals() -> Iterator[None]:
    """Show in words why a command could not do its work, and exit with 2."""
    try:
        yield
    except ImportRefused as refused:
        _show_problems(refused)
    except RuleViolation as violation:
        err.print(f"✗ {violation}")
    except ValidationError as error:
        for wrong in error.errors():
            name = f"SUNLEDGER_{'_'.join(str(part) for part in wrong['loc'])}".upper()
            err.print(
                f"✗ {BAD_SETTING(name=name, read=str(wrong['input']), problem=parameter_problem(wrong))}"
            )
    except psycopg.Error as error:
        err.print(f"✗ 数据库出错 / the database says: {str(error).strip()}")
    except (OSError, httpx.HTTPError) as error:
        problem, name = system_problem(error), getattr(error, "filename", None) or ""
        err.print(f"✗ 文件或网络出错：{name} {problem.zh} / file or network: {name} {problem.en}")
    else:
        return
    sys.exit(COULD_NOT_RUN)


def tell_notices(notices: Iterable[Phrase]) -> None:
    """Say what of a folder was not read, or was read though a person may not expect it; no personal number is shown."""
    for notice in notices:
        err.print(visible(mask_personal(f"注意：{notice.zh} / {notice.en}")))


def _show_problems(refused: ImportRefused) -> None:
    tell_notices(refused.notices)
    count = len(refused.problems)
    for problem in refused.problems[:PROBLEMS_SHOWN]:
        err.print(f"✗ {problem}")
    if count > PROBLEMS_SHOWN:
        err.print(f"… 还有 {count - PROBLEMS_SHOWN} 个问题未列出 / {count - PROBLEMS_SHOWN} more")
    err.print(f"发现 {count} 个问题，没有写入任何内容 / {count} problems, nothing was posted")


class Bar:
    """A progress bar, fed by steps (`begin`, `advance`) or by positions (`reach`)."""

    def __init__(self, shown: Progress, label: str) -> None:
        """Show a bar of unknown length."""
        self._shown = shown
        self._task = shown.add_task(label, total=None)

    def drop_unused(self) -> None:
        """Take the bar away if nothing was done: what forbade it is told elsewhere."""
        if not self._shown.tasks[0].completed:
            self._shown.remove_task(self._task)

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
        bar = Bar(shown, label)
        try:
            yield bar
        except BaseException:
            bar.drop_unused()
            raise
