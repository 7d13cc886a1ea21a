"""Drafts (待签凭证): made by accountant and cashier, signed by those whom the rules demand, then posted."""

from api.drafting.closings import Closings, Enter, Inspect
from api.drafting.composing import DESPITE_MAX, KINDS, REMARKED, SIGNERS_MAX, Unkept, Wanted, read_request
from api.drafting.desk import DraftingDesk
from api.drafting.naming import ByKey, asked, holder, known
from api.drafting.on_desk import OnDesk
from api.drafting.remarking import remarks_on
from api.drafting.rivals import setting_right
from api.drafting.rules import MAKERS, require_maker
from api.drafting.store import Despite, Step, Waiting, makers, open_drafts
from api.drafting.templates import KeptTemplate, Template, Templates

__all__ = [
    "DESPITE_MAX",
    "KINDS",
    "MAKERS",
    "REMARKED",
    "SIGNERS_MAX",
    "ByKey",
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
    "Unkept",
    "Waiting",
    "Wanted",
    "asked",
    "holder",
    "known",
    "makers",
    "open_drafts",
    "read_request",
    "remarks_on",
    "require_maker",
    "setting_right",
]
