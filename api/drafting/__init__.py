"""Drafts (待签凭证): made by accountant and cashier, signed by those whom the rules demand, then posted."""

from api.drafting.alike import waiting_alike
from api.drafting.composing import DESPITE_MAX, KINDS, Wanted, read_request
from api.drafting.desk import DraftingDesk, OnDesk, Post
from api.drafting.naming import Known, holder, known
from api.drafting.rules import MAKERS, require_maker
from api.drafting.store import Step, Waiting, makers, open_drafts
from api.drafting.templates import KeptTemplate, Template, Templates

__all__ = [
    "DESPITE_MAX",
    "KINDS",
    "MAKERS",
    "DraftingDesk",
    "KeptTemplate",
    "Known",
    "OnDesk",
    "Post",
    "Step",
    "Template",
    "Templates",
    "Waiting",
    "Wanted",
    "holder",
    "known",
    "makers",
    "open_drafts",
    "read_request",
    "require_maker",
    "waiting_alike",
]
