"""Sub-totals (收益表小计口径) that a county lays down: a log whose statements go by them, and entries no book takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from domain.roles import KeyGranted
from domain.subtotals import SubtotalsSet, SubtotalsUsed
from tests.vectors.honest import CLERKS, NEXT, OTHERS, PLAIN, TRANSFERRED
from tests.vectors.village import grant, office

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey
    from tests.vectors.village import Forgery, Log

COUNTY = office("county")
SUBSIDIES_BELOW = ("503", "total_surplus")


def subtotals(*places: tuple[str, str], year: str = "2026") -> SubtotalsUsed:
    """Return what a county lays down for some accounts."""
    named = [{"account": account, "subtotal": subtotal} for account, subtotal in places]
    return msgspec.convert({"basis": "县农字〔2026〕5号", "places": named, "year": year}, SubtotalsUsed)


def _with_county(log: Log) -> Log:
    return log.then(KeyGranted, grant(COUNTY, "县农业农村局"), *OTHERS)


def laid_down() -> Log:
    """Return a log over a year's end, the second of whose years counts otherwise; with its statements."""
    used = subtotals(("502", "net_surplus"), SUBSIDIES_BELOW, ("513", "total_surplus"), year="2027")
    return _with_county(TRANSFERRED).then(SubtotalsSet, used, COUNTY).publish(statements=True)


def subtotal_cases() -> list[Forgery]:
    """Return logs whose statements go by what a county laid down, or do not, and entries that no book takes."""
    last = _with_county(PLAIN)

    def forged(name: str, code: str, used: SubtotalsUsed, *signers: SigningKey) -> Forgery:
        return f"sub-totals {name}", last.then(SubtotalsSet, used, *(signers or (COUNTY,))), (code, NEXT + 1)

    plain = subtotals(SUBSIDIES_BELOW)
    nowhere = msgspec.structs.replace(plain.places[0], subtotal="distributable")
    good = laid_down()
    path = "income-statement/2027-01.json"
    report = json.loads(good.files()[path])
    (line,) = (one for one in report["lines"] if one["key"] == "operating_surplus")
    line["amount_fen"] += 7_000  # with subsidies, as the official form has it
    official = good.alter(path, json.dumps(report, ensure_ascii=False).encode())
    taken_back = good.then(SubtotalsSet, subtotals(("503", "operating_surplus"), year="2027"), COUNTY)
    return [
        ("sub-totals of the second year", good),
        ("sub-totals taken back", taken_back.publish(statements=True)),
        ("a statement by the official form against the county's", official, ("audit.published", None)),
        forged("of a year before the book", "subtotals.year", subtotals(SUBSIDIES_BELOW, year="2025")),
        forged("of a year far ahead", "period.too_far_ahead", subtotals(SUBSIDIES_BELOW, year="2028")),
        forged("out of order", "subtotals.order", subtotals(("513", "net_surplus"), SUBSIDIES_BELOW)),
        forged("with an account twice", "subtotals.order", subtotals(SUBSIDIES_BELOW, SUBSIDIES_BELOW)),
        forged("of the first line", "subtotals.account", subtotals(("501", "total_surplus"))),
        forged("of a detail account", "subtotals.account", subtotals(("51301", "total_surplus"))),
        forged("that are none", "entry.malformed", msgspec.structs.replace(plain, places=[nowhere])),
        forged("by the book's own people", "policy.roles_missing", subtotals(SUBSIDIES_BELOW), *CLERKS),
    ]
