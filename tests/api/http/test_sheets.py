"""A published month over HTTP: who signed it, and the proof of each of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.proving import prove
from audit.source import HttpSource
from audit.verify import verify
from domain.periods import Closing, PeriodClosed
from domain.sheets import Sheet, SheetPublished, rows_root
from tests.api.http.conftest import BOOK

if TYPE_CHECKING:
    from tests.api.http.conftest import Door

MONTH = "2026-01"
THREE = ("accountant", "head", "supervisor")


def sheet(door: Door, **fields: Any) -> Sheet:  # noqa: ANN401 -- any field of the sheet
    rows = door.book().trial_balance_rows(MONTH)
    return Sheet(
        **{"period": MONTH, "root": rows_root(rows), "rows": len(rows), "sheet": "trial_balance", **fields}
    )


@pytest.fixture(scope="module")
def published(door: Door) -> int:
    """The entry that publishes January."""
    if door.book().periods.closed_through < MONTH:
        assert door.post(door.note(Closing(period=MONTH), PeriodClosed)).status_code == 201
    assert door.get(f"sheets/{MONTH}/proof/101").json()["rule"] == "sheet.unknown"
    wrong = door.post(door.note(sheet(door, rows=99), SheetPublished, *THREE))
    assert (wrong.status_code, wrong.json()["rule"]) == (422, "sheet.figures")
    answer = door.post(door.note(sheet(door), SheetPublished, *THREE), wait=10)
    assert answer.status_code == 201
    return int(answer.json()["index"])


def test_each_figure_is_proved_by_the_logs_key_alone(door: Door, published: int) -> None:
    rows = door.get("trial-balance.json", period=MONTH).json()["rows"]
    vkey = door.get("log.vkey").text.strip()
    assert len(rows) > 3
    for row in rows:
        proof = prove(door.get(f"sheets/{MONTH}/proof/{row['account']}").content, vkey)
        assert proof.ok
        assert (proof.index, proof.row) == (published, {**row, "period": MONTH})


def test_the_page_says_that_it_is_published_and_links_the_proofs(door: Door, published: int) -> None:
    text = door.client.get(f"/books/{BOOK}/trial-balance?period={MONTH}").text
    assert f'<a href="/books/{BOOK}/entries/{published}">签名公开</a>' in text
    assert f'href="sheets/{MONTH}/proof/101" download' in text
    assert "签名公开" not in door.client.get(f"/books/{BOOK}/trial-balance?period=2026-02").text


def test_the_page_of_the_entry(door: Door, published: int) -> None:
    answer = door.client.get(f"/books/{BOOK}/entries/{published}", headers={"Accept": "text/html"})
    assert "2026年1月的科目余额表已由会计、负责人和监督委员会签名公开" in answer.text


@pytest.mark.parametrize(
    ("path", "status", "rule"),
    [
        ("sheets/2026-01/proof/999", 404, "sheet.no_row"),
        ("sheets/2026-02/proof/101", 404, "sheet.unknown"),
        ("sheets/2026-13/proof/101", 400, "period.malformed"),
        ("sheets/2026-1/proof/101", 400, "request.malformed"),
    ],
)
def test_a_proof_that_there_is_not(door: Door, published: int, path: str, status: int, rule: str) -> None:
    assert published
    answer = door.get(path)
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)


def test_an_audit_of_it_all(door: Door, published: int) -> None:
    report = verify(HttpSource(f"{door.url}/books/{BOOK}"))
    assert report.ok, report.as_text()
    assert report.entries > published
