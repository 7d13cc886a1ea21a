"""The command that follows many books."""

from __future__ import annotations

import json
import re
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import COULD_NOT_RUN, FINDINGS, progress
from api.cli.options import PolicyOption, asked_by
from api.settings import Settings
from audit.monitor import BUDGET_S, StateStore, follow, opened_for, read_list
from domain.kernel.errors import Kind, rule

BAD_AGE = rule(
    "audit.max_age",
    Kind.MALFORMED,
    "「--max-age {read}」应为天数或小时数，如 8d、36h，或 0（不限），并与 --policy 同用",
    "'--max-age {read}' is a number of days or hours such as 8d or 36h, or 0 for no limit, and goes with --policy",
)

NOTHING_TO_FOLLOW = rule(
    "monitor.nothing",
    Kind.MALFORMED,
    "没有要跟踪的账：请给出账套的网址，或用 --from 给出名单文件",
    "nothing to follow: give the books' URLs, or with --from a file of them",
)

DEFAULT_AGE = "8d"
"""A week and a day: a witness may be away over a holiday."""

UNITS_S = {"d": 86_400, "h": 3_600}


def monitor(
    addresses: Annotated[
        list[str] | None, typer.Argument(help="账套的网址，可多个 / the books' URLs")
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="名单文件，每行一个网址，可加乡镇公钥 / a file: on each line a URL, and the township's key",
        ),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="记住核对进度的文件夹 / where it remembers how far it has come")
    ] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="乡镇公钥，按网址的次序 / the townships' keys, in the order of the URLs"),
    ] = None,
    policy: PolicyOption = None,
    max_age: Annotated[
        str,
        typer.Option(
            help="与 --policy 同用：见证最多多旧，如 8d、36h，0 不限 / with --policy: how old witnessing may be"
        ),
    ] = "",
    budget: Annotated[
        int, typer.Option(min=1, help="每本账最多多少秒 / how many seconds at most for one book")
    ] = BUDGET_S,
) -> None:
    """跟踪多本账，只核对新增的 / Follow books, verify only what is new; exit code 0 good, 1 findings, 2 unread.

    Several addresses of one book are held against each other: each reader may be shown another history.

    Prints JSON lines: one of each book, then one of each of its findings, in each run as long as it stands; "fresh"
    says whether this run is the first to find it.

    With a policy a checkpoint whose newest quorum is older than 8 days is a finding: a log asks its witnesses anew each
    day, so one that stands still is not shown as it is. Villages whose witnesses sign by file need a larger --max-age.
    """
    limit_s = _max_age(max_age, with_policy=policy is not None)
    store = StateStore(state or Settings().home / "monitor")
    given = addresses or []
    anchors = read_list(listed) if listed else {}
    anchors |= zip_longest(given, (anchor or [])[: len(given)], fillvalue="")
    if not anchors:
        raise NOTHING_TO_FOLLOW()
    asked = asked_by(policy)
    code = 0
    with progress("监察 monitor") as bar:
        bar.begin(len(anchors))
        for outcome in follow(list(anchors), store, anchors, asked, limit_s, opened_for(budget)):
            for line in outcome.as_lines():
                print(json.dumps(line, ensure_ascii=False), flush=True)
            bar.advance(1)
            if outcome.findings:
                code = FINDINGS
            elif outcome.unreadable and code == 0:
                code = COULD_NOT_RUN
    sys.exit(code)


def _max_age(text: str, *, with_policy: bool) -> int | None:
    """Return the limit in seconds that was given, or the usual one where there is a policy; raises `audit.max_age`."""
    if not with_policy and not text:
        return None
    wanted = text or DEFAULT_AGE
    found = re.fullmatch(r"([0-9]{1,4})([dh])|0", wanted)
    if not found or not with_policy:
        raise BAD_AGE(read=wanted[:20])
    return int(found[1]) * UNITS_S[found[2]] if found[1] else None
