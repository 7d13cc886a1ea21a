"""Signing in with one's key (登录): a challenge signed once, then a token for a working day."""

from api.sessions.challenge import Challenge, answer, parse_challenge, require_here
from api.sessions.rules import FOREIGN, NEEDED
from api.sessions.store import SESSION_SECONDS, Begun, Desk, Session, Sessions

__all__ = [
    "FOREIGN",
    "NEEDED",
    "SESSION_SECONDS",
    "Begun",
    "Challenge",
    "Desk",
    "Session",
    "Sessions",
    "answer",
    "parse_challenge",
    "require_here",
]
