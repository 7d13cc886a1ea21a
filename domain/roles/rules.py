"""Who may sign an entry, and when a key may be granted, rotated or revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule
from domain.kernel.note import decode_base64, is_valid_public_key, parse_vkey, verify_ed25519
from domain.kernel.organisation import check_organisation
from domain.roles.events import possession_text
from domain.roles.state import ROLES, SEPARATED, Key, Roles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from domain.kernel.errors import RuleViolation
    from domain.kernel.note import Signature
    from domain.roles.events import KeyGrant, KeyGranted, KeyRevoked, KeyRotated

NOT_GRANTED = rule(
    "key.not_granted",
    Kind.FORBIDDEN,
    "名为 {key} 的这把密钥没有被授权在本账套签名；同名的别的密钥不算",
    "this key, named {key}, was not granted in this book; another of the same name does not count",
    "ADR 0005: a key is good for the entries after the one that grants it",
)
REVOKED = rule(
    "key.revoked",
    Kind.FORBIDDEN,
    "密钥 {key} 自第 {last} 号记录之后已失效",
    "the key {key} ended with entry {last}",
    "ADR 0005: log positions, never clocks",
)
BAD_SIGNATURE = rule(
    "signature.invalid",
    Kind.FORBIDDEN,
    "{key} 的签名与内容不符",
    "the signature of {key} does not fit the text",
    "C2SP signed-note; RFC 8032",
)
ROLES_MISSING = rule(
    "policy.roles_missing",
    Kind.FORBIDDEN,
    "还需要以下岗位签名：{missing_zh}（已有：{present_zh}）",
    "signatures of these roles are still needed: {missing} (present: {present})",
    "财务制度 财农〔2021〕121号 art. 8-11",
)
BAD_KEY_NAME = rule(
    "key.name",
    Kind.REFUSED,
    "密钥名称应为「账套编号/岗位/序号」且未被使用，读到的是 {key}",
    "a key's name is <book>/<role>/<number> and not used before; read {key}",
    "ADR 0005",
)
KEY_PARTS = rule(
    "key.parts",
    Kind.REFUSED,
    "密钥名称应为「账套编号/岗位/序号」，岗位是 {roles} 之一，序号从 1 起，读到的是「{read}」",
    "a key's name is <book>/<role>/<number>; the role is one of {roles}, numbers begin with 1; read '{read}'",
    "ADR 0005",
)
BAD_KEY = rule(
    "key.invalid",
    Kind.REFUSED,
    "{key} 的公钥不是合格的 Ed25519 公钥",
    "the public key of {key} is not a point of Ed25519's prime subgroup",
    "RFC 8032; C2SP/CCTV",
)
KEY_REUSED = rule(
    "key.reused",
    Kind.REFUSED,
    "{key} 的公钥在本账套中已用于另一个名称",
    "the public key of {key} stands in this book under another name already",
    "会计基础工作规范 art. 12: one person, one role",
)
NO_POSSESSION = rule(
    "key.no_possession",
    Kind.REFUSED,
    "{key} 没有证明持有私钥",
    "{key} does not prove possession of its private half",
    "ADR 0005",
)
NOT_SEPARATED = rule(
    "key.not_separated",
    Kind.REFUSED,
    "同一人不得兼任：已有{held_zh}，又要{role_zh}",
    "one person may not hold both: has {held}, is to get {role}",
    "会计基础工作规范 art. 12; 农村集体经济组织法 art. 34",
)
NOT_BY_OTHERS = rule(
    "key.not_by_others",
    Kind.FORBIDDEN,
    "授予或吊销密钥须由乡镇和另一岗位的人签名，且不是本人",
    "granting or revoking a key takes the township and one more holder, neither the key's own",
    "ADR 0005",
)
NOT_BY_OWNER = rule(
    "key.not_by_owner",
    Kind.FORBIDDEN,
    "更换密钥须由原密钥 {key} 签名，新密钥属同一人、同一岗位",
    "a rotation is signed by the old key {key}; the new one has the same holder and role",
    "ADR 0005",
)


def find_signers(roles: Roles, signatures: Iterable[Signature], index: int) -> list[Key]:
    """Return the keys that `signatures` of entry `index` name; raises when one is unknown or has ended."""
    signers = []
    for signature in signatures:
        key = roles.keys.get(signature.name)
        if key is None or key.verifier.key_id != signature.key_id:
            raise NOT_GRANTED(key=signature.name)
        if key.last is not None and index > key.last:
            raise REVOKED(key=signature.name, last=key.last)
        signers.append(key)
    return signers


def check_signatures(signers: Iterable[Key], text: bytes, signatures: Iterable[Signature]) -> None:
    """Raise `signature.invalid` unless each signature is its key's over `text`."""
    for key, signature in zip(signers, signatures, strict=True):
        if not verify_ed25519(key.verifier.public_key, text, signature.signature):
            raise BAD_SIGNATURE(key=signature.name)


