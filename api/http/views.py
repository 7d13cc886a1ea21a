"""How a page is made: the templates, their filters, and the headers that every answer carries."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.clock import CHINA
from api.history import side_words
from domain.kernel.money import chinese_capital, format_fen
from domain.roles import ROLES, role_of
from domain.vouchers import voucher_number

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

ENTRY_TYPES = {
    "book.opened/1": "建账",
    "key.granted/1": "授予签名密钥",
    "key.rotated/1": "更换签名密钥",
    "key.revoked/1": "吊销签名密钥",
    "policy.set/1": "设定审批档次",
    "account.added/1": "增设科目",
    "opening.posted/1": "登记期初余额",
    "voucher.posted/1": "记账凭证",
    "voucher.reversed/1": "冲销凭证",
    "period.closed/1": "结账",
    "sheet.published/1": "公开月度数字",
    "roll.committed/1": "发放清册",
    "subject.erased/1": "删除个人信息",
    "voucher.posted/2": "记账凭证",
    "voucher.reversed/2": "冲销凭证",
    "log.key_added/1": "增加日志密钥",
    "log.key_retired/1": "停用日志密钥",
    "log.moved/1": "迁移日志",
    "budget.adopted/1": "通过收支计划",
}
"""Entry types in a villager's words."""


def period_words(period: str) -> str:
    """Return 2026年3月 for 2026-03."""
    return f"{period[:4]}年{int(period[5:])}月"


def moment_words(moment: datetime) -> str:
    """Return a point in time in China's time zone, to the minute."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


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
        "moment": moment_words,
        "duration": duration_words,
        "side": side_words,
        "role": lambda key_name: ROLES[role_of(key_name)],
    }
    environment.globals |= {
        "style_version": STYLE_VERSION,
        "voucher_number": voucher_number,
        "entry_types": ENTRY_TYPES,
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
