"""A year of a book for auditors' software: 公共档案 and 总账 with the data elements of GB/T 24589.1 as XML.

The elements have the standard's Chinese names, in its order; what a village's books do not have (rates of exchange,
departments, means of settlement) is left out. A voucher's extension field leads back to the signed log: the entry's
index and its leaf's hash.
"""

from __future__ import annotations

from importlib.metadata import version
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from api.statements import beginning_head
from domain.chart import codes_down_to
from domain.entry import parse_entry
from domain.kernel.merkle import leaf_hash
from domain.kernel.money import plain_fen
from domain.kernel.period import last_day, parse_period, periods
from domain.roles import role_of
from domain.vouchers import price_text, quantity_text, voucher_number
from projections import journal, log, register
from projections.balances import auxiliary_balances
from projections.statements import balance_sheet, income_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

    from domain.statements import IncomeLine, LayoutLine
    from domain.vouchers import Line, Reversal, Voucher
    from projections.balances import AuxiliaryBalance
    from projections.journal import VoucherRow
    from projections.register import AccountRow, BookRow

STANDARD = "GB/T 24589.1-2024"
CURRENCY = "CNY"
VOUCHER_TYPE = "1"
"""记: villages keep one kind of voucher."""

KINDS = {
    "asset": "资产",
    "liability": "负债",
    "equity": "所有者权益",
    "cost": "成本",
    "income": "损益",
    "expense": "损益",
}
SIDES = {"debit": "借", "credit": "贷"}
DIMENSIONS = {"party": "往来单位", "project": "项目"}
"""What a line may say beside its account (辅助核算), in the order of 辅助项1 and 辅助项2."""

MAKERS, REVIEWERS = ("accountant", "cashier"), ("head", "supervisor", "township")
ALL = 2**31 - 1


class Used(NamedTuple):
    """What balances name beside their accounts: values by dimension, and by which accounts they are used."""

    values: dict[str, set[str]]
    accounts: dict[str, set[str]]


class Year(NamedTuple):
    """What both files are made of: the book, the balances of its months, who holds its keys, what the balances name."""

    book: BookRow
    months: dict[str, list[AuxiliaryBalance]]
    people: dict[str, str]
    used: Used


def to_gbt24589(connection: Connection[Any], book_id: str, year: str) -> dict[str, bytes]:
    """Return the files of a year by their names; raises `book.unknown`, `period.malformed`."""
    book = register.book(connection, book_id)
    months = {
        period: auxiliary_balances(connection, book_id, period) for period in _months(connection, book, year)
    }
    used = _used(chain.from_iterable(months.values()))
    of_year = Year(book, months, register.people(connection, book_id), used)
    return {
        "公共档案.xml": _public_archive(of_year, year),
        "总账.xml": _general_ledger(connection, of_year),
    }


def _public_archive(of_year: Year, year: str) -> bytes:
    """Return 公共档案: the book, its months, and what vouchers name."""
    book, months, people, used = of_year
    root = Element("公共档案")
    _put(
        SubElement(root, "电子账簿"),
        电子账簿编号=book.book,
        电子账簿名称=book.name,
        会计核算单位=book.name,
        组织机构代码=book.book,
        单位性质="农村集体经济组织",
        行业="农业",
        开发单位="sunledger 阳光账本",
        版本号=version("sunledger"),
        本位币=CURRENCY,
        会计年度=year,
        标准版本号=STANDARD,
    )
    for period in months:
        _put(
            SubElement(root, "会计期间"),
            会计年度=year,
            会计期间号=str(int(period[5:])),
            会计期间起始日期=_day(f"{period}-01"),
            会计期间结束日期=_day(last_day(period)),
        )
    _put(
        SubElement(root, "记账凭证类型"),
        记账凭证类型编号=VOUCHER_TYPE,
        记账凭证类型名称="记账凭证",
        记账凭证类型简称="记",
    )
    _put(SubElement(root, "币种"), 币种编码=CURRENCY, 币种名称="人民币")
    for key, person in sorted(people.items()):
        _put(SubElement(root, "员工档案"), 员工编码=key, 员工姓名=person or key)
    for dimension, words in DIMENSIONS.items():
        _put(
            SubElement(root, "自定义档案项"),
            档案编码=dimension,
            档案名称=words,
            档案描述=words,
            是否有层级特征="0",
        )
    for dimension, values in used.values.items():
        for value in sorted(values):
            _put(
                SubElement(root, "自定义档案项值"),
                档案编码=dimension,
                档案值编码=value,
                档案值名称=value,
                档案值级次="1",
            )
    return _written(root)


