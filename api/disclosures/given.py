"""A disclosure as it is handed in."""

from __future__ import annotations

from typing import Annotated

import msgspec

from api.disclosures.tiers import Tier
from domain.kernel.disclosure import MAX_DISCLOSURE_CHARACTERS
from domain.kernel.statement import Text


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A disclosure as it is handed in: whom it is about (`subject`), and for whom it is (`tier`)."""

    disclosure: Annotated[str, msgspec.Meta(max_length=MAX_DISCLOSURE_CHARACTERS)]
    subject: Text
    tier: Tier
