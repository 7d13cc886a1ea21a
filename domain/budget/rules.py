"""When a year's plan may be adopted: by whom, for which accounts, in which year."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from domain.accounts import require_account
from domain.chart import chart, parent_code
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.period import check_near, parse_date
from domain.roles import Key, require_roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.accounts import Accounts
    from domain.budget.events import Budget, BudgetAdopted, Resolution
    from domain.budget.state import Budgets
    from domain.periods import Periods

YEAR_PAST = rule(
    "budget.year",
    Kind.CONFLICT,
    "{year} 年不在本账套未结账的年份内，不能再通过收支计划",
    "the year {year} lies before this book or is closed, so no plan can be adopted for it",
    "农村集体经济组织法 art. 26",
)
LINE_ORDER = rule(
    "budget.order",
    Kind.REFUSED,
    "计划各行应按科目编码排序，一个科目只列一次；{code} 不在其位",
    "the lines of a plan stand in the order of their codes, each account once; {code} is out of place",
    "ADR 0032",
)
NESTED = rule(
    "budget.nested",
    Kind.REFUSED,
    "科目 {code} 已含在 {above} 的计划里，不能再单列",
    "account {code} is planned for within {above} already and cannot stand beside it",
    "ADR 0032",
)
NOT_PLANNED_FOR = rule(
    "budget.account",
    Kind.REFUSED,
    "科目 {code} 不能列入收支计划；可列的一级科目（收入、支出、成本，以及购建和投资的资产）是 {known}",
    "account {code} has no place in a plan; those of income, expense and cost have, and assets that are bought, built "
    "or invested in: {known}",
    "农经发〔2011〕13号 财务计划",
)
BAD_RESOLUTION = rule(
    "budget.resolution",
    Kind.REFUSED,
    "决议有误：{problem}",
    "the resolution is wrong: {problem}",
    "农村集体经济组织法 art. 26-28",
)
NOT_CARRIED = rule(
    "budget.not_carried",
    Kind.REFUSED,
    "{body}应到 {entitled} 人，实到 {present} 人，同意 {agreed} 人：至少应有 {quorum} 人到会、{needed} 人同意",
    "of the {entitled} entitled, {present} were present and {agreed} agreed; the {body} need {quorum} present and "
    "{needed} that agree",
    "农村集体经济组织法 art. 27-28; 村民委员会组织法 art. 22, 26",
)

_BOUGHT = {"rural-collective-2024": ("111", "131", "132", "134", "141", "151", "153", "161", "171")}
_PLANNED_KINDS = ("income", "expense", "cost")


@cache
def planned_accounts(version: str) -> tuple[str, ...]:
    """Return the level-1 accounts of a chart version that a plan may name, with all their detail accounts.

    Beside income, expense and cost they are the assets that are bought, built or invested in (购建、投资): for those
    the plan limits what is debited.
    """
    bought = _BOUGHT[version]
    return tuple(
        code
        for code, account in chart(version).accounts.items()
        if account.kind in _PLANNED_KINDS or code in bought
        if parent_code(code) is None
    )


class Majority(NamedTuple):
    """What a body needs to decide: how many of the entitled present, how many agreeing, and of those present or all."""

    said: Phrase
    quorum: Callable[[int], int]
    agreeing: Callable[[int], int]
    of_present: bool


def _two_thirds(number: int) -> int:
    return number - number // 3


def _more_than_half(number: int) -> int:
    return number // 2 + 1


_ALL, _PRESENT = False, True
MAJORITIES = {
    "members": Majority(Phrase("成员大会", "members"), _two_thirds, _two_thirds, _ALL),
    "delegates": Majority(Phrase("成员代表大会", "delegates"), _two_thirds, _two_thirds, _ALL),
    "villagers": Majority(Phrase("村民会议", "villagers"), _more_than_half, _more_than_half, _PRESENT),
    "households": Majority(
        Phrase("村民会议（户代表）", "households"), _two_thirds, _more_than_half, _PRESENT
    ),
    "representatives": Majority(
        Phrase("村民代表会议", "representatives"), _two_thirds, _more_than_half, _PRESENT
    ),
}
"""Quorum and majority of the two laws by the body that decides; `entitled` are its members, or the households."""


def decide_adopt(
    statement: BudgetAdopted, signers: list[Key], budgets: Budgets, accounts: Accounts, periods: Periods
) -> None:
    """A plan is of a year that is not over in the books, of accounts that it may name, and was carried."""
    budget = statement.data
    _check_year(budget.year, statement.at, periods)
    _check_lines(budget, accounts)
    before = budgets.by_year.get(budget.year)
    _check_resolution(budget.resolution, statement.at, before.budget.resolution.date if before else "")
    require_roles(signers, ["accountant", "head", "supervisor"])


def _check_year(year: str, at: str, periods: Periods) -> None:
    if f"{year}-12" < periods.first or f"{year}-12" <= periods.closed_through:
        raise YEAR_PAST(year=year)
    check_near(f"{year}-01", at)


def _check_lines(budget: Budget, accounts: Accounts) -> None:
    before = ""
    for line in budget.lines:
        code = line.account
        if code <= before:
            raise LINE_ORDER(code=code)
        if before and code.startswith(before):
            raise NESTED(code=code, above=before)
        require_account(accounts, code)
        if code[:3] not in planned_accounts(accounts.chart):
            raise NOT_PLANNED_FOR(code=code, known=", ".join(planned_accounts(accounts.chart)))
        before = code


def _check_resolution(resolution: Resolution, at: str, earlier: str) -> None:
    day = parse_date(resolution.date)
    if day > at[:10]:
        problem = Phrase(
            f"日期 {day} 晚于签名的日期 {at[:10]}", f"its date {day} lies after that of signing, {at[:10]}"
        )
        raise BAD_RESOLUTION(problem=problem)
    if day < earlier:
        problem = Phrase(
            f"日期 {day} 早于现行计划的 {earlier}", f"{day} lies before that of the plan in force, {earlier}"
        )
        raise BAD_RESOLUTION(problem=problem)
    entitled, present, agreed = resolution.entitled, resolution.present, resolution.agreed
    if not 0 < agreed <= present <= entitled:
        problem = Phrase(
            f"同意 {agreed} 人、实到 {present} 人、应到 {entitled} 人：至少要有 1 人同意，且不多于实到，实到不多于应到",
            f"{agreed} agreed, {present} were present, {entitled} are entitled: at least one must agree, no more than "
            "are present, and these no more than are entitled",
        )
        raise BAD_RESOLUTION(problem=problem)
    body = MAJORITIES[resolution.body]
    quorum, needed = body.quorum(entitled), body.agreeing(present if body.of_present else entitled)
    if present < quorum or agreed < needed:
        raise NOT_CARRIED(
            body=body.said, entitled=entitled, present=present, agreed=agreed, quorum=quorum, needed=needed
        )
