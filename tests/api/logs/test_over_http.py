"""A log whose key changes, read over HTTP: by `verify` in each phase, with kept checkpoints, and by a monitor."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import httpx
import pytest

from api.identity.logkeys import LogKeyFolder
from api.logs import draft_addition, draft_move, draft_retirement
from api.serving import free_port, serving
from audit.monitor import StateStore, follow
from audit.source import HttpSource
from audit.verify import verify
from domain.accounts import AccountAdded, NewAccount
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from tests.api.logs.conftest import BOOK, NEW, ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.logs.conftest import Village


@pytest.fixture
def url(village: Village) -> Iterator[str]:
    """The book's address."""
    with serving(village.service, free_port("127.0.0.1", 0)) as url:
        yield f"{url}/books/{BOOK}"


def test_readers_follow_it_through_all_phases(village: Village, url: str, tmp_path: Path) -> None:
    service, store = village.service, StateStore(tmp_path / "monitor")
    kept: list[bytes] = []

    def read() -> tuple[bytes, int, int]:
        """Verify all, with every checkpoint that was kept, and what is new; return key, entries, and lines."""
        source = HttpSource(url)
        kept.append(source.fetch("checkpoint"))
        for note in kept:
            report = verify(HttpSource(url), kept=note)
            assert report.ok, report.as_text()
        (outcome,) = follow([url], store)
        assert not outcome.findings, outcome.findings
        lines = kept[-1].split(b"\n\n")[1].splitlines()
        return source.fetch("log.vkey").strip(), outcome.new, len(lines)

    old, first, lines = read()
    assert (first, lines) == (19, 1)
    added = draft_addition(service, BOOK, "例行更换")
    village.post(LogKeyAdded, added)
    assert read() == (old, 1, 2), "in the overlap readers may go on with the old key"
    village.account("10290")
    assert read() == (old, 1, 2)
    village.post(LogKeyRetired, draft_retirement(service, BOOK, "已换新"))
    assert read() == (added.vkey.encode(), 1, 1)
    village.account("10291")
    moved = draft_move(service, BOOK, NEW, "compromised")
    village.post(LogMoved, moved)
    assert read() == (moved.vkey.encode(), 2, 1)
    village.account("10292")
    assert read() == (moved.vkey.encode(), 1, 1)
    origins = [note.split(b"\n")[0].decode() for note in kept]
    assert origins == [ORIGIN] * 4 + [NEW] * 2


def test_each_entry_is_told_in_a_villagers_words(village: Village, url: str) -> None:
    added = draft_addition(village.service, BOOK, "例行更换")
    village.post(LogKeyAdded, added)
    village.post(LogKeyRetired, draft_retirement(village.service, BOOK, "已换新"))
    village.post(LogMoved, draft_move(village.service, BOOK, NEW, "compromised"))
    for index, words in (
        (19, ("由新旧两把密钥同时签名", "例行更换", added.vkey)),
        (20, ("不再用这把密钥签名", "已换新")),
        (21, ("密钥失窃", NEW, "到前 21 条记录为止")),
    ):
        page = unescape(httpx.get(f"{url}/entries/{index}", headers={"Accept": "text/html"}).text)
        assert all(word in page for word in words), page
    assert NEW in httpx.get(f"{url}/signers", headers={"Accept": "text/html"}).text


def test_the_page_of_signers_shows_each_key_of_the_log(village: Village, url: str) -> None:
    def shown() -> str:
        return unescape(httpx.get(f"{url}/signers", headers={"Accept": "text/html"}).text)

    old = httpx.get(f"{url}/log.vkey").text.strip()
    assert old in shown()
    assert "（签 " not in shown()
    added = draft_addition(village.service, BOOK, "例行更换")
    village.post(LogKeyAdded, added)
    assert f'（签 20 条以上的检查点）</dt><dd class="text"><code>{added.vkey}' in shown()
    assert old in shown(), "in the overlap both keys sign"
    village.post(LogKeyRetired, draft_retirement(village.service, BOOK, "已换新"))
    assert f'（签 1 到 20 条的检查点）</dt><dd class="text"><code>{old}' in shown()


@pytest.mark.parametrize(
    ("damage", "rule"), [("locked", "serverkey.locked"), ("damaged", "serverkey.unreadable")]
)
def test_a_key_of_the_server_that_cannot_be_used_is_503_without_its_path(
    village: Village, damage: str, rule: str, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = (village.service.settings.home / "logkeys").glob("*.key")
    key = LogKeyFolder(path.parent).key_of(ORIGIN)
    assert key
    path.unlink()
    if damage == "locked":
        LogKeyFolder(path.parent, "村口老樟树").keep(key)
    else:
        path.write_bytes(b"{}")
    note = village.signed(AccountAdded, NewAccount(code="10290", name="明细"), "accountant")
    with village.restarted() as again, serving(again.service, free_port("127.0.0.1", 0)) as url:
        answer = httpx.post(f"{url}/books/{BOOK}/entries", content=note)
        assert httpx.get(f"{url}/books/{BOOK}/checkpoint").status_code == 200
    assert (answer.status_code, answer.json()["rule"]) == (503, rule)
    assert int(answer.headers["Retry-After"]) > 0
    assert path.stem not in answer.text
    assert str(village.service.settings.home) not in answer.text
    assert str(path) in caplog.text
