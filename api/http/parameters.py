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
    from starlette.types import ASGIApp, Receive, Scope, Send

UNKNOWN_PARAMETER = rule(
    "request.parameter",
    Kind.MALFORMED,
    "{path} 没有参数「{parameter}」，{known}；请改正或去掉它",
    "{path} takes no parameter '{parameter}', {known}; correct it or leave it out",
)
PASSED_ON = ("singlemessage", "groupmessage", "timeline")
"""What WeChat appends as `from` to a page's link that is passed on: to one person, to a group, to all one's friends."""

NONE = Phrase("它不带参数", "it takes none at all")


class WithoutPassedOn:
    """Takes away the `from` that WeChat appended to a page's link; any other value, and all that data is asked, stays.

    On many pages `from` is a period or a size. A page is told by its address, which has no suffix as data has.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, that for a page without what was appended."""
        if scope["type"] == "http" and "." not in scope["path"].rpartition("/")[2]:
            kept = [pair for pair in scope["query_string"].split(b"&") if pair not in _APPENDED]
            scope = {**scope, "query_string": b"&".join(kept)}
        await self._app(scope, receive, send)


_APPENDED = {f"from={value}".encode() for value in PASSED_ON}


def check_parameters(request: Request) -> None:
    """Raise `request.parameter` when data is read by a parameter that its route does not declare.

    Routes that declare none are the same whatever follows their address, as files are. Data is not: who asks it for a
    part should not get all.
    """
    if request.method != "GET":
        return
    route: APIRoute = request.scope["route"]
    known = _declared(route)
    if is_page(request) or not (known or route.path.endswith(".json")):
        return
    for name in request.query_params:
        if name not in known:
            said = Phrase(f"可用的有 {'、'.join(known)}", f"known are {', '.join(known)}") if known else NONE
            raise UNKNOWN_PARAMETER(path=request.url.path, parameter=name, known=said)


def _declared(route: APIRoute) -> list[str]:
    """Return the names of the parameters that a route takes."""
    return [one.alias for one in get_flat_params(route.dependant) if isinstance(one.field_info, Query)]


def own_query(request: Request, *but: str) -> str:
    """Return the query of a page, for a link to its data: none that other programs appended, and none of `but`."""
    known = {*_declared(request.scope["route"])} - {*but}
    return request.url.remove_query_params([name for name in request.query_params if name not in known]).query


def is_page(request: Request) -> bool:
    """Return whether a page is asked for, whose link may have been passed on with other programs' parameters."""
    route: APIRoute = request.scope["route"]
    return "text/html" in route.responses.get(200, {}).get("content", {})
