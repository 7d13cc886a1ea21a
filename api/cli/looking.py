"""What stands between a statement and a signature: it is shown, what is to be known of it is told, and one is asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from api.cli.console import err
from api.cli.showing import Names, Told, show, tell_remarks
from api.drafting import REMARKED
from api.drafting.client import Said, ask_remarks, private_in
from domain.kernel.errors import RuleViolation
from domain.kernel.statement import type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.disclosures import Given
    from api.drafting.client import Remarked
    from api.posting import ClosingRemark, Poster
    from domain.entry import AnyStatement
    from domain.kernel.errors import Phrase
    from domain.kernel.note import SigningKey

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
        asks: bool,
        told: Sequence[ClosingRemark] = (),
        untold: Phrase | None = None,
    ) -> None:
        """Show by what a server says to `keys`, with the values `given` behind digests, and ask at the end if `asks`.

        `told` was said already; `untold` tells why some values are not shown.
        """
        self._server, self._keys, self._given = server, keys, given
        self._asks, self._told, self._untold = asks, told, untold
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
        if self._asks:
            confirm()

    def beside(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """Return a receipt with what one was told before one signed as `remarks`, null where nobody was told any."""
        return {**receipt, "remarks": msgspec.to_builtins(self.remarks)}

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


def asks_unless(yes: bool) -> bool:
    """Tell whether one is asked: at a terminal, unless the command has it that one says `yes`."""
    return not yes and sys.stdin.isatty()


def confirm() -> None:
    """Ask whether to sign; raises `typer.Abort` if not."""
    if not typer.confirm("签名 / sign?", err=True):
        raise typer.Abort
