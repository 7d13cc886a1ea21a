"""Disclosures (披露): the values behind an entry's digests, kept outside the log for those who may read them."""

from api.disclosures.keys import SubjectKeys
from api.disclosures.rules import NOBODY
from api.disclosures.store import DisclosureStore, Given, Kept, Selection
from api.disclosures.tiers import READABLE, WORDS, Tier

__all__ = [
    "NOBODY",
    "READABLE",
    "WORDS",
    "DisclosureStore",
    "Given",
    "Kept",
    "Selection",
    "SubjectKeys",
    "Tier",
]
