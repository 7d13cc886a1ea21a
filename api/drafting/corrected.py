"""What was done before to the vouchers that drafts cancel or set right, as their signers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.closing import Correction, corrected_twice
from domain.kernel.errors import Phrase
from domain.vouchers import Reversal, original_of
from projections import journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from domain.closing import Remark
    from domain.vouchers import Voucher

THIS = Phrase("这一张", "this one")


def corrections(
    connection: Connection[Any], book: str, vouchers: Mapping[str, Voucher | Reversal]
) -> dict[str, list[Remark]]:
    """Return by id of drafts what is remarked on them because of what was done before."""
    originals = {id_: original for id_, one in vouchers.items() if (original := original_of(one))}
    done = journal.corrected(connection, book, sorted({*originals.values()}))
    drafts = {
        id_: Correction(None, THIS, one.summary, isinstance(one, Reversal), done[originals[id_]])
        for id_, one in vouchers.items()
        if originals.get(id_) in done
    }
    return {id_: [*corrected_twice(one)] for id_, one in drafts.items()}
