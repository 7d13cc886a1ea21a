"""Keys and roles (密钥与岗位): who may sign, from which entry on, until which."""

from domain.roles.events import KeyGrant, KeyGranted, KeyRevoked, KeyRotated, possession_text
from domain.roles.rules import (
    BAD_SIGNATURE,
    NOT_GRANTED,
    ROLES_MISSING,
    check_grant,
    check_key_name,
    check_signatures,
    decide_grant,
    decide_revoke,
    decide_rotate,
    find_signers,
    missing_roles,
    require_roles,
)
from domain.roles.state import ROLES, SEPARATED, Key, Roles, role_of, roles_of

__all__ = [
    "BAD_SIGNATURE",
    "NOT_GRANTED",
    "ROLES",
    "ROLES_MISSING",
    "SEPARATED",
    "Key",
    "KeyGrant",
    "KeyGranted",
    "KeyRevoked",
    "KeyRotated",
    "Roles",
    "check_grant",
    "check_key_name",
    "check_signatures",
    "decide_grant",
    "decide_revoke",
    "decide_rotate",
    "find_signers",
    "missing_roles",
    "possession_text",
    "require_roles",
    "role_of",
    "roles_of",
]
