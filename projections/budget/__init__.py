"""The year's plan (收支计划): which entry adopted it, and how it is carried out."""

from projections.budget.fold import fold
from projections.budget.query import BudgetReport, budget, budget_of, carried_of, is_planned

__all__ = ["BudgetReport", "budget", "budget_of", "carried_of", "fold", "is_planned"]
