"""A parameter that data does not take is refused: who misspells one would take all for a part.

A page says what it shows, and programs through which its link is passed on append parameters of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query

from domain.kernel.errors import Kind, Phrase, rule

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

UNKNOWN_PARAMETER = rule(
    "request.parameter",
    Kind.MALFORMED,
    "{path} 没有参数「{parameter}」，{known}；请改正或去掉它",
    "{path} takes no parameter '{parameter}', {known}; correct it or leave it out",
)
NONE = Phrase("它不带参数", "it takes none at all")


def check_parameters(request: Request) -> None:
    """Raise `request.parameter` when data is read by a parameter that its route does not declare.

    Routes that declare none are the same whatever follows their address, as files are. Data is not: who asks it for a
    part should not get all.
    """
    if request.method != "GET":
        return
    route: APIRoute = request.scope["route"]
    known = [one.alias for one in get_flat_params(route.dependant) if isinstance(one.field_info, Query)]
    if is_page(request) or not (known or route.path.endswith(".json")):
        return
    for name in request.query_params:
        if name not in known:
            said = Phrase(f"可用的有 {'、'.join(known)}", f"known are {', '.join(known)}") if known else NONE
            raise UNKNOWN_PARAMETER(path=request.url.path, parameter=name, known=said)


def is_page(request: Request) -> bool:
    """Return whether a page is asked for, whose link may have been passed on with other programs' parameters."""
    route: APIRoute = request.scope["route"]
    return "text/html" in route.responses.get(200, {}).get("content", {})
