"""How a page is made: the templates, their filters, and the headers that every answer carries."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.clock import local_minute
from api.entry_background import period_words
from api.entry_words import ENTRY_TYPES
from api.history import side_words
from api.printing import makes_pdf
from domain.kernel.money import chinese_capital, format_fen
from domain.roles import ROLES, role_of
from domain.vouchers import price_text, quantity_text, voucher_number

FOLDER = Path(__file__).parent
ELDER_COOKIE = "elder"

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Pages load nothing from anywhere else and run no script."""

STYLE = (FOLDER / "static" / "sunledger.css").read_bytes()
ICON = (FOLDER / "static" / "icon.svg").read_bytes()
STYLE_VERSION = hashlib.sha256(STYLE + ICON).hexdigest()[:12]


def kinds() -> tuple[str, ...]:
    """Return in which files a report is offered beside its page."""
    return (*(("pdf",) if makes_pdf() else ()), "xlsx", "csv", "json")


def duration_words(seconds: int) -> str:
    """Return a length of time in its largest unit, such as 3 小时."""
    for unit_seconds, word in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= unit_seconds:
            return f"{seconds // unit_seconds} {word}"
    return "不到 1 分钟"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "yuan": format_fen,
        "capital": chinese_capital,
        "period": period_words,
        "moment": local_minute,
        "duration": duration_words,
        "side": side_words,
        "quantity": quantity_text,
        "role": lambda key_name: ROLES[role_of(key_name)],
    }
    environment.globals |= {
        "style_version": STYLE_VERSION,
        "voucher_number": voucher_number,
        "price": price_text,
        "entry_types": ENTRY_TYPES,
        "kinds": kinds,
    }
    return environment


_templates = _environment()


def page(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """Render a template; `elder` is the reader's choice of large text."""
    elder = request.cookies.get(ELDER_COOKIE) == "1"
    text = _templates.get_template(template).render(elder=elder, here=_here(request), status=status, **values)
    return HTMLResponse(text, status_code=status, headers=SECURITY_HEADERS | {"Vary": "Cookie, Accept"})


def _here(request: Request) -> str:
    """Return the path and query of the page, to come back to."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks for a page: it reads and names text/html, programs do not."""
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")
