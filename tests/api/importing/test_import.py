"""Imports that succeed: what is posted, by whom; and what a second run adds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.identity import Keyring
from api.importing import ImportRefused, read_folder, run_import
from domain.accounts import AccountAdded
from domain.founding import BookOpened
from domain.ledger import read_entries
from domain.opening import OpeningPosted
from domain.periods import PeriodClosed
from domain.policy import PolicySet
from domain.vouchers import VoucherPosted
from tests.api.importing.conftest import BOOK, BOOK_TOML, JOURNAL

if TYPE_CHECKING:
    from api.composition import Service
    from domain.entry import Entry
    from domain.vouchers import Voucher
    from tests.api.importing.conftest import Village

XIAOHE = Path(__file__).parents[3] / "examples" / "xiaohe"
LATER = ("2026-03-05,记-1,收利息,10201,基本户,7.00,,1", "2026-03-05,记-1,收利息,50401,利息收入,,7.00,1")


def vouchers(entries: list[Entry]) -> list[Voucher]:
    """Return the vouchers among the entries."""
    return [entry.statement.data for entry in entries if isinstance(entry.statement, VoucherPosted)]


def signers(entry: Entry) -> list[str]:
    """Return the roles that signed an entry."""
    return [signature.name.split("/")[1] for signature in entry.signatures]


# --- what is posted


def test_small_example_makes_19_entries_in_order(service: Service, keyring: Keyring) -> None:
    folder = read_folder(XIAOHE)
    result = run_import(service, folder, keyring)
    entries = list(read_entries(service.recorder, folder.book.id))
    assert (result.posted, result.vouchers, result.vouchers_there, result.size) == (19, 8, 0, 19)
    assert [type(entry.statement) for entry in entries] == [
        BookOpened,
        PolicySet,
        *[AccountAdded] * 8,
        OpeningPosted,
        *[VoucherPosted] * 8,
    ]


def test_vouchers_keep_what_the_sheet_says(village: Village) -> None:
    village.run()
    first, second = vouchers(village.entries())
    assert (first.date, first.source, first.summary, first.attachments.count) == (
        "2026-01-08",
        "记-1",
        "收利息",
        1,
    )
    assert [(line.account, line.debit_fen, line.credit_fen) for line in second.lines] == [
        ("51302", 1_230, 0),
        ("101", 0, 1_230),
    ]


def test_rows_of_one_date_and_number_are_one_voucher(village: Village) -> None:
    header, *rows = JOURNAL.splitlines()
    village.write("journal.csv", "\n".join([header, rows[0], rows[2], rows[1], rows[3]]))
    village.add("journal.csv", "", *LATER)
    village.run()
    assert [(one.date, one.source, len(one.lines)) for one in vouchers(village.entries())] == [
        ("2026-01-08", "记-1", 2),
        ("2026-02-09", "记-1", 2),
        ("2026-03-05", "记-1", 2),
    ]


def test_vouchers_are_posted_by_date_whatever_their_order_in_the_sheet(village: Village) -> None:
    header, *rows = JOURNAL.splitlines()
    village.write("journal.csv", "\n".join([header, *LATER, *rows[2:], *rows[:2]]))
    village.run()
    assert [one.date for one in vouchers(village.entries())] == ["2026-01-08", "2026-02-09", "2026-03-05"]


def test_red_amounts_stay_negative(village: Village) -> None:
    village.add("journal.csv", "2026-03-01,2,注销,51302,,-12.30,,0", "2026-03-01,2,注销,101,,,-12.30,0")
    village.run()
    red = vouchers(village.entries())[-1]
    assert [(line.debit_fen, line.credit_fen) for line in red.lines] == [(-1_230, 0), (0, -1_230)]


def test_accounts_are_added_under_their_parents_with_the_sheets_names(village: Village) -> None:
    village.add(
        "journal.csv",
        "2026-03-01,2,应收,1130101,内部往来/成员户/张三,9.00,,0",
        "2026-03-01,2,应收,50401,,,9.00,0",
    )
    village.run()
    added = [
        (entry.statement.data.code, entry.statement.data.name, signers(entry))
        for entry in village.entries()
        if isinstance(entry.statement, AccountAdded)
    ]
    assert [code for code, _, _ in added] == ["10201", "11301", "50401", "51302", "1130101"]
    assert ("1130101", "张三", ["accountant"]) in added
    assert ("10201", "基本户", ["accountant"]) in added


def test_a_slash_in_a_name_is_part_of_it(village: Village) -> None:
    village.add("journal.csv", "2026-03-01,2,水电,51399,水/电费,9.00,,0", "2026-03-01,2,水电,101,,,9.00,0")
    village.run()
    names = [
        entry.statement.data.name for entry in village.entries() if isinstance(entry.statement, AccountAdded)
    ]
    assert "水/电费" in names


@pytest.mark.parametrize(
    ("yuan", "roles"),
    [
        ("499.99", ["accountant", "head"]),
        ("999.99", ["accountant", "head"]),
        ("1000.00", ["accountant", "head", "supervisor"]),
        ("9999.99", ["accountant", "head", "supervisor"]),
        ("10000.00", ["accountant", "head", "supervisor", "township"]),
    ],
)
def test_the_amount_decides_who_signs(village: Village, yuan: str, roles: list[str]) -> None:
    village.add(
        "journal.csv", f"2026-03-01,2,收利息,10201,,{yuan},,0", f"2026-03-01,2,收利息,50401,,,{yuan},0"
    )
    village.run()
    assert signers(village.entries()[-1]) == roles


def test_founding_grants_a_key_to_each_role_and_names_the_people(village: Village) -> None:
    village.write("book.toml", f'{BOOK_TOML}\n[people]\naccountant = "张会计"\n')
    village.run()
    opened = village.entries()[0].statement
    assert isinstance(opened, BookOpened)
    assert opened.data.organisation.name == "三户村"
    assert [(grant.vkey.split("+")[0], grant.name) for grant in opened.data.keys] == [
        (f"{BOOK}/township/1", ""),
        (f"{BOOK}/accountant/1", "张会计"),
        (f"{BOOK}/cashier/1", ""),
        (f"{BOOK}/head/1", ""),
        (f"{BOOK}/supervisor/1", ""),
    ]


def test_origin_of_the_log_is_the_servers_or_the_folders(village: Village) -> None:
    assert read_folder(village.folder).book.origin == ""
    village.write("book.toml", BOOK_TOML + 'origin = "ledger.example/3/N2330881MF0000013Y"\n')
    village.run()
    opened = village.entries()[0].statement
    assert isinstance(opened, BookOpened)
    assert opened.data.log.origin == "ledger.example/3/N2330881MF0000013Y"
    assert opened.data.log.vkey.startswith("ledger.example/3/N2330881MF0000013Y+")


@pytest.mark.parametrize(
    "origin", [f"https://x.cn/books/{BOOK}", f"x.cn//books/{BOOK}", f"//..//x:::/{BOOK}"]
)
def test_no_book_is_opened_under_an_origin_that_is_no_address(village: Village, origin: str) -> None:
    village.write("book.toml", f'{BOOK_TOML}origin = "{origin}"\n')
    with pytest.raises(ImportRefused) as caught:
        village.run()
    [problem] = caught.value.problems
    assert (problem.file, problem.rule, problem.read) == ("book.toml", "book.origin_form", origin)
    assert village.entries() == []
    assert not list((village.service.settings.home / "logkeys").glob("*.key"))


def test_a_book_that_has_such_an_origin_is_imported_again(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as lenient:
        lenient.setattr("api.importing.founding.check_origin", lambda _: None)
        village.write("book.toml", f'{BOOK_TOML}origin = "https://x.cn/books/{BOOK}"\n')
        village.run()
    assert village.run().posted == 0


def test_periods_close_in_order_each_after_its_vouchers(village: Village) -> None:
    village.write("book.toml", BOOK_TOML + 'closed_through = "2026-03"\n')
    village.add("journal.csv", *LATER)
    village.run()
    story = [
        entry.statement.data.period
        if isinstance(entry.statement, PeriodClosed)
        else entry.statement.data.date
        for entry in village.entries()
        if isinstance(entry.statement, PeriodClosed | VoucherPosted)
    ]
    assert story == ["2026-01-08", "2026-01", "2026-02-09", "2026-02", "2026-03-05", "2026-03"]


def test_closing_may_follow_later(village: Village) -> None:
    village.run()
    village.write("book.toml", BOOK_TOML + 'closed_through = "2026-01"\n')
    result = village.run()
    assert (result.posted, result.vouchers, result.vouchers_there) == (1, 0, 2)
    assert isinstance(village.entries()[-1].statement, PeriodClosed)


def test_voucher_for_a_closed_period_is_refused_with_its_row(village: Village) -> None:
    village.write("book.toml", BOOK_TOML + 'closed_through = "2026-01"\n')
    village.run()
    size = len(village.entries())
    village.add("journal.csv", "2026-01-09,2,迟到,10201,,1.00,,0", "2026-01-09,2,迟到,50401,,,1.00,0")
    with pytest.raises(ImportRefused) as refused:
        village.run()
    assert [(one.file, one.row, one.rule) for one in refused.value.problems] == [
        ("journal.csv", 6, "period.closed")
    ]
    assert len(village.entries()) == size


def test_progress_begins_with_the_total_and_advances_to_it(village: Village) -> None:
    heard: list[int] = []
    totals: list[int] = []
    folder = read_folder(village.folder)
    result = run_import(village.service, folder, village.keyring, totals.append, heard.append)
    assert totals == [result.posted] == [sum(heard)]


def test_two_villages_share_a_database(village: Village, xiaohe: Service, keyring: Keyring) -> None:
    village.run()
    result = run_import(xiaohe, read_folder(XIAOHE), keyring)
    assert (result.posted, result.size) == (0, 19)
    assert len(village.entries()) == 8


# --- a second run


def test_second_run_adds_nothing(village: Village) -> None:
    first = village.run()
    entries = village.entries()
    again = village.run()
    assert (again.posted, again.vouchers, again.vouchers_there, again.size) == (0, 0, 2, first.size)
    assert village.entries() == entries


def test_new_rows_add_what_is_new_and_nothing_else(village: Village) -> None:
    village.run()
    before = village.entries()
    village.add("journal.csv", *LATER)
    result = village.run()
    after = village.entries()
    assert (result.posted, result.vouchers, result.vouchers_there) == (1, 1, 2)
    assert after[:-1] == before
    assert vouchers(after)[-1].date == "2026-03-05"
    seen = after[-1].statement.seen
    assert seen.n == len(before)  # signed on top of all that was there


def test_rows_taken_out_of_the_sheet_stay_in_the_book(village: Village) -> None:
    village.run()
    entries = village.entries()
    village.write("journal.csv", "\n".join(JOURNAL.splitlines()[:3]))
    assert village.run().posted == 0
    assert village.entries() == entries


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "said"),
    [
        ("journal.csv", "12.30", "12.31", (4, "借方金额"), "借方入账时是「12.30」，表中是「12.31」"),
        ("journal.csv", "购灯泡", "购灯管", (4, "摘要"), "摘要入账时是「购灯泡」，表中是「购灯管」"),
        ("journal.csv", ",2\n", ",3\n", (4, "附件数"), "附件数入账时是「2」，表中是「3」"),
        ("journal.csv", "51302", "51303", (4, "科目编码"), "科目编码入账时是「51302」，表中是「51303」"),
        ("journal.csv", "购灯泡,101", "灯泡,101", (5, "摘要"), "摘要入账时是「购灯泡」，表中是「灯泡」"),
        (
            "journal.csv",
            "2026-02-09,记-1,购灯泡,101,库存现金,,12.30,2",
            "2026-02-09,记-1,购灯泡,101,库存现金,,12,2\n2026-02-09,记-1,购灯泡,101,库存现金,,0.30,2",
            (4, "凭证号"),
            "分录行数入账时是「2」，表中是「3」",
        ),
        ("opening.csv", "00.00", "00.01", (2, "借方余额"), "借方入账时是「100.00」，表中是「100.01」"),
    ],
)
def test_posted_voucher_cannot_be_edited(
    village: Village, file: str, old: str, new: str, place: tuple[int, str], said: str
) -> None:
    village.run()
    entries = village.entries()
    text = (village.folder / file).read_text(encoding="utf-8")
    assert old in text
    village.write(file, text.replace(old, new))
    with pytest.raises(ImportRefused) as refused:
        village.run()
    [problem] = refused.value.problems
    rule = "import.changed" if file == "journal.csv" else "import.opening_changed"
    assert (problem.file, problem.row, problem.column, problem.rule) == (file, *place, rule)
    assert ("也不能冲销" in problem.zh) == (file == "opening.csv")
    assert said in problem.zh
    assert village.entries() == entries


# --- keys


def test_keys_are_kept_under_a_passphrase(village: Village, tmp_path: Path) -> None:
    sealed = tmp_path / "sealed"
    guarded = replace(village, keyring=Keyring(sealed, BOOK, "村口老樟树"))
    guarded.run()
    keys = sorted(path.name for path in sealed.glob("*.key"))
    assert keys == ["accountant-1.key", "cashier-1.key", "head-1.key", "supervisor-1.key", "township-1.key"]
    assert all(b"PRIVATE+KEY" not in (sealed / key).read_bytes() for key in keys)

    village.add("journal.csv", *LATER)
    with pytest.raises(ImportRefused) as refused:
        replace(village, keyring=Keyring(sealed, BOOK, "错")).run()
    assert [problem.rule for problem in refused.value.problems] == ["keyfile.passphrase"]
    assert len(village.entries()) == 8
    assert replace(village, keyring=Keyring(sealed, BOOK, "村口老樟树")).run().posted == 1


def test_lost_keys_are_not_replaced_behind_the_books_back(village: Village, tmp_path: Path) -> None:
    village.run()
    village.add("journal.csv", *LATER)
    other = tmp_path / "other"
    with pytest.raises(ImportRefused) as refused:
        replace(village, keyring=Keyring(other, BOOK)).run()
    [problem] = refused.value.problems
    assert (problem.rule, problem.row) == ("import.no_key", 6)
    assert str(other) in problem.zh
    assert len(village.entries()) == 8
