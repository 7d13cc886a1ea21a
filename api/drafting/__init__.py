"""Drafts (待签凭证): made by accountant and cashier, signed by those whom the rules demand, then posted."""

from api.drafting.composing import KINDS, Wanted, read_request
from api.drafting.desk import MAKERS, DraftingDesk, OnDesk, Post
from api.drafting.store import Step, Waiting

__all__ = ["KINDS", "MAKERS", "DraftingDesk", "OnDesk", "Post", "Step", "Waiting", "Wanted", "read_request"]
