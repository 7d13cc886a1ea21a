"""What came into a book between two sizes: the entries, and each account's change, as the folds have them."""

from __future__ import annotations

import base64
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.cosignature import witness_verifier
from audit.tlog.policy import parse_policy
from domain.balances import Balances
from domain.difference import Change, Part
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey
from projections import log, register
from projections.history import Excerpt, difference, kept_size
from tests.domain.drawn import BOOKS
from tests.domain.ledger.villages import village_number
from tests.projections.stored_books import START, sign_checkpoints, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.composition import Service
    from domain.entry import Entry
    from domain.vouchers import Line
    from tests.domain.drawn import Drawn

XIAOHE = "N2330881MF0000021R"

_numbers = count(500)


@pytest.fixture
def connection(service: Service) -> Iterator[psycopg.Connection]:
    """A connection with every right, reading as the running program does."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("SET search_path TO read, public")
        yield connection


def turnover(entries: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    """Return the debits and credits of each account over some entries."""
    balances = Balances("c")
    for entry in entries:
        balances.fold(entry.statement)
    sums: dict[str, tuple[int, int]] = {}
    for key, (debit, credit) in balances.turnover.items():
        before = sums.get(key.account, (0, 0))
        sums[key.account] = (before[0] + debit, before[1] + credit)
    return sums


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=BOOKS, sizes=st.tuples(st.integers(0, 16), st.integers(0, 16)), page=st.integers(1, 6))
def test_accounts_change_by_exactly_the_entries_between(
    connection: psycopg.Connection,
    drawn: tuple[list[Line] | None, list[Drawn]],
    sizes: tuple[int, int],
    page: int,
) -> None:
    book, entries = store(connection, next(_numbers), drawn)
    first, last = sorted(min(size, len(entries)) for size in sizes)
    found = difference(connection, book, (first, last))
    before, between = turnover(entries[:first]), turnover(entries[first:last])
    assert [(change.account, change.debit_fen, change.credit_fen) for change in found.changes] == [
        (account, *between[account]) for account in sorted(between)
    ]
    for change in found.changes:
        debit, credit = before.get(change.account, (0, 0))
        assert change.before_fen == debit - credit
        debit, credit = turnover(entries[:last])[change.account]
        assert change.after_fen == debit - credit
    assert [added.entry.note for added in found.added] == [entry.note for entry in entries[first:last]]
    assert [added.place for added in found.added] == list(range(first, last))
    pages = [
        added
        for offset in range(0, found.count + page, page)
        for added in difference(connection, book, (first, last), Excerpt(limit=page, offset=offset)).added
    ]
    assert pages == found.added


def test_entries_say_when_they_were_recorded_and_what_they_reverse(service: Service) -> None:
    village = village_number(900)
    opened, voucher = village.open(), village.voucher()
    notes = [entry.note for entry in (opened, voucher, village.reversal(voucher))]
    service.ledger.post(village.book.book, notes)
    service.runner.catch_up()
    with psycopg.connect(service.database_url, autocommit=True) as admin:
        sign_checkpoints(admin, village.book.book, [(1, START), (3, START + timedelta(hours=2))])
    with service.pool.connection() as connection:
        found = difference(connection, village.book.book, (1, None))
    assert [(one.number, one.reverses, one.reversed_by) for one in found.added] == [
        (1, None, 2),
        (2, 1, None),
    ]
    assert {one.recorded_at for one in found.added} == {START + timedelta(hours=2)}
    assert (found.first.signed_at, found.last.signed_at) == (START, START + timedelta(hours=2))
    assert [(change.account, change.debit_fen, change.credit_fen) for change in found.changes] == [
        ("101", 0, 0),
        ("513", 0, 0),
    ]


# ------------------------------------------------------------------------------------- worked out by hand


def test_the_small_village_in_march(xiaohe: Service) -> None:
    with xiaohe.pool.connection() as connection:
        found = difference(connection, XIAOHE, (15, 18))
    assert (found.first.size, found.last.size, found.count) == (15, 18, 3)
    assert found.changes == [
        Change("10201", "基本账户", 4_060_000, 500_000, 0),
        Change("50301", found.changes[1].name, 0, 0, 500_000),
        Change("51401", found.changes[2].name, 0, 0, 0),
    ]
    assert sum(change.debit_fen for change in found.changes) == sum(
        change.credit_fen for change in found.changes
    )


def test_from_nothing_to_all_of_it_balances(xiaohe: Service) -> None:
    with xiaohe.pool.connection() as connection:
        found = difference(connection, XIAOHE, (0, None))
        root = log.root_at(connection, XIAOHE, 19)
    assert (found.count, found.last.root) == (19, root)
    assert found.first.root == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert all(change.before_fen == 0 for change in found.changes)
    assert sum(change.after_fen for change in found.changes) == 0


@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        ((0, 20), "diff.beyond"),
        ((20, None), "diff.beyond"),
        ((-1, 5), "diff.beyond"),
        ((6, 5), "diff.backwards"),
    ],
)
def test_sizes_that_cannot_be_compared(xiaohe: Service, sizes: tuple[int, int | None], code: str) -> None:
    with xiaohe.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        difference(connection, XIAOHE, sizes)
    assert caught.value.rule.code == code


class Asking(psycopg.Cursor[Any]):
    """A cursor that keeps what it was asked."""

    asked: ClassVar[list[str]] = []

    def execute(self, *values: Any, **options: Any) -> Asking:  # noqa: ANN401
        """Keep the question, and ask it."""
        Asking.asked.append(str(values[0]))
        return super().execute(*values, **options)


@pytest.mark.parametrize(
    ("part", "tables", "spared"),
    [
        (
            Part.accounts,
            ["FROM journal"],
            ["FROM vouchers", "JOIN vouchers", "FROM events", "FROM cosignatures"],
        ),
        (Part.entries, ["JOIN vouchers", "FROM events", "FROM cosignatures"], ["FROM journal"]),
    ],
)
def test_of_one_part_nothing_is_read_for_the_other(
    xiaohe: Service, part: Part, tables: list[str], spared: list[str]
) -> None:
    key = witness_verifier(SigningKey("example.com/a", bytes(32))).vkey
    policy = parse_policy(f"witness a {key}\nquorum a\n".encode())
    with psycopg.connect(xiaohe.database_url, cursor_factory=Asking) as connection:
        connection.execute("SET search_path TO read, public")
        whole = difference(connection, XIAOHE, (15, 19), policy_for=lambda _: policy)
        Asking.asked.clear()
        found = difference(connection, XIAOHE, (15, 19), Excerpt({part}), policy_for=lambda _: policy)
    asked = "\n".join(Asking.asked)
    assert [table for table in tables if table not in asked] == []
    assert [table for table in spared if table in asked] == []
    assert found.added == (whole.added if part is Part.entries else [])
    assert found.changes == (whole.changes if part is Part.accounts else [])


# --------------------------------------------------------------------------------- a checkpoint that was kept


def log_key(service: Service) -> SigningKey:
    key = service.log_keys.key_of(service.origin(XIAOHE))
    assert key is not None
    return key


def test_a_checkpoint_that_the_log_extends_gives_its_size(xiaohe: Service) -> None:
    key = log_key(xiaohe)
    with xiaohe.pool.connection() as connection:
        root = base64.b64decode(log.root_at(connection, XIAOHE, 12))
        kept = sign_checkpoint(Checkpoint(key.name, 12, root), key)
        assert kept_size(connection, XIAOHE, kept) == 12
        assert kept_size(connection, XIAOHE, log.latest_checkpoint(connection, XIAOHE).note) == 19


@pytest.mark.parametrize(("size", "code"), [(12, "diff.fork"), (20, "diff.rolled_back")])
def test_a_checkpoint_that_is_no_beginning_of_the_log_is_evidence(
    xiaohe: Service, size: int, code: str
) -> None:
    key = log_key(xiaohe)
    kept = sign_checkpoint(Checkpoint(key.name, size, bytes(32)), key)
    with xiaohe.pool.connection() as connection, pytest.raises(RuleViolation) as caught:
        kept_size(connection, XIAOHE, kept)
    assert caught.value.rule.code == code
    assert "证据" in caught.value.zh
    assert "evidence" in caught.value.en


def test_a_checkpoint_of_another_key_says_nothing(xiaohe: Service) -> None:
    stranger = SigningKey(log_key(xiaohe).name, bytes(32))
    with xiaohe.pool.connection() as connection:
        root = base64.b64decode(log.root_at(connection, XIAOHE, 12))
        kept = sign_checkpoint(Checkpoint(stranger.name, 12, root), stranger)
        assert register.book(connection, XIAOHE).log_vkey != stranger.verifier.vkey
        with pytest.raises(RuleViolation) as caught:
            kept_size(connection, XIAOHE, kept)
    assert caught.value.rule.code == "checkpoint.signature"
