"""What the page remembers of a log is what was the log's own: no forgery that was shown first stands in its place."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.kernel.merkle import leaf_hash
from domain.kernel.note import SigningKey
from domain.rolls import RollCommitted
from tests.audit.browser.conftest import PHONE, Opened, verify_file
from tests.audit.browser.test_rows import row_file, write
from tests.vectors.honest import BASIC, TOWNSHIP
from tests.vectors.private import PRIVATE, PUBLIC, ROLL, roll
from tests.vectors.village import Log, falsified

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Dialog, Page

pytestmark = pytest.mark.e2e

VKEY = TOWNSHIP.verifier.vkey
STRANGER = SigningKey(PRIVATE.key.name, bytes(32))


def founded_by_nobody(log: Log) -> Log:
    """Return the log, named and signed by a stranger's key: its first entry has signatures that nobody made."""
    old, new = (key.verifier.vkey.encode() for key in (log.key, STRANGER))
    forged = log.with_entry(0, lambda note: note.replace(old, new))
    return replace(forged, key=STRANGER)


def trust(page: Page, vkey: str) -> None:
    """Type the township's key."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.fill("#anchor", vkey)


def remembered(page: Page) -> dict[str, Any]:
    """Return what the page remembers of the one log."""
    (log,) = json.loads(page.evaluate("localStorage.getItem('sunledger.memory/v1')")).values()
    found: dict[str, Any] = log
    return found


def test_a_log_that_nobody_founded_is_not_remembered(opener: Callable[..., Opened], tmp_path: Path) -> None:
    """Neither are its rows green, nor is the true log red, when it comes."""
    page, _ = opener()
    trust(page, VKEY)
    found = verify_file(page, founded_by_nobody(PUBLIC).bundle(tmp_path / "forged.zip"))
    assert ["signature.invalid", 0] in found
    assert page.locator("#memory li").count() == 0
    assert verify_file(page, write(tmp_path, row_file(founded_by_nobody(PRIVATE)))) == []
    assert page.get_attribute("#result", "class") == "open"
    assert "取自文件本身" in page.inner_text("#notes")
    assert verify_file(page, PUBLIC.bundle(tmp_path / "log.zip")) == []
    assert remembered(page)["anchor"] == VKEY


@pytest.mark.parametrize("index", [ROLL, ROLL - 1])
def test_a_roll_behind_a_bad_signature_is_not_known(
    opener: Callable[..., Opened], tmp_path: Path, index: int
) -> None:
    """Who may sign it is what the entries before it say."""
    signer = PRIVATE.entries[index].rsplit(b"\xe2\x80\x94 ", 1)[1].split(b" ")[0].decode()
    bad, private = (log.with_entry(index, lambda note: falsified(note, signer)) for log in (PUBLIC, PRIVATE))
    page, _ = opener()
    assert ["signature.invalid", index] in verify_file(page, bad.bundle(tmp_path / "log.zip"))
    assert remembered(page)["good"] == index
    assert verify_file(page, write(tmp_path, row_file(private))) == []
    assert page.get_attribute("#result", "class") == "open"
    assert "当时核对了它的签名" not in page.inner_text("#notes")


def import_memory(page: Page, folder: Path, logs: dict[str, Any], answer: str) -> list[str]:
    """Read in a file of what is remembered; return what was asked, which is answered so."""
    (folder / "friend.json").write_text(json.dumps({"format": "sunledger.memory/v1", "logs": logs}))
    asked: list[str] = []

    def reply(dialog: Dialog) -> None:
        asked.append(dialog.message)
        getattr(dialog, answer)()

    page.on("dialog", reply)
    page.evaluate("document.getElementById('lasts').textContent = ''")
    with page.expect_file_chooser():  # the same file may be chosen again
        page.click("[for=import]")
    assert page.input_value("#import") == ""
    page.set_input_files("#import", folder / "friend.json")
    page.wait_for_selector("#lasts:has-text('读入了')")
    page.remove_listener("dialog", reply)
    return asked


@pytest.mark.parametrize(
    ("pinned", "answer", "policy"),
    [(VKEY, "accept", "log x\n"), (VKEY, "dismiss", ""), ("", "accept", "log x\n")],
)
def test_a_friend_s_file_takes_away_nothing_that_the_reader_has_and_trusts(
    opener: Callable[..., Opened], tmp_path: Path, pinned: str, answer: str, policy: str
) -> None:
    """And it brings nothing that is trusted unless the reader says that it is theirs."""
    page, _ = opener()
    trust(page, pinned)
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    before = remembered(page)
    older = PUBLIC.checkpoint(3).decode()
    brought = before | {"size": 2**53 - 1, "checkpoint": older, "anchor": "", "policy": "log x\n"}
    asked = import_memory(page, tmp_path, {PUBLIC.key.name: brought}, answer)
    assert len(asked) == 1
    assert PUBLIC.key.name in asked[0]
    assert remembered(page) == before | {"policy": policy, "also": [older]}


def test_a_fork_that_a_file_brings_is_found_when_the_log_is_verified(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    fork = replace(PUBLIC, entries=PUBLIC.entries[:-1]).then(RollCommitted, roll(), *BASIC)
    brought = remembered(page) | {"checkpoint": fork.checkpoint().decode()}
    import_memory(page, tmp_path, {PUBLIC.key.name: brought}, "accept")
    assert verify_file(page, PUBLIC.bundle(tmp_path / "log.zip")) == [["audit.not_extended", None]]


def test_a_file_makes_no_row_green_unless_it_is_the_reader_s_own(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """Nor does it push out what the device has seen."""
    forged = founded_by_nobody(PRIVATE)
    leaf = base64.b64encode(leaf_hash(forged.entries[ROLL])).decode()
    brought = {"checkpoint": forged.checkpoint().decode(), "size": 14, "root": "", "name": "", "seen": ""}
    brought |= {"anchor": "", "policy": "", "rolls": {str(ROLL): leaf}, "good": 10**9}
    others = {str(number): brought for number in range(1_000)}
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    before = remembered(page)
    import_memory(page, tmp_path, {**others, "x/" + forged.key.name: brought}, "dismiss")
    held = json.loads(page.evaluate("localStorage.getItem('sunledger.memory/v1')"))
    assert held[PUBLIC.key.name] == before
    assert [log["rolls"] for log in held.values()] == [before["rolls"], {}]
    forget, _ = opener()
    import_memory(forget, tmp_path, {forged.key.name: brought}, "dismiss")
    assert verify_file(forget, write(tmp_path, row_file(forged))) == []
    assert forget.get_attribute("#result", "class") == "open"


def test_a_row_is_green_when_a_file_that_was_refused_at_first_is_the_reader_s_own(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """Up to where all was good, and the rolls before that: the one says nothing without the other."""
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    logs = {PUBLIC.key.name: remembered(page)}
    new_phone, _ = opener()
    for answer in ("dismiss", "accept"):
        assert len(import_memory(new_phone, tmp_path, logs, answer)) == 1
    assert verify_file(new_phone, write(tmp_path, row_file(PRIVATE))) == []
    assert new_phone.get_attribute("#result", "class") == "good"


def forked(number: int) -> str:
    """Return the checkpoint of a log that has another last entry than the honest one."""
    log = replace(PUBLIC, entries=PUBLIC.entries[:-1]).then(RollCommitted, roll(count=number), *BASIC)
    return log.checkpoint().decode()


def saved(page: Page) -> dict[str, Any]:
    """Return the logs in the file that the page saves."""
    with page.expect_download() as download:
        page.click("#export")
    logs: dict[str, Any] = json.loads(download.value.path().read_text())["logs"]
    return logs


def test_no_file_takes_the_place_of_the_evidence_that_another_brought(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """It goes on with what is saved, and each is kept once."""
    page, _ = opener()
    log = PUBLIC.bundle(tmp_path / "log.zip")
    verify_file(page, log)
    forks = [forked(number) for number in (3, 4)]
    for fork in (*forks, forks[0], remembered(page)["checkpoint"]):
        logs = {PUBLIC.key.name: remembered(page) | {"checkpoint": fork, "also": []}}
        import_memory(page, tmp_path, logs, "dismiss")
    assert remembered(page)["also"] == forks
    assert verify_file(page, log) == [["audit.not_extended", None]] * 2
    for fresh in (True, False):
        another, _ = opener()
        if not fresh:
            verify_file(another, log)
        import_memory(another, tmp_path, saved(page), "dismiss")
        assert verify_file(another, log) == [["audit.not_extended", None]] * 2


def test_a_file_brings_no_more_evidence_than_can_be_kept(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    fork, junk = forked(3), [str(number) for number in range(200)]
    for also in ([fork, 5, None, ""], junk, "an earlier version kept one"):
        logs = {PUBLIC.key.name: remembered(page) | {"also": also}}
        import_memory(page, tmp_path, logs, "dismiss")
    assert remembered(page)["also"] == [fork, *junk][:100]


def test_another_name_of_the_book_does_not_stand_before_what_the_device_verified(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """A file brings whatever name it likes, and an older checkpoint that is the log's own."""
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    brought = remembered(page) | {"checkpoint": PUBLIC.checkpoint(3).decode(), "size": 3}
    another, _ = opener()
    book = PUBLIC.key.name.rpartition("/")[2]
    import_memory(another, tmp_path, {f"x/{book}": brought}, "dismiss")
    for _ in range(2):
        assert verify_file(another, PUBLIC.bundle(tmp_path / "log.zip")) == []
    assert "见到 14 条" in another.inner_text("#notes")
    assert verify_file(another, write(tmp_path, row_file(PRIVATE))) == []
    assert another.get_attribute("#result", "class") == "good"


