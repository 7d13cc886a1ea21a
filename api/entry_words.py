"""What an entry says, in a villager's words: one small view for each type but vouchers, which have a page of their own.

A view gives facts (name and text) and at most one table. What is left out here, such as proofs of possession, stands
in the entry's JSON, to which the page links.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.accounts import AccountAdded
from domain.budget import MAJORITIES, BudgetAdopted
from domain.chart import full_name, parent_code
from domain.founding import BookOpened
from domain.kernel.money import format_fen
from domain.kernel.note import parse_vkey
from domain.kernel.period import period_of
from domain.kernel.statement import type_name
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from domain.opening import OpeningPosted
from domain.periods import PeriodClosed
from domain.policy import PolicySet
from domain.privacy import SubjectErased
from domain.roles import ROLES, KeyGranted, KeyRevoked, KeyRotated, role_of
from domain.rolls import RollCommitted
from domain.sheets import SheetPublished
from domain.subtotals import SUBTOTALS, SubtotalsSet
from domain.vouchers import VoucherPosted, VoucherReversed, quantity_text, voucher_number
from projections import register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from psycopg import Connection

    from domain.book import Book
    from domain.difference import Difference
    from domain.kernel.statement import Statement
    from domain.policy import Tier
    from domain.roles import KeyGrant
    from domain.vouchers import Line

Cell = str | int
"""A text, or an amount in fen."""

ENTRY_TYPES = {
    "book.opened/1": "建账",
    "key.granted/1": "授予签名密钥",
    "key.rotated/1": "更换签名密钥",
    "key.revoked/1": "吊销签名密钥",
    "policy.set/1": "设定审批档次",
    "account.added/1": "增设科目",
    "opening.posted/1": "登记期初余额",
    "voucher.posted/1": "记账凭证",
    "voucher.reversed/1": "冲销凭证",
    "period.closed/1": "结账",
    "sheet.published/1": "公开月度数字",
    "roll.committed/1": "发放清册",
    "subject.erased/1": "删除个人信息",
    "voucher.posted/2": "记账凭证",
    "voucher.reversed/2": "冲销凭证",
    "log.key_added/1": "增加日志密钥",
    "log.key_retired/1": "停用日志密钥",
    "log.moved/1": "迁移日志",
    "budget.adopted/1": "通过收支计划",
    "subtotals.set/1": "设定收益表口径",
}
"""Entry types in a villager's words."""

CHARTS = {"rural-collective-2024": "《农村集体经济组织会计制度》的会计科目（财会〔2023〕14号，2024 年起）"}
"""The charts of accounts in words."""


def period_words(period: str) -> str:
    """Return 2026年3月 for 2026-03."""
    return f"{period[:4]}年{int(period[5:])}月"


@dataclass(frozen=True)
class Table:
    """A table of a page: its caption, headings, rows, and the totals of its amounts, if it has any."""

    caption: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    totals: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Words:
    """What an entry's page shows: a sentence that says what the entry does, facts, and a table."""

    lead: str
    facts: list[tuple[str, str]]
    table: Table | None = None


@dataclass(frozen=True)
class Background:
    """What the words refer to: the book's first period, its accounts' names by code, its keys' holders by key name."""

    first_period: str
    accounts: Mapping[str, str]
    holders: Mapping[str, str]

    def account(self, code: str) -> str:
        """Return an account's code and its names from level 1 down: 10201 银行存款/基本户."""
        return f"{code} {full_name(code, self.accounts)}"

    def key(self, name: str) -> str:
        """Return whose key it is and which: 会计 张三，<book>/accountant/1."""
        who = " ".join(filter(None, (ROLES[role_of(name)], self.holders.get(name, ""))))
        return f"{who}，{name}"


def read_background(connection: Connection[Any], row: register.BookRow) -> Background:
    """Return the background of a book's entries."""
    return Background(
        first_period=row.first_period,
        accounts=register.account_names(connection, row.book),
        holders=register.people(connection, row.book),
    )


def background_of(book: Book) -> Background:
    """Return the background of a book's entries, from its replay."""
    return Background(
        first_period=book.periods.first,
        accounts=book.accounts.names,
        holders=book.roles.people,
    )


def line_of(statement: Statement, number: int, background: Background) -> str:
    """Return one line that says what an entry is; `number` is a voucher's in its period."""
    name = ENTRY_TYPES[type_name(statement)]
    if isinstance(statement, (VoucherPosted, VoucherReversed)):
        voucher = statement.data
        amount = format_fen(sum(line.debit_fen for line in voucher.lines))
        numbered = voucher_number(period_of(voucher.date), number)
        return f"{name} {numbered}，{voucher.date}，{voucher.summary}，{amount} 元"
    particular = PARTICULARS.get(type(statement))
    return (
        f"{name}：{particular(statement, background) if particular else words_of(statement, background).lead}"
    )


def added_lines(found: Difference, background: Background) -> list[str]:
    """Return the line of each entry of a difference."""
    return [line_of(added.entry.statement, added.number, background) for added in found.added]


def words_of(statement: Statement, background: Background) -> Words:
    """Return what an entry that is no voucher says."""
    return VIEWS[type(statement)](statement, background)


