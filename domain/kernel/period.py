from __future__ import annotations
import re
from datetime import date, datetime
from functools import lru_cache
from domain.kernel.errors import Kind, rule
PM = rule("period.malformed", Kind.MALFORMED, "{read}", "{read}")
DM = rule("date.malformed", Kind.MALFORMED, "{read}", "{read}")
def parse_period(t: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", t): raise PM(read=t)
    return t
@lru_cache(10000)
def is_date(t: str) -> bool:
    try: return date.fromisoformat(t).isoformat() == t
    except ValueError: return False
def parse_date(t: str) -> str:
    if not is_date(t): raise DM(read=t)
    return t
def period_of(d: str) -> str: return d[:7]
def next_period(p: str) -> str:
    y, m = int(p[:4]), int(p[5:]); return f"{y + m // 12:04d}-{m % 12 + 1:02d}"
def year_start(p: str) -> str: return p[:4] + "-01"
_T = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)")
def is_timestamp(t: str) -> bool: return bool(_T.fullmatch(t))
