"""What is to be known of statements before they are signed: of those kept as drafts, and of those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.drafting.alike import waiting_alike
from api.drafting.corrected import corrections
from domain.closing import Remark
from domain.vouchers import Voucher
from projections.closing import draft_remarks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from api.drafting.on_desk import OnDesk
    from domain.policy import Policy


def remarks_on(
    connection: Connection[Any], book: str, drafts: Sequence[OnDesk], policy: Policy
) -> dict[str, list[Remark]]:
    """Return by id what is remarked on each draft: by the rules, by a closing's checklist, and by what else is there.

    What else is there is looked at for the open ones that the rules do not object to.
    """
    remarks = {
        one.waiting.id: [
            *(Remark(stops=False, violation=said) for said in one.review.remarks),
            *one.checklist,
        ]
        for one in drafts
    }
    open_ = [one for one in drafts if one.waiting.state == "open" and one.review.problem is None]
    asked = [(one, data) for one in open_ if isinstance(data := one.waiting.draft.statement.data, Voucher)]
    if asked:
        vouchers = {one.waiting.id: data for one, data in asked}
        others = waiting_alike(connection, book, vouchers, asked[0][0].people)
        waiting = [others.get(id_, []) for id_ in vouchers]
        signing = [one.signing for one, _ in asked]
        made = [one.waiting.draft.statement.at[:10] for one, _ in asked]
        found = draft_remarks(connection, book, [*vouchers.values()], signing, waiting, made)
        for id_, said in zip(vouchers, found, strict=True):
            remarks[id_] += said
    for id_, before in corrections(connection, book, open_, policy).items():
        remarks[id_] += before
    return remarks
