"""A draft (待签凭证): what waits outside the log until those have signed whom the rules demand."""

from domain.drafts.draft import (
    ALREADY_POSTED,
    AS_IT_WAS,
    NOBODY,
    NOT_THE_TEXT,
    Draft,
    Review,
    review,
    sign,
    standing,
)
from domain.drafts.in_parts import Parts, in_parts
from domain.drafts.parties import Parties, unlike

__all__ = [
    "ALREADY_POSTED",
    "AS_IT_WAS",
    "NOBODY",
    "NOT_THE_TEXT",
    "Draft",
    "Parties",
    "Parts",
    "Review",
    "in_parts",
    "review",
    "sign",
    "standing",
    "unlike",
]
