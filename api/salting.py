"""Taking personal data out of what is signed, on the machine of who signs: salts, digests, decoys (加盐).

A voucher's JSON may have `private` on itself and on its lines: by name a value, whom it is about (`subject`) and for
whom it is (`tier`). A roll's JSON has `rows`. What was made of such a file is kept beside it, so that trying again
signs the same digests; like the file itself it has the values in clear, and only its owner may read it.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
import nacl.utils

from api.adapters.json_text import json_text
from api.disclosures import Given, Tier, check_public
from api.posting import BAD_DATA, read_data
from domain.kernel.decoding import decoding_problem
from domain.kernel.disclosure import SALT_BYTES, disclosure, parse_disclosure, sealed
from domain.kernel.errors import Phrase, RuleViolation
from domain.kernel.statement import Text
from domain.rolls import MAX_ROWS, Roll, Row, in_order, root_of, seal_row
from domain.vouchers import SaltedVoucher, Voucher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from domain.kernel.canonical import Json

    Random = Callable[[int], bytes]
    Make = Callable[[object, bytes, Random], "Salted"]


class Private(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value to be kept out of the log: whom it is about, for whom it is."""

    subject: Text
    tier: Tier
    value: Any


class PrivateRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a roll as it is typed; the `subject` is the person's or household's own reference."""

    amounts_fen: list[int]
    subject: Text
    who: Text
    note: str = ""
    tier: Tier = Tier.person


class RollFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A roll as it is typed: columns without totals, which are those of the rows."""

    columns: list[dict[str, Any]]
    kind: str
    rows: Annotated[list[PrivateRow], msgspec.Meta(min_length=1, max_length=MAX_ROWS)]
    summary: str


class Salted(NamedTuple):
    """What is signed, and what is handed in beside it."""

    data: Voucher | Roll
    given: list[Given]


class _Kept(msgspec.Struct, frozen=True):
    """The file beside the source: the digest of the source it was made of, and what was made."""

    source: str
    data: dict[str, Any]
    disclosures: list[Given]


def is_private(voucher: bytes) -> bool:
    """Whether a voucher's JSON wants the salted form: it has `private` values, or books a roll."""
    return b'"private"' in voucher or b'"roll"' in voucher


def salt_voucher(name: object, text: bytes, random: Random) -> Salted:
    """Return the voucher of a JSON with its private values out of it; raises `post.data`."""
    voucher = read_data(name, text, dict[str, Any])
    given: list[Given] = []
    _salt(name, voucher, given, random)
    lines = voucher.get("lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            _salt(name, line, given, random)
    return Salted(_convert(name, voucher, SaltedVoucher), given)


def _salt(name: object, record: dict[str, Any], given: list[Given], random: Random) -> None:
    """Put digests in the place of what is private in a record."""
    values = _convert(name, record.pop("private", {}), dict[str, Private])
    for field in values.keys() & record.keys():
        raise BAD_DATA(
            name=name,
            problem=Phrase(
                f"`{field}` 既有明文，又在 `private` 中", f"`{field}` stands both in clear and in `private`"
            ),
        )
    made = [
        Given(disclosure(random(SALT_BYTES), field, _json(one.value)), one.subject, one.tier)
        for field, one in values.items()
    ]
    for one in made:
        _check(name, one)
    if made:
        record["_sd"] = sealed([one.disclosure for one in made])
        given += made


def _check(name: object, one: Given) -> None:
    """Raise `post.data` for a value or a name nobody could read again, `privacy.*` for a person's number in public."""
    try:
        parse_disclosure(one.disclosure)
    except RuleViolation as violation:
        problem = Phrase(f"`private` 的内容：{violation.zh}", f"what is `private`: {violation.en}")
        raise BAD_DATA(name=name, problem=problem) from None
    check_public(one)


def _json(value: Any) -> Json:  # noqa: ANN401 -- whatever JSON it is, `disclosure` checks it
    checked: Json = value
    return checked


def salt_roll(name: object, text: bytes, random: Random) -> Salted:
    """Return the roll of a JSON with its rows out of it, their totals summed up; raises `post.data`."""
    file = read_data(name, text, RollFile)
    given = []
    for row in file.rows:
        if len(row.amounts_fen) != len(file.columns):
            raise BAD_DATA(
                name=name,
                problem=Phrase(
                    f"{row.who}：{len(file.columns)} 列却有 {len(row.amounts_fen)} 个金额",
                    f"{row.who}: {len(row.amounts_fen)} amounts for {len(file.columns)} columns",
                ),
            )
        sealed = _convert(name, {"amounts_fen": row.amounts_fen, "note": row.note, "who": row.who}, Row)
        given.append(Given(seal_row(random(SALT_BYTES), sealed), row.subject, row.tier))
        check_public(given[-1])
    columns = [
        {**column, "total_fen": sum(row.amounts_fen[place] for row in file.rows)}
        for place, column in enumerate(file.columns)
    ]
    roll = {
        "columns": columns,
        "count": len(given),
        "kind": file.kind,
        "root": root_of(in_order(one.disclosure for one in given)),
        "summary": file.summary,
    }
    return Salted(_convert(name, roll, Roll), given)


def _convert(name: object, value: object, kind: Any) -> Any:  # noqa: ANN401 -- of the kind that is asked for
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BAD_DATA(name=name, problem=decoding_problem(error)) from None


def salted_once(path: Path, make: Make, kind: type[SaltedVoucher | Roll]) -> Salted:
    """Return what `make` makes of a file; of an unchanged file always the same, which is kept beside it."""
    text = path.read_bytes()
    source = hashlib.sha256(text).hexdigest()
    beside = salted_path(path)
    if beside.exists():
        kept = read_data(beside, beside.read_bytes(), _Kept)
        if kept.source == source:
            return Salted(_convert(beside, kept.data, kind), kept.disclosures)
    salted = make(path, text, nacl.utils.random)
    keep_beside(path, salted.data, salted.given)
    return salted


def keep_beside(path: Path, data: object, given: list[Given]) -> None:
    """Keep what was made of a file, and the disclosures, in a file beside it that only its owner may read."""
    source = hashlib.sha256(path.read_bytes()).hexdigest()
    _write(salted_path(path), _Kept(source, msgspec.to_builtins(data), given))


def salted_path(path: Path) -> Path:
    """Return where that is kept."""
    return path.with_name(f"{path.name}.salted")


def kept_disclosures(path: Path) -> list[Given]:
    """Return the disclosures in such a file; raises `post.data`."""
    return read_data(path, path.read_bytes(), _Kept).disclosures


def _write(path: Path, kept: _Kept) -> None:
    partial = path.with_name(f"{path.name}.part")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(json_text(kept))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
