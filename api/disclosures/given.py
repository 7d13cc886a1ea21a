"""A disclosure as it is handed in."""

from __future__ import annotations

from typing import Annotated

import msgspec

from api.disclosures.tiers import Tier
from domain.kernel.disclosure import MAX_DISCLOSURE_CHARACTERS, parse_disclosure
from domain.kernel.statement import Text
from domain.privacy import check_disclosed


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A disclosure as it is handed in: whom it is about (`subject`), and for whom it is (`tier`)."""

    disclosure: Annotated[str, msgspec.Meta(max_length=MAX_DISCLOSURE_CHARACTERS)]
    subject: Text
    tier: Tier


def check_public(one: Given) -> None:
    """Raise `privacy.*` when a value that anybody may read has what looks like a person's number."""
    if one.tier is Tier.public:
        said = parse_disclosure(one.disclosure)
        check_disclosed(said.value, f"private.{said.name}")
