"""The log's command for witnessing by file: it takes in what a witness answered."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import out
from api.cli.options import BookOption
from api.clock import CHINA
from api.composition import open_service
from api.settings import Settings
from api.witnessing import NO_POLICY, OTHER_LOGS, FileAnswer
from api.witnessing import accept as take_in
from audit.tlog.witness_request import MAX_ANSWER_BYTES
from domain.kernel.errors import RuleViolation
from projections import register


def accept(
    file: Annotated[Path, typer.Argument(help="见证人的回执文件 / the witness's answer")],
    book: BookOption,
    name: Annotated[
        str,
        typer.Option(
            "--witness",
            help="回执只有一个数时，是哪个见证人说的 / whose answer it is, when it is a number alone",
        ),
    ] = "",
) -> None:
    """收下见证人的回执，核对后存入 / Check a witness's answer that came as a file, and keep its cosignature."""
    with file.open("rb") as read:
        answer = read.read(MAX_ANSWER_BYTES)
    with open_service(Settings()) as service, service.pool.connection() as connection:
        policy = service.witnesses.policy_for(register.book(connection, book).book)
        if policy is None:
            raise OTHER_LOGS(book=book) if service.witnesses.policy else NO_POLICY()
        with suppress(RuleViolation):  # the answer may say why the log signs no more
            service.runner.catch_up([book])
        for kept in take_in(connection, service.log_keys, book, policy, FileAnswer(answer, name)):
            at = datetime.fromtimestamp(kept.time_s, UTC).astimezone(CHINA).isoformat()
            out.print(f"{kept.witness}: {kept.size} 条 / entries  {at}")
