"""The page as a villager has it: opened from a disk, given a bundle, without a network."""

from __future__ import annotations

import json
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from audit.bundle import BundleSource, write_bundle
from audit.source import open_source
from audit.tlog.cosignature import witness_verifier
from audit.tlog.policy import parse_policy
from audit.verify import verify as audit
from domain.kernel.disclosure import disclosure, hidden
from domain.kernel.errors import RuleViolation
from domain.vouchers import SaltedVoucherPosted
from tests.attack.circle import cosigned, policy_text, witness_key
from tests.audit.browser.conftest import PHONE, Opened, verify_file
from tests.vectors.honest import BASIC, founded
from tests.vectors.private import beside, salted_lines, salted_voucher
from tests.vectors.reading import read_logs, write_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e

LOGS = {log["name"]: log for log, _ in read_logs()}
PARTS = {log["name"]: parts for log, parts in read_logs()}

WITHOUT_WORKERS = "delete window.Worker;"
WITHOUT_ED25519 = "delete SubtleCrypto.prototype.verify;"
"""What an old web view lacks; said before the page's own program begins."""

NAMED_BY_BYTES = (
    b"witness \xff " + witness_verifier(witness_key("town")).vkey.encode() + b"\n"
    b"witness \xfe " + witness_verifier(witness_key("county")).vkey.encode() + b"\nquorum \xfe\n"
)

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


@pytest.fixture
def honest(tmp_path: Path) -> dict[str, bytes]:
    """The files of a good log."""
    source = BundleSource(write_log(LOGS["honest"], PARTS["honest"], tmp_path / "honest.zip"))
    return {name: source.fetch(name) for name in source.names}


def verify(page: Page, name: str, folder: Path) -> list[list[Any]]:
    """Give the page a log of the vectors; return rule and entry of each finding that it shows."""
    bundle = write_log(LOGS[name], PARTS[name], folder / "log.zip")
    return verify_file(page, bundle)


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


def test_what_stands_outside_the_log_is_told_in_words(opener: Callable[..., Opened], tmp_path: Path) -> None:
    """Public, withheld or erased: none of it is called a fault."""
    page, complaints = opener()
    assert verify(page, "private values, some of them public", tmp_path) == []
    assert "核对无误" in page.inner_text("#verdict")
    told = page.inner_text("#told")
    assert "有 8 项内容不写进账本" in told
    assert "3 项已公开，与摘要相符；3 项未公开；2 项已依法删除" in told
    assert "未公开和已依法删除都不是问题，签名和证明仍然有效" in told
    assert "发放清册 1 份：合计公开，各户的行不公开，其中 1 行已依法删除" in told
    lines = [line.partition("\n")[0] for line in page.locator("#private li").all_inner_texts()]
    assert lines == [
        "第 0 号记录：1 项已依法删除，见第 13 号记录",
        "第 6 号记录：持有人：李四（已公开，与摘要相符）",
        '第 7 号记录：details：{"beds":2,"days":[3,4],"paid":true}（已公开，与摘要相符）',
        "第 7 号记录：往来：张三（已公开，与摘要相符）",
        "第 7 号记录：2 项未公开；签名人签过摘要",
        "第 7 号记录：1 项已依法删除，见第 13 号记录",
        "第 12 号记录：1 项未公开；签名人签过摘要",
    ]
    said = page.inner_text("#result")
    assert not any(word in said.lower() for word in ("无效", "invalid", "缺失", "missing"))
    assert complaints == []


def test_a_book_that_keeps_nothing_outside_says_nothing_of_it(
    opener: Callable[..., Opened], tmp_path: Path
) -> None:
    page, _ = opener()
    verify(page, "private values, some of them public", tmp_path)
    assert page.is_visible("#outside")
    verify(page, "honest", tmp_path)
    assert page.is_hidden("#outside")
    verify(page, "private values, some of them public", tmp_path)
    verify(page, "no checkpoint", tmp_path)
    assert page.is_hidden("#outside")


@pytest.mark.parametrize(
    "name",
    [
        "another value than was signed",
        "an erased value that is published",
        "disclosures that are no text",
        "digests of the book once more",
        "a roll that is booked twice",
        "what was erased is erased",
    ],
)
def test_what_is_wrong_outside_the_log_is_found_as_in_python(
    opener: Callable[..., Opened], name: str, tmp_path: Path
) -> None:
    page, complaints = opener()
    assert verify(page, name, tmp_path) == LOGS[name]["found"]
    assert "发现" in page.inner_text("#verdict")
    assert "13800138000" not in page.inner_text("body")  # erased, though it is published
    assert complaints == []


