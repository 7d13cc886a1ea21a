"""A witness's door as a log sees it: HTTP after C2SP tlog-witness, every answer bounded in time and size."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, NamedTuple

import httpx

from audit.tlog.witness_request import MAX_CHECKPOINT_BYTES
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from audit.tlog.policy import WitnessLine
    from audit.tlog.witness_request import WitnessRequest

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
"""Seconds for each step of an exchange."""

WHOLE_SECONDS = 20.0
"""For the whole of an answer: one that only drips ends then."""

UNREACHABLE = rule(
    "witnessing.unreachable",
    Kind.UNAVAILABLE,
    "无法连接见证人 {witness}：{problem}",
    "the witness {witness} cannot be reached: {problem}",
)
BAD_URL = rule(
    "witnessing.url",
    Kind.MALFORMED,
    "见证人 {witness} 的网址应以 http:// 或 https:// 开头，读到 {read}",
    "the address of the witness {witness} should begin with http:// or https://; read {read}",
    "C2SP tlog-witness",
)


class Answer(NamedTuple):
    """A status and the bytes that came with it."""

    status: int
    body: bytes


class WitnessDoor:
    """One witness over HTTP; redirections are not followed."""

    def __init__(self, witness: WitnessLine) -> None:
        """Talk to a witness that has an address; raises `witnessing.url` when that is none."""
        if not witness.url.startswith(("http://", "https://")):
            raise BAD_URL(witness=witness.label, read=ascii(witness.url[:100]))
        self._witness = witness
        self._url = witness.url.rstrip("/")
        self._client = httpx.Client(timeout=TIMEOUT)

    def add_checkpoint(self, request: WitnessRequest) -> Answer:
        """Ask for a cosignature; raises `witnessing.unreachable`."""
        return self._exchange("POST", "add-checkpoint", request.encode())

    def checkpoint(self, origin: str) -> Answer:
        """Ask for the checkpoint that the witness cosigned last; raises `witnessing.unreachable`."""
        return self._exchange("GET", f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint", b"")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _exchange(self, method: str, path: str, body: bytes) -> Answer:
        end = time.monotonic() + WHOLE_SECONDS
        read = bytearray()
        try:
            with self._client.stream(method, f"{self._url}/{path}", content=body) as answer:
                for part in answer.iter_bytes():
                    read += part
                    if len(read) > MAX_CHECKPOINT_BYTES:
                        raise UNREACHABLE(
                            witness=self._witness.label,
                            problem=Phrase(
                                f"回答超过 {MAX_CHECKPOINT_BYTES} 字节",
                                f"the answer has more than {MAX_CHECKPOINT_BYTES} bytes",
                            ),
                        )
                    if time.monotonic() > end:
                        raise httpx.ReadTimeout(f"{WHOLE_SECONDS:.0f} s")
                return Answer(answer.status_code, bytes(read))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise UNREACHABLE(witness=self._witness.label, problem=error) from None
