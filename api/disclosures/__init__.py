"""Disclosures (披露): the values behind an entry's digests, kept outside the log for those who may read them."""

from api.disclosures.given import Given, check_public
from api.disclosures.keys import SubjectKeys
from api.disclosures.rules import NO_SUCH_DIGEST, NOBODY
from api.disclosures.store import DisclosureStore, Kept, Selection
from api.disclosures.tiers import READABLE, WORDS, Tier
from api.disclosures.waiting import belonging

__all__ = [
    "NOBODY",
    "NO_SUCH_DIGEST",
    "READABLE",
    "WORDS",
    "DisclosureStore",
    "Given",
    "Kept",
    "Selection",
    "SubjectKeys",
    "Tier",
    "belonging",
    "check_public",
]
