"""Accounts' codes with separators between their levels, as accounting programs write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.importing import ImportRefused, read_folder
from tests.api.importing.conftest import JOURNAL, OPENING

if TYPE_CHECKING:
    from tests.api.importing.conftest import Village


@pytest.mark.parametrize("sign", [".", "-", "/"])
def test_separators_between_all_levels_are_left_out_and_told(village: Village, sign: str) -> None:
    village.run()
    entries = village.entries()
    village.write("opening.csv", OPENING.replace("10201", f"102{sign}01"))
    village.write("journal.csv", JOURNAL.replace("50401", f"504{sign}01"))
    opening, journal = [notice for notice in read_folder(village.folder).notices if "分隔符" in notice.zh]
    assert opening.zh.endswith(f"第 3 行 102{sign}01 读作 10201")
    assert journal.en.endswith(f"row 3 504{sign}01 as 50401")
    assert village.run().posted == 0
    assert village.entries() == entries


def test_every_level_may_be_separated(village: Village) -> None:
    village.write("opening.csv", OPENING.replace("10201", "102.01.02.03"))
    assert [one.code for one in read_folder(village.folder).opening] == ["101", "102010203", "301"]


@pytest.mark.parametrize(
    "read",
    [
        "102.1",
        "102-1",
        "10201.02",
        "102.01-02",
        "102..01",
        "1.02.01",
        "102.01.",
        "102 01",
        "102.0102",
        "1020/1",
    ],
)
def test_what_is_ambiguous_is_refused(village: Village, read: str) -> None:
    village.write("opening.csv", OPENING.replace("10201", read))
    with pytest.raises(ImportRefused) as caught:
        read_folder(village.folder)
    [problem] = caught.value.problems
    assert (problem.row, problem.read, problem.rule) == (3, read, "import.account_code")


def test_a_line_whose_summary_is_a_label_of_totals_is_still_a_line(village: Village) -> None:
    village.write(
        "journal.csv", JOURNAL.replace("购灯泡,51302", "合计,513.02").replace("购灯泡,101", "合计,101")
    )
    assert [one.summary for one in read_folder(village.folder).journal[2:]] == ["合计", "合计"]
