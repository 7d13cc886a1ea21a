"""What was wrong with how a command was written, in Chinese beside what Typer says in English."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from api.cli.console import err

if TYPE_CHECKING:
    from collections.abc import Iterator

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""The class of all errors of usage, which Typer does not export."""


@contextmanager
def usage_in_both_languages() -> Iterator[None]:
    """Add a line in Chinese when Typer ends the program over how a command was written; its exit code stays."""
    try:
        yield
    except SystemExit as ended:
        if isinstance(ended.__context__, USAGE_ERROR):
            _tell(ended.__context__)
        raise


def _tell(error: Any) -> None:  # noqa: ANN401 -- the subclasses of an error of usage have attributes of their own
    command = error.ctx.command_path if error.ctx else "sunledger"
    words = _words(error)
    if words:
        err.print(f"✗ {words}；写法见 {command} --help")


def _words(error: Any) -> str:  # noqa: ANN401 -- see above
    """Return in Chinese what is wrong; "" where Typer printed the help instead of an error."""
    param = getattr(error, "param", None)
    name = " / ".join(param.opts) if param and param.opts else getattr(error, "param_hint", None) or ""
    match type(error).__name__:
        case "NoArgsIsHelpError":
            return ""
        case "NoSuchOption":
            return f"没有选项「{error.option_name}」"
        case "MissingParameter":
            return f"缺少「{name}」"
        case "BadParameter" if name:
            return f"「{name}」的值不对"
        case _:
            return "命令的写法不对"
