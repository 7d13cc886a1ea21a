"""The distribution of a year's income over HTTP (收益分配): what goes where by law and wish, and the vouchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api.clock import now
from api.closing import distribution_object
from api.distributing import SHARES_MAX_SENT, read_wish
from api.drafting import MAKERS
from api.http.closing import RemarkBody
from api.http.pages import PAGE
from api.http.parts import BookId, Database, Services, documented
from api.http.reports import PERIOD, PERIOD_OR_BLANK
from api.http.statements import ReportBody
from api.http.workspace import AtDesk, answered, leaves_below, work_page
from domain.closing import MEMBERS, OTHERS, RESERVE, split_said
from projections import register
from projections.closing import distribution

if TYPE_CHECKING:
    from domain.kernel.errors import Phrase
    from projections.closing import Distribution

router = APIRouter(tags=["closing"])

Period = Annotated[str, Query(pattern=PERIOD, description="the year's last period, YYYY-12")]
Yuan = Annotated[str, Query(max_length=30, description="an amount in yuan")]
Code = Annotated[str, Query(pattern=r"^([0-9]{3,9})?$", description="an account's code")]
Ratio = Annotated[str, Query(max_length=10, description="the charter's ratio for the reserve, a percentage")]
Decision = Annotated[str, Query(max_length=200, description="the decision that it rests on")]


class DistributionBody(ReportBody):
    """How a year's income is distributed, in fen, and the vouchers, as `voucher.posted/1` has them, if it is open.

    `base_fen` is what the ratio is of, `appropriated_fen` what was set aside of it before, `distributed_fen` all that
    was distributed before, `left_fen` what stays, `remarks` what is to be known before these vouchers are made.
    """

    closed: bool
    net_surplus_fen: int
    brought_forward_fen: int
    covered_fen: int
    appropriated_fen: int
    distributed_fen: int
    base_fen: int
    available_fen: int
    reserve_fen: int
    members_fen: int
    other_fen: int
    left_fen: int
    vouchers: list[dict[str, Any]]
    remarks: list[RemarkBody]


Households = Annotated[
    str,
    Query(
        json_schema_extra={"maxLength": SHARES_MAX_SENT},
        description="what members get: lines of an account, perhaps a household's name, and an amount in yuan, or"
        " without amounts, to get the same; the name is the counterparty where the account is kept by these; a header"
        " and totals may stand among them",
    ),
]


def wish(
    reserve: Ratio = "",
    members: Yuan = "",
    members_to: Code = "",
    other: Yuan = "",
    other_to: Code = "",
    cover: Yuan = "",
    reserve_to: Code = "",
    earlier: Yuan = "",
    resolution: Decision = "",
    households: Households = "",
) -> dict[str, str]:
    """Return what was typed."""
    return {
        "reserve": reserve,
        "members": members,
        "members_to": members_to,
        "other": other,
        "other_to": other_to,
        "cover": cover,
        "reserve_to": reserve_to,
        "earlier": earlier,
        "resolution": resolution,
        "households": households,
    }


Typed = Annotated[dict[str, str], Depends(wish)]


@router.get(
    "/books/{book}/distribution.json",
    response_class=JSONResponse,
    response_model=DistributionBody,
    responses=documented(400, 404, 422, 503),
)
def get_distribution(book: BookId, database: Database, period: Period, typed: Typed) -> dict[str, Any]:
    """Return how a year's income is distributed as is wished, in its legal order."""
    return distribution_object(distribution(database, book, period, read_wish(typed), now()[:10]))


@router.get("/books/{book}/work/distribution", responses=PAGE)
def get_distribution_page(
    request: Request,
    book: BookId,
    session: AtDesk,
    service: Services,
    database: Database,
    typed: Typed,
    period: Annotated[str, Query(pattern=PERIOD_OR_BLANK)] = "",
) -> Response:
    """Show the form for a year's distribution, what follows from it, and the vouchers to be made drafts."""
    row = register.book(database, book)
    asked = period or f"{service.drafts.next_to_close(book)[:4]}-12"

    def planned() -> tuple[Distribution, Phrase | None]:
        wished = read_wish(typed)
        said = split_said(wished.households) if wished.households else None
        return distribution(database, book, asked, wished, now()[:10]), said

    answer, refused = answered(planned)
    found, split = answer or (None, None)
    return work_page(
        request,
        "distribution.html",
        book=row,
        session=session,
        makes=session.key.role in MAKERS,
        period=asked,
        typed=typed,
        shares_text_max=SHARES_MAX_SENT,
        members=leaves_below(database, book, MEMBERS),
        others=leaves_below(database, book, OTHERS),
        reserves=leaves_below(database, book, (RESERVE,)),
        names=register.account_names(database, book),
        found=found,
        split=split,
        drafts=[msgspec.to_builtins(voucher) for voucher in found.vouchers] if found else [],
        refused=refused,
    )
