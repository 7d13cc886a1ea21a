"""What is served beside the entries is held against them: checkpoints, keys, bundles, tiles, balances, the anchor."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.files import UNREADABLE
from audit.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.verify import verify
from domain.kernel.errors import RuleViolation
from domain.kernel.money import format_fen
from domain.kernel.note import SigningKey
from tests.audit.conftest import BUNDLE, TILE, MemorySource
from tests.audit.test_verify import (
    audited,
    by_another_hand,
    found,
    then_voucher,
    voucher,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.conftest import Export, Log


# --- files of the log


def test_no_checkpoint_cannot_be_audited(exported: Export) -> None:
    files = {path: data for path, data in exported.files.items() if path != "checkpoint"}
    with pytest.raises(RuleViolation, match=r"audit\.no_checkpoint") as caught:
        verify(MemorySource(files))
    for said in (caught.value.zh, caught.value.en):
        assert "/books/" in said, "the address of a server is not yet that of a book"


def test_checkpoint_that_is_no_note_is_found(exported: Export) -> None:
    assert ("note.malformed", None) in audited(exported.files | {"checkpoint": b"19\n"})


def test_checkpoint_signed_by_another_key_is_found(exported: Export) -> None:
    checkpoint = open_checkpoint(exported.files["checkpoint"], exported.log.key.verifier)
    forged = sign_checkpoint(checkpoint, SigningKey.generate(exported.log.key.name))
    assert audited(exported.files | {"checkpoint": forged}) == [("checkpoint.signature", None)]


def test_checkpoint_of_another_log_is_found(exported: Export, hamlet: Export) -> None:
    book = exported.log.book()
    other = hamlet.log.key
    foreign = sign_checkpoint(Checkpoint(other.name, book.size, book.tree.root()), other)
    report = audited(exported.files | {"checkpoint": foreign})
    assert [rule for rule, _ in report] == ["checkpoint.signature"]


def test_wrong_root_of_the_right_size_is_found(exported: Export) -> None:
    log = exported.log
    lie = Checkpoint(log.key.name, len(log.entries), log.book().tree.root(18))
    assert audited(exported.files | {"checkpoint": sign_checkpoint(lie, log.key)}) == [("audit.root", None)]


def test_checkpoint_of_more_entries_than_there_are_is_found(exported: Export) -> None:
    log = exported.log
    lie = Checkpoint(log.key.name, 20, log.book().tree.root())
    files = exported.files | {"checkpoint": sign_checkpoint(lie, log.key)}
    assert audited(files)[0] == ("audit.bundle", 0)


@pytest.mark.parametrize("vkey", [b"", b"garbage\n", None])
def test_log_key_file_that_is_not_the_books_is_found(exported: Export, vkey: bytes | None) -> None:
    files = {path: data for path, data in exported.files.items() if path != "log.vkey"}
    assert audited(files if vkey is None else files | {"log.vkey": vkey}) == [("audit.vkey", None)]


def test_log_key_file_that_cannot_be_read_is_no_finding(exported: Export) -> None:
    """A server that goes away between two files is no forger."""

    class GoneAway(MemorySource):
        def fetch(self, path: str) -> bytes:
            """Return a file, until the log's key is asked for."""
            if path == "log.vkey":
                raise UNREADABLE(place=path, problem="connection refused")
            return super().fetch(path)

    with pytest.raises(RuleViolation, match=r"audit\.unreadable"):
        verify(GoneAway(exported.files))


def test_missing_bundle_is_found(exported: Export) -> None:
    files = {path: data for path, data in exported.files.items() if path != BUNDLE}
    assert audited(files)[0] == ("audit.bundle", 0)


@pytest.mark.parametrize("cut", [1, 2, 100, 5_000])
def test_truncated_bundle_is_found(exported: Export, cut: int) -> None:
    files = exported.files | {BUNDLE: exported.files[BUNDLE][:-cut]}
    assert audited(files)[0] == ("audit.bundle", 0)


def test_missing_tile_is_found(exported: Export) -> None:
    files = {path: data for path, data in exported.files.items() if path != TILE}
    assert audited(files) == [("audit.tile_missing", None)]


@pytest.mark.parametrize("tile", [b"", b"\x00" * 32 * 19])
def test_wrong_tile_is_found(exported: Export, tile: bytes) -> None:
    assert audited(exported.files | {TILE: tile}) == [("audit.tile", None)]


