"""What stands between a statement and a signature: it is shown, what is to be known of it is told, and one is asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import err
from api.cli.showing import Names, Told, show, tell_remarks
from api.drafting import REMARKED
from api.drafting.client import Said, ask_remarks, private_in
from api.importing.cells import visible
from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.kernel.statement import type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.disclosures import Given
    from api.drafting.client import Remarked
    from api.posting import ClosingRemark, Poster
    from domain.entry import AnyStatement
    from domain.kernel.note import SigningKey

QUESTION = "签名 / sign?"
ANSWER_MAX = 100
SILENT = Phrase("标准输入没有回答，照签", "nothing on standard input: signed")
UNHEARD = Phrase(
    "标准输入没有回答，没有签名；看过的请加 --yes",
    "nothing on standard input, and nothing was signed: add --yes once you have looked at it",
)
ANSWER = rule(
    "post.answer",
    Kind.MALFORMED,
    "问是否签名，标准输入里读到「{read}」，既不是 y 也不是 n，没有签名；不必再问的请加 --yes",
    "asked whether to sign, standard input says '{read}', which is neither y nor n, and nothing was signed; add --yes"
    " if it is not to be asked",
)
YesOption = Annotated[bool, typer.Option("--yes", help="不再询问 / do not ask")]


class Looking:
    """Shows each statement that is about to be signed, with what is to be known of it, and may ask: a `Look`.

    `remarks` are what one was told of the last one; None before, and where the server did not say.
    """

    def __init__(
        self,
        server: Poster,
        keys: Sequence[SigningKey],
        given: Sequence[Given] = (),
        *,
        yes: bool,
        silence: bool = True,
        told: Sequence[ClosingRemark] = (),
        untold: Phrase | None = None,
    ) -> None:
        """Show by what a server says to `keys`, with the values `given` behind digests, and ask unless `yes`.

        `silence` is whether no answer is one; `told` was said already; `untold` tells why some values are not shown.
        """
        self._server, self._keys, self._given = server, keys, given
        self._yes, self._silence, self._told, self._untold = yes, silence, told, untold
        self.remarks: list[Said] | None = None

    def __call__(self, statement: AnyStatement, signed: Sequence[str] = ()) -> None:
        """Show a statement, which keys have `signed` before; raises `typer.Abort` if one then will not sign it."""
        found = self._ask(statement, signed)
        private = private_in(statement, self._given)
        names, people = Names(self._server.account_names, err), Names(self._server.people, err)
        named = found.named if found else ()
        show(err, statement, Told(names, people, private, named, untold=self._untold))
        if found and found.entry is not None:
            err.print(f"! 已入账，是第 {found.entry} 号记录 / it is booked, as entry {found.entry}")
        if found:
            tell_remarks(err, found.all)
        if not self._yes:
            confirm(silence=self._silence)

    def _ask(self, statement: AnyStatement, signed: Sequence[str]) -> Remarked | None:
        """Return what the server says of what may be a draft, None where it does not; that is told."""
        self.remarks = [Said(one.rule, one.zh, one.en, one.stops) for one in self._told]
        if type_name(statement) not in REMARKED:
            return None
        try:
            found = ask_remarks(self._server, statement, self._keys, signed)
        except RuleViolation as violation:
            zh, en = "没有取到要留意的", "what is to be known of it is not at hand"
            err.print(f"! {zh}：{violation.zh} / {en}: {violation.en}")
            self.remarks = None
            return None
        self.remarks += found.all
        return found


def confirm(*, silence: bool) -> None:
    """Ask whether to sign, at a terminal or whoever answers by a pipe; `silence` tells whether no answer is one.

    Raises `typer.Abort` if one will not sign, and `post.answer` for what is neither yes nor no.
    """
    if sys.stdin and sys.stdin.isatty():
        if not typer.confirm(QUESTION, err=True):
            raise typer.Abort
        return
    err.print(f"{QUESTION} [y/N]: ", end="")
    read = sys.stdin.readline(ANSWER_MAX) if sys.stdin else ""
    answer = read.strip().lower()
    if not read:
        said = SILENT if silence else UNHEARD
        err.print(f"{said.zh} / {said.en}")
    if answer not in {"y", "yes", "n", "no", ""}:
        err.print()
        raise ANSWER(read=visible(read.strip()))
    if not (silence if not read else answer.startswith("y")):
        raise typer.Abort
