"""What an import tells the person who ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.console import err, out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.importing import ImportResult

ABSENT_SHOWN = 10
"""The most vouchers that are named of those that the sheets no longer have."""

WARNINGS_SHOWN = 10
"""The most of what is to be set right that is told in words."""


def tell_import(name: str, result: ImportResult) -> None:
    """Print what was posted, and warn of what the sheets lack or have more of, and of what is to be set right."""
    out.print(
        f"{name}: 新入账凭证 {result.vouchers} 张，已有 {result.vouchers_there} 张，共 {result.size} 条记录 / "
        f"{result.vouchers} vouchers posted, {result.vouchers_there} there already, {result.size} entries in the log"
    )
    if result.absent:
        count = len(result.absent)
        err.print(
            f"! 已入账而表中没有的有 {count} 项，照旧有效；不该有的凭证请冲销，期初余额请另记调整凭证 / {count} posted "
            "and not in the sheets any more; they stay: reverse vouchers that should not be there, and adjust opening "
            f"balances by a voucher: {_named(result.absent)}"
        )
    if result.plainer:
        count = len(result.plainer)
        err.print(
            f"! 有 {count} 张凭证入账时没有往来单位、项目或数量，表中后来写的不会补记 / {count} vouchers were posted "
            "without the counterparties, projects or quantities that the sheets have now; an entry is not completed: "
            f"{_named(result.plainer)}"
        )
    for warning in result.warnings[:WARNINGS_SHOWN]:
        err.print(f"! {warning}")
    if len(result.warnings) > WARNINGS_SHOWN:
        more = len(result.warnings) - WARNINGS_SHOWN
        err.print(f"… 还有 {more} 张这样的凭证 / {more} more such vouchers")


def _named(vouchers: Sequence[tuple[str, str]]) -> str:
    shown = "，".join(f"{date} {number}" for date, number in vouchers[:ABSENT_SHOWN])
    return f"{shown}{'……' if len(vouchers) > ABSENT_SHOWN else ''}"
