"""The audit of a good log is green; each way to forge one is found, by its rule and with its entry.

Most forgeries hold the log's own key: tiles, checkpoint and root follow from the forged entries, so that only
the check that is meant can find them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from audit.verify import verify
from domain.accounts import AccountAdded, NewAccount
from domain.entry import HEADER, parse_entry, sign_text
from domain.kernel.note import SigningKey, format_note, parse_note
from domain.periods import Closing, PeriodClosed
from domain.roles import KeyGranted, KeyRevoked
from domain.roles.events import Revocation
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.audit.conftest import BUNDLE, MemorySource

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report import Report
    from tests.audit.conftest import Export, Log


FIRST_VOUCHER, SMALL_VOUCHER = 11, 12
BASIC = ("accountant", "head")


def found(report: Report) -> list[tuple[str, int | None]]:
    """Return rule and entry of every finding."""
    return [(finding.rule, finding.entry) for finding in report.findings]


def audited(files: dict[str, bytes]) -> list[tuple[str, int | None]]:
    """Return what the audit of these files finds."""
    return found(verify(MemorySource(files)))


def voucher(date: str, fen: int = 1_000, *, debit: str = "10201", credit: str = "50103") -> Voucher:
    """Return a small voucher of two lines."""
    lines = [Line(account=debit, debit_fen=fen), Line(account=credit, credit_fen=fen)]
    return Voucher(attachments=Attachments(), date=date, lines=lines, summary="伪造")


def then_voucher(log: Log, data: Voucher, *roles: str) -> Log:
    """Return the log with a further voucher, signed by these roles (default: accountant and head)."""
    return log.then(VoucherPosted, data, log.roles(*(roles or BASIC)))


def resigned(note: bytes, change: Callable[[bytes], bytes], keys: list[SigningKey]) -> bytes:
    """Return an entry with its text changed and signed anew."""
    return sign_text(change(parse_note(note).text), keys)


def by_another_hand(note: bytes) -> bytes:
    """Return a note that names the same keys by name and id, signed by others."""
    text, signatures = parse_note(note)
    return format_note(
        text,
        [
            msgspec.structs.replace(line, signature=SigningKey.generate(line.name).sign_raw(text))
            for line in signatures
        ],
    )


# --- green


def test_good_log_is_green_in_every_check(exported: Export) -> None:
    report = verify(MemorySource(exported.files))
    assert report.ok
    assert (report.book, report.name, report.entries) == (
        "N2330881MF0000021R",
        "小河村经济合作社\uff08虚构示例\uff09",
        19,
    )
    assert report.root == exported.log.book().root()
    assert {check.name: (check.ok, check.count) for check in report.checks} == {
        "format": (True, 1),
        "entries": (True, 19),
        "rules": (True, 19),
        "signatures": (True, 33),
        "checkpoint": (True, 1),
        "root": (True, 19),
        "tiles": (True, 1),
        "cash": (True, 10),
        "balances": (True, 12),
    }


def test_remade_log_is_the_exported_one(exported: Export) -> None:
    assert exported.log.files() == exported.files


def test_progress_ends_at_all_entries(exported: Export) -> None:
    heard: list[tuple[int, int]] = []
    verify(MemorySource(exported.files), progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (19, 19)


# --- entries dropped, inserted, moved, replayed, altered


def test_dropped_entry_breaks_what_later_signers_had_seen(log: Log) -> None:
    longer = then_voucher(log, voucher("2026-04-02"))
    assert longer.verify().ok
    entries = list(longer.entries)
    del entries[SMALL_VOUCHER]
    assert found(log.with_entries(entries).verify()) == [("entry.seen", 18)]


def test_dropped_entry_is_missed_by_the_bundle(exported: Export) -> None:
    dropped = exported.log.with_entries(exported.log.entries[:-1]).files()
    bundle = dropped["tile/entries/000.p/18"]
    assert audited(exported.files | {BUNDLE: bundle})[0] == ("audit.bundle", 0)


def test_dropped_account_leaves_its_vouchers_without_it(log: Log) -> None:
    dropped = log.entries[:7] + log.entries[8:]  # 51302, which the voucher at 12 (now 11) uses
    assert found(log.with_entries(dropped).verify()) == [("account.unknown", 11), ("audit.unusable", 11)]


def test_dropped_opening_of_the_book_is_found(log: Log) -> None:
    assert ("key.not_granted", 0) in found(log.with_entries(log.entries[1:]).verify())


def test_inserted_entry_by_somebody_else_of_the_same_name_is_found(log: Log) -> None:
    strangers = [SigningKey.generate(key.name) for key in log.roles(*BASIC)]
    forged = log.signed(VoucherPosted, voucher("2026-03-31"), strangers)
    report = log.with_entries([*log.entries[:15], forged, *log.entries[15:]]).verify()
    assert found(report) == [("key.not_granted", 15)]


def test_inserted_entry_with_signatures_of_another_hand_is_found(log: Log) -> None:
    forged = by_another_hand(log.signed(VoucherPosted, voucher("2026-03-31"), log.roles(*BASIC)))
    assert found(log.with_entries([*log.entries, forged]).verify()) == [("signature.invalid", 19)] * 2


def test_entry_inserted_before_what_it_has_seen_is_found(log: Log) -> None:
    late = log.signed(VoucherPosted, voucher("2026-03-31"), log.roles(*BASIC))
    assert found(log.with_entries([*log.entries[:15], late, *log.entries[15:]]).verify()) == [
        ("entry.seen", 15)
    ]


def test_swapped_entries_are_found(log: Log) -> None:
    longer = then_voucher(log, voucher("2026-04-02"))
    entries = list(longer.entries)
    entries[12], entries[13] = entries[13], entries[12]
    assert found(log.with_entries(entries).verify()) == [("entry.seen", 19)]


def test_replayed_entry_is_found(log: Log) -> None:
    again = log.with_entries([*log.entries, log.entries[FIRST_VOUCHER]])
    assert found(again.verify()) == [("entry.id_used", 19)]


def test_altered_amounts_break_the_signatures(log: Log) -> None:
    entries = list(log.entries)
    entries[SMALL_VOUCHER] = entries[SMALL_VOUCHER].replace(b'_fen":23650', b'_fen":23651')
    assert entries[SMALL_VOUCHER] != log.entries[SMALL_VOUCHER]
    assert found(log.with_entries(entries).verify()) == [("signature.invalid", SMALL_VOUCHER)] * 2


def test_one_of_two_signatures_exchanged_for_the_other_entrys_is_found(log: Log) -> None:
    entries = list(log.entries)
    mine, other = parse_note(entries[12]), parse_note(entries[13])
    entries[12] = format_note(mine.text, [mine.signatures[0], other.signatures[1]])
    report = log.with_entries(entries).verify()
    assert found(report) == [("signature.invalid", 12)]
    assert "head/1" in report.findings[0].message


def test_uncanonical_entry_is_found_and_hides_no_later_one(log: Log) -> None:
    entries = list(log.entries)
    keys = log.roles(*BASIC)
    entries[12] = resigned(entries[12], lambda text: text.replace(b'{"at":', b'{ "at":'), keys)
    entries[13] = resigned(entries[13], lambda text: text.replace(b"2026-02-10", b"2025-12-10"), keys)
    assert found(log.with_entries(entries).verify()) == [
        ("entry.not_canonical", 12),
        ("period.before_first", 13),
    ]


def test_entry_that_is_no_note_is_found(log: Log) -> None:
    report = log.with_entries([*log.entries, HEADER + b"{}\n"]).verify()
    assert found(report) == [("note.malformed", 19)]


def test_entry_of_another_village_is_found(exported: Export, hamlet: Export) -> None:
    foreign = [*exported.log.entries, hamlet.log.entries[-1]]
    assert ("key.not_granted", 19) in found(exported.log.with_entries(foreign).verify())


# --- signers


def test_key_never_granted_is_found(log: Log) -> None:
    book = log.book().book
    strangers = [SigningKey.generate(f"{book}/accountant/2"), *log.roles("head")]
    assert found(log.then(VoucherPosted, voucher("2026-04-02"), strangers).verify()) == [
        ("key.not_granted", 19)
    ]


def test_key_whose_proof_is_no_base64_is_found(log: Log) -> None:
    granted = msgspec.structs.replace(log.keyring.grant("cashier", "李四", 2), proof="-" * 88)
    forged = log.then(KeyGranted, granted, log.roles("township", "supervisor"))
    assert found(forged.verify()) == [("key.no_possession", 19)]


def test_revoked_key_is_found_from_the_revocation_on(log: Log) -> None:
    revocation = Revocation(key=log.keyring.key("accountant").name, reason="离任")
    revoked = log.then(KeyRevoked, revocation, log.roles("township", "supervisor"))
    assert revoked.verify().ok  # what the key signed before stays good
    forged = then_voucher(revoked, voucher("2026-04-02"))
    assert found(forged.verify()) == [("key.revoked", 20)]


def test_missing_role_is_found(log: Log) -> None:
    assert found(then_voucher(log, voucher("2026-04-02"), "accountant").verify()) == [
        ("policy.roles_missing", 19)
    ]


def test_tier_above_wants_its_own_signers(log: Log) -> None:
    assert found(then_voucher(log, voucher("2026-04-02", 1_000_000)).verify()) == [
        ("policy.roles_missing", 19)
    ]
    above = then_voucher(log, voucher("2026-04-02", 1_000_000), *BASIC, "supervisor", "township")
    assert above.verify().ok


# --- rules


def test_voucher_in_a_closed_period_is_found(log: Log) -> None:
    closed = log.then(PeriodClosed, Closing(period="2026-01"), log.roles(*BASIC))
    assert closed.verify().ok
    assert found(then_voucher(closed, voucher("2026-01-31")).verify()) == [("period.closed", 20)]
    assert then_voucher(closed, voucher("2026-02-01")).verify().ok


def test_periods_closed_out_of_order_are_found(log: Log) -> None:
    skipping = log.then(PeriodClosed, Closing(period="2026-02"), log.roles(*BASIC))
    assert found(skipping.verify()) == [("period.out_of_order", 19)]


def test_unbalanced_voucher_is_found(log: Log) -> None:
    lines = [Line(account="101", debit_fen=1_000), Line(account="50103", credit_fen=1_001)]
    forged = Voucher(attachments=Attachments(), date="2026-04-02", lines=lines, summary="伪造")
    assert found(then_voucher(log, forged).verify()) == [("voucher.unbalanced", 19)]


@pytest.mark.parametrize(("account", "rule"), [("10209", "account.unknown"), ("102", "account.not_leaf")])
def test_account_that_takes_no_postings_is_found(log: Log, account: str, rule: str) -> None:
    forged = then_voucher(log, voucher("2026-04-02", debit=account))
    assert (rule, 19) in found(forged.verify())


def reversed_once(log: Log) -> Log:
    """Return the log with a further entry that reverses its small voucher."""
    original = parse_entry(log.entries[SMALL_VOUCHER]).statement
    assert isinstance(original, VoucherPosted)
    reversal = Reversal(
        attachments=Attachments(),
        date="2026-04-02",
        lines=mirrored(original.data.lines),
        reverses=original.id,
        summary="冲销",
    )
    return log.then(VoucherReversed, reversal, log.roles(*BASIC))


def test_second_reversal_is_found(log: Log) -> None:
    once = reversed_once(log)
    assert once.verify().ok
    assert found(reversed_once(once).verify()) == [("reversal.twice", 20)]


def test_account_added_twice_is_found(log: Log) -> None:
    forged = log.then(AccountAdded, NewAccount(code="10201", name="又一个"), log.roles("accountant"))
    assert ("account.exists", 19) in found(forged.verify())


def test_negative_cash_is_a_finding_on_the_voucher_that_made_it(log: Log) -> None:
    withdrawn = voucher("2026-04-02", 9_900_000, debit="51407", credit="10201")
    overdrawn = then_voucher(log, withdrawn, *BASIC, "supervisor", "township")
    report = overdrawn.verify()
    assert found(report) == [("audit.negative_cash", 19)]
    assert "-53,821.80" in report.findings[0].message


def test_cash_that_dips_only_within_a_day_is_no_finding(log: Log) -> None:
    roles = (*BASIC, "supervisor", "township")
    day = then_voucher(log, voucher("2026-04-02", 9_900_000, debit="51407", credit="10201"), *roles)
    day = then_voucher(day, voucher("2026-04-02", 9_900_000), *roles)
    assert day.verify().ok
