"""What is signed, in plain words, printed before it is signed: of a draft, of a note, of a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from api.disclosures import WORDS
from api.entry_words import ENTRY_TYPES
from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.kernel.statement import type_name
from domain.vouchers import VoucherPosted, VoucherReversed, quantity_text, total_fen

if TYPE_CHECKING:
    from rich.console import Console

    from api.drafting.client import NamedEntry, Private, Read
    from domain.entry import AnyStatement

MORE = {
    "resolution": "依据的决议",
    "roll": "发放清册",
    "source": "原系统凭证号",
    "reverses": "冲销的凭证",
    "corrects": "更正的凭证",
}
"""What a voucher may say beside its lines."""


class Told(NamedTuple):
    """What is known beside the bytes that are signed: the server's word, and the values behind digests.

    `names` are those of accounts, by code; `untold` says why some values are not shown, in Chinese and English.
    """

    names: Mapping[str, str] = {}
    private: Sequence[Private] = ()
    named: Sequence[NamedEntry] = ()
    invoices: Sequence[Read] = ()
    untold: Phrase | None = None


def show(on: Console, statement: AnyStatement, told: Told) -> None:
    """Print what is signed: amounts in yuan; of what is no voucher, its data as JSON."""
    if not isinstance(statement, (VoucherPosted, VoucherReversed)):
        kind = ENTRY_TYPES[type_name(statement)]
        on.print(f"{kind.zh} / {kind.en}  {type_name(statement)}", markup=False)
        on.print(json.dumps(msgspec.to_builtins(statement.data), ensure_ascii=False, indent=2), markup=False)
        return
    voucher = statement.data
    what = "冲销凭证 / reversal" if isinstance(statement, VoucherReversed) else "记账凭证 / voucher"
    on.print(f"{what}  {voucher.date}  {voucher.summary}", markup=False)
    for number, line in enumerate(voucher.lines, start=1):
        side, fen = ("借", line.debit_fen) if line.debit_fen else ("贷", line.credit_fen)
        quantity = f"{quantity_text(line.quantity_milli)} {line.unit}" if line.unit else ""
        account = f"{line.account} {told.names.get(line.account, '')}".strip()
        words = " ".join(filter(None, (line.summary, line.party, line.project, quantity)))
        on.print(f"  {side} {account}  {format_fen(fen)}  {words}", markup=False)
        _show_private(on, told.private, number)
    _show_private(on, told.private, 0)
    rest = {name: text for name in MORE if (text := getattr(voucher, name, ""))}
    entries = {one.id: f"{one.zh} / {one.en}" for one in told.named}
    for name, text in rest.items():
        on.print(f"  {MORE[name]} / {name}: {entries.get(text, text)}", markup=False)
    _show_originals(on, statement, told)
    if told.untold:
        on.print(f"  {told.untold.zh} / {told.untold.en}", markup=False)
    total, attached = format_fen(total_fen(voucher.lines)), voucher.attachments.count
    on.print(f"  合计 / total {total} 元，附件 / attached {attached}", markup=False)


def _show_originals(on: Console, statement: VoucherPosted | VoucherReversed, told: Told) -> None:
    attached = statement.data.attachments
    for file in attached.files:
        on.print(f"  {file.name} {file.sha256}", markup=False)
    for invoice in attached.invoices:
        on.print(
            f"  发票 / invoice {invoice.number} {invoice.date} {format_fen(invoice.total_fen)}", markup=False
        )
        for read in told.invoices:
            if read.invoice == invoice:
                seller, buyer = _party(read.seller, read.seller_id), _party(read.buyer, read.buyer_id)
                on.print(f"    销售方 / seller {seller}；购买方 / buyer {buyer}", markup=False)


def _show_private(on: Console, private: Sequence[Private], line: int) -> None:
    """Print what is behind the digests of a line (0: of the voucher itself)."""
    for one in private:
        if one.line == line:
            words = f"{one.name}：{one.value}（{WORDS[one.tier]} / {one.tier}，记录里只有摘要 / digest only）"
            on.print(f"    {words}", markup=False)


def _party(name: str, id_: str) -> str:
    return f"{name or '没有写 / not told'}{f'（{id_}）' if id_ else ''}"