def test_a_hostile_value_is_text_and_nothing_else(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, complaints = opener()
    markup = "<img src=x onerror=alert(1)>" * 50
    party = disclosure(bytes(16), "__proto__", markup)
    said = salted_voucher(digests=hidden([party]), lines=salted_lines())
    log = beside(founded().then(SaltedVoucherPosted, said, *BASIC), party).publish()
    assert verify_file(page, log.bundle(tmp_path / "log.zip")) == []
    assert f"__proto__：{markup}（已公开" in page.inner_text("#private")
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints == []


def test_more_values_than_fit_are_counted(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, _ = opener()
    log = founded()
    values: list[str] = []
    for number in range(5):
        made = [disclosure(bytes([number]) * 16, f"n{i}", i) for i in range(12)]
        said = salted_voucher(digests=hidden(made), lines=salted_lines())
        log, values = log.then(SaltedVoucherPosted, said, *BASIC), [*values, *made]
    assert verify_file(page, beside(log, *values).publish().bundle(tmp_path / "log.zip")) == []
    assert page.locator("#private li").count() == 51
    assert "另有 10 处" in page.locator("#private li").last.inner_text()


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


@pytest.mark.parametrize(
    "log",
    [
        {"checkpoint": 5, "size": 16},
        {"size": "16"},
        {"anchor": {"toString": 1}},
        {"policy": ["quorum none"]},
        {"size": 2**53},
        {"name": None},
        None,
    ],
    ids=str,
)
def test_a_hostile_file_of_what_is_remembered_changes_nothing(
    opener: Callable[..., Opened], tmp_path: Path, log: dict[str, Any] | None
) -> None:
    page, complaints = opener()
    verify(page, "honest", tmp_path)
    with page.expect_download() as download:
        page.click("#export")
    saved = json.loads(download.value.path().read_text())
    (good,) = saved["logs"].values()
    origins = [*saved["logs"], "__proto__", "constructor", ""]
    logs = dict.fromkeys(origins, None if log is None else good | log)
    (tmp_path / "hostile.json").write_text(json.dumps(saved | {"logs": logs}))
    page.evaluate("localStorage.clear()")
    page.reload()
    page.set_input_files("#import", tmp_path / "hostile.json")
    page.wait_for_selector("#lasts:has-text('读入了 0 本账')")
    assert verify(page, "honest", tmp_path) == []
    assert "本机第一次见到这本账" in page.inner_text("#notes")
    assert complaints == []


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


def test_a_cosignature_of_the_future_does_not_count(
    opener: Callable[..., Opened], honest: dict[str, bytes], tmp_path: Path
) -> None:
    page, _ = opener()
    path = tmp_path / "log.zip"
    page.click("#trust summary")
    page.fill("#policy", policy_text().decode())
    soon = int(time.time()) + 80_000
    note = honest["checkpoint"].partition(b"\n\n")
    signed = note[0] + note[1] + note[2].splitlines(keepends=True)[0]
    write_bundle(path, (honest | {"checkpoint": cosigned(signed, "town", "county", time_s=soon)}).items())
    assert verify_file(page, path) == []
    late = cosigned(cosigned(signed, "town"), "county", time_s=2**62)
    write_bundle(path, (honest | {"checkpoint": late}).items())
    assert verify_file(page, path) == [["witness.future", None], ["audit.no_quorum", None]]
    assert "见证人 county 的签名时间" in page.inner_text("#findings")
    late = cosigned(cosigned(signed, "town", "peer"), "county", time_s=soon + 10_000)
    write_bundle(path, (honest | {"checkpoint": late}).items())
    assert verify_file(page, path) == [["witness.future", None]]


def test_a_proof_file_is_called_what_it_is(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, _ = opener()
    proof = tmp_path / "entry.tlog-proof"
    proof.write_text("c2sp.org/tlog-proof@v1\nindex 0\n\n")
    assert verify_file(page, proof) == []
    assert "audit.proof_not_in_the_page" in page.inner_text("#summary")
    assert "sunledger verify entry.tlog-proof --log-key" in page.inner_text("#summary")


@pytest.mark.parametrize(
    ("policy", "sound"),
    [
        ("# {}\nquorum none\n".format("村" * 300_000).encode(), True),
        ("# {}\nquorum none\n".format("村" * 400_000).encode(), False),
        (NAMED_BY_BYTES, True),
    ],
    ids=["short", "long", "bytes"],
)
def test_a_policy_that_is_carried_is_read_as_in_python(
    opener: Callable[..., Opened], honest: dict[str, bytes], tmp_path: Path, policy: bytes, *, sound: bool
) -> None:
    page, _ = opener()
    path = tmp_path / "log.zip"
    write_bundle(path, (honest | {"policy": policy}).items())
    assert verify_file(page, path) == []
    assert page.locator('#notes li[data-rule="audit.carried_policy"]').count() == (not sound)
    try:
        parse_policy(policy)
    except RuleViolation:
        assert not sound
    else:
        assert sound


def test_a_dropped_file_is_taken(opener: Callable[..., Opened], tmp_path: Path) -> None:
    page, _ = opener()
    bundle = write_log(LOGS["honest"], PARTS["honest"], tmp_path / "log.zip")
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
    bundle = write_log(LOGS["honest"], PARTS["honest"], tmp_path / "<img src=x onerror=alert(1)>.zip")
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
    for name in ("honest", "an amount flipped", "private values, some of them public"):
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


def test_what_came_with_the_log_is_told_apart_from_it(
    opener: Callable[..., Opened], honest: dict[str, bytes], tmp_path: Path
) -> None:
    page, complaints = opener()
    path = tmp_path / "log.zip"
    write_bundle(path, (honest | {"verify.html": b"<html></html>", "收支表.html": b"<p>9</p>"}).items())
    assert verify_file(page, path) == []
    told = page.locator("#notes li[data-rule]").evaluate_all(
        "items => items.map((item) => item.dataset.rule)"
    )
    assert told == ["audit.form_absent", "audit.page_not_compared", "audit.not_of_the_log"]
    assert "收支表.html" in page.inner_text("#notes")
    write_bundle(path, (honest | {"policy": b"quorum all\n"}).items())
    assert verify_file(page, path) == []
    assert "[tlog.policy]" in page.inner_text("#notes")
    assert page.locator('#notes li[data-rule="audit.carried_policy"]').count() == 1
    assert complaints == []


def test_a_packed_bundle_is_not_unpacked(
    opener: Callable[..., Opened], honest: dict[str, bytes], tmp_path: Path
) -> None:
    page, _ = opener()
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in honest.items():
            archive.writestr(name, data)
    assert verify_file(page, path) == []
    assert page.inner_text("#verdict").startswith("无法核对")
    assert "文件经过压缩" in page.inner_text("#summary")
