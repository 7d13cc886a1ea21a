"""Entries that must not be there: posted at an honest server, and appended by one that helps the attacker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from domain.entry import HEADER, seal, sign_text
from domain.founding import BookOpened
from domain.kernel.note import MAX_SIGNATURES, SigningKey, format_note, parse_note
from domain.kernel.statement import Seen
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.roles import KeyGranted
from domain.vouchers import Attachments, Reversal, VoucherPosted, VoucherReversed
from tests.attack.history import CLERKS, INVOICE, PLACES, voucher
from tests.attack.model import Attack, Notice, Played, all_readers, door, readers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.attack.history import History

NEXT = 13
"""Where the entry would stand."""

ACCOUNTANT, OUTSIDER, OFFICE = "会计 accountant", "外人 outsider", "岗位合谋 office holders"


def appended(history: History, note: bytes) -> Played:
    """Return a note posted, and served behind the true history by a server that took it."""
    return Played(posted=note, files=history.served([*history.entries, note]))


def _attack(  # noqa: PLR0913, PLR0917 -- the columns of a table
    name: str,
    zh: str,
    en: str,
    by: str,
    make: Callable[[History, History], bytes],
    code: str,
    notices: Mapping[str, Notice] | None = None,
) -> Attack:
    """An entry that breaks one rule, which the door and every reader name alike."""
    expected = door(code) | all_readers(code, NEXT) if notices is None else notices
    return Attack(name, zh, en, by, lambda truth, other: appended(truth, make(truth, other)), expected)


def _unsigned(truth: History, _: History) -> bytes:
    return parse_note(truth.voucher()).text + b"\n"


def _by_another_hand(truth: History, _: History) -> bytes:
    text, lines = parse_note(truth.voucher())
    stranger = SigningKey.generate("stranger")
    return format_note(
        text, [msgspec.structs.replace(line, signature=stranger.sign_raw(text)) for line in lines]
    )


def _invoice_again(truth: History, _: History) -> bytes:
    """A voucher of March, for something else, with the invoice of January's."""
    attached = Attachments(count=1, invoices=[INVOICE])
    return truth.sign(VoucherPosted, msgspec.structs.replace(voucher(7_000), attachments=attached), CLERKS)


def _second_office(truth: History, _: History) -> bytes:
    grant = truth.village.key_grant("head/2", "accountant")
    return truth.sign(KeyGranted, grant, "township supervisor")


def _registered_twice(truth: History, _: History) -> Played:
    """One person gets two offices under two salts, so that nothing but the name is the same."""
    offices = (
        ("accountant/3", "one salt", "township head"),
        ("supervisor/3", "another salt", "township head"),
    )
    grants = [
        truth.sign(
            KeyGranted, msgspec.structs.replace(truth.village.key_grant(key, holder), name="周会计"), by
        )
        for key, holder, by in offices
    ]
    return Played(files=truth.served([*truth.entries, *grants]))


def _one_key_twice(truth: History, _: History) -> bytes:
    key = SigningKey(truth.village.key("supervisor/2").name, truth.village.key("accountant/2").seed)
    grant = truth.village.key_grant("supervisor/2", "nobody else", key)
    return truth.sign(KeyGranted, grant, "township head")


def _of_another_log(truth: History, other: History) -> bytes:
    return truth.voucher(seen=Seen(n=7, r=other.village.book.root(7)))


def _of_the_future(truth: History, _: History) -> bytes:
    return truth.voucher(seen=Seen(n=20, r=truth.village.book.root()))


def _for_another_book(truth: History, other: History) -> bytes:
    return truth.voucher(book=other.village.book.book)


def _other_body_under_a_used_id(truth: History, _: History) -> bytes:
    used = truth.village.statement(VoucherPosted, voucher())
    first = msgspec.json.decode(truth.entries[PLACES["voucher"]].split(b"\n")[1])["id"]
    return seal(msgspec.structs.replace(used, id=first), [truth.village.key(name) for name in CLERKS.split()])


def _two_blank_lines(truth: History, _: History) -> bytes:
    text = parse_note(truth.voucher()).text + b"\n"
    return sign_text(text, [truth.village.key(name) for name in CLERKS.split()])


