"""The year that stands above the months of a journal: whether it is still theirs where the month goes back.

Below 12 月 a 1 月 may be of the next year, and a header that a program repeats on every page has the same year there
too. Only what cannot be of the next year is read as of this one.
"""

from __future__ import annotations

from itertools import combinations, groupby, pairwise
from typing import TYPE_CHECKING

from api.adapters.notices import listed
from api.importing.kinds import kind_of
from api.importing.problems import Problem
from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.importing.folder import Amounts

MONTH_BACK = rule(
    "import.month_back",
    Kind.MALFORMED,
    "{before} 月之后是 {month} 月，年份却只写在上面的表头里，是「{year}年」；{month} 月是「{next}年」的，请在它上一行"
    "重写表头，写上「{next}年」（上一行已是表头的，改成「{next}年」）；还是「{year}年」的，请加「年」一列，每行填上年份",
    "month {month} after {before}, where the year stands in the header above alone, as {year}年; if month {month} is "
    "of {next}年, repeat the header in the row above it with {next}年 (where one stands there, change its year to "
    "{next}年); if it is of {year}年 too, add a column of years (年, year) and fill it in every row",
)
SORTED_KINDS = {
    *("收", "付", "转", "现", "银", "现收", "现付", "银收", "银付"),
    *("现金", "银行", "现金收", "现金付", "银行收", "银行付"),
}
"""The kinds by which a journal may be sorted: a year that has vouchers of some has vouchers of others as well."""
SHARED_MIN = 3
"""In how many months there are vouchers of two kinds where these are surely no two years."""


def check_year_above(journal: Sequence[Amounts], today: str, problems: list[Problem]) -> list[Phrase]:
    """Refuse the first month on each sheet that goes back and may be of the next year; name those that are not.

    `journal` has the lines in the order of their rows, whatever else stands between; `today` is a day (2026-03-05).
    """
    settled: list[Amounts] = []
    refused: set[str] = set()
    below = [line for line in journal if line.date and _is_below_year(line)]
    for (sheet, year), of_year in groupby(below, lambda line: (line.row.sheet, int(line.date[:4]))):
        lines = list(of_year)
        backs = [two for two in pairwise(lines) if _month(two[1]) < _month(two[0])]
        by_kind = bool(backs) and _is_by_kind(lines)
        for before, line in backs:
            if by_kind or f"{year + 1}{line.date[4:]}" > today:
                settled.append(line)
            elif sheet not in refused:
                refused.add(sheet)
                said = MONTH_BACK(before=_month(before), month=_month(line), year=year, next=year + 1)
                problems.append(Problem.at(said, line.row, "date"))
    return [_told(settled)] if settled else []


def _is_below_year(line: Amounts) -> bool:
    return "month" in line.row.cells and "year" not in line.row.cells


def _month(line: Amounts) -> int:
    return int(line.date[5:7])


def _is_by_kind(lines: Sequence[Amounts]) -> bool:
    """Tell whether lines are a year's vouchers by their kind: 收 of all months, then 付 of all months, then 转.

    Two years in a row have each kind twice; so that a kind alone is no year of its own, two have to share some months.
    """
    blocks = [
        (kind, [_month(line) for line in block])
        for kind, block in groupby(lines, lambda line: kind_of(line.number))
    ]
    kinds, months = [kind for kind, _ in blocks], [months for _, months in blocks]
    return (
        len(set(kinds)) == len(kinds)
        and SORTED_KINDS.issuperset(kinds)
        and all(one == sorted(one) for one in months)
        and any(len({*one} & {*other}) >= SHARED_MIN for one, other in combinations(months, 2))
    )


def _told(settled: Sequence[Amounts]) -> Phrase:
    zh = listed([f"{line.row.place.zh} 读作 {line.date}" for line in settled])[0]
    en = listed([f"{line.row.place.en} as {line.date}" for line in settled])[1]
    file, count = settled[0].row.file, len(settled)
    return Phrase(
        f"{file} 中有 {count} 处月份倒回，仍按上面表头的年份读取，因为下一年的这一天还没有到，或凭证是按收、付、转"
        f"分开排的；入账后日期不能改，请核对：{zh}；是下一年的，请在它上一行重写表头，写上那一年",
        f"{file}: the month goes back in {count} rows, which were read as of the year in the header above all the "
        "same, since that day of the next year has not come, or vouchers stand by their kind (收, 付, 转); a date "
        f"cannot be changed once it is booked, so check them: {en}; where one is of the next year, repeat the header "
        "in the row above it with that year",
    )