# --- published balances


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["rows"][0].update(closing_debit_fen=it["rows"][0]["closing_debit_fen"] + 1),
        lambda it: it["rows"][0].update(name="别的科目"),
        lambda it: it["rows"].pop(),
        lambda it: it["rows"].reverse(),
        lambda it: it["rows"].append(it["rows"][0]),
        lambda it: it["totals"].update(debit_fen=0),
        lambda it: it.update(period="2026-03"),
        lambda it: it.update(book="N2330881MF0000013Y"),
        lambda it: it.update(root="A" * 43 + "="),
        lambda it: it.update(entries=18),
        lambda it: it.update(entries=20),
        lambda it: it.update(entries="19"),
        lambda it: it.pop("rows"),
        lambda it: it.clear(),
    ],
)
def test_altered_balances_are_found(exported: Export, change: Callable[[dict[str, object]], object]) -> None:
    path = "trial-balance/2026-02.json"
    published = json.loads(exported.files[path])
    change(published)
    report = verify(MemorySource(exported.files | {path: json.dumps(published).encode()}))
    assert found(report) == [("audit.published", None)]
    assert "2026-02" in report.findings[0].message


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        (
            lambda rows: rows[0].update(closing_debit_fen=rows[0]["closing_debit_fen"] + 1),
            "科目 101 库存现金 的期末借方余额公布为 {more} 元，按日志应为 {yuan} 元",
            "account 101 库存现金, closing debit balance: {more} yuan published, {yuan} yuan by the log",
        ),
        (
            lambda rows: rows[0].update(closing_debit_fen="x" * 1_000),
            "科目 101 库存现金 的期末借方余额公布为 ? 元，按日志应为 {yuan} 元",
            "account 101 库存现金, closing debit balance: ? yuan published, {yuan} yuan by the log",
        ),
        (
            lambda rows: rows[0].update(name="别的科目"),
            "科目 101 库存现金 的一行缺失、不在其位或名称不同",
            "the row of account 101 库存现金 is missing, out of place or named otherwise",
        ),
        (
            lambda rows: rows[0].update(account="102"),
            "科目 101 库存现金 的一行缺失、不在其位或名称不同",
            "the row of account 101 库存现金 is missing, out of place or named otherwise",
        ),
        (lambda rows: rows.append({}), "多出 1 行", "1 rows too many"),
    ],
    ids=["amount", "no amount", "name", "account", "rows"],
)
def test_a_difference_names_account_and_column_and_both_amounts(
    exported: Export, change: Callable[[list[dict[str, object]]], object], zh: str, en: str
) -> None:
    path = "trial-balance/2026-02.json"
    published = json.loads(exported.files[path])
    fen = published["rows"][0]["closing_debit_fen"]
    amounts = {"yuan": format_fen(fen), "more": format_fen(fen + 1)}
    change(published["rows"])
    report = verify(MemorySource(exported.files | {path: json.dumps(published).encode()}))
    assert report.findings[0].zh.endswith(f"：{zh.format(**amounts)}")
    assert report.findings[0].en.endswith(f": {en.format(**amounts)}")


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"null", b"[]", b"[" * 100_000, b'{"entries":{}}', b'{"entries":true}']
)
def test_balances_that_are_no_report_are_found(exported: Export, data: bytes) -> None:
    assert audited(exported.files | {"trial-balance/2026-02.json": data}) == [("audit.published", None)]


def test_balances_that_were_published_earlier_do_not_pass_for_todays(exported: Export) -> None:
    """A server that goes on showing old figures is found, though they were true once."""
    earlier = exported.files
    grown = then_voucher(exported.log, voucher("2026-04-02"))
    kept = {path: data for path, data in earlier.items() if path.endswith(".json")}
    report = replace(grown, published=kept).verify()
    assert {rule for rule, _ in found(report)} == {"audit.published", "audit.withheld"}


# --- the anchor


def test_right_anchor_is_told(exported: Export) -> None:
    anchor = exported.log.keyring.key("township").verifier.vkey
    report = verify(MemorySource(exported.files), anchor=anchor)
    assert report.ok
    assert report.anchored
    assert not verify(MemorySource(exported.files)).anchored


def test_anchor_that_is_no_key_is_refused(exported: Export) -> None:
    with pytest.raises(RuleViolation) as caught:
        verify(MemorySource(exported.files), anchor="garbage")
    assert caught.value.rule.code == "note.vkey_malformed"


@pytest.mark.parametrize("role", ["accountant", "stranger"])
def test_wrong_anchor_is_found(exported: Export, role: str) -> None:
    township = exported.log.keyring.key("township")
    anchors = {
        "accountant": exported.log.keyring.key("accountant").verifier.vkey,
        "stranger": SigningKey.generate(township.name).verifier.vkey,
    }
    report = verify(MemorySource(exported.files), anchor=anchors[role])
    assert found(report) == [("audit.anchor", 0)]
    assert not report.anchored


def test_a_checkpoint_that_cannot_be_read_does_not_accuse_the_township(exported: Export) -> None:
    anchor = exported.log.keyring.key("township").verifier.vkey
    report = verify(MemorySource(exported.files | {"checkpoint": b"19\n"}), anchor=anchor)
    assert found(report) == [("note.malformed", None), ("audit.no_founding", None)]
    assert not report.anchored


def test_book_opened_under_a_township_of_ones_own_is_found_by_the_anchor(hamlet: Export, log: Log) -> None:
    """A whole log that is consistent in itself, by somebody who is not the township."""
    trusted = log.keyring.key("township").verifier.vkey
    assert hamlet.log.verify().ok
    assert found(hamlet.log.verify(anchor=trusted)) == [("audit.anchor", 0)]


def test_first_entry_is_signed_as_it_stands(log: Log) -> None:
    forged = by_another_hand(log.entries[0])
    first, *others = found(log.with_entries([forged, *log.entries[1:]]).verify())
    assert first == ("signature.invalid", 0)
    assert others == [("entry.seen", index) for index in range(1, 19)]  # all had seen the true first entry


def test_a_log_without_entries_proves_nothing() -> None:
    """A server may not answer "nothing was ever booked" and be called verified."""
    empty = b"x.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\xe2\x80\x94 x.example AAAAAAA=\n"
    report = verify(MemorySource({"checkpoint": empty}))
    assert not report.ok
    assert found(report) == [("audit.no_founding", None)]
