"""Those who read what a server gives them: with nothing in hand but the anchor, with a checkpoint, as a monitor."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from audit.browser import verifier_page
from audit.monitor import StateStore, follow
from audit.source import open_source
from audit.verify import verify
from audit.witnessed import Asked
from domain.kernel.errors import RuleViolation
from tests.attack.circle import MAX_AGE_S, NOW_S
from tests.attack.circle import POLICY as WITNESS_POLICY
from tests.attack.model import EXCHANGE, KEPT, MONITOR, POLICY, VERIFY, Notice

if TYPE_CHECKING:
    from audit.report import Finding
    from tests.attack.history import Files, History
    from tests.attack.hostile import HostileServer
    from tests.attack.model import Played


ASKED = Asked(WITNESS_POLICY, NOW_S)
"""What the villagers ask of the witnesses, at the time of the plays."""


def _notices(findings: list[Finding]) -> list[Notice]:
    return [Notice(found.rule, found.entry) for found in findings]


@dataclass
class Reader:
    """Somebody who runs `verify` on the book's address, once a visit, and has the township's key from its office.

    `before` tells whether he holds a checkpoint of his own earlier visit; `newest` that he has the newest one of
    somebody else, who was served the true log; `asked` says whose cosignatures he asks for.
    """

    name: str
    server: HostileServer
    truth: History
    before: bool = False
    newest: bool = False
    asked: Asked | None = None
    folder: Path = Path()

    def notices(self, played: Played) -> list[Notice]:
        """Verify what is served now."""
        self.server.files = self.truth.files if played.files is None else played.files
        kept = b""
        if self.before:
            kept = self.truth.last_visit(played)["checkpoint"]
        if self.newest:
            kept = played.before["checkpoint"] if played.before else self.truth.checkpoint()
        place = carried(self.folder, played) if played.carried else self.server.address
        try:
            report = verify(
                open_source(place),
                anchor=self.truth.anchor,
                kept=kept,
                asked=self.asked,
                page=verifier_page,
            )
        except RuleViolation as violation:  # nothing can be said about the log, and that is said
            return [Notice(violation.rule.code)]
        return _notices([*report.findings, *report.remarks])


def readers_of(server: HostileServer, truth: History, folder: Path) -> list[Reader]:
    """Return the readers who replay everything at each visit; what they are handed lies in `folder`."""
    return [
        Reader(VERIFY, server, truth, folder=folder),
        Reader(KEPT, server, truth, before=True, folder=folder),
        Reader(EXCHANGE, server, truth, newest=True, folder=folder),
        Reader(POLICY, server, truth, asked=ASKED, folder=folder),
    ]


def carried(folder: Path, played: Played) -> str:
    """Put the file that the victim is handed on their disk; return its path."""
    path = folder / "carried.zip"
    path.write_bytes(played.carried)
    return str(path)


@dataclass
class Monitor:
    """The monitor: it has followed the true log up to where the victim looked last, and looks once more."""

    server: HostileServer
    truth: History
    folder: Path
    name: str = MONITOR

    def notices(self, played: Played) -> list[Notice]:
        """Look once more, with a copy of what is remembered of the true log."""
        remembered = self._remembered(self.truth.last_visit(played))
        now = self.folder / "now"
        shutil.copytree(remembered, now)
        try:
            self.server.files = self.truth.files if played.files is None else played.files
            return self._look(now)
        finally:
            shutil.rmtree(now)

    def _remembered(self, files: Files) -> Path:
        folder = self.folder / sha256(files["checkpoint"]).hexdigest()
        if not folder.exists():
            self.server.files = files
            assert self._look(folder) == []
        return folder

    def _look(self, folder: Path) -> list[Notice]:
        address = self.server.address
        (outcome,) = follow(
            [address],
            StateStore(folder),
            {address: self.truth.anchor},
            ASKED,
            MAX_AGE_S,
        )
        if outcome.unreadable:
            return [Notice(outcome.unreadable.partition("]")[0].removeprefix("["))]
        return _notices(outcome.fresh)
