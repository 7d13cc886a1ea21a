"""Commands for drafts: made here, signed by each on their own machine, posted when nobody is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import out
from api.cli.looking import YesOption, confirm
from api.cli.options import URL, BookOption, UrlOption
from api.cli.showing import Names, Told, tell_remarks
from api.cli.showing import show as show_signed
from api.cli.signing import poster
from api.drafting import asked, holder, known
from api.drafting.client import Clerk, Draft
from api.identity import load_key
from api.settings import Settings
from domain.kernel.errors import Phrase
from domain.kernel.statement import type_name
from domain.roles import role_of
from domain.vouchers import VoucherPosted

draft = typer.Typer(
    help="待签凭证：制单、签名、拒签、撤回 / drafts that wait for signatures", no_args_is_help=True
)

OneKey = Annotated[Path, typer.Option("--key", help="自己的密钥文件 / your key file")]
DraftId = Annotated[str, typer.Argument(help="待签凭证的编号 / the draft's id")]
DataFile = Annotated[Path, typer.Argument(help="内容 JSON / its content as JSON")]
TypeOption = Annotated[str, typer.Option("--type", help="记录类型 / the entry's type")]
VOUCHER = type_name(VoucherPosted)
DespiteOption = Annotated[
    str,
    typer.Option(
        help="结账检查有必须处理的问题也制结账单，写明理由，签名的人都看得到 / why it is closed despite the checklist"
    ),
]
UNTOLD = Phrase("有内容不告诉您的岗位", "it has values that your role is not told")


@contextmanager
def _clerk(book: str, key: Path, url: str) -> Iterator[Clerk]:
    with poster(book, url, 0) as server:
        clerk = Clerk(server, load_key(key, Settings().passphrase_text))
        clerk.sign_in()
        yield clerk


@draft.command("list")
def list_(book: BookOption, key: OneKey, url: UrlOption = URL) -> None:
    """列出待签凭证 / What waits, and for whom."""
    with _clerk(book, key, url) as clerk:
        found = clerk.drafts()
    for one in found:
        _tell(one)
    if not found:
        out.print("没有待签凭证 / nothing waits")


@draft.command()
def show(id_: DraftId, book: BookOption, key: OneKey, url: UrlOption = URL) -> None:
    """显示一张待签凭证 / Show a draft, from the bytes that are to be signed."""
    with _clerk(book, key, url) as clerk:
        found = clerk.draft(id_)
        _show(found, clerk)
    _weigh(found)
    _tell(found)


@draft.command()
def new(
    file: DataFile,
    book: BookOption,
    key: OneKey,
    kind: TypeOption = VOUCHER,
    url: UrlOption = URL,
    despite: DespiteOption = "",
) -> None:
    """制单 / Make a draft."""
    with _clerk(book, key, url) as clerk:
        made = clerk.make(kind, file.read_bytes(), despite)
    _tell(made)
    tell_remarks(out, made.remarks)


@draft.command()
def change(
    id_: DraftId,
    file: DataFile,
    book: BookOption,
    key: OneKey,
    revision: Annotated[
        int,
        typer.Option(
            min=1, help="您改的是第几稿，见 draft show / the revision that you have seen, see draft show"
        ),
    ],
    kind: TypeOption = VOUCHER,
    url: UrlOption = URL,
    despite: DespiteOption = "",
) -> None:
    """改动内容，已有的签名作废 / Change a draft; its signatures fall away."""
    with _clerk(book, key, url) as clerk:
        changed = clerk.change(id_, revision, kind, file.read_bytes(), despite)
    _tell(changed)
    tell_remarks(out, changed.remarks)


@draft.command()
def sign(
    id_: DraftId,
    book: BookOption,
    key: OneKey,
    url: UrlOption = URL,
    yes: YesOption = False,
) -> None:
    """看过内容后签名 / Sign a draft, after showing what is signed."""
    with _clerk(book, key, url) as clerk:
        seen = clerk.draft(id_)
        _show(seen, clerk)
        _weigh(seen)
        _tell_refusals(seen)
        if not yes:
            confirm(silence=False)
        _tell(clerk.sign(seen))


@draft.command()
def refuse(
    id_: DraftId,
    book: BookOption,
    key: OneKey,
    reason: Annotated[str, typer.Option(help="理由 / why")],
    url: UrlOption = URL,
) -> None:
    """拒签，写明理由 / Refuse to sign, with a reason."""
    with _clerk(book, key, url) as clerk:
        _tell(clerk.refuse(clerk.draft(id_), reason))


@draft.command()
def withdraw(id_: DraftId, book: BookOption, key: OneKey, url: UrlOption = URL) -> None:
    """撤回 / Take a draft back."""
    with _clerk(book, key, url) as clerk:
        _tell(clerk.withdraw(clerk.draft(id_)))


def _show(found: Draft, clerk: Clerk) -> None:
    """Print what is signed, from its very bytes; names are the server's word."""
    untold = UNTOLD if found.is_untold() else None
    names = Names(clerk.accounts, out)
    told = Told(names, found.people, found.private(), found.named, found.invoices, untold)
    show_signed(out, found.statement, told)


def _weigh(found: Draft) -> None:
    """Print what is to be known before one signs: what its maker says, and what is remarked."""
    if found.made and found.made.words:
        who = holder(found.made.key, found.people)
        out.print(f"! {who.zh}制单时写明 / says the {who.en}: {found.made.words}", markup=False)
    tell_remarks(out, found.remarks)


def _tell_refusals(found: Draft) -> None:
    """Print who refuses a draft, and why."""
    for one in found.refusals:
        out.print(f"  {one.zh} / {one.en}", markup=False)


def _asked(found: Draft) -> Phrase:
    """Return whose signature it waits for, by office and by those who hold it."""
    held = {
        role: "、".join(
            found.people[key] for key in found.signers if role_of(key) == role and key in found.people
        )
        for role in found.asks
    }
    called = [asked(role, who, beside=role not in found.missing) for role, who in held.items()]
    return Phrase("、".join(one.zh for one in called), ", ".join(one.en for one in called))


def _state(found: Draft) -> Iterator[str]:
    """Yield where a draft stands: what is against it, and for whom it waits."""
    if found.entry is not None:
        yield f"已入账，第 {found.entry} 号记录 / posted as entry {found.entry}"
    elif found.state != "open":
        yield "已撤回 / withdrawn"
    else:
        yield from _waits(found)


def _waits(found: Draft) -> Iterator[str]:
    """Yield what the rules object to, and for whom a draft waits: to be changed or withdrawn, else to be signed."""
    if found.problem:
        yield f"{found.problem['zh']} / {found.problem['en']} [{found.problem['rule']}]"
    if found.mend:
        yield f"{found.mend.zh} / {found.mend.en}"
    elif found.asks:
        waits = _asked(found)
        yield f"还缺{waits.zh}签名 / still to sign: {waits.en}"


def _tell(found: Draft) -> None:
    """Print what a draft is known by, and where it stands."""
    signed = "、".join(holder(name, found.people).zh for name in found.signatures) or "无 / none"
    text = f"第 {found.revision} 稿 / revision {found.revision}"
    what = known(found.statement).words.zh
    out.print(
        f"{found.id}  {what}  已签 / signed: {signed}；{'；'.join(_state(found))}；{text}", markup=False
    )
    for one in found.lapsed:
        out.print(f"  {one.zh} / {one.en}", markup=False)
    _tell_refusals(found)
