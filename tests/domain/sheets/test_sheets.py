"""A month's sheet is published once, when it is closed, as the entries give it, by those who must sign it."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.merkle import EMPTY_ROOT
from domain.sheets import SheetPublished, rows_root

if TYPE_CHECKING:
    from tests.domain.conftest import Village

OTHER_ROOT = base64.b64encode(bytes(32)).decode()


def test_a_closed_month_is_published(village: Village) -> None:
    village.voucher()
    village.close()
    statement = village.publish().statement
    assert isinstance(statement, SheetPublished)
    assert statement.data.rows == 2
    assert village.book.sheets.published == {("trial_balance", "2026-01"): village.book.size - 1}


def test_an_open_month_is_not(village: Village) -> None:
    village.voucher()
    with village.refuses("sheet.not_closed"):
        village.publish()


@pytest.mark.parametrize("period", ["2025-12", "2026-02", "2099-12"])
def test_a_month_that_the_book_has_not_closed_is_not(village: Village, period: str) -> None:
    village.close()
    with village.refuses("sheet.not_closed"):
        village.publish(period)


def test_a_period_that_is_none(village: Village) -> None:
    village.close()
    with village.refuses("period.malformed"):
        village.publish(root=OTHER_ROOT, rows=0, period="2026-1")


def test_a_sheet_is_published_once(village: Village) -> None:
    village.close()
    village.publish()
    with village.refuses("sheet.published_twice"):
        village.publish()


@pytest.mark.parametrize("fields", [{"root": OTHER_ROOT}, {"rows": 3}, {"rows": 0}])
def test_figures_that_do_not_follow_from_the_entries(village: Village, fields: dict[str, Any]) -> None:
    village.voucher()
    village.close()
    with village.refuses("sheet.figures"):
        village.publish(**fields)


@pytest.mark.parametrize("by", ["accountant head", "accountant supervisor", "head supervisor", "township"])
def test_three_offices_sign(village: Village, by: str) -> None:
    village.close()
    with village.refuses("policy.roles_missing"):
        village.publish(by=by)


def test_later_vouchers_do_not_alter_a_closed_month(village: Village) -> None:
    village.voucher()
    village.close()
    before = village.book.trial_balance_rows("2026-01")
    village.voucher(date="2026-02-03")
    assert village.book.trial_balance_rows("2026-01") == before
    village.publish()


def test_a_month_without_figures_has_the_empty_root(village: Village) -> None:
    village.close()
    statement = village.publish().statement
    assert isinstance(statement, SheetPublished)
    assert statement.data.root == base64.b64encode(EMPTY_ROOT).decode()


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(-(2**53) + 1, 2**53 - 1)), max_size=3))
def test_the_root_is_that_of_rfc_6962_over_rfc_8785(rows: list[dict[str, str | int]]) -> None:
    leaves = [sha256(b"\0" + rfc8785.dumps(row)).digest() for row in rows]

    def root(hashes: list[bytes]) -> bytes:
        if len(hashes) < 2:
            return hashes[0] if hashes else EMPTY_ROOT
        split = 1 if len(hashes) == 2 else 2
        return sha256(b"\1" + root(hashes[:split]) + root(hashes[split:])).digest()

    assert rows_root(rows) == base64.b64encode(root(leaves)).decode()