def require_roles(signers: Collection[Key], demanded: Iterable[str]) -> None:
    """Raise `policy.roles_missing` unless each demanded role is among the signers."""
    for role in demanded:
        for key in signers:
            if key.role == role:
                break
        else:
            raise _roles_missing({key.role for key in signers}, demanded)


def _roles_missing(present: Collection[str], demanded: Iterable[str]) -> RuleViolation:
    missing = [role for role in demanded if role not in present]
    return ROLES_MISSING(
        missing=", ".join(missing),
        missing_zh=_words(missing),
        present=", ".join(sorted(present)) or "-",
        present_zh=_words(sorted(present)) or "无",
    )


def missing_roles(violation: RuleViolation) -> list[str]:
    """Return the roles that a `policy.roles_missing` misses, in the order in which they are demanded."""
    return str(violation.facts["missing"]).split(", ")


def _words(roles: Iterable[str]) -> str:
    return "、".join(ROLES.get(role, role) for role in roles)


def check_grant(roles: Roles, grant: KeyGrant, book: str) -> None:
    """Check a key to be registered: its name, its point, its proof of possession, and the separation of roles."""
    verifier = parse_vkey(grant.vkey)
    parts = verifier.name.split("/")
    if not _is_key_name(parts) or parts[0] != book:
        raise BAD_KEY_NAME(key=verifier.name)
    if verifier.name in roles.keys:
        raise BAD_KEY_NAME(key=verifier.name)
    if any(key.verifier.public_key == verifier.public_key for key in roles.keys.values()):
        raise KEY_REUSED(key=verifier.name)
    if not is_valid_public_key(verifier.public_key):
        raise BAD_KEY(key=verifier.name)
    proof = decode_base64(grant.proof.encode())
    if not verify_ed25519(verifier.public_key, possession_text(grant.vkey, grant.holder), proof):
        raise NO_POSSESSION(key=verifier.name)
    _check_separated(roles, grant.holder, parts[1])


def check_key_name(name: str) -> None:
    """Raise `key.parts` or `organisation.*` for a name under which no book would grant a key."""
    parts = name.split("/")
    if not _is_key_name(parts):
        raise KEY_PARTS(read=name, roles=" ".join(ROLES))
    check_organisation(parts[0])


def _is_key_name(parts: Sequence[str]) -> bool:
    return len(parts) == 3 and parts[1] in ROLES and _is_number(parts[2])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0")


def _check_separated(roles: Roles, holder: str, role: str) -> None:
    held = (roles.roles_held(holder) & SEPARATED) - {role}
    if role in SEPARATED and held:
        both = sorted(held)
        raise NOT_SEPARATED(held=", ".join(both), held_zh=_words(both), role=role, role_zh=_words([role]))


def _require_others(signers: list[Key], holder: str) -> None:
    others = {key.holder for key in signers if key.holder != holder}
    township = any(key.role == "township" and key.holder != holder for key in signers)
    if not township or len(others) < 2:
        raise NOT_BY_OTHERS()


def decide_grant(roles: Roles, statement: KeyGranted, signers: list[Key]) -> None:
    """A key is granted by the township and one more, for a role that its holder may have."""
    check_grant(roles, statement.data, statement.book)
    _require_others(signers, statement.data.holder)


def decide_revoke(roles: Roles, statement: KeyRevoked, signers: list[Key]) -> None:
    """A key is revoked by the township and one more, neither of them its holder; once only."""
    key = _active_key(roles, statement.data.key)
    if key in signers:  # a key that ends with an entry is not good in it
        raise NOT_BY_OTHERS()
    _require_others(signers, key.holder)


def decide_rotate(roles: Roles, statement: KeyRotated, signers: list[Key]) -> None:
    """A holder moves to a new key: same holder, same role, signed by the old key."""
    old = _active_key(roles, statement.data.old)
    new = statement.data.new
    same_role = parse_vkey(new.vkey).name.startswith(f"{statement.book}/{old.role}/")
    if old not in signers or new.holder != old.holder or not same_role:
        raise NOT_BY_OWNER(key=old.name)
    check_grant(roles, new, statement.book)


def _active_key(roles: Roles, name: str) -> Key:
    key = roles.keys.get(name)
    if key is None:
        raise NOT_GRANTED(key=name)
    if key.last is not None:
        raise REVOKED(key=name, last=key.last)
    return key
