"""A voucher that is dated ahead does not hide the month that people are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.clock import now
from domain.kernel.period import next_period
from tests.api.http.conftest import BOOK, voucher

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

THIS_MONTH = now()[:7]
AHEAD = next_period(next_period(THIS_MONTH))


def test_pages_and_reports_open_on_the_newest_month_that_has_begun(door: Door) -> None:
    before = door.get("trial-balance.json").json()["period"]
    assert before <= THIS_MONTH
    assert door.post(door.note(voucher(date=f"{AHEAD}-01")), wait=10).status_code == 201
    assert door.get("trial-balance.json").json()["period"] == before
    home = door.client.get(f"/books/{BOOK}", headers={"accept": "text/html"}).text
    assert f'<option value="{before}" selected>' in home
    assert f'<option value="{AHEAD}">' in home
    assert door.get("trial-balance.json", period=AHEAD).json()["period"] == AHEAD