@pytest.mark.parametrize("seen", [True, False])
def test_a_checkpoint_that_a_file_brought_is_told_as_such_and_forgotten_alone(
    opener: Callable[..., Opened], tmp_path: Path, *, seen: bool
) -> None:
    """Anybody can write one: it is not what the device has seen, and takes nothing of that with it."""
    page, _ = opener()
    log = PUBLIC.bundle(tmp_path / "log.zip")
    verify_file(page, log)
    own = remembered(page)
    bogus = own | {"checkpoint": replace(PUBLIC, key=STRANGER).checkpoint().decode(), "size": 99}
    if not seen:
        page.evaluate("localStorage.clear()")
    import_memory(page, tmp_path, {PUBLIC.key.name: bogus}, "dismiss")
    assert verify_file(page, log) == [["audit.kept_foreign", None]]
    assert "文件带来的检查点" in page.inner_text("#findings")
    assert "a file brought this checkpoint" in page.inner_text("#findings")
    assert ("本机第一次见到" in page.inner_text("#notes")) is not seen
    assert ("14 条" if seen else "0 条") in page.inner_text("#memory")
    assert verify_file(page, write(tmp_path, row_file(PRIVATE))) == []
    assert page.get_attribute("#result", "class") == ("good" if seen else "open")
    assert "日志用的不是这把公钥" not in page.inner_text("#notes")
    page.click("text=只忘掉文件带来的 1 个检查点")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("#memory li").count() == int(seen)
    assert verify_file(page, log) == []
    assert remembered(page) == own


def test_a_file_that_is_the_reader_s_own_tells_what_the_reader_has_seen(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    verify_file(page, PUBLIC.bundle(tmp_path / "log.zip"))
    new_phone, _ = opener()
    import_memory(new_phone, tmp_path, saved(page), "accept")
    assert remembered(new_phone) == remembered(page) | {"also": []}
    shorter = replace(PUBLIC, entries=PUBLIC.entries[:-1])
    assert verify_file(new_phone, shorter.bundle(tmp_path / "shorter.zip")) == [["audit.rolled_back", None]]
    assert "文件带来的检查点" not in new_phone.inner_text("#findings")
