"""The year's plan (收支计划): what income is planned and what may be spent, adopted by a resolution."""

from domain.budget.events import Budget, BudgetAdopted, PlanLine, Resolution
from domain.budget.rules import MAJORITIES, decide_adopt, planned_accounts
from domain.budget.state import Adopted, Budgets

__all__ = [
    "MAJORITIES",
    "Adopted",
    "Budget",
    "BudgetAdopted",
    "Budgets",
    "PlanLine",
    "Resolution",
    "decide_adopt",
    "planned_accounts",
]
