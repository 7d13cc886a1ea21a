"""Commands of a period's end: take the transfers that it wants, and close it when its checklist says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.adapters.json_text import json_text
from api.cli.console import err, out, tell_notices
from api.cli.looking import YesOption
from api.cli.options import (
    URL,
    WAIT_SECONDS,
    BookOption,
    KeyOption,
    SignOnlyOption,
    UrlOption,
    WaitOption,
)
from api.cli.showing import tell_remarks
from api.cli.signing import poster, submit
from api.closing import despite
from api.distributing import read_fen, read_wish
from api.households import read_households, typed
from api.outbox import note_path, receipt_path
from domain.closing import split_said
from domain.kernel.errors import Kind, Phrase, rule
from domain.periods import Closing, PeriodClosed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.posting import Transfers

FOLDER_USED = rule(
    "closing.folder_used",
    Kind.CONFLICT,
    "{folder} 里有 {period} 以前写出、旁边没有回执的凭证：{names}；还没有入账的，和这一次的放在一起会都入账，"
    "没有写入。不要的和已另行入账的（由待签凭证或 send）请删去，或另写一个文件夹",
    "{folder} has vouchers of {period} that were written before and have no receipt beside them: {names}; those that"
    " are not booked yet would be, beside those of this time, and nothing was written. Delete what is not wanted, and"
    " what was booked by a draft or by send, or name another folder",
)


def close(
    period: Annotated[str, typer.Argument(help="会计期间 / period, YYYY-MM")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    reason: Annotated[
        str,
        typer.Option(
            "--despite",
            metavar="REASON",
            help="有必须处理的问题也结账，写明理由；理由只在这里显示，要留存的先制待签的结账单"
            " / why it is closed despite the checklist; shown here alone, kept with a draft of the closing",
        ),
    ] = "",
    yes: YesOption = False,
) -> None:
    """先查后结账一个月 / Close a month, after its checklist."""
    with poster(book, url, wait) as server:
        remarks = server.remarks(period)
        tell_remarks(err, remarks)
        told = despite(sum(remark.stops for remark in remarks), period, reason)
        if told:
            err.print(told)
        submit(server, PeriodClosed, Closing(period=period), key, sign_only, yes=yes, told=remarks)


def propose(
    period: Annotated[str, typer.Argument(help="会计期间 / period, YYYY-MM")],
    folder: Annotated[Path, typer.Argument(help="文件夹 / folder")],
    book: BookOption,
    url: UrlOption = URL,
) -> None:
    """取下期末的结转凭证，签名后入账 / Write the vouchers that transfer income and expense, to be signed with post."""
    with poster(book, url, 0) as server:
        wanted = server.transfers(period)
    _write(wanted, period, folder)
    if not (wanted.closed or wanted.vouchers):
        out.print("收入和支出都已结转 / all income and expense is transferred")


def distribute(
    period: Annotated[str, typer.Argument(help="年末的会计期间 / the year's last period, YYYY-12")],
    folder: Annotated[Path, typer.Argument(help="文件夹 / folder")],
    book: BookOption,
    reserve: Annotated[
        str, typer.Option(help="章程定的公积公益金提取比例，% / the charter's ratio for the reserve")
    ] = "",
    members: Annotated[str, typer.Option(help="向成员分配，元 / to members, in yuan")] = "",
    members_to: Annotated[str, typer.Option(help="记入哪个科目，如 113 的明细 / the account of that")] = "",
    households: Annotated[
        Path | None,
        typer.Option(
            help="各户份额表，.xlsx、.csv 或文本：科目、户名、金额，不写金额的平均分；科目按往来单位核算的，户名就是"
            "往来单位，其他科目可以不写 / what each household gets, on its own account or as a counterparty",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    other: Annotated[str, typer.Option(help="其他分配，元 / to others, in yuan")] = "",
    other_to: Annotated[str, typer.Option(help="记入哪个科目 / the account of that")] = "",
    cover: Annotated[
        str, typer.Option(help="用公积公益金弥补亏损，元 / from the reserve for a loss, in yuan")
    ] = "",
    reserve_to: Annotated[
        str, typer.Option(help="公积公益金的明细科目，不止一个时写明 / the reserve's account")
    ] = "",
    earlier: Annotated[
        str,
        typer.Option(
            help="本年已提取中属于往年收益的，元 / of what was set aside this year, of earlier years"
        ),
    ] = "",
    resolution: Annotated[str, typer.Option(help="依据的决议 / the decision it rests on")] = "",
    url: UrlOption = URL,
) -> None:
    """按顺序分配一年的收益，写出凭证供签名 / Write the vouchers that distribute a year's income, in legal order."""
    wish = {
        "reserve": reserve,
        "members": members,
        "members_to": members_to,
        "other": other,
        "other_to": other_to,
        "cover": cover,
        "reserve_to": reserve_to,
        "earlier": earlier,
        "resolution": resolution,
        "households": "",
    }
    if households:
        table = read_households(households, read_fen(wish, "members"))
        tell_notices(table.notices)
        wish["households"] = typed(table.shares)
    shares = read_wish(wish).households
    with poster(book, url, 0) as server:
        wanted = server.distribution(period, wish)
    tell_remarks(err, wanted.remarks)
    if shares:
        said = split_said(shares)
        err.print(f"{said.zh} / {said.en}")
    _write(wanted, period, folder)
    if not (wanted.closed or wanted.vouchers):
        out.print("没有要分配的 / nothing is to be distributed")


def _write(wanted: Transfers, period: str, folder: Path) -> None:
    """Write vouchers to be signed into files of a folder, and print their names; raises `closing.folder_used`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        folder / f"{period}-{number}-{voucher.summary}.json": json_text(voucher)
        for number, voucher in enumerate(wanted.vouchers, start=1)
    }
    if files:
        _check_unmixed(folder, period, files)
    for path, content in files.items():
        path.write_bytes(content)
        out.print(str(path))
    if wanted.closed:
        out.print(f"{period} 已结账，不再增减凭证 / {period} is closed, and takes no more vouchers")


def _check_unmixed(folder: Path, period: str, files: Mapping[Path, bytes]) -> None:
    """Raise `closing.folder_used` where another plan's vouchers of the period lie without the receipt of `post`."""
    others = [
        path
        for path in sorted(folder.glob(f"{period}-[0-9]*-*.json"))
        if path.read_bytes() != files.get(path) and not receipt_path(note_path(path)).exists()
    ]
    if others:
        names = [path.name for path in others]
        raise FOLDER_USED(folder=folder, period=period, names=Phrase("、".join(names), ", ".join(names)))
