"""Plans (收支计划) that no book takes, at the end of the honest log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.budget import Budget, BudgetAdopted
from tests.vectors.honest import CLERKS, NEXT, PLAIN, THREE, budget

if TYPE_CHECKING:
    from domain.kernel.note import SigningKey
    from tests.vectors.village import Forgery


def budget_cases() -> list[Forgery]:
    """Return the honest log with plans that no book takes."""
    good = ("501", 1)

    def forged(name: str, code: str, plan: Budget, *signers: SigningKey) -> Forgery:
        return f"a plan {name}", PLAIN.then(BudgetAdopted, plan, *(signers or THREE)), (code, NEXT)

    return [
        ("a plan that is carried", PLAIN.then(BudgetAdopted, budget(good), *THREE).publish()),
        forged("of a year before the book", "budget.year", budget(good, year="2025")),
        forged("of a year far ahead", "period.too_far_ahead", budget(good, year="2028")),
        forged("out of order", "budget.order", budget(("513", 1), good)),
        forged("with an account twice", "budget.order", budget(good, good)),
        forged("with an account within another", "budget.nested", budget(("513", 1), ("51301", 1))),
        forged("of an account that is not there", "account.unknown", budget(("51302", 1))),
        forged("of money", "budget.account", budget(("10201", 1))),
        forged("decided tomorrow", "budget.resolution", budget(good, date="2026-03-06")),
        forged("decided on no day", "date.malformed", budget(good, date="2026-3-1")),
        forged("with more votes than voters", "budget.resolution", budget(good, agreed=31)),
        forged("that was not carried", "budget.not_carried", budget(good, agreed=25)),
        forged(
            "by too few villagers",
            "budget.not_carried",
            budget(good, body="villagers", present=19, agreed=19),
        ),
        forged("without the supervisor", "policy.roles_missing", budget(good), *CLERKS),
        (
            "a plan before the one in force",
            PLAIN.then(BudgetAdopted, budget(good), *THREE).then(
                BudgetAdopted, budget(good, date="2026-02-28"), *THREE
            ),
            ("budget.resolution", NEXT + 1),
        ),
    ]
