"""What is said to those who work here without having shown a key."""

from __future__ import annotations

from domain.kernel.errors import Kind, rule

NEEDED = rule(
    "session.needed",
    Kind.FORBIDDEN,
    "请先用本账套的密钥登录",
    "sign in with a key of this book first",
    "ADR 0029",
)
ENDED = rule(
    "session.ended",
    Kind.FORBIDDEN,
    "登录已过期，或密钥 {key} 已被吊销；请重新登录",
    "the session has ended, or its key {key} was revoked; sign in again",
    "ADR 0029",
)
NO_OFFICE = rule(
    "session.no_office",
    Kind.FORBIDDEN,
    "{key} 是成员的密钥；工作台给记账、审批和监督的人用，公开的账在首页",
    "{key} is a member's key; the workspace is for those who keep, approve and supervise the book, which is public "
    "on its pages",
    "ADR 0029",
)
BAD_CHALLENGE = rule(
    "session.challenge",
    Kind.FORBIDDEN,
    "登录所签的内容无效：{problem}；请重新登录",
    "what was signed to sign in is not good: {problem}; sign in again",
    "ADR 0029",
)
FOREIGN = rule(
    "session.foreign",
    Kind.FORBIDDEN,
    "这个请求来自别的网站（{origin}），不予办理",
    "the request comes from another site ({origin}) and is not carried out",
    "ADR 0029",
)
ELSEWHERE = rule(
    "session.elsewhere",
    Kind.REFUSED,
    "{url} 要您签的登录文书是 {origin} 的账套 {book} 的：可能有人冒充服务器，没有签名；请核对 --url 和 --book",
    "{url} asks you to sign in to the book {book} at {origin}: somebody may stand in between, and nothing was signed; "
    "check --url and --book",
    "ADR 0029",
)
