"""A folder that is imported again after it was changed: nothing is booked twice, nothing is left out unsaid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.clock import now
from api.identity import Keyring
from api.importing import ImportRefused, Problem
from domain.book import Book
from domain.entry import seal
from domain.kernel.ulid import derive
from domain.policy import PolicySet
from domain.vouchers import Attachments, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.api.importing.conftest import BOOK, BOOK_TOML, JOURNAL, OPENING

if TYPE_CHECKING:
    from api.composition import Service
    from domain.entry import Entry
    from tests.api.importing.conftest import Village

ROOT = Path(__file__).parents[3]
PEOPLE = '\n[people]\nhead = "李大山"\n'
BULB = "2026-02-09,记-1,购灯泡,51302,办公费,12.30,,2\n2026-02-09,记-1,购灯泡,101,库存现金,,12.30,2\n"


def changed(village: Village, file: str, text: str) -> list[Problem]:
    """Import, then import again with a file changed; return the problems, having posted nothing."""
    village.run()
    entries = village.entries()
    village.write(file, text)
    with pytest.raises(ImportRefused) as refused:
        village.run()
    assert village.entries() == entries
    return refused.value.problems


def where(problem: Problem) -> tuple[str, str, int, str]:
    """Return a problem's rule and place."""
    return problem.rule, problem.file, problem.row, problem.column


# --- a first import that was killed

KILLED = """
import os, signal, sys
from pathlib import Path
from api.composition import open_service
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.settings import Settings

def die(done):
    os.kill(os.getpid(), signal.SIGKILL)

folder = read_folder(Path(sys.argv[1]))
with open_service(Settings()) as service:
    run_import(service, folder, Keyring(Path(sys.argv[2]), folder.book.id), advance=die)
"""


def test_first_import_killed_after_the_books_opening_is_completed_with_its_tiers(
    village: Village, service: Service, tmp_path: Path
) -> None:
    """The opening is posted alone; the entry that says who must sign what is the next."""
    settings = service.settings
    variables = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SUNLEDGER_HOME": str(settings.home),
        "SUNLEDGER_DATABASE_URL": str(settings.database_url),
    }
    command = [sys.executable, "-c", KILLED, str(village.folder), str(tmp_path / "keys")]
    killed = subprocess.run(command, env=variables, cwd=tmp_path, check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert len(village.entries()) == 1
    replace(village, keyring=Keyring(tmp_path / "keys", BOOK)).run()
    entries = village.entries()
    assert isinstance(entries[1].statement, PolicySet)
    untouched = 8
    assert len(entries) == untouched


def test_tiers_that_the_people_set_themselves_are_kept(village: Village) -> None:
    village.run()
    before = village.entries()
    assert sum(isinstance(entry.statement, PolicySet) for entry in before) == 1
    village.run()
    assert village.entries() == before


# --- vouchers


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("2026-02-09", "2026-02-19", "日期"),
        ("2026-02-09", "2026-01-09", "日期"),
        ("2026-02-09,记-1", "2026-02-09,记-01", "凭证号"),
        ("2026-02-09,记-1", "2026-02-09,记－１", "凭证号"),
        ("2026-02-09,记-1", "2026-02-09,记-7", "凭证号"),
        ("2026-02-09,记-1", "2026-02-10,记-7", "日期"),
        ("2026-02-09", "2026-03-19", "日期"),
    ],
)
def test_posted_voucher_is_not_booked_again_under_another_date_or_number(
    village: Village, old: str, new: str, column: str
) -> None:
    later = "2026-02-10,记-2,收利息,10201,基本户,7.00,,1\n2026-02-10,记-2,收利息,50401,利息收入,,7.00,1\n"
    village.write("journal.csv", JOURNAL + later)
    [problem] = changed(village, "journal.csv", (JOURNAL + later).replace(old, new))
    assert where(problem) == ("import.voucher_moved", "journal.csv", 4, column)
    assert "2026-02-09" in problem.zh
    assert "记-1" in problem.zh


@pytest.mark.parametrize("date", ["2026-01-19", "2026-03-19"])
def test_only_voucher_of_a_month_is_not_booked_again_in_another(village: Village, date: str) -> None:
    [problem] = changed(village, "journal.csv", JOURNAL.replace("2026-02-09", date))
    assert where(problem) == ("import.voucher_moved", "journal.csv", 4, "日期")


def test_older_sheet_names_nothing_of_later_months(village: Village) -> None:
    village.run()
    village.write("journal.csv", JOURNAL.replace(BULB, ""))
    assert village.run().absent == ()


def test_voucher_of_another_month_with_the_same_number_is_another(village: Village) -> None:
    village.run()
    only_march = JOURNAL.split("\n", 1)[0] + "\n" + BULB.replace("2026-02-09", "2026-03-09")
    village.write("journal.csv", only_march)
    result = village.run()
    assert (result.vouchers, result.absent) == (1, ())


def test_next_part_of_a_month_alone_is_imported_and_the_first_part_named(village: Village) -> None:
    village.run()
    rest = BULB.replace("记-1", "记-2").replace("2026-02-09", "2026-02-20").replace("灯泡", "扫帚")
    village.write("journal.csv", JOURNAL.split("\n", 1)[0] + "\n" + rest)
    result = village.run()
    assert (result.vouchers, result.absent) == (1, (("2026-02-09", "记-1"),))


