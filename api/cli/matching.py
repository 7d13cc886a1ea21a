"""Commands that decide of matches between bank and book, enter what was outstanding at the opening, undo imports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from api.adapters.tables import to_format
from api.banking import KeptDecision, KeptImport, lines_table
from api.cli.at_work import at_work
from api.cli.banking import AccountOption, DateOption, bank
from api.cli.console import out
from api.cli.options import BookOption, Format, write
from api.clock import local_minute
from api.composition import open_service
from api.settings import Settings
from domain.kernel.errors import Kind, rule
from domain.kernel.money import format_fen, parse_fen

__all__ = ["bank"]

BAD_CHOICE = rule(
    "bank.choice",
    Kind.MALFORMED,
    "行应写成「{expected}」，用逗号隔开，读到「{read}」；行号见 sunledger bank lines",
    "lines are written as {expected} with commas between them; read '{read}'. sunledger bank lines has their numbers",
    "ADR 0040",
)
BAD_SIDE = rule(
    "bank.side",
    Kind.MALFORMED,
    "--side 应为 bank（银行已记、企业未记）或 book（企业已记、银行未记），读到「{read}」",
    "--side is bank (the bank had it already) or book (the book had it); read '{read}'",
    "ADR 0040",
)

OneKey = Annotated[
    Path, typer.Option("--key", help="会计或出纳的密钥文件 / the key of accountant or cashier")
]
BankOption = Annotated[str, typer.Option("--bank", help="对账单的行号，如 3,4 / lines of the bank")]
EntriesOption = Annotated[
    str, typer.Option("--entries", help="账上的行，如 12:1,15:2（记录:行）/ lines of the book, entry:line")
]
NumberArgument = Annotated[int, typer.Argument(help="编号 / its number")]


@bank.command()
def lines(book: BookOption, account: AccountOption, date: DateOption) -> None:
    """列出各行及其编号：对上的、请过目的、没有对上的 / All lines with their numbers, matched or not."""
    with open_service(Settings()) as service:
        service.runner.catch_up([book])
        found = service.banks.reconcile(book, account, date, 0)  # the matches do not depend on the balance
    write(to_format(lines_table(account, date, found), Format.text.value), None)


@bank.command()
def match(
    book: BookOption,
    account: AccountOption,
    key: OneKey,
    of_bank: BankOption = "",
    entries: EntriesOption = "",
) -> None:
    """认可这些行是同一笔业务 / Accept lines as one transaction."""
    _decide(book, account, key, of_bank, entries, accepted=True)


@bank.command()
def refuse(
    book: BookOption,
    account: AccountOption,
    key: OneKey,
    of_bank: BankOption = "",
    entries: EntriesOption = "",
) -> None:
    """这些行不是同一笔，不再提示 / Refuse a suggested match."""
    _decide(book, account, key, of_bank, entries, accepted=False)


@bank.command()
def undo(number: NumberArgument, book: BookOption, account: AccountOption, key: OneKey) -> None:
    """撤回一个核对决定 / Take a decision back."""
    with at_work(book, key) as (service, session):
        _tell(service.bank_decisions.undo(session, account, number))


@bank.command()
def decisions(book: BookOption, account: AccountOption) -> None:
    """列出核对决定，撤回的也在内 / The decisions, those too that were taken back."""
    with open_service(Settings()) as service:
        for one in service.bank_decisions.all(book, account):
            _tell(one)


@bank.command()
def imports(book: BookOption, account: AccountOption) -> None:
    """列出读入过的对账单，撤回的也在内 / The files that were read in, those too that were undone."""
    with open_service(Settings()) as service:
        for one in service.bank_imports.all(book, account):
            _tell_import(one)


@bank.command("undo-import")
def undo_import(number: NumberArgument, book: BookOption, account: AccountOption, key: OneKey) -> None:
    """撤回一次读入，别的文件没有的行随之去掉 / Undo an import, with the lines that no other file has."""
    with at_work(book, key) as (service, session):
        done = service.bank_imports.undo(session, account, number)
    _tell_import(done.kept)
    out.print(f"{done.told.zh} / {done.told.en}")


@bank.command()
def opening(
    book: BookOption,
    account: AccountOption,
    key: OneKey,
    side: Annotated[str, typer.Option(help="哪一方已记：bank 或 book / which side had it already")],
    date: Annotated[str, typer.Option("--date", help="日期 / its day, YYYY-MM-DD")],
    amount: Annotated[str, typer.Option(help="元，支出写负数 / yuan, what was paid below zero")],
    text: Annotated[str, typer.Option(help="内容 / its words")],
) -> None:
    """记下一笔期初未达账项 / Enter an item that was outstanding at the opening."""
    if side not in {"bank", "book"}:
        raise BAD_SIDE(read=side)
    given = cast("Literal['bank', 'book']", side), date, parse_fen(amount), text
    with at_work(book, key) as (service, session):
        made = service.bank_openings.enter(session, account, *given)
    out.print(f"第 {made.number} 号期初未达账项 / outstanding item {made.number}", markup=False)


@bank.command()
def openings(book: BookOption, account: AccountOption) -> None:
    """列出期初未达账项 / The items that were outstanding at the opening."""
    with open_service(Settings()) as service:
        for one in service.bank_openings.all(book, account):
            said = f"{one.number}  {one.side}  {one.date}  {one.text}  {format_fen(one.amount_fen)}  {one.made_by}"
            out.print(said, markup=False)


@bank.command("undo-opening")
def undo_opening(number: NumberArgument, book: BookOption, account: AccountOption, key: OneKey) -> None:
    """撤回一笔期初未达账项，编号的负号省去 / Take an item back, its number without the minus sign."""
    with at_work(book, key) as (service, session):
        service.bank_openings.undo(session, account, -abs(number))
    out.print("已撤回 / taken back")


def _decide(book: str, account: str, key: Path, of_bank: str, entries: str, *, accepted: bool) -> None:
    numbers = {int(number) for (number,) in _read(of_bank, r"(-?[0-9]{1,9})", "3,4")}
    places = {
        (int(entry), int(line)) for entry, line in _read(entries, r"(-?[0-9]{1,9}):([0-9]{1,4})", "12:1")
    }
    with at_work(book, key) as (service, session):
        _tell(service.bank_decisions.decide(session, account, numbers, places, accepted=accepted))


def _read(listed: str, pattern: str, expected: str) -> list[tuple[str, ...]]:
    found = []
    for part in filter(None, (part.strip() for part in listed.split(","))):
        matched = re.fullmatch(pattern, part, re.ASCII)
        if not matched:
            raise BAD_CHOICE(expected=expected, read=part)
        found.append(matched.groups())
    return found


def _tell(kept: KeptDecision) -> None:
    one = kept.decision
    word = "是同一笔 / one transaction" if one.accepted else "不是同一笔 / not one"
    numbers = ",".join(map(str, sorted(one.bank)))
    places = ",".join(f"{entry}:{line}" for entry, line in sorted(one.book))
    back = "" if kept.stands else f"  已撤回 / taken back: {kept.undone_by}"
    said = f"{one.number}  {word}  --bank {numbers or '-'} --entries {places or '-'}  {kept.decided_by}{back}"
    out.print(said, markup=False)


def _tell_import(kept: KeptImport) -> None:
    reach = max(kept.last, kept.through or "")
    back = f"  已撤回 / undone: {kept.undone_by} {local_minute(kept.undone_at)}" if kept.undone_at else ""
    who = kept.read_by or "命令行 / at the server"
    said = f"{kept.number}  {kept.file}  {kept.lines} 行 / lines  {kept.first}…{reach}  {who}"
    out.print(f"{said}  {local_minute(kept.read_at)}  {(kept.sha256 or '-')[:12]}{back}")
