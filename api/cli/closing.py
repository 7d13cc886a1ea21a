"""Commands of a period's end: take the transfers that it wants, and close it when its checklist says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.cli.console import err, out
from api.cli.options import (
    URL,
    WAIT_SECONDS,
    BookOption,
    KeyOption,
    SignOnlyOption,
    UrlOption,
    WaitOption,
)
from api.cli.signing import poster, submit
from domain.kernel.errors import Kind, rule
from domain.periods import Closing, PeriodClosed

STOPPED = rule(
    "closing.stopped",
    Kind.REFUSED,
    "结账前有 {count} 项要处理，见上；决定照样结账，就加上 --despite。结了账的月份不能再打开",
    "{count} things are to be set right before the closing, see above; --despite closes all the same. What is closed "
    "stays closed",
    "财会〔2023〕14号: 按月结账",
)


def close(
    period: Annotated[str, typer.Argument(help="会计期间 / period, YYYY-MM")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    despite: Annotated[
        bool,
        typer.Option("--despite", help="有必须处理的问题也结账 / close despite what the checklist says"),
    ] = False,
) -> None:
    """先查后结账一个月 / Close a month, after its checklist."""
    with poster(book, url, wait) as server:
        remarks = server.remarks(period)
        for remark in remarks:
            err.print(f"{'✗' if remark.stops else '!'} {remark.zh} / {remark.en} [{remark.rule}]")
        count = sum(remark.stops for remark in remarks)
        if count and not despite:
            raise STOPPED(count=count)
        submit(server, PeriodClosed, Closing(period=period), key, sign_only)


def propose(
    period: Annotated[str, typer.Argument(help="会计期间 / period, YYYY-MM")],
    folder: Annotated[Path, typer.Argument(help="文件夹 / folder")],
    book: BookOption,
    url: UrlOption = URL,
) -> None:
    """取下期末的结转凭证，签名后入账 / Write the vouchers that transfer income and expense, to be signed with post."""
    with poster(book, url, 0) as server:
        wanted = server.transfers(period)
    folder.mkdir(parents=True, exist_ok=True)
    for number, voucher in enumerate(wanted.vouchers, start=1):
        path = folder / f"{period}-{number}-{voucher.summary}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(voucher)) + b"\n")
        out.print(str(path))
    if wanted.closed:
        out.print(f"{period} 已结账，不再增减凭证 / {period} is closed, and takes no more vouchers")
    elif not wanted.vouchers:
        out.print("收入和支出都已结转 / all income and expense is transferred")
