"""Any run of entries, refusals, restarts and lost connections: store, read side and audit agree with a model."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.adapters.tlog_export import export_tlog
from audit.source import FolderSource
from audit.verify import verify
from domain.accounts import AccountAdded, NewAccount
from domain.balances import OPENING, Balances
from domain.entry import parse_entry
from domain.kernel.errors import RuleViolation
from domain.kernel.statement import Seen
from domain.ledger import Ledger, Receipt, read_entries
from domain.opening import Balances as OpeningBalances
from domain.opening import OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.policy import PolicySet, PolicyTiers
from domain.roles import KeyGranted, KeyRevoked, KeyRotated
from domain.roles.events import Revocation, Rotation
from domain.vouchers import (
    Attachments,
    Reversal,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    check_balanced,
)
from projections.runner import Runner
from tests.domain.ledger.villages import LogKey, sign, village_number
from tests.property.ledger_model import (
    LATEST_MONTH,
    MONTH_OF_SIGNING,
    MONTHS,
    ROLES,
    TIERS,
    KnownLine,
    KnownVoucher,
    Model,
    Turnover,
    as_lines,
)

if TYPE_CHECKING:
    from domain.entry import Entry
    from domain.kernel.statement import Statement
    from tests.property.conftest import World

ACCOUNTS = ("513", "301", "112", "501")
"""No money account among them: the audit would rightly object to a purse that is overdrawn."""

DETAILS = ("11201", "11202", "1120101", "50101", "51301")
"""Accounts that may be added: under one that may be used by then or not, under one another, under a used one."""

AMOUNTS = st.one_of(st.integers(1, 20_000), st.integers(1, 10**9))
"""On both sides of the policies' bound, and any."""

READ_BALANCES = """
    SELECT account, period, debit_fen, credit_fen FROM read.balances
    WHERE book = %s AND (debit_fen <> 0 OR credit_fen <> 0)
"""


