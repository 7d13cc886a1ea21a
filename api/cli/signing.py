"""Commands of those who sign: what they sign stays on their machine until the server has answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import typer

from api.cli.console import err, out
from api.cli.looking import Looking, YesOption
from api.cli.options import (
    URL,
    WAIT_SECONDS,
    BookOption,
    KeyOption,
    SignOnlyOption,
    UrlOption,
    WaitOption,
)
from api.identity import load_key
from api.outbox import cosigned, note_path, outbox_path, read_note, receipt_path, write_note
from api.posting import ClosingRemark, Poster, check_server_url, read_data
from api.salting import Salted, is_private, salt_voucher, salted_once
from api.settings import Settings
from domain.accounts import AccountAdded, NewAccount
from domain.digests import hidden_in
from domain.entry import parse_entry
from domain.kernel.errors import Phrase
from domain.kernel.note import SigningKey
from domain.kernel.statement import Statement, type_name
from domain.policy import PolicySet, PolicyTiers
from domain.sheets import SheetPublished
from domain.vouchers import (
    Attachments,
    Reversal,
    SaltedReversal,
    SaltedVoucher,
    SaltedVoucherPosted,
    SaltedVoucherReversed,
    Voucher,
    VoucherPosted,
    VoucherReversed,
    mirrored,
)

DIGESTS = Phrase("有内容记录里只有摘要，这里看不到", "it has values of which the record has digests only")


@contextmanager
def poster(book: str, url: str, wait: float) -> Iterator[Poster]:
    """Lend a connection to a book on a server; raises `post.url`."""
    check_server_url(url)
    with httpx.Client(base_url=url, timeout=wait + 30) as client:
        yield Poster(client, book, wait)


def load_keys(paths: list[Path]) -> list[SigningKey]:
    """Return the keys in these files."""
    return [load_key(path, Settings().passphrase_text) for path in paths]


def submit(
    server: Poster,
    kind: type[Statement],
    data: object,
    keys: list[Path],
    sign_only: Path | None,
    *,
    yes: bool,
    silence: bool = True,
    told: Sequence[ClosingRemark] = (),
) -> None:
    """Show a statement, ask unless `yes`, sign it and post it, or only sign it into a file.

    What is sent is kept until the server has answered. `silence` is whether no answer is one, which it is not for what
    another wrote; `told` is what was said of it already.
    """
    signing = load_keys(keys)
    look = Looking(server, signing, yes=yes, silence=silence, told=told)
    if sign_only:
        server.signed(kind, data, signing, sign_only, look)
        _tell_unsent(sign_only)
        return
    kept = outbox_path(Settings().home, server.book, kind, data)
    receipt = server.post(kind, data, signing, kept, look)
    for done in (kept, receipt_path(kept)):
        done.unlink()
    print_receipt(receipt)


def _tell_unsent(note: Path) -> None:
    out.print(f"已签名，未提交 / signed, not sent: {note}")


def print_receipt(receipt: dict[str, Any]) -> None:
    """Print a receipt as JSON, and beside it what is to be set right of what was booked, if it was not told before."""
    out.print_json(json.dumps(receipt, ensure_ascii=False))
    told = {one["rule"] for one in receipt.get("remarks") or ()}
    for one in receipt.get("warnings", ()):
        if one["rule"] not in told:
            err.print(f"! [{one['rule']}] {one['zh']} / {one['en']}")


def post(
    file: Annotated[Path, typer.Argument(help="凭证 JSON / the voucher's JSON")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """显示并在本地签名、提交一张凭证，可重复执行 / Show a voucher, sign it here, post it; run again, booked once."""
    kind: type[Statement]
    if is_private(file.read_bytes()):
        data, given = salted_once(file, salt_voucher, SaltedVoucher)
        kind = SaltedVoucherPosted
    else:
        data, given = Salted(read_data(file, file.read_bytes(), Voucher), [])
        kind = VoucherPosted
    with poster(book, url, wait) as server:
        keys = load_keys(key)
        look = Looking(server, keys, given, yes=yes)
        if sign_only:
            server.signed(kind, data, keys, sign_only, look)
            _tell_unsent(sign_only)
            return
        kept = note_path(file)
        receipt = server.post(kind, data, keys, kept, look)
        if not receipt["created"]:
            _tell_booked_before(receipt, kept, file)
        if given:
            server.disclose(receipt["index"], given)
        print_receipt(receipt)


def _tell_booked_before(receipt: dict[str, Any], kept: Path, file: Path) -> None:
    """Say that nothing was booked or signed this time, by whom the entry is signed, and how to book another one."""
    index, names = receipt["index"], [line.name for line in parse_entry(read_note(kept)).signatures]
    err.print(
        f"{file} 此前已入账，是第 {index} 号记录，签名：{'、'.join(names)}。这次没有再记账，也没有添加签名；"
        "要另记一张内容相同的凭证，请把文件另存为别的名字再提交 / "
        f"{file} was booked before as entry {index}, signed by {', '.join(names)}. Nothing was booked or signed this "
        "time; to book another voucher of the same content, save the file under another name and post that"
    )


def reverse(
    entry: Annotated[int, typer.Argument(min=0, help="被冲销凭证的记录序号 / the entry of the voucher")],
    book: BookOption,
    key: KeyOption,
    summary: Annotated[str, typer.Option(help="冲销的摘要 / why")],
    date: Annotated[
        str,
        typer.Option(
            help="日期；默认在原凭证的月份，那个月已结账的，在最早未结账的月份"
            " / date; default in the voucher's month, or the oldest that is open"
        ),
    ] = "",
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """冲销一张凭证（红字）/ Reverse a voucher by its mirror in red."""
    with poster(book, url, wait) as server:
        original = server.statement_of(entry, VoucherPosted, "可以冲销的凭证", "voucher that can be reversed")
        fields: dict[str, Any] = {
            "attachments": Attachments(),
            "date": date or server.correcting_date(original.data.date),
            "lines": mirrored(original.data.lines),
            "reverses": original.id,
            "summary": summary,
        }
        if isinstance(original, SaltedVoucherPosted):
            submit(server, SaltedVoucherReversed, SaltedReversal(**fields), key, sign_only, yes=yes)
        else:
            submit(server, VoucherReversed, Reversal(**fields), key, sign_only, yes=yes)


def publish(
    period: Annotated[str, typer.Argument(help="已结账的会计期间 / a closed period, YYYY-MM")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """签名公开一个月的科目余额表 / Publish a closed month's trial balance, so that each figure can be proved."""
    with poster(book, url, wait) as server:
        submit(server, SheetPublished, server.sheet(period), key, sign_only, yes=yes)


