"""What was done before to the vouchers that drafts cancel or set right, as their signers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.closing import Correction, Remark, corrected_twice
from domain.drafts import Parts, in_parts
from domain.kernel.errors import Phrase
from domain.vouchers import Reversal, Voucher, original_of
from projections import journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from api.drafting.on_desk import OnDesk
    from domain.policy import Policy

THIS = Phrase("这一张", "this one")


def corrections(
    connection: Connection[Any], book: str, drafts: Sequence[OnDesk], policy: Policy
) -> dict[str, list[Remark]]:
    """Return by id of drafts what is remarked on them because of what was done before."""
    originals = {
        one.waiting.id: original
        for one in drafts
        if one.waiting.voucher and (original := original_of(one.waiting.voucher))
    }
    ids = sorted({*originals.values()})
    done = journal.corrected(connection, book, ids)
    fen = journal.corrected_fen(connection, book, ids) if ids else {}
    before = {id_: Parts(done[one], fen.get(one, 0)) for id_, one in originals.items() if one in done}
    return {
        one.waiting.id: [*_remarks(one, before[one.waiting.id], policy)]
        for one in drafts
        if one.waiting.id in before
    }


def _remarks(draft: OnDesk, before: Parts, policy: Policy) -> Iterator[Remark]:
    voucher = draft.waiting.voucher
    if voucher is None:
        return
    yield from corrected_twice(
        Correction(None, THIS, voucher.summary, isinstance(voucher, Reversal), before.done)
    )
    if isinstance(voucher, Voucher) and (said := in_parts(policy, voucher, before, draft.signing)):
        yield Remark(stops=False, violation=said)