class LedgerMachine(RuleBasedStateMachine):
    """One book on a real database, and what a model says of it."""

    world: World

    def __init__(self) -> None:
        """Begin with a village that no run had before."""
        super().__init__()
        self.village = village_number(next(self.world.numbers))
        self.book = self.village.book.book
        self.model = Model()
        self.runner = Runner(self.world.pool, LogKey())
        self.ledger = Ledger(self.world.recorder)
        self.cut = False

    def teardown(self) -> None:
        """Let the writer's thread end."""
        self.ledger.close()

    def sign(self, kind: type[Statement], data: object, by: list[str], **fields: Any) -> bytes:  # noqa: ANN401
        """Return the bytes of the next entry, unchecked."""
        return sign(self.village, kind, data, " ".join(by), **fields)

    def post(self, notes: list[bytes], *refusals: str) -> list[Entry] | None:
        """Post a unit that breaks the rules `refusals` (empty ones aside); the first of them must refuse it.

        Return the entries when they were stored, as they must be when nothing forbids them.
        """
        expected = next(filter(None, refusals), "")
        start = len(self.model.notes)
        try:
            receipts = self.ledger.post(self.book, notes)
        except RuleViolation as violation:
            assert violation.rule.code == expected, violation
            return None
        entries = [parse_entry(note) for note in notes]
        assert expected == "", "it was stored"
        assert receipts == [
            Receipt(self.book, index, entry.leaf_hash, created=True)
            for index, entry in enumerate(entries, start)
        ]
        self.model.notes += notes
        for entry in entries:
            self.village.book.evolve(entry)
        return entries

    def signers(self, signing: str, roles: frozenset[str]) -> tuple[list[str], str, str]:
        """Return who signs where `roles` must, the rule that their keys break, and the one that their roles break."""
        good = [self.model.key(role) for role in sorted(roles)]
        if signing == "without one":
            return good[:-1] or [self.model.key("cashier")], "", "policy.roles_missing"
        if signing == "never granted":
            return [good[0], "head/99"], "key.not_granted", ""
        if signing == "ended" and self.model.ended:
            role = self.model.ended[-1].split("/")[0]
            good = [name for name in good if not name.startswith(role)]
            return [*good, self.model.ended[-1]], "key.revoked", ""
        return good, "", ""

    @initialize(opening=st.booleans())
    def open(self, opening: bool) -> None:  # noqa: FBT001
        """The first entries, so that every run has a voucher to reverse, a closed month and a key that has ended."""
        entry = self.village.open()
        receipts = self.ledger.post(self.book, [entry.note])
        assert [receipt.index for receipt in receipts] == [0]
        self.model.notes.append(entry.note)
        if opening:
            self.post_opening(fen=100)
        for _ in range(2):
            self.post_voucher(offset=0, fen=100, accounts=[*ACCOUNTS], off=0, signing="", behind=0)
        self.rotate_key(role="accountant", by_owner=True)
        self.close_period(offset=0)

    @rule(
        offset=st.sampled_from([-1, 0, 0, 1]),
        fen=AMOUNTS,
        accounts=st.permutations((*ACCOUNTS, *DETAILS[:2])),
        off=st.sampled_from([0, 0, 0, 0, 1]),
        signing=st.sampled_from(["", "", "", "without one", "never granted", "ended", "ended"]),
        behind=st.integers(0, 3),
    )
    def post_voucher(
        self, offset: int, fen: int, accounts: list[str], off: int, signing: str, behind: int
    ) -> None:
        """A voucher, perhaps out of balance, in any month, by any hands, on a checkpoint not always the newest."""
        month = self.model.month(offset)
        roles = self.model.required(fen)
        by, bad_key, missing = self.signers(signing, roles)
        lines = (KnownLine(accounts[0], fen, 0), KnownLine(accounts[1], 0, fen + off))
        data = Voucher(
            attachments=Attachments(), date=f"{month}-15", lines=as_lines(lines), summary="购办公用品"
        )
        size = max(1, len(self.model.notes) - behind)
        seen = Seen(n=size, r=self.village.book.root(size))
        entries = self.post(
            [self.sign(VoucherPosted, data, by, seen=seen)],
            bad_key,
            "period.before_first" if month < MONTHS[0] else "",
            "period.closed" if month in self.model.closed else "",
            "period.too_far_ahead" if month > LATEST_MONTH else "",
            "voucher.unbalanced" if off else "",
            *map(self.model.bad_account, accounts[:2]),
            missing,
        )
        if entries:
            self.model.add(KnownVoucher(entries[0].statement.id, month, lines, reversal=False, roles=roles))

    @rule(fen=AMOUNTS)
    def post_opening(self, fen: int) -> None:
        """Opening balances are posted: once, and before the first voucher."""
        model = self.model
        lines = (KnownLine("112", fen, 0), KnownLine("301", 0, fen))
        data = OpeningBalances(lines=as_lines(lines))
        if self.post(
            [self.sign(OpeningPosted, data, [model.key("accountant"), model.key("head")])],
            "opening.twice" if model.opening else "",
            "opening.too_late" if model.vouchers or model.closed else "",
        ):
            model.opening = True
            model.turn(lines, OPENING)

    @rule(code=st.sampled_from(DETAILS), role=st.sampled_from(["accountant", "accountant", "head"]))
    def add_account(self, code: str, role: str) -> None:
        """An account is added where there is one above that nothing was posted to, and by the accountant."""
        model, above = self.model, code[:-2]
        if self.post(
            [self.sign(AccountAdded, NewAccount(code=code, name="明细"), [model.key(role)])],
            "account.exists" if code in model.added else "",
            "account.no_parent" if above in DETAILS and above not in model.added else "",
            "account.parent_used" if above in model.used else "",
            "" if role == "accountant" else "policy.roles_missing",
        ):
            model.added.add(code)

    @rule(which=st.sampled_from(sorted(TIERS)), complete=st.sampled_from([True, True, False]))
    def set_policy(self, which: str, complete: bool) -> None:  # noqa: FBT001
        """Other tiers hold from now on: they alter who must sign, if they have no gap and three offices set them."""
        model = self.model
        by = ["township/1", model.key("head"), *([model.key("supervisor")] if complete else [])]
        if self.post(
            [self.sign(PolicySet, PolicyTiers(tiers=TIERS[which]), by)],
            "policy.tiers" if which == "gap" else "",
            "" if complete else "policy.roles_missing",
        ):
            model.tiers = TIERS[which]

    @rule(
        which=st.integers(-1, 20),
        offset=st.sampled_from([-1, 0, 0, 1]),
        factor=st.sampled_from([1, 1, 1, 2]),
        signing=st.sampled_from(["", "", "", "without one"]),
    )
    def reverse(self, which: int, offset: int, factor: int, signing: str) -> None:
        """A voucher is cancelled, with its own lines or with others; or there is none of that id."""
        model = self.model
        month = model.month(offset)
        nothing = KnownVoucher(
            "01" * 13, MONTHS[0], (KnownLine("513", 1, 0), KnownLine("301", 0, 1)), reversal=False
        )
        voucher = model.vouchers[which % len(model.vouchers)] if which >= 0 else nothing
        by, _, missing = self.signers(signing, voucher.roles)
        lines = tuple(
            KnownLine(line.account, line.debit * factor, line.credit * factor) for line in voucher.mirror
        )
        data = Reversal(
            attachments=Attachments(),
            date=f"{month}-20",
            lines=as_lines(lines),
            reverses=voucher.id,
            summary="冲销",
        )
        entries = self.post(
            [self.sign(VoucherReversed, data, by)],
            "reversal.unknown" if voucher is nothing else "",
            "reversal.of_reversal" if voucher.reversal else "",
            "reversal.twice" if voucher.id in model.reversed else "",
            "period.before_first" if month < MONTHS[0] else "",
            "period.closed" if month in model.closed else "",
            "period.too_far_ahead" if month > LATEST_MONTH else "",
            "reversal.before_original" if month < voucher.month else "",
            "reversal.not_mirror" if factor != 1 else "",
            missing,
        )
        if entries:
            model.reversed.add(voucher.id)
            model.add(KnownVoucher(entries[0].statement.id, month, lines, reversal=True))

    @rule(offset=st.sampled_from([-1, 0, 0, 0, 1]))
    def close_period(self, offset: int) -> None:
        """The oldest open month closes, or the one before or after it is tried."""
        model = self.model
        month = model.month(offset)
        note = self.sign(PeriodClosed, Closing(period=month), [model.key("accountant"), model.key("head")])
        if self.post(
            [note],
            "period.closed" if month in model.closed else "",
            "period.out_of_order" if offset else "",
            "period.not_begun" if month > MONTH_OF_SIGNING else "",
        ):
            model.close(month)

    @rule(role=st.sampled_from(ROLES), by_owner=st.sampled_from([True, True, False]))
    def rotate_key(self, role: str, by_owner: bool) -> None:  # noqa: FBT001
        """A holder moves to the next key, or somebody else tries to."""
        model = self.model
        new = self.village.key_grant(f"{role}/{model.numbers[role] + 1}")
        data = Rotation(new=new, old=f"{self.book}/{model.key(role)}")
        by = model.key(role) if by_owner else "township/1"
        if self.post([self.sign(KeyRotated, data, [by])], "" if by_owner else "key.not_by_owner"):
            model.replace_key(role)

    @rule(role=st.sampled_from(ROLES), fresh=st.sampled_from([True, True, False]))
    def revoke_and_grant(self, role: str, fresh: bool) -> None:  # noqa: FBT001
        """A key ends and its successor is granted in one unit; with a used name for the second, neither happens."""
        model = self.model
        by = ["township/1", model.key("head" if role != "head" else "accountant")]
        number = model.numbers[role] + (1 if fresh else 0)
        revoked = Revocation(key=f"{self.book}/{model.key(role)}", reason="离任")
        unit = [
            self.sign(KeyRevoked, revoked, by),
            self.sign(KeyGranted, self.village.key_grant(f"{role}/{number}"), by),
        ]
        if self.post(unit, "" if fresh else "key.name"):
            model.replace_key(role)

    @rule(which=st.integers(0, 100))
    def post_again(self, which: int) -> None:
        """The same bytes get the same place and are not stored twice."""
        index = which % len(self.model.notes)
        note = self.model.notes[index]
        (receipt,) = self.ledger.post(self.book, [note])
        assert receipt == Receipt(self.book, index, parse_entry(note).leaf_hash, created=False)

    @rule(which=st.integers(0, 100))
    def post_other_under_used_id(self, which: int) -> None:
        """An id stands for one body."""
        used = parse_entry(self.model.notes[which % len(self.model.notes)]).statement.id
        by = [self.model.key("accountant"), self.model.key("head")]
        note = self.sign(PeriodClosed, Closing(period="2099-12"), by, id=used)
        assert self.post([note], "entry.id_used") is None

    @rule()
    def restart(self) -> None:
        """Another ledger on the same store knows what this one knew."""
        self.ledger.close()
        self.ledger = Ledger(self.world.recorder)

    @precondition(lambda self: not self.cut)
    @rule()
    def cut_connections(self) -> None:
        """The database drops the writer's connections; no poster needs to hear of it. Once: the pool waits a second."""
        self.world.cut()
        self.cut = True

    @invariant()
    def store_holds_what_was_accepted(self) -> None:
        """The stored bytes are the accepted ones in their order, and every voucher balances."""
        stored = list(read_entries(self.world.recorder, self.book))
        assert [entry.note for entry in stored] == self.model.notes
        for entry in stored:
            if isinstance(entry.statement, (VoucherPosted, VoucherReversed)):
                check_balanced(entry.statement.data.lines)

    @invariant()
    def read_side_is_the_fold(self) -> None:
        """The rows of the read side, the fold of the stored entries and the model are one."""
        self.runner.catch_up([self.book] if self.model.notes else [])
        with self.world.pool.connection() as connection:
            rows = connection.execute(READ_BALANCES, (self.book,)).fetchall()
        read: Turnover = {(account, period): (debit, credit) for account, period, debit, credit in rows}
        folded = Balances()
        for entry in read_entries(self.world.recorder, self.book):
            folded.fold(entry.statement)
        turnover = {(key.account, key.period): moved for key, moved in folded.turnover.items()}
        assert read == {key: moved for key, moved in turnover.items() if any(moved)}
        assert turnover == self.model.turnover
        for period, before in self.model.at_closing.items():
            assert {key: moved for key, moved in turnover.items() if key[1] == period} == before

    @invariant()
    def an_audit_finds_nothing(self) -> None:
        """The exported log stands up to an audit."""
        if not self.model.notes:
            return
        self.runner.catch_up([self.book])
        with tempfile.TemporaryDirectory() as folder:
            with self.world.pool.connection() as connection:
                assert export_tlog(connection, self.book, Path(folder)) == len(self.model.notes)
            report = verify(FolderSource(Path(folder)))
        assert report.ok, report.as_text()
        assert report.entries == len(self.model.notes)


@pytest.mark.slow
def test_any_run_of_rules(world: World) -> None:
    machine = type("Machine", (LedgerMachine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
