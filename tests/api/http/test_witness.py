"""The witness over real HTTP, driven by a plain client."""

from __future__ import annotations

import errno
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.witness import create_witness_app
from api.serving import free_port, serving_app
from audit.disk import Disk
from audit.tlog.witness_request import MAX_REQUEST_BYTES
from audit.witness.folder import NONE, origin_hash
from domain.kernel.note import SigningKey
from tests.audit.witness.conftest import NOW, ORIGIN, Post, Village, open_post, size_and_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = "text/plain; charset=utf-8"
NAME = origin_hash(ORIGIN)


@contextmanager
def served(post: Post) -> Iterator[httpx.Client]:
    """Serve a witness whose clock stands still."""
    app = create_witness_app(post.witness, lambda: NOW)
    with (
        serving_app(app, free_port("127.0.0.1", 0)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def village() -> Village:
    """A log of 12 entries."""
    return Village.of_size(12)


@pytest.fixture
def client(tmp_path: Path, village: Village) -> Iterator[httpx.Client]:
    """A client of a witness that knows the village's log."""
    with served(open_post(tmp_path / "witness", village)) as client:
        yield client


def ask(client: httpx.Client, body: bytes) -> httpx.Response:
    return client.post("/add-checkpoint", content=body)


def told(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the rule that a refusal names, after its two lines."""
    chinese, english, code = answer.text.splitlines()
    assert answer.headers["content-type"] == TEXT
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert english.isascii()
    return answer.status_code, code.strip("[]")


def test_a_log_goes_the_whole_way(client: httpx.Client, village: Village) -> None:
    first = ask(client, village.request(0, 3))
    assert (first.status_code, first.headers["content-type"]) == (200, TEXT)
    assert first.content.startswith("— witness.example.cn/town ".encode())
    forgotten = ask(client, village.request(0, 12))
    assert forgotten.status_code == 409
    assert forgotten.headers.get_list("content-type") == ["text/x.tlog.size"]  # just so: clients compare it
    assert forgotten.content == b"3\n"
    second = ask(client, village.request(3, 12))
    assert second.status_code == 200
    monitored = client.get(f"/{NAME}/checkpoint")
    assert (monitored.status_code, monitored.headers["content-type"]) == (200, TEXT)
    assert monitored.headers["access-control-allow-origin"] == "*"
    assert monitored.content == village.note(12) + second.content
    assert size_and_time(monitored.content) == (12, NOW)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_each_refusal_says_why_in_two_languages(client: httpx.Client, village: Village, status: int) -> None:
    assert ask(client, village.request(0, 12)).status_code == 200
    stranger = Village.of_size(12, SigningKey("stranger", b"\x09" * 32))
    impostor = Village.of_size(12, SigningKey(ORIGIN, b"\x08" * 32))
    body, code = {
        400: (b"old", "witness.request_malformed"),
        403: (impostor.request(12, 12), "witness.signature"),
        404: (stranger.request(0, 12), "witness.unknown_log"),
        422: (village.fork(3, 12).request(12, 12), "witness.fork"),
    }[status]
    assert told(ask(client, body)) == (status, code)


@pytest.mark.parametrize(
    "name", ["0" * 64, NAME.upper(), "..", "%2e%2e%2f" + NAME, "%00", "%0a", "村", "x" * 5000]
)
def test_what_is_not_known_is_not_there(client: httpx.Client, village: Village, name: str) -> None:
    assert ask(client, village.request(0, 3)).status_code == 200
    assert told(client.get(f"/{name}/checkpoint"))[0] == 404


def test_nothing_is_there_before_the_first_cosignature(client: httpx.Client) -> None:
    assert told(client.get(f"/{NAME}/checkpoint")) == (404, "witness.no_checkpoint")


def test_other_addresses_and_methods(client: httpx.Client) -> None:
    assert told(client.get("/add-checkpoint")) == (405, "request.method")
    assert told(client.post(f"/{NAME}/checkpoint")) == (405, "request.method")
    assert told(client.get("/elsewhere")) == (404, "request.not_found")
    assert told(client.post("/add-checkpoint/", content=b"")) == (404, "request.not_found")
    assert told(client.get(f"/{NAME}/checkpoint/")) == (404, "request.not_found")
    assert client.get("/").text.splitlines()[1].startswith("witness.example.cn/town+")
    assert client.head("/").status_code == 200


def test_a_body_has_a_limit(client: httpx.Client, village: Village) -> None:
    assert told(ask(client, b"x" * (MAX_REQUEST_BYTES + 1))) == (400, "witness.request_malformed")
    assert ask(client, village.request(0, 3)).status_code == 200


def test_a_body_without_end_is_cut_off(client: httpx.Client) -> None:
    """The witness answers as soon as it is too much, and reads no further."""
    place = urlsplit(str(client.base_url))
    with socket.create_connection((place.hostname, place.port), timeout=30) as line:
        line.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        line.sendall(b"x" * (2 * MAX_REQUEST_BYTES))
        assert line.recv(12) == b"HTTP/1.1 400"


def test_one_connection_serves_many_requests(client: httpx.Client, village: Village) -> None:
    for old in range(12):
        assert ask(client, village.request(old, old + 1)).status_code == 200


class FullDisk(Disk):
    """A disk on which nothing can be written while it is full."""

    full = False

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, if there is room."""
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(path, data)


def test_a_disk_that_is_full_is_no_signature(tmp_path: Path, village: Village) -> None:
    disk = FullDisk()
    post = open_post(tmp_path / "witness", village, disk=disk)
    with served(post) as client:
        disk.full = True
        answer = ask(client, village.request(0, 12))
        assert told(answer) == (503, "witness.disk")
        assert answer.headers["retry-after"]
        assert (post.log_folder() / "checkpoint").read_bytes() == NONE
        disk.full = False
        assert ask(client, village.request(0, 12)).status_code == 200


def test_a_damaged_state_is_a_fault(tmp_path: Path, village: Village) -> None:
    post = open_post(tmp_path / "witness", village)
    (post.log_folder() / "checkpoint").write_bytes(b"rubbish")
    with served(post) as client:
        assert told(ask(client, village.request(0, 3))) == (500, "witness.damaged")
