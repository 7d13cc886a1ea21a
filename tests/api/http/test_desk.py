"""The desk shows the month at a glance, and of each village where one is at work what waits there."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from api.identity import Keyring
from api.importing import read_folder, run_import
from api.sessions import answer
from domain.kernel.money import format_fen
from domain.vouchers import VoucherPosted
from tests.api.http.at_work import Office
from tests.api.http.conftest import BOOK, voucher
from tests.audit.conftest import HAMLET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.http.at_work import Person
    from tests.api.http.conftest import Door

OTHER = "N2330881MF0000013Y"


@pytest.fixture(scope="module")
def office(door: Door) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(door, stack)


@pytest.fixture(scope="module")
def other(door: Door, tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """The keys of a second village on the same server."""
    folder: Path = tmp_path_factory.mktemp("hamlet")
    for name, text in HAMLET.items():
        (folder / name).write_text(text, encoding="utf-8")
    keyring = Keyring(door.service.settings.home / "keys" / OTHER, OTHER)
    run_import(door.service, read_folder(folder), keyring)
    return keyring


def page_of(person: Person, path: str = f"/books/{BOOK}/work") -> str:
    """Return the words of a page."""
    shown = person.client.get(path, headers={"accept": "text/html"})
    assert shown.status_code == 200, shown.text
    return shown.text


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def figures(page: str) -> dict[str, str]:
    """Return the figures of the month, by their names in Chinese."""
    found = re.search(r'<dl class="figures broad">.*?</dl>', page, re.DOTALL)
    assert found, "no figures"
    return {
        words(name).split()[0]: words(value).strip()
        for name, value in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", found[0], re.DOTALL)
    }


def waits(page: str) -> tuple[int, str]:
    """Return how many drafts wait for one in the other village, and which month is next to close there."""
    found = re.search(r"三户村.*?等我签 (\d+) .*?待结账 (\S+)", words(page))
    assert found, words(page)
    return int(found[1]), found[2]


def test_the_month_that_is_next_to_close_at_a_glance(office: Office) -> None:
    door = office.door
    page = page_of(office["head"])
    period = door.book().periods.next_to_close
    trial = door.get("trial-balance.json", period=period).json()["rows"]
    held = {
        top: sum(
            row["closing_debit_fen"] - row["closing_credit_fen"]
            for row in trial
            if row["account"].startswith(top)
        )
        for top in ("101", "102")
    }
    vouchers = door.client.get(f"/books/{BOOK}/vouchers?period={period}", headers={"accept": "text/html"})
    shown = figures(page)
    assert shown["库存现金"] == f"{format_fen(held['101'])} 元"
    assert shown["银行存款"] == f"{format_fen(held['102'])} 元"
    assert shown["凭证"] == f"{vouchers.text.count('<article')} 张"


def test_a_voucher_moves_the_figures(office: Office) -> None:
    door = office.door
    period = door.book().periods.next_to_close
    before = figures(page_of(office["head"]))
    for paid in (
        voucher(123_456, date=f"{period}-03"),
        voucher(23_400, date=f"{period}-04", debit="51302", credit="101"),
    ):
        posted = door.post(door.note(paid, VoucherPosted, "accountant", "head", "supervisor"), wait=10)
        assert posted.status_code == 201, posted.text
    after = figures(page_of(office["head"]))

    def moved(name: str) -> int:
        fen = [
            int(re.sub(r"\D", "", one[name])) * (-1 if one[name][0] == "-" else 1) for one in (before, after)
        ]
        return fen[1] - fen[0]

    names = ("库存现金", "银行存款", "本月收入", "本月支出", "本月收益", "凭证")
    assert [moved(name) for name in names] == [-23_400, 123_456, 123_456, 23_400, 100_056, 2]


def test_what_transfers_or_distributes_is_no_income_of_the_month(office: Office) -> None:
    """Neither on the desk nor on the villagers' page, as no statement shows it."""
    door = office.door
    period = door.book().periods.next_to_close
    before = figures(page_of(office["head"]))
    for paid in (
        voucher(300_00, date=f"{period}-05", debit="32202", credit="50103"),
        voucher(200_00, date=f"{period}-05", debit="51302", credit="321"),
    ):
        signed = door.note(paid, VoucherPosted, "accountant", "head", "supervisor", "township")
        assert door.post(signed, wait=10).status_code == 201
    after = figures(page_of(office["head"]))
    names = ("本月收入", "本月支出", "本月收益")
    assert [after[name] for name in names] == [before[name] for name in names]
    rows = door.get("income-details.json", period=period).json()["rows"]
    page = door.client.get(f"/books/{BOOK}", params={"period": period}).text
    shown = re.findall(r'account=(\d+)">[^<]*</a></th><td class="money"><a [^>]*>.*?([\d,.]+)<', page)
    of_month = [(row["account"], row["month_fen"]) for row in rows if row["month_fen"]]
    assert sorted(shown) == sorted((account, format_fen(fen)) for account, fen in of_month)
    assert shown


def test_each_figure_leads_to_its_report(office: Office) -> None:
    page = page_of(office["head"])
    found = re.search(r'<dl class="figures broad">.*?</dl>', page, re.DOTALL)
    assert found
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', found[0])]
    assert len(links) == 6
    for link in links:
        answered = office["head"].client.get(link, headers={"accept": "text/html"})
        assert answered.status_code == 200, link


def test_each_village_says_what_waits_for_me(office: Office, other: Keyring) -> None:
    head = office["head"]
    assert "换一个村" not in page_of(head)
    path = f"/books/{OTHER}/sessions"

    def sign_in(person: Person, role: str) -> None:
        text = person.client.post(f"{path}/challenge").json()["text"].encode()
        assert person.client.post(path, content=answer(text, other.key(role))).status_code == 201

    sign_in(head, "head")
    sign_in(office["accountant"], "accountant")
    for page in (page_of(head), page_of(head, "/work")):
        assert waits(page) == (0, "2026年2月")
    draft = {"type": "voucher.posted/1", "data": msgspec.to_builtins(voucher(debit="101", credit="301"))}
    for _ in range(2):
        made = office["accountant"].client.post(f"/books/{OTHER}/drafts", json=draft)
        assert made.status_code == 201, made.text
        assert "head" in made.json()["missing"]
    for page in (page_of(head), page_of(head, "/work")):
        assert waits(page) == (2, "2026年2月")


def test_a_villages_numbers_cost_few_queries(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many drafts wait there."""
    service = office.door.service
    for _ in range(5):
        office["accountant"].make(msgspec.to_builtins(voucher()))
    asked: list[str] = []
    monkeypatch.setattr(service.recorder, "select_events", counting(service.recorder.select_events, asked))
    assert service.drafts.waits(BOOK, "head").to_sign >= 5
    assert len(asked) <= 1


def counting(ask: object, asked: list[str]) -> object:
    def counted(*args: object, **kwargs: object) -> object:
        asked.append(str(args))
        return ask(*args, **kwargs)  # type: ignore[operator]

    return counted
