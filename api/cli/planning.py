"""Commands that bring tables in: a year's plan (收支计划), and the balances of the old chart (新旧衔接)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.cli.console import out, tell_notices
from api.cli.looking import YesOption
from api.cli.options import URL, WAIT_SECONDS, BookOption, KeyOption, SignOnlyOption, UrlOption, WaitOption
from api.cli.signing import poster, submit
from api.conversion import convert_folder
from api.planning import read_plan
from api.posting import read_data
from domain.budget import MAJORITIES, Budget, BudgetAdopted
from domain.kernel.money import format_fen
from domain.subtotals import SUBTOTALS, SubtotalsSet, SubtotalsUsed

BODIES = "、".join(f"{name} {body.said.zh}" for name, body in MAJORITIES.items())

SUBTOTAL_WORDS = "、".join(f"{key} {said.zh}" for key, said in SUBTOTALS.items())


def budget(
    file: Annotated[Path, typer.Argument(help="计划表，.csv 或 .xlsx：科目编码、计划金额 / the plan")],
    book: BookOption,
    key: KeyOption,
    year: Annotated[str, typer.Option(help="哪一年 / the year, YYYY")],
    body: Annotated[str, typer.Option(help=f"谁决议 / who decided: {BODIES}")],
    date: Annotated[str, typer.Option(help="哪天决议 / the day of the decision, YYYY-MM-DD")],
    entitled: Annotated[int, typer.Option(help="应到人数（户数）/ entitled")],
    present: Annotated[int, typer.Option(help="实到人数 / present")],
    agreed: Annotated[int, typer.Option(help="同意人数 / agreed")],
    name: Annotated[str, typer.Option(help="会议记录编号 / the number of the minutes")] = "",
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """登记收支计划（会计、负责人、监督委员会签名）/ Adopt a year's plan by the members' resolution."""
    resolution = {
        "agreed": agreed,
        "body": body,
        "date": date,
        "entitled": entitled,
        "name": name,
        "present": present,
    }
    given = {"lines": read_plan(file), "resolution": resolution, "year": year}
    data = read_data("收支计划 / the plan", msgspec.json.encode(given), Budget)
    with poster(book, url, wait) as server:
        submit(server, BudgetAdopted, data, key, sign_only, yes=yes)


def subtotals(
    places: Annotated[
        list[str],
        typer.Argument(help=f"科目=先计入的小计，如 503=total_surplus / account=sub-total: {SUBTOTAL_WORDS}"),
    ],
    book: BookOption,
    key: KeyOption,
    year: Annotated[str, typer.Option(help="从哪一年起 / from which year on, YYYY")],
    basis: Annotated[str, typer.Option(help="依据的文件 / the county's notice")],
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """设定收益表各科目先计入哪个小计（县签名）/ Set which sub-total of the statement of income counts an account."""
    given = {"basis": basis, "places": [_place(each) for each in sorted(places)], "year": year}
    data = read_data("收益表口径 / the sub-totals", msgspec.json.encode(given), SubtotalsUsed)
    with poster(book, url, wait) as server:
        submit(server, SubtotalsSet, data, key, sign_only, yes=yes)


def _place(read: str) -> dict[str, str]:
    account, _, subtotal = read.partition("=")
    return {"account": account, "subtotal": subtotal}


def convert(
    folder: Annotated[Path, typer.Argument(help="旧账文件夹：book.toml、opening.csv / the old books")],
    target: Annotated[Path, typer.Argument(help="新文件夹 / a new folder, to be imported")],
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="对照表：原科目编码、新科目编码，拆分的另写金额 / where accounts go that have a choice or are split"
        ),
    ] = None,
) -> None:
    """2004 年制度的余额转换为新科目 / Convert opening balances from the chart of 2004 to that of 2024."""
    made = convert_folder(folder, target, mapping)
    tell_notices(made.notices)
    out.print(
        f"{target}: {made.accounts} 个科目，借方 {format_fen(made.debit_fen)}，贷方 {format_fen(made.credit_fen)}，"
        f"转换前后相等 / accounts, debits and credits, the same before and after"
    )
