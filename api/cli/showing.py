"""What is signed, in plain words, printed before it is signed: of a draft, of a note, of a file.

What is no voucher has the words that the public page of an entry has (`api.entry_words`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from api.disclosures import WORDS
from api.entry_background import Background
from api.entry_words import ENTRY_TYPES, words_of
from api.importing.cells import visible
from domain.kernel.errors import Phrase, RuleViolation
from domain.kernel.money import format_fen
from domain.kernel.statement import type_name
from domain.vouchers import VoucherPosted, VoucherReversed, quantity_text, total_fen

if TYPE_CHECKING:
    from rich.console import Console

    from api.drafting.client import NamedEntry, Private, Read, Said
    from api.entry_background import Cell, Table
    from api.posting import ClosingRemark
    from domain.entry import AnyStatement

MORE = {
    "resolution": "依据的决议",
    "roll": "发放清册",
    "source": "原系统凭证号",
    "reverses": "冲销的凭证",
    "corrects": "更正的凭证",
}
"""What a voucher may say beside its lines."""


class Names(Mapping[str, str]):
    """Names that a server has, such as those of accounts by code: it is asked once, when the first name is wanted.

    Where it does not tell them there are none, and `on` says why.
    """

    def __init__(self, ask: Callable[[], Mapping[str, str]], on: Console) -> None:
        """Get the names by `ask`, whose refusal is printed."""
        self._ask = ask
        self._on = on

    @cached_property
    def _names(self) -> Mapping[str, str]:
        try:
            return self._ask()
        except RuleViolation as violation:
            zh, en = "没有取到名称，只列编码", "names are not at hand, codes stand alone"
            self._on.print(f"! {zh}：{violation.zh} / {en}: {violation.en}")
            return {}

    def __getitem__(self, key: str) -> str:
        return self._names[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Told(NamedTuple):
    """What is known beside the bytes that are signed: the server's word, and the values behind digests.

    `names` are those of accounts, by code, `people` those who hold keys, by the keys' names; `untold` says why some
    values are not shown.
    """

    names: Mapping[str, str] = {}
    people: Mapping[str, str] = {}
    private: Sequence[Private] = ()
    named: Sequence[NamedEntry] = ()
    invoices: Sequence[Read] = ()
    untold: Phrase | None = None


def show(on: Console, statement: AnyStatement, told: Told) -> None:
    """Print what is signed, with amounts in yuan; a character that no terminal shows is named."""
    for line in _lines(statement, told):
        on.print(visible(line), markup=False)


def tell_remarks(on: Console, remarks: Iterable[Said | ClosingRemark]) -> None:
    """Print what is to be known before one signs, and whether it was to be set right before."""
    for one in remarks:
        on.print(visible(f"{'✗' if one.stops else '!'} {one.zh} / {one.en} [{one.rule}]"), markup=False)


def _lines(statement: AnyStatement, told: Told) -> Iterator[str]:
    background = Background("", told.names, told.people)
    if isinstance(statement, (VoucherPosted, VoucherReversed)):
        yield from _voucher(statement, told, background)
    else:
        yield from _worded(statement, background)
    if told.untold:
        yield f"  {_both(told.untold)}"


def _worded(statement: AnyStatement, background: Background) -> Iterator[str]:
    """Yield the words of what is no voucher: a sentence, facts, a table."""
    words = words_of(statement, background)
    yield _both(ENTRY_TYPES[type_name(statement)])
    yield f"  {_both(words.lead)}"
    for name, text in words.facts:
        yield f"  {_both(name)}: {_both(text)}"
    if words.table:
        yield f"  {_both(words.table.caption)}:"
        yield from (f"    {line}" for line in _laid_out(words.table))


def _laid_out(table: Table) -> Iterator[str]:
    """Yield a table's lines, its columns below one another in a font of fixed width, amounts to the right."""
    rows = [[_both(cell) if cell else "" for cell in row] for row in table.rows]
    above = [_both(heading) for heading in table.headings]
    below = [[_both(cell) for cell in table.totals]] if table.totals else []
    lines = [above, *rows, *below]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    kinds = table.rows[0] if table.rows else table.headings
    for line in lines:
        cells = zip(line, widths, kinds, strict=True)
        yield "  ".join(_padded(text, width, kind) for text, width, kind in cells).rstrip()


def _padded(text: str, width: int, kind: Cell) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if isinstance(kind, int) else text + gap


def _both(cell: Cell) -> str:
    """Return a text as it was written, an amount in yuan, or words in Chinese and English."""
    if isinstance(cell, int):
        return format_fen(cell)
    return f"{cell.zh} / {cell.en}" if isinstance(cell, Phrase) else cell


def _voucher(statement: VoucherPosted | VoucherReversed, told: Told, background: Background) -> Iterator[str]:
    voucher = statement.data
    what = "冲销凭证 / reversal" if isinstance(statement, VoucherReversed) else "记账凭证 / voucher"
    yield f"{what}  {voucher.date}  {voucher.summary}"
    for number, line in enumerate(voucher.lines, start=1):
        side, fen = ("借", line.debit_fen) if line.debit_fen else ("贷", line.credit_fen)
        quantity = f"{quantity_text(line.quantity_milli)} {line.unit}" if line.unit else ""
        words = " ".join(filter(None, (line.summary, line.party, line.project, quantity)))
        yield f"  {side} {background.account(line.account)}  {format_fen(fen)}  {words}".rstrip()
        yield from _private(told.private, number)
    yield from _private(told.private, 0)
    rest = {name: text for name in MORE if (text := getattr(voucher, name, ""))}
    entries = {one.id: f"{one.zh} / {one.en}" for one in told.named}
    for name, text in rest.items():
        yield f"  {MORE[name]} / {name}: {entries.get(text, text)}"
    yield from _originals(statement, told)
    total, attached = format_fen(total_fen(voucher.lines)), voucher.attachments.count
    yield f"  合计 / total {total} 元，附件 / attached {attached}"


def _originals(statement: VoucherPosted | VoucherReversed, told: Told) -> Iterator[str]:
    attached = statement.data.attachments
    for file in attached.files:
        yield f"  {file.name} {file.sha256}"
    for invoice in attached.invoices:
        yield f"  发票 / invoice {invoice.number} {invoice.date} {format_fen(invoice.total_fen)}"
        for read in told.invoices:
            if read.invoice == invoice:
                seller, buyer = _party(read.seller, read.seller_id), _party(read.buyer, read.buyer_id)
                yield f"    销售方 / seller {seller}；购买方 / buyer {buyer}"


def _private(private: Sequence[Private], line: int) -> Iterator[str]:
    """Yield what is behind the digests of a line (0: of the voucher itself)."""
    for one in private:
        if one.line == line:
            words = f"{one.name}：{one.value}（{WORDS[one.tier]} / {one.tier}，记录里只有摘要 / digest only）"
            yield f"    {words}"


def _party(name: str, id_: str) -> str:
    return f"{name or '没有写 / not told'}{f'（{id_}）' if id_ else ''}"
