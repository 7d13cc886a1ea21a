"""When each entry of a history was witnessed: the quorum that a policy finds in the kept cosignatures, all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.tlog.cosignature import witness_verifier
from audit.tlog.policy import parse_policy
from domain.kernel.note import SigningKey
from projections import witnessing
from projections.history import Wanted, difference, history
from projections.witnessing import query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.composition import Service
    from audit.tlog.policy import Policy

XIAOHE = "N2330881MF0000021R"
KEYS = {name: SigningKey(f"example.com/{name}", bytes([i]) * 32) for i, name in enumerate("abc", 2)}
VKEYS = {name: witness_verifier(key).vkey for name, key in KEYS.items()}
TIME_S = 1_767_225_600
INSERT = "INSERT INTO cosignatures (book, vkey, size, time_s, line) VALUES (%s, %s, %s, %s, '')"

Cosigned = tuple[int, str, int]
"""A size, a witness and the second in which it signed."""

_numbers = count()


def policy_of(*more: str) -> Policy:
    """Return a policy of the three witnesses that ends in these lines."""
    lines = [*(f"witness {name} {vkey}" for name, vkey in VKEYS.items()), *more]
    return parse_policy("".join(f"{line}\n" for line in lines).encode())


TWO = policy_of("group q 2 a b c", "quorum q")


class Counting(psycopg.Cursor[Any]):
    """A cursor that counts what is asked of the cosignatures."""

    asked = 0

    def execute(self, *values: Any, **options: Any) -> Counting:  # noqa: ANN401
        """Count, and ask."""
        Counting.asked += "FROM cosignatures" in str(values[0])
        return super().execute(*values, **options)


@pytest.fixture
def connection(service: Service) -> Iterator[psycopg.Connection]:
    """A connection with every right, reading as the running program does."""
    with psycopg.connect(service.database_url, autocommit=True, cursor_factory=Counting) as connection:
        connection.execute("SET search_path TO read, public")
        yield connection


def cosign(connection: psycopg.Connection, book: str, signed: Sequence[Cosigned]) -> None:
    """Keep these cosignatures."""
    rows = {(book, VKEYS[name], size, TIME_S + second) for size, name, second in signed}
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, sorted(rows))


def by_hand(signed: Sequence[Cosigned], wanted: Policy, entry: int) -> datetime | None:
    """Return when the smallest checkpoint with a quorum that covers an entry had it, looking at each."""
    for size in sorted({size for size, _, _ in signed if size > entry}):
        for last in sorted({second for at, _, second in signed if at == size}):
            if wanted.reached({name for at, name, second in signed if (at, second <= last) == (size, True)}):
                return datetime.fromtimestamp(TIME_S + last, UTC)
    return None


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    signed=st.lists(st.tuples(st.integers(1, 30), st.sampled_from("abc"), st.integers(0, 50)), max_size=40),
    entries=st.lists(st.integers(0, 30), max_size=12),
    wanted=st.sampled_from(
        [
            TWO,
            policy_of("quorum a"),
            policy_of("group q all a b c", "quorum q"),
            policy_of("group x any a b", "group q all x c", "quorum q"),
            policy_of("quorum none"),
        ]
    ),
    rows=st.integers(4, 9),
    near=st.tuples(st.sampled_from([0, 5, 100]), st.sampled_from([1, 2, 8])),
)
def test_each_entry_has_the_time_of_its_first_quorum(
    connection: psycopg.Connection,
    signed: list[Cosigned],
    entries: list[int],
    wanted: Policy,
    rows: int,
    near: tuple[int, int],
) -> None:
    book = f"book-{next(_numbers)}"
    cosign(connection, book, signed)
    by_entry = {entry: by_hand(signed, wanted, entry) for entry in entries}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            query, "ROWS_MAX", rows
        )  # a size's rows, at most three, lie across the end of what is read
        patch.setattr(query, "FEW", near[0])
        patch.setattr(query, "NEAR_SIZES", near[1])
        assert witnessing.first_over_each(connection, book, wanted, entries) == {
            entry: at for entry, at in by_entry.items() if at
        }
        for entry, at in by_entry.items():
            found = witnessing.first_over(connection, book, wanted, entry)
            assert (found and found.at) == at


def test_a_history_asks_once_for_all_its_entries(xiaohe: Service) -> None:
    with psycopg.connect(xiaohe.database_url, cursor_factory=Counting) as connection:
        connection.execute("SET search_path TO read, public")
        cosign(connection, XIAOHE, [(16, "a", 5), (16, "b", 9), (18, "c", 20), (18, "a", 30)])
        Counting.asked = 0
        found = history(connection, XIAOHE, "10201", policy_for=lambda _: TWO)
        assert Counting.asked == 1
        connection.rollback()
    times = {row.posting.entry: row.witnessed_at for row in found.rows}
    first, second = (datetime.fromtimestamp(TIME_S + seconds, UTC) for seconds in (9, 30))
    assert times == {10: first, 11: first, 14: first, 15: first, 16: second, 17: second, 18: None}


def test_a_difference_says_when_each_entry_was_witnessed(xiaohe: Service) -> None:
    with psycopg.connect(xiaohe.database_url, cursor_factory=Counting) as connection:
        connection.execute("SET search_path TO read, public")
        cosign(connection, XIAOHE, [(16, "a", 5), (16, "b", 9), (18, "c", 20), (18, "a", 30)])
        Counting.asked = 0
        found = difference(connection, XIAOHE, (14, 19), policy_for=lambda _: TWO)
        assert Counting.asked == 1
        connection.rollback()
    first, second = (datetime.fromtimestamp(TIME_S + seconds, UTC) for seconds in (9, 30))
    assert {one.place: one.witnessed_at for one in found.added} == {
        14: first,
        15: first,
        16: second,
        17: second,
        18: None,
    }


def test_without_a_policy_for_its_log_nothing_is_asked(xiaohe: Service) -> None:
    with psycopg.connect(xiaohe.database_url, cursor_factory=Counting) as connection:
        connection.execute("SET search_path TO read, public")
        cosign(connection, XIAOHE, [(19, "a", 5), (19, "b", 9)])
        Counting.asked = 0
        books: list[str] = []
        found = history(connection, XIAOHE, "10201", policy_for=books.append)
        assert Counting.asked == 0
        assert books == [XIAOHE]
        connection.rollback()
    assert all(row.witnessed_at is None for row in found.rows)


def test_what_was_witnessed_only_later_was_not_known(xiaohe: Service) -> None:
    year = 365 * 86_400
    with psycopg.connect(xiaohe.database_url) as connection:
        connection.execute("SET search_path TO read, public")
        cosign(
            connection,
            XIAOHE,
            [(size, name, years * year) for size, years in ((16, 1), (19, 99)) for name in "ab"],
        )
        now, later = (
            history(connection, XIAOHE, "10201", Wanted(known_on=known_on), lambda _: TWO).rows
            for known_on in (datetime.now(UTC) + timedelta(days=400), None)
        )
        connection.rollback()
    assert [(row.posting.entry, row.witnessed_at is not None) for row in now] == [
        (entry, entry < 16) for entry in (10, 11, 14, 15, 16, 17, 18)
    ]
    assert all(row.witnessed_at for row in later)
