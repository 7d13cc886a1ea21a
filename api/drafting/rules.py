"""Who makes drafts, and what is said to those who work on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.kernel.errors import Kind, rule
from domain.roles import ROLES

if TYPE_CHECKING:
    from api.sessions import Session

MAKERS = ("accountant", "cashier")
"""The roles that make, change and withdraw drafts and voucher templates (会计、出纳制单)."""

UNKNOWN = rule(
    "draft.unknown",
    Kind.UNKNOWN,
    "账套 {book} 没有待签凭证 {draft}",
    "the book {book} has no draft {draft}",
    "ADR 0029",
)
CHANGED = rule(
    "draft.changed",
    Kind.CONFLICT,
    "这张待签凭证已由{by}于 {at} 改动（第 {revision} 稿），您看到的是第 {read} 稿；请重新打开、核对后再办",
    "the {by} changed this draft at {at} (revision {revision}), and yours is revision {read}; open it again and check"
    " it",
    "ADR 0029",
)
MADE = rule(
    "draft.made",
    Kind.CONFLICT,
    "编号 {draft} 已经用过：这张待签凭证已存下，内容与这一次的不同；请打开存下的那一张核对，要改动就在那里改",
    "the id {draft} is used: a draft was kept under it, with other content than this; open that one and check it, and"
    " change it there if need be",
    "ADR 0029",
)
WITHDRAWN = rule(
    "draft.withdrawn",
    Kind.CONFLICT,
    "这张待签凭证已撤回；需要时请另制一张",
    "this draft was withdrawn; make another one if it is needed",
    "ADR 0029",
)
NOT_MAKER = rule(
    "draft.not_maker",
    Kind.FORBIDDEN,
    "只有会计或出纳可以制单、改动或撤回，您的岗位是{role_zh}；不同意可以拒签并写明理由",
    "accountant and cashier make, change and withdraw drafts, and your role is {role}; refuse it with a reason if you "
    "do not agree",
    "ADR 0029",
)
NOT_SIGNER = rule(
    "draft.not_signer",
    Kind.FORBIDDEN,
    "签名的密钥 {key} 不是您登录的密钥 {session}",
    "the signing key {key} is not {session}, with which you signed in",
    "ADR 0029",
)
OTHER_TYPE = rule(
    "draft.type",
    Kind.REFUSED,
    "{type} 不能先制单再签名；可以的有：{known}",
    "{type} cannot wait as a draft; those that can are {known}",
    "ADR 0029",
)
OTHER_BOOK = rule(
    "draft.other_book",
    Kind.REFUSED,
    "要签的内容属于账套 {read}，不属于您登录的 {book}",
    "what is to be signed is of the book {read}, and you are at work in {book}",
    "ADR 0029",
)
TOO_MANY = rule(
    "draft.too_many",
    Kind.REFUSED,
    "账套 {book} 已有 {limit} 张待签凭证；请先签完或撤回一些",
    "{limit} drafts are waiting in the book {book}; let some be signed or withdrawn first",
    "ADR 0029",
)
MALFORMED = rule(
    "draft.malformed",
    Kind.MALFORMED,
    "待签凭证的请求有误：{problem}",
    "the request about a draft is malformed: {problem}",
    "ADR 0029",
)
UNTOLD = rule(
    "draft.untold",
    Kind.FORBIDDEN,
    "这张凭证有内容不告诉您的岗位，没有签名；须由看得到内容的人签",
    "this voucher has values that your role is not told; nothing was signed, who sees them is to sign",
    "ADR 0037",
)
OTHER_HISTORY = rule(
    "draft.history",
    Kind.REFUSED,
    "这张待签凭证说它前面有 {n} 条记录，而日志里的不是这些；没有签名，请核对整本账",
    "the draft names {n} entries before it that are not those of the log; nothing was signed, verify the book",
    "ADR 0004",
)


def require_maker(session: Session) -> None:
    """Raise `draft.not_maker` unless one makes vouchers."""
    if session.key.role not in MAKERS:
        raise NOT_MAKER(role=session.key.role, role_zh=ROLES[session.key.role])
