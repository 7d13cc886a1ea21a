"""Drafts (待签凭证): made by accountant and cashier, signed by those whom the rules demand, then posted."""

from api.drafting.alike import waiting_alike
from api.drafting.closings import Closings, Enter, Inspect
from api.drafting.composing import DESPITE_MAX, KINDS, Wanted, read_request
from api.drafting.corrected import corrections
from api.drafting.desk import DraftingDesk
from api.drafting.naming import FOR_GOOD, holder, known
from api.drafting.on_desk import OnDesk
from api.drafting.rivals import setting_right
from api.drafting.rules import MAKERS, require_maker
from api.drafting.store import Despite, Step, Waiting, makers, open_drafts
from api.drafting.templates import KeptTemplate, Template, Templates

__all__ = [
    "DESPITE_MAX",
    "FOR_GOOD",
    "KINDS",
    "MAKERS",
    "Closings",
    "Despite",
    "DraftingDesk",
    "Enter",
    "Inspect",
    "KeptTemplate",
    "OnDesk",
    "Step",
    "Template",
    "Templates",
    "Waiting",
    "Wanted",
    "corrections",
    "holder",
    "known",
    "makers",
    "open_drafts",
    "read_request",
    "require_maker",
    "setting_right",
    "waiting_alike",
]
