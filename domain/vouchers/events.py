"""The entries that post and reverse vouchers; content after 会计基础工作规范 art. 51 and 财会〔2023〕14号."""

from __future__ import annotations

from typing import Annotated

import msgspec

from domain.kernel.disclosure import Digests
from domain.kernel.statement import (
    NUMBER_OF_INVOICE,
    PLAIN,
    Count,
    Fen,
    OptionalText,
    Record,
    Sha256Hex,
    Statement,
    Text,
)

MAX_LINES = 400
"""A voucher has at most 400 lines, so that an entry stays below the log's 65,535 bytes."""


MAX_QUANTITY = 999_999_999_999
"""In thousandths of the unit."""

Quantity = Annotated[int, msgspec.Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
UNIT_MAX = 20
"""The most characters of a unit of measure."""

Unit = Annotated[str, msgspec.Meta(max_length=UNIT_MAX, pattern=PLAIN)]
InvoiceNumber = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]{8,20}\Z", extra=NUMBER_OF_INVOICE)]


class Line(Record, frozen=True):
    """One line (分录): an account and exactly one of debit (借) and credit (贷), in fen, never zero.

    `quantity_milli` is how much of it there is (数量), in thousandths of `unit` (计量单位); both or neither.
    """

    account: str
    credit_fen: Fen = 0
    debit_fen: Fen = 0
    party: OptionalText = ""
    project: OptionalText = ""
    quantity_milli: Quantity = 0
    summary: OptionalText = ""
    unit: Unit = ""


class File(Record, frozen=True):
    """An original document (原始凭证) in the content-addressed store."""

    media: Text
    name: Text
    sha256: Sha256Hex
    size: Count


class Invoice(Record, frozen=True):
    """An invoice (发票) or fiscal receipt (财政票据) among the originals: day of issue, number, and total with tax.

    The number is that of a fully digital invoice (20 digits), or of an older one behind its code: these three are what
    the tax bureau's public query asks for.
    """

    date: str
    number: InvoiceNumber
    total_fen: Fen


class Attachments(Record, frozen=True):
    """`count` of originals as the voucher states it, the `files` that are kept electronically, and the `invoices`."""

    count: Annotated[int, msgspec.Meta(ge=0, le=9999)] = 0
    files: Annotated[list[File], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)
    invoices: Annotated[list[Invoice], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)


Lines = Annotated[list[Line], msgspec.Meta(min_length=2, max_length=MAX_LINES)]


class Voucher(Record, frozen=True):
    """A voucher: `date`, `summary` (摘要), `lines`, `attachments`; `source` is its number where it came from.

    `resolution` names the decision it rests on where the policy's tier demands one. `corrects` is the id of the earlier
    voucher that it sets right (订正、调整、更正).
    """

    attachments: Attachments
    date: str
    lines: Lines
    summary: Text
    corrects: OptionalText = ""
    resolution: OptionalText = ""
    source: OptionalText = ""


class Reversal(Record, frozen=True):
    """A red voucher (红字凭证): `reverses` is the id of what it cancels, `lines` that voucher's lines negated."""

    attachments: Attachments
    date: str
    lines: Lines
    reverses: str
    summary: Text


class VoucherPosted(Statement, frozen=True, tag="voucher.posted/1"):
    """A voucher is in the books; signed by the roles of the policy's tier."""

    data: Voucher


class VoucherReversed(Statement, frozen=True, tag="voucher.reversed/1"):
    """A voucher is cancelled by its mirror; signed by at least the roles that had signed it."""

    data: Reversal


class SaltedLine(Line, frozen=True):
    """A line some of whose values, such as the party, stand outside the log: `_sd` has their digests (RFC 9901)."""

    digests: Digests = msgspec.field(default_factory=list, name="_sd")


SaltedLines = Annotated[list[SaltedLine], msgspec.Meta(min_length=2, max_length=MAX_LINES)]


class SaltedVoucher(Voucher, frozen=True):
    """A voucher with digests on its lines or on itself; `roll` is the id of the roll (发放清册) that it books."""

    lines: SaltedLines  # type: ignore[assignment]
    digests: Digests = msgspec.field(default_factory=list, name="_sd")
    roll: OptionalText = ""


class SaltedReversal(Reversal, frozen=True):
    """A red voucher whose lines carry the very digests of the lines that they cancel."""

    lines: SaltedLines  # type: ignore[assignment]
    digests: Digests = msgspec.field(default_factory=list, name="_sd")


class SaltedVoucherPosted(VoucherPosted, frozen=True, tag="voucher.posted/2"):
    """A voucher that keeps personal data out of the log; signed by the roles of the policy's tier."""

    data: SaltedVoucher


class SaltedVoucherReversed(VoucherReversed, frozen=True, tag="voucher.reversed/2"):
    """A voucher with digests is cancelled by its mirror; signed by at least the roles that had signed it."""

    data: SaltedReversal
