"""A small strict witness after C2SP tlog-witness over real HTTP, which can also hang, lie, forget and talk nonsense."""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from audit.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.tlog.cosignature import add_signature, cosign, witness_verifier
from audit.tlog.proof import check_consistency
from audit.tlog.witness_request import WitnessRequest, parse_request
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, VerifierKey, parse_note

if TYPE_CHECKING:
    from collections.abc import Iterator

Reply = tuple[int, bytes]


@dataclass
class StrictWitness:
    """Its key, the logs that it trusts, what it cosigned last of each, and what it was asked so far.

    `says` overrides every answer; while `held` is cleared it answers nothing at all. `ahead_s` sets its clock forward.
    """

    key: SigningKey
    url: str = ""
    logs: dict[str, VerifierKey] = field(default_factory=dict)
    seen: dict[str, tuple[Checkpoint, bytes]] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    says: Reply | None = None
    held: threading.Event = field(default_factory=threading.Event)
    ahead_s: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def vkey(self) -> str:
        """Its verifier key."""
        return witness_verifier(self.key).vkey

    def size(self, origin: str) -> int:
        """Return how many entries of a log it has cosigned."""
        return self.seen[origin][0].size if origin in self.seen else 0

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer a request, with the checks in the specification's order."""
        try:
            request = parse_request(body)
            checkpoint = parse_checkpoint(parse_note(request.checkpoint).text)
        except RuleViolation:
            return 400, b""
        with self.lock:
            self.asked.append(request.old)
            return self.says or self._refuse(request, checkpoint) or self._cosign(request, checkpoint)

    def _refuse(self, request: WitnessRequest, checkpoint: Checkpoint) -> Reply | None:
        if request.old > checkpoint.size:
            return 400, b""
        if checkpoint.origin not in self.logs:
            return 404, b""
        try:
            open_checkpoint(request.checkpoint, self.logs[checkpoint.origin])
        except RuleViolation:
            return 403, b""
        return None

    def _cosign(self, request: WitnessRequest, checkpoint: Checkpoint) -> Reply:
        last = self.seen.get(checkpoint.origin)
        size = last[0].size if last else 0
        if request.old != size:
            return 409, b"%d\n" % size
        if not self._extends(last[0] if last else None, checkpoint, request.hashes):
            return 422, b""
        line = cosign(checkpoint, self.key, int(time.time()) + self.ahead_s)
        self.seen[checkpoint.origin] = checkpoint, add_signature(request.checkpoint, line)
        return 200, line.line

    @staticmethod
    def _extends(last: Checkpoint | None, new: Checkpoint, hashes: tuple[bytes, ...]) -> bool:
        if last is None or last.size == 0:
            return not hashes
        try:
            check_consistency(last.size, last.root, new.size, new.root, hashes)
        except RuleViolation:
            return False
        return True

    def checkpoint(self, path: str) -> Reply:
        """Show what it cosigned last of a log."""
        if self.says:
            return self.says
        for origin, (_, note) in self.seen.items():
            if path == f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint":
                return 200, note
        return 404, b""


@contextmanager
def served(witness: StrictWitness) -> Iterator[StrictWitness]:
    """Serve a witness over HTTP in threads of its own."""
    witness.held.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            witness.held.wait()
            self._answer(witness.add_checkpoint(body) if self.path == "/add-checkpoint" else (404, b""))

        def do_GET(self) -> None:
            witness.held.wait()
            self._answer(witness.checkpoint(self.path))

        def _answer(self, reply: Reply) -> None:
            try:
                self.send_response(reply[0])
                self.send_header("Content-Length", str(len(reply[1])))
                self.end_headers()
                self.wfile.write(reply[1])
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    witness.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield witness
    finally:
        witness.held.set()
        server.shutdown()
        server.server_close()