def account(
    code: Annotated[str, typer.Argument(help="科目编码 / code")],
    name: Annotated[str, typer.Argument(help="科目名称 / name")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """增设明细科目 / Add a detail account."""
    data = read_data(code, msgspec.json.encode({"code": code, "name": name}), NewAccount)
    with poster(book, url, wait) as server:
        submit(server, AccountAdded, data, key, sign_only, yes=yes)


def policy(
    file: Annotated[Path, typer.Argument(help="审批档次 JSON / the tiers as JSON")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """设定审批档次 / Set the approval policy."""
    data = read_data(file, file.read_bytes(), PolicyTiers)
    with poster(book, url, wait) as server:
        submit(server, PolicySet, data, key, sign_only, yes=yes)


def cosign(
    file: Annotated[Path, typer.Argument(help="签名文书 / the signed note")],
    key: KeyOption,
    yes: YesOption = False,
    url: UrlOption = URL,
) -> None:
    """在同一份文书上加签 / Add signatures to the same bytes, after showing what is signed."""
    note, keys = read_note(file), load_keys(key)
    entry = parse_entry(note)
    statement, untold = entry.statement, DIGESTS if any(hidden_in(entry.statement)) else None
    err.print(f"{type_name(statement)} {statement.book}")
    with poster(statement.book, url, 0) as server:
        look = Looking(server, keys, yes=yes, silence=False, untold=untold)
        look(statement, [line.name for line in entry.signatures])
    signed = cosigned(note, keys)
    write_note(file, signed)
    for line in parse_entry(signed).signatures:
        out.print(line.name)


def send(
    file: Annotated[Path, typer.Argument(help="签名文书 / the signed note")],
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
) -> None:
    """提交一份已签名的文书；可重复执行 / Send a signed note; running it again stores it once."""
    note = read_note(file)
    with poster(parse_entry(note).statement.book, url, wait) as server:
        print_receipt(server.send(note, file))