def _opened(statement: BookOpened, _: Background) -> Words:
    opened = statement.data
    organisation = opened.organisation
    facts = [
        ("组织名称", organisation.name),
        ("统一社会信用代码", organisation.id),
        ("行政区划代码", organisation.division),
        ("会计科目", CHARTS.get(opened.chart, opened.chart)),
        ("第一个会计期间", period_words(opened.first_period)),
        ("日志名称", opened.log.origin),
        ("日志公钥", opened.log.vkey),
    ]
    lead = f"{organisation.name}的账从{period_words(opened.first_period)}开始记，由乡镇签名建立。"
    return Words(lead, facts, _keys("最先可以签名的人", opened.keys))


def _keys(caption: str, grants: list[KeyGrant]) -> Table:
    return Table(caption, ("岗位", "谁", "公钥"), [_key(grant) for grant in grants])


def _key(grant: KeyGrant) -> tuple[str, str, str]:
    return ROLES[role_of(parse_vkey(grant.vkey).name)], grant.name or "未公开", grant.vkey


def _granted(statement: KeyGranted, _: Background) -> Words:
    lead = "从下一条记录起，这把密钥的签名有效。"
    return Words(lead, [], _keys("新增的密钥", [statement.data]))


def _rotated(statement: KeyRotated, background: Background) -> Words:
    lead = "同一个人在同一岗位上换用新密钥；从下一条记录起，只认新的。"
    facts = [("停用的密钥", background.key(statement.data.old))]
    return Words(lead, facts, _keys("换成的密钥", [statement.data.new]))


def _revoked(statement: KeyRevoked, background: Background) -> Words:
    lead = "从下一条记录起，这把密钥的签名不再有效；它以前签的仍然有效。"
    return Words(lead, [("吊销的密钥", background.key(statement.data.key)), ("原因", statement.data.reason)])


def _policy(statement: PolicySet, _: Background) -> Words:
    tiers = statement.data.tiers
    with_resolution = any(tier.resolution for tier in tiers)
    headings = ("从", "到", "需要谁签名", *(("所依据的决议",) if with_resolution else ()))
    rows = [_tier(tier)[: len(headings)] for tier in tiers]
    lead = "从下一条记录起，凭证按金额由下列岗位全部签名才能入账。"
    return Words(lead, [], Table("审批档次", headings, rows))


def _tier(tier: Tier) -> tuple[str, str, str, str]:
    end = f"不到 {format_fen(tier.to_fen)} 元" if isinstance(tier.to_fen, int) else "不限"
    roles = "、".join(ROLES[role] for role in tier.roles)
    return f"{format_fen(tier.from_fen)} 元起", end, roles, "必须写明" if tier.resolution else "不要求"


def _account(statement: AccountAdded, background: Background) -> Words:
    code, name = statement.data.code, statement.data.name
    above = parent_code(code)
    facts = [("科目编码", code), ("科目名称", name)]
    facts.append(("上级科目", background.account(above) if above else "无，这是一级科目"))
    return Words("从下一条记录起，可以记入这个科目。", facts)


def _opening(statement: OpeningPosted, background: Background) -> Words:
    lines = statement.data.lines
    remarked = any(map(_remarks, lines))
    rows = [
        (
            background.account(line.account),
            *((_remarks(line),) if remarked else ()),
            line.debit_fen,
            line.credit_fen,
        )
        for line in lines
    ]
    headings = ("科目", *(("说明",) if remarked else ()), "借方", "贷方")
    debit, credit = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
    totals = ("合计", *(("",) if remarked else ()), debit, credit)
    lead = f"{period_words(background.first_period)}开始记账时，各科目原有的余额。"
    return Words(lead, [], Table("期初余额（元）", headings, rows, totals))


def _remarks(line: Line) -> str:
    """Return what a line says beside account and amount."""
    measured = f"{quantity_text(line.quantity_milli)} {line.unit}" if line.unit else ""
    named = (("", line.summary), ("往来：", line.party), ("项目：", line.project), ("数量：", measured))
    return "；".join(f"{name}{text}" for name, text in named if text)


def _closed(statement: PeriodClosed, _: Background) -> Words:
    month = period_words(statement.data.period)
    return Words(f"{month}已经结账，此后不能再往这个月记账。", [("结账的月份", month)])


def _published(statement: SheetPublished, _: Background) -> Words:
    sheet = statement.data
    month = period_words(sheet.period)
    facts = [("公开的月份", month), ("行数", str(sheet.rows)), ("各行的根", sheet.root)]
    lead = f"{month}的科目余额表已由会计、负责人和监督委员会签名公开；表上每个数都可以单独证明。"
    return Words(lead, facts)


def _holder(grant: KeyGrant) -> str:
    return " ".join(_key(grant)[:2])


