"""The page as a villager has it: opened from a disk, given a bundle, without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from audit.source import open_source
from audit.verify import verify as audit
from domain.vouchers import Attachments, SaltedVoucher, SaltedVoucherPosted, Voucher
from tests.vectors.honest import CLERKS, HONEST, lines
from tests.vectors.reading import read, write_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e

PHONE = {"width": 320, "height": 640}
VECTORS = read("logs.json")
LOGS: dict[str, dict[str, Any]] = {log["name"]: log for log in VECTORS["logs"]}

WITHOUT_WORKERS = "delete window.Worker;"
WITHOUT_ED25519 = "delete SubtleCrypto.prototype.verify;"
"""What an old web view lacks; said before the page's own program begins."""

SINGLE_ATTACKS = (
    "an amount flipped",
    "a bit of a signature flipped",
    "an entry dropped",
    "entries swapped",
    "an entry replayed",
    "a key that was never granted",
    "a key that was revoked",
    "a key that was rotated away",
    "a role is missing",
    "a closed period",
    "a root of another size",
    "a published balance changed",
    "a bundle of entries cut off",
    "a tile of zeros",
)

Opened = tuple["Page", list[str]]


@pytest.fixture
def opener(chromium: Browser, page_file: Path) -> Iterator[Callable[..., Opened]]:
    """Open the page from its file on a narrow phone without a network; give it and what the browser complains of."""
    contexts = []

    def opened(lacking: str = "") -> Opened:
        context = chromium.new_context(viewport=PHONE, locale="zh-CN", offline=True)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(lacking)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(page_file.as_uri())
        return page, complaints

    yield opened
    for context in contexts:
        context.close()


def verify(page: Page, name: str, folder: Path) -> list[list[Any]]:
    """Give the page a log of the vectors; return rule and entry of each finding that it shows."""
    bundle = write_log(LOGS[name], VECTORS["parts"], folder / "log.zip")
    return verify_file(page, bundle)


def verify_file(page: Page, bundle: Path) -> list[list[Any]]:
    """Give the page a file; return rule and entry of each finding that it shows."""
    page.evaluate(
        "document.getElementById('file').value = ''; document.getElementById('result').hidden = true"
    )
    page.set_input_files("#file", bundle)
    page.wait_for_selector("#result:not([hidden])")
    page.wait_for_selector("#go:not([disabled])")
    shown = page.locator("#findings li").evaluate_all(
        "items => items.map(({ dataset }) => [dataset.rule, dataset.entry])"
    )
    return [[rule, int(entry) if entry else None] for rule, entry in shown]


