"""One honest log with an entry of every type."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec

from domain.accounts import AccountAdded, NewAccount
from domain.book import Book
from domain.budget import Budget, BudgetAdopted, PlanLine, Resolution
from domain.entry import parse_entry
from domain.founding import BookOpened, Opened, Organisation
from domain.founding.events import Log as LogKey
from domain.kernel.note import parse_note
from domain.opening import Balances, OpeningPosted
from domain.periods import Closing, PeriodClosed
from domain.policy import PolicySet, PolicyTiers, Tier
from domain.roles import KeyGranted, KeyRevoked, KeyRotated
from domain.roles.events import Revocation, Rotation
from domain.sheets import Sheet, SheetPublished, rows_root
from domain.vouchers import Attachments, Line, Reversal, Voucher, VoucherPosted, VoucherReversed, mirrored
from tests.vectors.village import BOOK, ORIGIN, Log, grant, key, office

CHART = "rural-collective-2024"
PEOPLE = {
    "township": "镇干部",
    "accountant": "周会计",
    "cashier": "吴出纳",
    "head": "郑理事长",
    "supervisor": "钱监事",
}
TOWNSHIP, ACCOUNTANT, CASHIER, HEAD, SUPERVISOR = (office(role) for role in PEOPLE)
BASIC = (ACCOUNTANT, HEAD)
OTHERS = (TOWNSHIP, SUPERVISOR)
THREE = (office("accountant", 2), HEAD, SUPERVISOR)
LARGE_FEN = 1_000_000


def lines(debit: str, credit: str, fen: int) -> list[Line]:
    """Return the two lines of a simple voucher."""
    return [Line(account=debit, debit_fen=fen), Line(account=credit, credit_fen=fen)]


def voucher(date: str, fen: int, *, debit: str = "10201", credit: str = "501", **more: str) -> Voucher:
    """Return a voucher of two lines."""
    return Voucher(
        attachments=Attachments(count=1), date=date, lines=lines(debit, credit, fen), summary="卖竹笋", **more
    )


def opened(**change: object) -> Opened:
    """Return what the first entry says."""
    log = LogKey(origin=ORIGIN, vkey=key(ORIGIN).verifier.vkey)
    said = Opened(
        chart=CHART,
        first_period="2026-01",
        keys=[grant(office(role), person) for role, person in PEOPLE.items()],
        log=log,
        organisation=Organisation(division="330881101202", id=BOOK, name="小河村经济合作社（虚构）"),
    )
    return msgspec.structs.replace(said, **change)


def tiers(*bounds: int, last: int | msgspec.UnsetType = msgspec.UNSET) -> PolicyTiers:
    """Return tiers that begin at these amounts; the upper ones want everybody and a resolution."""
    ends = [*bounds[1:], last]
    return PolicyTiers(
        tiers=[
            Tier(from_fen=low, to_fen=high, roles=["accountant", "head"])
            if low == 0
            else Tier(
                from_fen=low,
                to_fen=high,
                resolution=True,
                roles=["accountant", "head", "supervisor", "township"],
            )
            for low, high in zip(bounds, ends, strict=True)
        ]
    )


def reversal(log: Log, index: int, date: str = "2026-01-25") -> Reversal:
    """Return the reversal of the voucher in an entry."""
    said = json.loads(parse_note(log.entries[index]).text.split(b"\n")[1])
    original = msgspec.convert(said["data"]["lines"], list[Line])
    return Reversal(
        attachments=Attachments(),
        date=date,
        lines=mirrored(original),
        reverses=said["id"],
        summary="冲销",
    )


def id_of(log: Log, index: int) -> str:
    """Return the id of an entry."""
    return parse_entry(log.entries[index]).statement.id


def sheet(log: Log, **change: object) -> Sheet:
    """Return January's sheet as a log's entries give it."""
    book = Book(BOOK)
    for note in log.entries:
        book.evolve(parse_entry(note))
    rows = book.trial_balance_rows("2026-01")
    good = Sheet(period="2026-01", root=rows_root(rows), rows=len(rows), sheet="trial_balance")
    return msgspec.structs.replace(good, **change)


def budget(*plan: tuple[str, int], year: str = "2026", **decided: object) -> Budget:
    """Return a plan of accounts with their amounts, carried by the delegates, with some of the decision changed."""
    carried = Resolution(agreed=26, body="delegates", date="2026-03-01", entitled=38, present=30)
    return Budget(
        lines=[PlanLine(account=account, planned_fen=fen) for account, fen in plan],
        resolution=msgspec.structs.replace(carried, **decided),
        year=year,
    )


def founded() -> Log:
    """Return the first six entries: opened, policy, two accounts, opening balances, a voucher."""
    log = Log().then(BookOpened, opened(), TOWNSHIP)
    log = log.then(PolicySet, tiers(0, LARGE_FEN), TOWNSHIP, HEAD, SUPERVISOR)
    log = log.then(AccountAdded, NewAccount(code="10201", name="基本户"), ACCOUNTANT)
    log = log.then(AccountAdded, NewAccount(code="51301", name="办公费"), ACCOUNTANT)
    balances = [*lines("10201", "301", 4_000_000), Line(account="101", debit_fen=50_000)]
    balances[1] = Line(account="301", credit_fen=4_050_000)
    log = log.then(OpeningPosted, Balances(lines=balances), *BASIC)
    return log.then(VoucherPosted, voucher("2026-01-08", 120_000), *BASIC)


def honest() -> Log:
    """Return a log of 16 entries with one of every type, its balances published."""
    log = founded()
    log = log.then(VoucherPosted, voucher("2026-01-15", 23_650, debit="51301", credit="101"), *BASIC)
    log = log.then(KeyGranted, grant(office("cashier", 2), "李四"), *OTHERS)
    log = log.then(VoucherReversed, reversal(log, 6), *BASIC)
    log = log.then(PeriodClosed, Closing(period="2026-01"), *BASIC)
    rotation = Rotation(new=grant(office("accountant", 2), "周会计"), old=ACCOUNTANT.name)
    log = log.then(KeyRotated, rotation, ACCOUNTANT)
    log = log.then(VoucherPosted, voucher("2026-02-03", 8_888), office("accountant", 2), HEAD)
    log = log.then(KeyRevoked, Revocation(key=office("cashier", 2).name, reason="离任"), *OTHERS)
    large = voucher("2026-02-20", LARGE_FEN, resolution="成员代表会议决议 2026-3")
    log = log.then(VoucherPosted, large, office("accountant", 2), HEAD, *OTHERS)
    log = log.then(SheetPublished, sheet(log), *THREE)
    small = [
        *lines("51301", "101", 300),
        Line(account="51301", debit_fen=-100),
        Line(account="101", credit_fen=-100),
    ]
    posted = Voucher(
        attachments=Attachments(),
        date="2026-02-28",
        lines=small,
        summary="电费“更正”\\/ \U0001f4a1",
        source="24",
    )
    return log.then(VoucherPosted, posted, office("accountant", 2), HEAD).publish()


def transferred() -> Log:
    """Return a log over a year's end, with its statements: a correction, transfers (结转), a distribution, a plan."""
    log = founded()
    log = log.then(VoucherPosted, voucher("2026-01-15", 23_650, debit="51301", credit="101"), *BASIC)
    log = log.then(VoucherReversed, reversal(log, 6, "2026-02-02"), *BASIC)
    for date, debit, credit, fen in (
        ("2026-02-03", "51301", "101", 32_650),
        ("2026-12-30", "501", "321", 100_000),
        ("2026-12-31", "321", "51301", 32_650),
        ("2026-12-31", "321", "322", 67_350),
        ("2026-12-31", "322", "311", 6_000),
        ("2027-01-05", "322", "113", 20_000),
        ("2027-01-08", "10201", "503", 7_000),
    ):
        log = log.then(VoucherPosted, voucher(date, fen, debit=debit, credit=credit), *BASIC)
    plan = budget(("153", 500_000), ("501", 200_000), ("513", 36_000))
    log = log.then(BudgetAdopted, plan, ACCOUNTANT, HEAD, SUPERVISOR)
    return log.publish(statements=True)


HONEST = honest()
TRANSFERRED = transferred()
PLAIN = replace(HONEST, published=False)
CLERKS = (office("accountant", 2), HEAD)
NEXT = len(HONEST.entries)
BUNDLE, TILE = f"tile/entries/000.p/{NEXT}", f"tile/0/000.p/{NEXT}"
