"""What was done before to the vouchers that drafts cancel or set right, as their signers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.closing import Remark
from domain.drafts import corrected_twice
from domain.vouchers import original_of
from projections import journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import Connection

    from domain.vouchers import Reversal, Voucher


def corrections(
    connection: Connection[Any], book: str, vouchers: Mapping[str, Voucher | Reversal]
) -> dict[str, list[Remark]]:
    """Return by id of drafts what is remarked on them because of what was done before."""
    originals = {id_: original for id_, one in vouchers.items() if (original := original_of(one))}
    done = journal.corrected(connection, book, sorted({*originals.values()})) if originals else {}
    return {
        id_: [Remark(stops=False, violation=one) for one in corrected_twice(vouchers[id_], done[original])]
        for id_, original in originals.items()
        if original in done
    }