def test_a_good_book_is_green_in_every_check(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, complaints = opener()
    assert verify(page, "honest", tmp_path) == []
    assert "核对无误" in page.inner_text("#verdict")
    assert "小河村经济合作社（虚构） N2330881MF0000021R：16 条记录" in page.inner_text("#summary")
    shown = page.locator("#checks li").evaluate_all(
        "items => items.map(({ dataset }) => [dataset.check, Number(dataset.count)])"
    )
    report = audit(open_source(str(tmp_path / "log.zip")))
    assert sorted(shown) == sorted([check.name, check.count] for check in report.checks)
    assert report.ok
    assert complaints == []


@pytest.mark.parametrize("name", SINGLE_ATTACKS)
def test_each_attack_is_found_as_in_python(opener: Callable[..., Opened], name: str, tmp_path: Path) -> None:
    page, complaints = opener()
    assert verify(page, name, tmp_path) == LOGS[name]["found"]
    assert "发现" in page.inner_text("#verdict")
    entries = [entry for _, entry in LOGS[name]["found"] if entry is not None]
    assert all(f"第 {entry} 号记录" in page.inner_text("#findings") for entry in entries)
    assert complaints == []


@pytest.mark.parametrize(
    "lacking", [WITHOUT_WORKERS, WITHOUT_WORKERS + WITHOUT_ED25519], ids=["worker", "both"]
)
@pytest.mark.parametrize("name", ["honest", "an amount flipped", "signatures of another hand"])
def test_an_old_web_view_finds_the_same(
    opener: Callable[..., Opened], name: str, lacking: str, tmp_path: Path
) -> None:
    page, complaints = opener(lacking)
    assert verify(page, name, tmp_path) == LOGS[name]["found"]
    assert ("由本页自己计算" in page.inner_text("#notes")) == (WITHOUT_ED25519 in lacking)
    assert complaints == []


def test_a_type_that_the_page_does_not_know_yet_gets_no_verdict(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """The program judges it, so the book must not be accused by a page that cannot."""
    data = Voucher(
        attachments=Attachments(), date="2026-02-02", lines=lines("10201", "501", 5), summary="卖笋"
    )
    salted = msgspec.convert(msgspec.to_builtins(data), SaltedVoucher)
    bundle = HONEST.then(SaltedVoucherPosted, salted, *CLERKS).bundle(tmp_path / "log.zip")
    assert audit(open_source(str(bundle))).ok
    page, _ = opener()
    assert verify_file(page, bundle) == []
    assert "无法核对" in page.inner_text("#verdict")
    assert "voucher.posted/2" in page.inner_text("#summary")


@pytest.mark.parametrize("name", ["bundle cut off", "no checkpoint"])
def test_what_cannot_be_read_gets_no_verdict(
    opener: Callable[..., Opened], name: str, tmp_path: Path
) -> None:
    page, _ = opener()
    assert verify(page, name, tmp_path) == []
    assert "无法核对" in page.inner_text("#verdict")
    assert LOGS[name]["error"] in page.inner_text("#summary")


def test_what_was_seen_is_remembered_and_a_roll_back_is_found(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    assert verify(page, "honest", tmp_path) == []
    assert "16 条" in page.inner_text("#memory")
    page.reload()
    assert verify(page, "rolled back", tmp_path) == [["audit.rolled_back", None]]
    assert verify(page, "history rewritten", tmp_path) == [["audit.rolled_back", None]]
    assert "16 条" in page.inner_text("#memory")  # the larger checkpoint stays
    page.get_by_role("button", name="忘掉").click()
    assert verify(page, "history rewritten", tmp_path) == []
    assert verify(page, "honest", tmp_path) == [["audit.not_extended", None]]


def test_what_is_remembered_travels_in_a_file(opener: Callable[..., Opened], tmp_path: Path) -> None:
    old_phone, _ = opener()
    verify(old_phone, "honest", tmp_path)
    with old_phone.expect_download() as download:
        old_phone.click("#export")
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert json.loads(saved.read_text())["format"] == "sunledger.memory/v1"
    new_phone, _ = opener()
    new_phone.set_input_files("#import", saved)
    new_phone.wait_for_selector("#memory li")
    assert verify(new_phone, "rolled back", tmp_path) == [["audit.rolled_back", None]]
    new_phone.set_input_files("#import", tmp_path / "log.zip")
    new_phone.wait_for_selector("#lasts:has-text('这不是本页存的文件')")


def test_anchor_and_policy_are_asked_for_and_remembered(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    page.click("#trust summary")
    page.fill("#anchor", LOGS["honest, with the township's key"]["anchor"])
    page.fill("#policy", LOGS["witnessed by its quorum"]["policy"])
    assert verify(page, "witnessed by its quorum", tmp_path) == []
    assert "见证人 town 于" in page.inner_text("#notes")
    page.reload()
    assert verify(page, "witnessed by too few", tmp_path) == [["audit.no_quorum", None]]
    page.click("#trust summary")
    page.fill("#anchor", LOGS["another township"]["anchor"])
    assert verify(page, "witnessed by its quorum", tmp_path) == [["audit.anchor", 0]]


def test_a_dropped_file_is_taken(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, _ = opener()
    bundle = write_log(LOGS["honest"], VECTORS["parts"], tmp_path / "log.zip")
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(bytes)], "log.zip"));
            return transfer;
        }""",
        list(bundle.read_bytes()),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    page.wait_for_selector("#result.good")


def test_words_of_a_hostile_log_are_text_and_nothing_else(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, complaints = opener()
    bundle = write_log(LOGS["honest"], VECTORS["parts"], tmp_path / "<img src=x onerror=alert(1)>.zip")
    bundle.write_bytes(bundle.read_bytes()[:-1])
    verify_file(page, bundle)
    assert "<img src=x" in page.inner_text("#summary")
    assert page.locator("img").count() == 0
    assert complaints == []


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
def test_the_page_fits_a_narrow_phone(opener: Callable[..., Opened], tmp_path: Path, *, large: bool) -> None:
    page, _ = opener()
    if large:
        page.click("#size")
        page.reload()
    page.click("#trust summary")
    for name in ("honest", "an amount flipped"):
        verify(page, name, tmp_path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("getComputedStyle(document.body).fontSize") == ("26px" if large else "18px")
    small = page.locator("button, .button, #export, summary, #url, textarea").evaluate_all(
        "items => items.map((item) => item.getBoundingClientRect()).filter((box) => box.height < 60 || box.width < 60)"
    )
    assert small == []


def test_the_page_stays_responsive_and_shows_how_far_it_is(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    """Without Worker and WebCrypto, the worst case, timers of the page still run while it verifies."""
    page, _ = opener(WITHOUT_WORKERS + WITHOUT_ED25519)
    page.evaluate(
        "window.ticks = 0; setInterval(() => { if (document.getElementById('go').disabled) window.ticks += 1; })"
    )
    verify(page, "honest", tmp_path)
    assert page.evaluate("window.ticks") > 0
    assert page.evaluate("document.getElementById('bar').value") == 16
