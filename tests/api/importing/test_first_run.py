"""The first import of a book: nothing is left of a refused one, a broken-off one goes on, two at once take turns."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.identity import Keyring
from api.importing import ImportRefused, read_folder, run_import
from tests.api.importing.conftest import BOOK, JOURNAL

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Service
    from tests.api.importing.conftest import Village

LATER = ("2026-03-05,记-1,收利息,10201,基本户,7.00,,1", "2026-03-05,记-1,收利息,50401,利息收入,,7.00,1")
UNBALANCED = "2026-03-05,记-1,收利息,10201,基本户,7.00,,1\n2026-03-05,记-1,收利息,50401,利息收入,,8.00,1\n"


class BrokenOffError(Exception):
    """The program ended here."""


def break_off(_: int) -> None:
    """End the import where it has its keys and a plan, and has posted nothing."""
    raise BrokenOffError


def files_below(folder: Path) -> list[Path]:
    """Return all that lies in a folder."""
    return sorted(folder.rglob("*")) if folder.exists() else []


def test_refused_first_import_leaves_nothing(village: Village, service: Service, tmp_path: Path) -> None:
    logkeys = service.settings.home / "logkeys"
    before = files_below(logkeys)
    village.write("journal.csv", JOURNAL + UNBALANCED)
    with pytest.raises(ImportRefused):
        village.run()
    assert not (tmp_path / "keys").exists()
    assert files_below(logkeys) == before
    assert village.entries() == []


def test_keys_of_a_good_import_are_kept(village: Village, service: Service, tmp_path: Path) -> None:
    logkeys = service.settings.home / "logkeys"
    assert files_below(logkeys) == []
    village.run()
    kept = {path.name for path in (tmp_path / "keys").iterdir()}
    roles = ("township", "accountant", "cashier", "head", "supervisor")
    assert kept == {"holders.secret", *(f"{role}-1.key" for role in roles)}
    assert len(list(logkeys.glob("*.key"))) == 1


def test_import_that_broke_off_before_posting_goes_on(
    village: Village, service: Service, tmp_path: Path
) -> None:
    with pytest.raises(BrokenOffError):
        run_import(service, read_folder(village.folder), village.keyring, break_off)
    assert village.entries() == []
    kept = {path: path.read_bytes() for path in files_below(tmp_path / "keys")}
    assert len(kept) == 6
    again = replace(village, keyring=Keyring(tmp_path / "keys", BOOK))
    assert again.run().posted == 8
    assert {path: path.read_bytes() for path in files_below(tmp_path / "keys")} == kept


def test_keys_that_were_saved_in_part_are_completed(village: Village, tmp_path: Path) -> None:
    first = Keyring(tmp_path / "keys", BOOK)
    township = first.key("township")
    first.save()
    assert village.run().posted == 8
    assert Keyring(tmp_path / "keys", BOOK).key("township") == township
    opened = village.entries()[0].statement.data
    assert township.verifier.vkey in [grant.vkey for grant in opened.keys]  # type: ignore[union-attr]


def at_once(*villages: Village) -> list[object]:
    """Import in as many threads at once; return what each did or raised."""
    together = threading.Barrier(len(villages))
    done: list[object] = [None] * len(villages)

    def work(number: int, village: Village) -> None:
        together.wait()
        try:
            done[number] = village.run()
        except Exception as error:  # noqa: BLE001 -- it is what the test looks at
            done[number] = error

    threads = [threading.Thread(target=work, args=one) for one in enumerate(villages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_two_imports_of_one_new_book_take_turns(village: Village, tmp_path: Path) -> None:
    other = replace(village, keyring=Keyring(tmp_path / "keys", BOOK))
    results = at_once(village, other)
    assert sorted(result.posted for result in results) == [0, 8]  # type: ignore[attr-defined]
    assert len(village.entries()) == 8


def test_two_imports_with_other_keys_take_turns_and_the_second_is_told(
    village: Village, tmp_path: Path
) -> None:
    """As from two computers: what is there already is no matter, and for what is new the keys are missing."""
    elsewhere = tmp_path / "elsewhere"
    village.add("journal.csv", *LATER)
    first = run_import(village.service, read_folder(village.folder), village.keyring)
    other = replace(village, keyring=Keyring(elsewhere, BOOK))
    assert first.posted == 9
    assert other.run().posted == 0
    village.add("journal.csv", *(line.replace("记-1", "记-2") for line in LATER))
    with pytest.raises(ImportRefused) as refused:
        other.run()
    assert {problem.rule for problem in refused.value.problems} == {"import.no_key"}
    assert "现行有效的会计密钥" in refused.value.problems[0].zh
    assert not elsewhere.exists()


def test_one_name_with_and_without_the_names_above_is_one(village: Village) -> None:
    village.add("journal.csv", *(line.replace("基本户", "银行存款/基本户") for line in LATER))
    assert village.run().vouchers == 3


def test_each_other_name_is_told_once(village: Village) -> None:
    for number in (1, 2):
        village.add(
            "journal.csv",
            *(line.replace("基本户", "一般户").replace("记-1", f"记-{number}") for line in LATER),
        )
    with pytest.raises(ImportRefused) as refused:
        village.run()
    assert [(one.row, one.rule) for one in refused.value.problems] == [(6, "import.two_names")]