def _other_order_of_lines(truth: History, _: History) -> bytes:
    text, lines = parse_note(truth.voucher())
    return format_note(text, lines[::-1])


def _other_spelling(truth: History, _: History) -> bytes:
    text = parse_note(truth.voucher()).text.replace(b'":', b'": ', 1)
    assert text.startswith(HEADER)
    return sign_text(text, [truth.village.key(name) for name in CLERKS.split()])


def _too_many_lines(truth: History, _: History) -> bytes:
    text, lines = parse_note(truth.voucher())
    return text + b"\n" + b"".join([lines[0].line] * (MAX_SIGNATURES + 1))


def _too_large(truth: History, _: History) -> bytes:
    text = parse_note(truth.voucher()).text.replace("购办公用品".encode(), b"x" * 70_000)
    return sign_text(text, [truth.village.key(name) for name in CLERKS.split()])


def _opened_again(truth: History, _: History) -> bytes:
    return truth.sign(BookOpened, truth.village.opened(), "township")


def _policy_of_their_own(truth: History, _: History) -> bytes:
    tiers = PolicyTiers(tiers=[Tier(from_fen=0, roles=["accountant"])])
    return truth.sign(PolicySet, tiers)


def _reversal_of_less(truth: History, _: History) -> bytes:
    reversed_id = msgspec.json.decode(truth.entries[PLACES["last"]].split(b"\n")[1])["id"]
    data = Reversal(
        attachments=Attachments(),
        date="2026-03-06",
        lines=voucher(-1_000).lines,
        reverses=reversed_id,
        summary="冲销",
    )
    return truth.sign(VoucherReversed, data)


def _body_without_end(truth: History, _: History) -> Played:
    return Played(posted=HEADER + b"x" * 17_000_000, files=truth.files)


