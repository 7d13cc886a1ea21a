"""Import of a village's spreadsheets: read, check everything, then post."""

from api.importing.folder import ImportFolder, read_folder
from api.importing.plan import make_plan
from api.importing.problems import ImportRefused, Problem
from api.importing.run import ImportResult, run_import
from api.importing.steps import Plan

__all__ = [
    "ImportFolder",
    "ImportRefused",
    "ImportResult",
    "Plan",
    "Problem",
    "make_plan",
    "read_folder",
    "run_import",
]