PARTICULARS: dict[type[Statement], Callable[[Any, Background], str]] = {
    KeyGranted: lambda statement, _: _holder(statement.data),
    KeyRotated: lambda statement, background: (
        f"{background.key(statement.data.old)} → {parse_vkey(statement.data.new.vkey).name}"
    ),
    KeyRevoked: lambda statement, background: background.key(statement.data.key),
    AccountAdded: lambda statement, background: background.account(statement.data.code),
}
"""What one line says of the types whose leading sentence does not tell one from another."""
KINDS = {"dividend": "分红", "labour": "劳务费", "other": "其他", "subsidy": "补助", "wages": "工资"}
"""The kinds of rolls in words."""


def _roll(statement: RollCommitted, background: Background) -> Words:
    roll = statement.data
    rows = [(column.name, background.account(column.account), column.total_fen) for column in roll.columns]
    lead = (
        f"{KINDS[roll.kind]}发放清册，共 {roll.count} 行，合计公开、各户明细不公开；"
        "领款人凭自己的一行和路径，可以核对它在清册之中，合计由持有全部明细的审计人员重算。"
    )
    facts = [
        ("说明", roll.summary),
        ("清册编号", statement.id),
        ("行数", str(roll.count)),
        ("各行的根", roll.root),
    ]
    return Words(lead, facts, Table("各栏合计（元）", ("栏目", "记入科目", "合计"), rows))


BASES = {
    "consent": "本人撤回同意",
    "law": "法律、行政法规规定的其他情形",
    "period": "保存期限已满",
    "purpose": "处理目的已实现或不再必要",
    "unlawful": "违反法律或约定处理",
}
"""The legal bases of an erasure in words (个人信息保护法 art. 47)."""


def _erased(statement: SubjectErased, _: Background) -> Words:
    erasure = statement.data
    facts = [("依据", f"《个人信息保护法》第四十七条：{BASES[erasure.basis]}")]
    if erasure.note:
        facts.append(("说明", erasure.note))
    rows = [("摘要", digest) for digest in erasure.digests]
    rows += [("清册的一行", f"清册 {row.roll} 第 {row.row + 1} 行") for row in erasure.rows]
    lead = "下列摘要所代表的个人信息，连同盐和密钥都已删除；原来的签名和证明仍然有效，金额不变。"
    return Words(lead, facts, Table("已删除的内容", ("种类", "哪一项"), rows))


def _log_key_added(statement: LogKeyAdded, _: Background) -> Words:
    lead = "从下一个检查点起，日志由新旧两把密钥同时签名，直到停用其中一把。"
    return Words(lead, [("新增的日志公钥", statement.data.vkey), ("原因", statement.data.reason)])


def _log_key_retired(statement: LogKeyRetired, _: Background) -> Words:
    lead = "从下一个检查点起，日志不再用这把密钥签名；它以前签的仍然有效。"
    return Words(lead, [("停用的日志公钥", statement.data.vkey), ("原因", statement.data.reason)])


def _log_moved(statement: LogMoved, _: Background) -> Words:
    move = statement.data
    why = {"compromised": "密钥失窃", "lost": "密钥丢失"}[move.reason]
    lead = f"日志的{why}，从下一个检查点起改用新的名称和密钥；全部记录原样保留。"
    facts = [
        ("新的日志名称", move.origin),
        ("新的日志公钥", move.vkey),
        ("旧名称下仍然算数的检查点", f"到前 {move.last.n} 条记录为止，根为 {move.last.r}"),
    ]
    return Words(lead, facts)


def _budget(statement: BudgetAdopted, background: Background) -> Words:
    budget, resolution = statement.data, statement.data.resolution
    body = MAJORITIES[resolution.body].said.zh
    facts = [
        ("谁决议", body),
        ("决议日期", resolution.date),
        ("表决", f"应到 {resolution.entitled}，实到 {resolution.present}，同意 {resolution.agreed}"),
    ]
    if resolution.name:
        facts.append(("会议记录", resolution.name))
    rows = [(background.account(line.account), line.planned_fen) for line in budget.lines]
    lead = f"{body}通过了 {budget.year} 年的收支计划；从这条记录起，收支按它核对，超出的会标明。"
    return Words(lead, facts, Table("收支计划（元）", ("科目", "全年计划"), rows))


def _subtotals(statement: SubtotalsSet, background: Background) -> Words:
    used = statement.data
    places = [(background.account(one.account), f"先计入{SUBTOTALS[one.subtotal].zh}") for one in used.places]
    lead = f"从 {used.year} 年起，收益及收益分配表按县里的规定计算小计；净收益和每个科目的金额不变。"
    return Words(lead, [("依据", used.basis), *places])


VIEWS: dict[type[Statement], Callable[[Any, Background], Words]] = {
    BookOpened: _opened,
    KeyGranted: _granted,
    KeyRotated: _rotated,
    KeyRevoked: _revoked,
    PolicySet: _policy,
    AccountAdded: _account,
    OpeningPosted: _opening,
    PeriodClosed: _closed,
    SheetPublished: _published,
    RollCommitted: _roll,
    SubjectErased: _erased,
    LogKeyAdded: _log_key_added,
    LogKeyRetired: _log_key_retired,
    LogMoved: _log_moved,
    BudgetAdopted: _budget,
    SubtotalsSet: _subtotals,
}
"""The view of each type; `tests/api/http/test_entry_words.py` holds it complete."""
