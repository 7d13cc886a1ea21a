"""Whom a voucher's invoices name (购买方、销售方), held against the organisation and the counterparties named.

Who sold what to whom stands in the document, which lies beside the log (ADR 0034): whoever reads it gives it in.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from domain.kernel.errors import Kind, Phrase, RuleViolation, rule
from domain.vouchers import SaltedLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.vouchers import Reversal, Voucher

PARTY = rule(
    "draft.invoice_party",
    Kind.REFUSED,
    "发票 {number} 的{side}是「{name}」，凭证写明的往来单位是{parties}；"
    "由别人垫付、报销的，或税务局代开的，不必改；否则请核对",
    "the {side} on the invoice {number} is '{name}', and the counterparty of the voucher {parties}; that is right "
    "where somebody else had paid for it, or the tax bureau issued it for them; otherwise check it",
    "会计基础工作规范 art. 51(3)",
)
OTHERS = rule(
    "draft.invoice_others",
    Kind.REFUSED,
    "发票 {number} 由「{seller}」开给「{buyer}」（{buyer_id}），与本组织（{book}）无关；抬头开错的请退回重开",
    "the invoice {number} of '{seller}' is made out to '{buyer}' ({buyer_id}), and not to or by this organisation "
    "({book}); have it issued anew if the name is wrong",
    "会计基础工作规范 art. 48(1)",
)


class Parties(NamedTuple):
    """Whom an invoice names: name and taxpayer's number (统一社会信用代码), "" for what it does not tell."""

    number: str
    seller: str
    seller_id: str
    buyer: str
    buyer_id: str


def unlike(book: str, voucher: Voucher | Reversal, invoices: Iterable[Parties]) -> Iterator[RuleViolation]:
    """Yield which invoices are of others than the organisation and the counterparties that a voucher names."""
    named = _named(voucher)
    for invoice in invoices:
        sold = _same_id(invoice.seller_id, book)
        if not sold and invoice.buyer_id and not _same_id(invoice.buyer_id, book):
            yield OTHERS(
                number=invoice.number,
                seller=invoice.seller,
                buyer=invoice.buyer,
                buyer_id=invoice.buyer_id,
                book=book,
            )
        side, name = (_BUYER, invoice.buyer) if sold else (_SELLER, invoice.seller)
        if named and name and not any(_same(name, party) for party in named):
            yield PARTY(number=invoice.number, side=side, name=name, parties=_quoted(named))


_SELLER, _BUYER = Phrase("销售方", "seller"), Phrase("购买方", "buyer")


def _named(voucher: Voucher | Reversal) -> list[str]:
    """Return the counterparties of the lines, each once; none where a line may keep another out of the record."""
    if any(isinstance(line, SaltedLine) and line.digests for line in voucher.lines):
        return []
    return list(dict.fromkeys(line.party for line in voucher.lines if line.party.strip()))


def _quoted(names: list[str]) -> Phrase:
    return Phrase("".join(f"「{name}」" for name in names), ", ".join(f"'{name}'" for name in names))


def _same_id(one: str, other: str) -> bool:
    return one.strip().upper() == other.upper()


def _same(one: str, other: str) -> bool:
    """Tell whether two names may be one's: people write 江山市文具店 for 江山市文具店有限公司."""
    one, other = _plain(one), _plain(other)
    return one in other or other in one


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