def _general_ledger(connection: Connection[Any], of_year: Year) -> bytes:
    """Return 总账: accounts, balances, vouchers line by line, statements."""
    book, months, people, used = of_year
    root = Element("总账")
    _put(
        SubElement(root, "总账基础信息"),
        结构分隔符="-",
        会计科目编号规则="3-2-2-2",
        凭证头可扩展字段结构="日志记录号-叶节点哈希",
    )
    _accounts(root, register.accounts(connection, book.book))
    for order, (dimension, words) in enumerate(DIMENSIONS.items(), start=1):
        for account in sorted(used.accounts[dimension]):
            _put(
                SubElement(root, "科目辅助核算"),
                科目编号=account,
                辅助项编号=str(order),
                辅助项名称=words,
                对应档案=dimension,
                辅助项描述=words,
            )
    for period, balances in months.items():
        _balances(root, period, balances)
    for period in months:
        for place in journal.vouchers_of(connection, book.book, period, ALL):
            _voucher(connection, root, book.book, place, people)
    _statements(connection, root, book, max(months))
    return _written(root)


def _months(connection: Connection[Any], book: BookRow, year: str) -> list[str]:
    """Return the months of a year that a book has vouchers of, or may have."""
    first = book.first_period
    last = max(journal.last_period(connection, book.book), first)
    months = periods(parse_period(f"{year}-01"), f"{year}-12")
    return [period for period in months if first <= period <= last] or [parse_period(f"{year}-12")]


def _used(balances: Iterable[AuxiliaryBalance]) -> Used:
    """Return what balances name beside their accounts: what is moved in the year, and what stands in it."""
    used = Used({name: set() for name in DIMENSIONS}, {name: set() for name in DIMENSIONS})
    for row in balances:
        for dimension in DIMENSIONS:
            if value := getattr(row, dimension):
                used.values[dimension].add(value)
                used.accounts[dimension].add(row.account)
    return used


def _accounts(root: Element, accounts: Iterable[AccountRow]) -> None:
    for account in accounts:
        _put(
            SubElement(root, "会计科目"),
            科目编号=account.code,
            科目名称=account.name,
            科目级次=str(len(codes_down_to(account.code))),
            科目类型=KINDS[account.kind],
            余额方向=SIDES[account.side],
        )


def _balances(root: Element, period: str, balances: Iterable[AuxiliaryBalance]) -> None:
    """Add the balances of a month: the records of an account by what its lines name, which add up to it."""
    for row in balances:
        _put(
            SubElement(root, "科目余额及发生额"),
            科目编号=row.account,
            **_dimensions(row),
            期初余额方向=_side(row.opening_fen),
            期末余额方向=_side(row.closing_fen),
            币种编码=CURRENCY,
            会计年度=period[:4],
            会计期间号=str(int(period[5:])),
            期初本币余额=plain_fen(abs(row.opening_fen)),
            借方本币金额=plain_fen(row.debit_fen),
            贷方本币金额=plain_fen(row.credit_fen),
            期末本币余额=plain_fen(abs(row.closing_fen)),
        )