def test_deleted_voucher_and_emptied_opening_are_named(village: Village) -> None:
    more = BULB.replace("记-1", "记-2")
    village.write("journal.csv", JOURNAL + more)
    assert village.run().absent == ()
    village.write("journal.csv", JOURNAL)
    village.write("opening.csv", OPENING.split("\n", 1)[0] + "\n")
    assert village.run().absent == (("2026-01", "期初余额"), ("2026-02-09", "记-2"))


def reverse(village: Village, entry: Entry) -> None:
    """Post the reversal of a voucher on the same day, signed by accountant and head."""
    original = entry.statement.data
    assert isinstance(original, Voucher)
    book = Book(BOOK)
    for stored in village.entries():
        book.evolve(stored)
    data = Reversal(
        attachments=Attachments(count=1),
        date=original.date,
        lines=mirrored(original.lines),
        reverses=entry.statement.id,
        summary="冲销",
    )
    statement = VoucherReversed(at=now(), book=BOOK, data=data, id=derive(0, BOOK, "红字"), seen=book.seen())
    keys = [village.keyring.key(role) for role in ("accountant", "head")]
    village.service.ledger.post(BOOK, [seal(statement, keys)])
    village.service.runner.catch_up([BOOK])


def test_reversed_voucher_may_be_booked_anew(village: Village) -> None:
    village.run()
    [posted] = [
        entry
        for entry in village.entries()
        if isinstance(entry.statement, VoucherPosted) and entry.statement.data.date == "2026-02-09"
    ]
    reverse(village, posted)
    village.write("journal.csv", JOURNAL.replace("2026-02-09", "2026-02-19"))
    result = village.run()
    assert (result.vouchers, result.absent) == (1, ())


def test_number_that_two_vouchers_have_is_refused_at_the_second(village: Village) -> None:
    between = BULB.replace("记-1", "记-2")
    second = "2026-02-09,记-1,收利息,10201,基本户,7.00,,2\n2026-02-09,记-1,收利息,50401,利息收入,,7.00,2\n"
    village.write("journal.csv", JOURNAL + between + second)
    with pytest.raises(ImportRefused) as refused:
        village.run()
    [problem] = refused.value.problems
    assert where(problem) == ("import.number_twice", "journal.csv", 8, "凭证号")
    assert "第 4 行" in problem.zh


@pytest.mark.parametrize("times", [2, 3])
def test_voucher_pasted_below_itself_is_refused_at_the_copy(village: Village, times: int) -> None:
    village.write("journal.csv", JOURNAL.replace(BULB, BULB * times))
    with pytest.raises(ImportRefused) as refused:
        village.run()
    [problem] = refused.value.problems
    assert where(problem) == ("import.copied", "journal.csv", 6, "凭证号")
    assert "第 4 行" in problem.zh


def test_voucher_of_two_payments_alike_tells_them_apart_in_the_summaries(village: Village) -> None:
    second = BULB.replace("灯泡", "灯泡（二组）")
    village.write("journal.csv", JOURNAL.replace(BULB, BULB + second))
    assert village.run().vouchers == 2


def test_voucher_whose_rows_balance_only_together_may_stand_apart(village: Village) -> None:
    first, second = BULB.splitlines(keepends=True)
    village.write("journal.csv", JOURNAL.replace(BULB, first + BULB.replace("记-1", "记-2") + second))
    assert village.run().vouchers == 3


@pytest.mark.parametrize("spelling", ["2026-02-09,记-01", "2026-02-10,记-1"])
def test_voucher_whose_date_or_number_varies_from_row_to_row_is_told_so(
    village: Village, spelling: str
) -> None:
    first, second = BULB.splitlines(keepends=True)
    village.write("journal.csv", JOURNAL.replace(BULB, first + second.replace("2026-02-09,记-1", spelling)))
    with pytest.raises(ImportRefused) as refused:
        village.run()
    assert [where(problem) for problem in refused.value.problems] == [
        ("import.one_voucher", "journal.csv", 4, "凭证号"),
        ("import.one_voucher", "journal.csv", 5, "凭证号"),
    ]
    assert "第 5 行" in refused.value.problems[0].zh


# --- accounts and people


def test_account_cannot_become_another_by_its_name(village: Village) -> None:
    [problem] = changed(village, "journal.csv", JOURNAL.replace("办公费", "招待费"))
    assert where(problem) == ("import.renamed", "journal.csv", 4, "科目名称")
    assert "「办公费」" in problem.zh


def test_account_may_be_written_with_the_names_above_it_or_without_a_name(village: Village) -> None:
    village.run()
    village.write("journal.csv", JOURNAL.replace("基本户", "银行存款/基本户").replace("办公费", ""))
    assert village.run().posted == 0


def test_who_signs_is_not_changed_in_the_file(village: Village) -> None:
    village.write("book.toml", BOOK_TOML + PEOPLE)
    [problem] = changed(village, "book.toml", BOOK_TOML + PEOPLE.replace("李大山", "王小河"))
    assert where(problem) == ("import.person_changed", "book.toml", 0, "[people] head")
    assert "「李大山」" in problem.zh
