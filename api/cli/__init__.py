"""The command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule

if TYPE_CHECKING:
    from collections.abc import Callable

NO_SERVER = rule(
    "install.server",
    Kind.UNAVAILABLE,
    "没有安装服务器部分（缺少 {module}）：请运行 pip install 'sunledger[server]'；只核对账本，用 sunledger-audit",
    "the server part is not installed (there is no {module}): run pip install 'sunledger[server]';"
    " to verify a book, sunledger-audit is enough",
)
COULD_NOT_RUN = 2


def _without(module: str | None) -> Callable[[], None]:
    """Return the command where a module of the server extra is missing."""

    def say() -> None:
        print(f"✗ {NO_SERVER(module=module)}", file=sys.stderr)
        sys.exit(COULD_NOT_RUN)

    return say


try:
    from api.cli.main import main
except ModuleNotFoundError as missing:
    if missing.name and missing.name.partition(".")[0] in {
        "api",
        "audit",
        "domain",
        "migrations",
        "projections",
    }:
        raise
    main = _without(missing.name)

__all__ = ["main"]