ATTACKS = (
    _attack(
        "unsigned",
        "追加一条没有签名的记录",
        "append an entry without a signature",
        OUTSIDER,
        _unsigned,
        "note.malformed",
    ),
    _attack(
        "badly_signed",
        "追加一条署他人之名、签名不符的记录",
        "append an entry under the names of others, badly signed",
        OUTSIDER,
        _by_another_hand,
        "signature.invalid",
    ),
    _attack(
        "not_granted",
        "用未授权的密钥签名",
        "sign with a key that was never granted",
        ACCOUNTANT,
        lambda truth, _: truth.voucher(by="accountant/9 head"),
        "key.not_granted",
    ),
    _attack(
        "revoked",
        "用已吊销的密钥签名",
        "sign with a key that was revoked",
        ACCOUNTANT,
        lambda truth, _: truth.voucher(by="accountant/2 cashier head"),
        "key.revoked",
    ),
    _attack(
        "rotated_away",
        "用已更换的旧密钥签名",
        "sign with a key that was rotated away",
        ACCOUNTANT,
        lambda truth, _: truth.voucher(by="accountant head"),
        "key.revoked",
    ),
    _attack(
        "one_signs_alone",
        "会计一人签名",
        "the accountant signs alone",
        ACCOUNTANT,
        lambda truth, _: truth.voucher(by="accountant/2"),
        "policy.roles_missing",
    ),
    _attack(
        "above_the_tier",
        "大额支出不经监事",
        "a large sum without the supervisor",
        OFFICE,
        lambda truth, _: truth.voucher(500_000),
        "policy.roles_missing",
    ),
    _attack(
        "own_policy",
        "会计和负责人自己改审批制度",
        "accountant and head alter the approval policy by themselves",
        OFFICE,
        _policy_of_their_own,
        "policy.roles_missing",
    ),
    _attack(
        "invoice_twice",
        "同一张发票换个名目再报销一次",
        "claim one invoice a second time",
        OFFICE,
        _invoice_again,
        "invoice.booked",
    ),
    _attack(
        "two_offices",
        "同一人兼任两岗",
        "one person in two offices",
        OFFICE,
        _second_office,
        "key.not_separated",
    ),
    Attack(
        "registered_twice",
        "同一人换一个持有人摘要再任一岗",
        "one person in two offices under two holder digests",
        OFFICE,
        _registered_twice,
        readers("audit.namesakes"),
    ),
    _attack(
        "one_key_two_offices",
        "同一把密钥换个名字再任一岗",
        "one key under a second name",
        OFFICE,
        _one_key_twice,
        "key.reused",
    ),
    _attack(
        "closed_period",
        "记入已结账的月份",
        "post into a closed month",
        OFFICE,
        lambda truth, _: truth.sign(VoucherPosted, voucher(date="2026-01-31")),
        "period.closed",
    ),
    _attack(
        "unbalanced",
        "借贷不平",
        "debits that are not credits",
        OFFICE,
        lambda truth, _: truth.sign(VoucherPosted, voucher(credit_fen=4_000)),
        "voucher.unbalanced",
    ),
    _attack(
        "half_reversal",
        "冲销时少冲一部分",
        "a reversal of less than was posted",
        OFFICE,
        _reversal_of_less,
        "reversal.not_mirror",
    ),
    _attack(
        "other_view",
        "签名人所见的是另一份日志",
        "signed by somebody who was shown another log",
        "服务器 server",
        _of_another_log,
        "entry.seen",
    ),
    _attack(
        "future_view",
        "签名人声称见过尚不存在的记录",
        "signed over entries that are not there yet",
        ACCOUNTANT,
        _of_the_future,
        "entry.seen",
    ),
    _attack(
        "replayed",
        "重放本账套的一条记录",
        "replay an entry of this book",
        OUTSIDER,
        lambda truth, _: truth.entries[PLACES["voucher"]],
        "entry.id_used",
        all_readers("entry.id_used", NEXT) | {"server": Notice("200", PLACES["voucher"])},
    ),
    _attack(
        "replayed_elsewhere",
        "重放另一个账套的记录",
        "replay an entry of another book",
        OUTSIDER,
        lambda _, other: other.entries[PLACES["voucher"]],
        "key.not_granted",
    ),
    _attack(
        "for_another_book",
        "把写给另一账套的记录记入本账套",
        "an entry that names another book",
        ACCOUNTANT,
        _for_another_book,
        "entry.wrong_book",
    ),
    _attack(
        "used_id",
        "用已用过的编号换一份内容",
        "another body under a used id",
        ACCOUNTANT,
        _other_body_under_a_used_id,
        "entry.id_used",
    ),
    _attack(
        "opened_again",
        "再建一次账",
        "open the book a second time",
        "乡镇 township",
        _opened_again,
        "book.opened_twice",
    ),
    _attack(
        "order_of_lines",
        "调换签名行的顺序",
        "signature lines in another order",
        OUTSIDER,
        _other_order_of_lines,
        "entry.signature_order",
    ),
    _attack(
        "two_blank_lines",
        "正文中多一个空行",
        "a note with two blank lines",
        ACCOUNTANT,
        _two_blank_lines,
        "entry.malformed",
    ),
    _attack(
        "other_spelling",
        "同一内容换一种写法",
        "the same meaning in other bytes",
        ACCOUNTANT,
        _other_spelling,
        "entry.not_canonical",
    ),
    _attack(
        "many_signatures",
        "签名行过多",
        "too many signature lines",
        OUTSIDER,
        _too_many_lines,
        "note.malformed",
    ),
    _attack(
        "large_entry",
        "记录过大",
        "an entry that is too large",
        ACCOUNTANT,
        _too_large,
        "entry.too_large",
        door("entry.too_large") | all_readers("audit.bundle", 0),
    ),
    Attack(
        "large_body",
        "提交内容过大",
        "a request without end",
        OUTSIDER,
        _body_without_end,
        door("request.too_large"),
        prevented=True,
    ),
    Attack(
        "signed_long_ago",
        "今天签名，自称签于很久以前",
        "sign today, and say that it was long ago",
        OFFICE,
        lambda truth, _: Played(
            files=truth.served([*truth.entries, truth.voucher(at="2026-01-05T09:00:00+08:00")])
        ),
        readers("audit.backdated"),
    ),
    Attack(
        "overdrawn",
        "支出超过库存现金",
        "more cash is paid out than there is",
        OFFICE,
        lambda truth, _: Played(
            files=truth.served([*truth.entries, truth.voucher(499_000), truth.voucher(499_000)])
        ),
        all_readers("audit.negative_cash", 14),
    ),
)