def _voucher(
    connection: Connection[Any], root: Element, book_id: str, place: VoucherRow, names: dict[str, str]
) -> None:
    """Add a voucher, a line at a time, as its signed bytes have it."""
    note = log.entry_at(connection, book_id, place.entry)
    voucher: Voucher | Reversal = parse_entry(note).statement.data  # type: ignore[assignment]  # `place` says so
    invoices = voucher.attachments.invoices
    for number, line in enumerate(voucher.lines, start=1):
        element = SubElement(root, "记账凭证")
        _put(
            element,
            记账凭证日期=_day(voucher.date),
            会计年度=place.period[:4],
            会计期间号=str(int(place.period[5:])),
            记账凭证类型编号=VOUCHER_TYPE,
            记账凭证编号=voucher_number(place.period, place.number),
            记账凭证行号=str(number),
            记账凭证摘要=line.summary or voucher.summary,
            科目编号=line.account,
            **_dimensions(line),
            币种编码=CURRENCY,
            **_measured(line, "借方", line.debit_fen),
            借方本币金额=plain_fen(line.debit_fen),
            **_measured(line, "贷方", line.credit_fen),
            贷方本币金额=plain_fen(line.credit_fen),
            **(
                {"单价": price_text(line.debit_fen + line.credit_fen, line.quantity_milli)}
                if line.unit
                else {}
            ),
            凭证头可扩展字段结构值=f"{place.entry}-{leaf_hash(note).hex()}",
        )
        if invoices:
            _put(
                element,
                票据类型="发票",
                票据号="；".join(one.number for one in invoices),
                票据日期=_day(invoices[0].date),
            )
        _put(
            element,
            附件数=str(voucher.attachments.count),
            制单人=_people(place.signers, MAKERS, names),
            审核人=_people(place.signers, REVIEWERS, names),
            记账人=_people(place.signers, MAKERS[:1], names),
            记账标志="1",
            作废标志="0",
            凭证来源系统=f"sunledger {book_id}",
        )


def _dimensions(line: Line | AuxiliaryBalance) -> dict[str, str]:
    said = (getattr(line, dimension) for dimension in DIMENSIONS)
    return {f"辅助项{order}编号": text for order, text in enumerate(said, start=1) if text}


def _measured(line: Line, side: str, fen: int) -> dict[str, str]:
    """Return the quantity of the side that a line of goods is on, with its unit."""
    return (
        {"计量单位": line.unit, f"{side}数量": quantity_text(line.quantity_milli)}
        if line.unit and fen
        else {}
    )


def _people(signers: Iterable[str], roles: tuple[str, ...], names: dict[str, str]) -> str:
    return "、".join(names.get(key) or key for key in signers if role_of(key) in roles)


def _statements(connection: Connection[Any], root: Element, book: BookRow, period: str) -> None:
    """Add the statements of a month, each line with its formula and its figures in yuan."""
    report = balance_sheet(connection, book.book, period)
    sheet = report.sheet
    lines = [*sheet.assets, *sheet.claims]
    income = income_statement(connection, book.book, period).rows
    forms: list[tuple[str, str, Iterator[tuple[str, LayoutLine | IncomeLine, int]]]] = [
        (
            "资产负债表",
            "balance_sheet",
            (
                (when, row.line, fen)
                for row in lines
                for when, fen in (("期末余额", row.closing_fen), ("年初余额", row.opening_fen))
            ),
        ),
        (
            "收益及收益分配表",
            "income_statement",
            (
                (when, row.line, fen)
                for row in income
                if row.line.is_kept
                for when, fen in (("本年累计", row.amount_fen), ("上年同期", row.before_fen))
            ),
        ),
    ]
    for name, number, _ in forms:
        _put(
            SubElement(root, "报表集"),
            报表编号=number,
            报表名称=name,
            报表报告日=_day(last_day(period)),
            报表报告期=period,
            编制单位=book.name,
            货币单位="元",
        )
    named = {"年初余额": beginning_head(report.opened_on)}
    for _, number, items in forms:
        for when, line, fen in items:
            _put(
                SubElement(root, "报表项数据"),
                报表编号=number,
                报表项编号=f"{line.key}-{when}",
                报表项名称=f"{line.name} {named.get(when, when)}",
                报表项公式=_formula(line),
                报表项数值=plain_fen(fen),
            )


def _formula(line: LayoutLine | IncomeLine) -> str:
    terms = (("-" if term.sign < 0 else "+", term.name) for term in line.formula)
    return " ".join(f"{sign} {name}" for sign, name in terms).removeprefix("+ ")


def _side(fen: int) -> str:
    return "平" if fen == 0 else SIDES["debit" if fen > 0 else "credit"]


def _day(date: str) -> str:
    return date.replace("-", "")


def _put(element: Element, **texts: str) -> None:
    """Add an element for each text, in order."""
    for name, text in texts.items():
        SubElement(element, name).text = text


def _written(root: Element) -> bytes:
    indent(root)
    data: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return data
