"""Three witnesses of the village, two of whom make the quorum; they have cosigned the true log, and are asked again."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import parse_checkpoint
from audit.tlog.cosignature import cosign, witness_verifier
from audit.tlog.policy import Policy, parse_policy
from audit.tlog.tiles import TileReader
from audit.tlog.witness_request import WitnessRequest, make_request
from audit.witness import Witness, WitnessFolder
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, parse_note
from tests.attack.model import WITNESS, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from audit.witness import Answer
    from tests.attack.history import Files, History
    from tests.attack.model import Played

NAMES = ("town", "county", "peer")
NOW_S = 1_772_676_000
MAX_AGE_S = 8 * 86_400
"""How old witnessing may be for the monitor."""

STATUS = {"malformed": 400, "forbidden": 403, "unknown": 404, "conflict": 409, "refused": 422}


def witness_key(name: str) -> SigningKey:
    """Return a witness's key."""
    return SigningKey(f"witness.example.cn/{name}", name.encode().ljust(32, b"."))


def policy_text(urls: Mapping[str, str] | None = None) -> bytes:
    """Return the policy that the villagers hold: two of three."""
    lines = [
        f"witness {name} {witness_verifier(witness_key(name)).vkey} {(urls or {}).get(name, '')}".strip()
        for name in NAMES
    ]
    return "\n".join([*lines, f"group q 2 {' '.join(NAMES)}", "quorum q", ""]).encode()


POLICY: Policy = parse_policy(policy_text())


def cosigned(note: bytes, *names: str, time_s: int = NOW_S) -> bytes:
    """Return a checkpoint with the cosignatures of these witnesses (default: all), made with their keys."""
    checkpoint = parse_checkpoint(parse_note(note).text)
    lines = [cosign(checkpoint, witness_key(name), time_s) for name in names or NAMES]
    return note + b"".join(line.line for line in lines)


@dataclass
class Circle:
    """The witnesses: each is a folder for each size up to which it has followed the true log."""

    folder: Path
    truth: History
    name: str = WITNESS

    def witness(self, name: str, size: int, place: str = "now") -> Witness:
        """Return a witness that has followed the true log up to a size and nothing else."""
        remembered = self.folder / f"{name}-{size}"
        if not remembered.exists():
            witness = _new_witness(name, remembered, self.truth.key.verifier.vkey)
            entries = self.truth.entries[:size]
            request = WitnessRequest(0, (), self.truth.checkpoint(entries))
            assert witness.answer(request.encode(), NOW_S).refusal is None
        copy = self.folder / f"{place}-{name}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(remembered, copy)
        return Witness(witness_key(name), WitnessFolder(copy))

    def played(self, played: Played) -> Played:
        """Let whoever serves these files ask the witnesses first, as an honest log does; they sign or they refuse.

        A checkpoint that bears cosignatures already is shown as it is.
        """
        files = self.truth.files if played.files is None else played.files
        note = files.get("checkpoint", b"")
        if not note or _is_cosigned(note):
            return played
        lines, refusals = b"", []
        for name in NAMES:
            size = self.truth.seen(played.seen) if name in played.behind else self.truth.size
            witness = self.witness(name, size)
            self._told(witness, played)
            answer = _ask(witness, files, _cosigned_size(witness, note))
            if answer.refusal is None:
                lines += answer.body
            else:
                refusals.append(Notice(answer.refusal.rule.code))
        return replace(played, files=files | {"checkpoint": note + lines}, refused=tuple(refusals))

    def _told(self, witness: Witness, played: Played) -> None:
        """Let a witness follow the log to where everyone saw it last, and trust other keys of it."""
        if not played.trusted:
            return
        for vkey in played.trusted:
            witness.add_log(vkey)
        if played.before is not None:
            note = played.before["checkpoint"]
            assert _ask(witness, played.before, _cosigned_size(witness, note)).refusal is None
        if self.truth.key.verifier.vkey not in played.trusted:
            witness.drop_key(self.truth.key.verifier.vkey)

    def notices(self, played: Played) -> list[Notice]:
        """Return why they refused to sign."""
        return list(played.refused)


def _new_witness(name: str, place: Path, vkey: str) -> Witness:
    folder = WitnessFolder(place)
    folder.create(witness_verifier(witness_key(name)).vkey)
    witness = Witness(witness_key(name), folder)
    witness.add_log(vkey)
    return witness


def _is_cosigned(note: bytes) -> bool:
    try:
        return len(parse_note(note).signatures) > 1
    except RuleViolation:
        return False


def _cosigned_size(witness: Witness, note: bytes) -> int:
    """Return how many entries a witness has cosigned of a checkpoint's log."""
    origin = note.partition(b"\n")[0].decode(errors="replace")
    return next((max(0, status.size) for status in witness.logs() if status.log.origin == origin), 0)


def _ask(witness: Witness, files: Files, old: int) -> Answer:
    """Ask with the best proof that these files give; the size that the witness had seen is no secret."""
    note = files["checkpoint"]
    try:
        size = parse_checkpoint(parse_note(note).text).size
        request = make_request(min(old, size), size, note, TileReader(size, files.__getitem__))
    except (RuleViolation, KeyError, IndexError):
        request = WitnessRequest(old, (), note)
    return witness.answer(request.encode(), NOW_S)


class _Door(BaseHTTPRequestHandler):
    witnesses: Mapping[str, Witness]

    def do_POST(self) -> None:
        """Take a request: C2SP tlog-witness over HTTP."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self._witness().answer(body, NOW_S)
        self._say(STATUS[answer.refusal.rule.kind.value] if answer.refusal else 200, answer.body)

    def do_GET(self) -> None:
        """Show the checkpoint that was cosigned last."""
        self._say(200, self._witness().checkpoint(self.path.split("/")[2]))

    def _witness(self) -> Witness:
        return self.witnesses[self.path.split("/")[1]]

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 -- the parameter of the base class
        """Say nothing."""


@contextmanager
def circle_served(circle: Circle) -> Iterator[dict[str, str]]:
    """Serve witnesses that have followed the true log to its end; yields their addresses."""
    witnesses = {name: circle.witness(name, circle.truth.size, "served") for name in NAMES}
    handler = type("Door", (_Door,), {"witnesses": witnesses})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield {name: f"http://127.0.0.1:{server.server_port}/{name}" for name in NAMES}
        server.shutdown()
