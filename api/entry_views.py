"""What the page of an entry shows in a villager's words: one small view for each type but vouchers.

A view gives facts (name and text) and at most one table, Chinese first and English second; what a signer wrote stands
as it was written. What is left out here, such as proofs of possession, stands in the entry's JSON, to which the page
links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.entry_background import Table, Words, period_words
from domain.accounts import AccountAdded
from domain.budget import MAJORITIES, BudgetAdopted
from domain.chart import parent_code
from domain.founding import BookOpened
from domain.kernel.errors import Phrase
from domain.kernel.money import format_fen
from domain.kernel.note import parse_vkey
from domain.logkeys import LogKeyAdded, LogKeyRetired, LogMoved
from domain.opening import OpeningPosted
from domain.periods import PeriodClosed
from domain.policy import PolicySet
from domain.privacy import SubjectErased
from domain.roles import ROLES, KeyGranted, KeyRevoked, KeyRotated, role_of
from domain.rolls import RollCommitted
from domain.sheets import SheetPublished
from domain.subtotals import SUBTOTALS, SubtotalsSet
from domain.vouchers import quantity_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.entry_background import Background, Cell, Fact
    from domain.kernel.statement import Statement
    from domain.policy import Tier
    from domain.roles import KeyGrant
    from domain.vouchers import Line

CHARTS = {
    "rural-collective-2024": Phrase(
        "《农村集体经济组织会计制度》的会计科目（财会〔2023〕14号，2024 年起）",
        "the accounts of the Accounting System for Rural Collective Economic Organisations, from 2024 on",
    )
}
"""The charts of accounts in words."""

REASON, ACCOUNT = Phrase("原因", "reason"), Phrase("科目", "account")
DEBIT, CREDIT, TOTAL = Phrase("借方", "debit"), Phrase("贷方", "credit"), Phrase("合计", "total")
REMARKS, ROWS, ROOT = (
    Phrase("说明", "remarks"),
    Phrase("行数", "rows"),
    Phrase("各行的根", "root of the rows"),
)


def _month(period: str) -> Phrase:
    return Phrase(period_words(period), period)


def _opened(statement: BookOpened, _: Background) -> Words:
    opened = statement.data
    organisation = opened.organisation
    facts: list[Fact] = [
        (Phrase("组织名称", "organisation"), organisation.name),
        (Phrase("统一社会信用代码", "its id"), organisation.id),
        (Phrase("行政区划代码", "division code"), organisation.division),
        (Phrase("会计科目", "chart of accounts"), CHARTS.get(opened.chart, opened.chart)),
        (Phrase("第一个会计期间", "first period"), _month(opened.first_period)),
        (Phrase("日志名称", "name of the log"), opened.log.origin),
        (Phrase("日志公钥", "the log's public key"), opened.log.vkey),
    ]
    lead = Phrase(
        f"{organisation.name}的账从{period_words(opened.first_period)}开始记，由乡镇签名建立。",
        f"The book begins in {opened.first_period}, and is opened by the township's signature.",
    )
    return Words(lead, facts, _keys(Phrase("最先可以签名的人", "who may sign first"), opened.keys))


def _keys(caption: Phrase, grants: list[KeyGrant]) -> Table:
    headings = Phrase("岗位", "office"), Phrase("谁", "who"), Phrase("公钥", "public key")
    return Table(caption, headings, [_key(grant) for grant in grants])


def _key(grant: KeyGrant) -> tuple[Phrase, str | Phrase, str]:
    role = role_of(parse_vkey(grant.vkey).name)
    return Phrase(ROLES.get(role, role), role), grant.name or Phrase("未公开", "not public"), grant.vkey


def holder_words(grant: KeyGrant) -> str:
    """Return of which office a key is, and whose: 负责人 王五."""
    office, who, _ = _key(grant)
    return f"{office.zh} {who.zh if isinstance(who, Phrase) else who}"


def _granted(statement: KeyGranted, _: Background) -> Words:
    lead = Phrase(
        "从下一条记录起，这把密钥的签名有效。", "From the next entry on, signatures of this key are good."
    )
    return Words(lead, [], _keys(Phrase("新增的密钥", "the new key"), [statement.data]))


def _rotated(statement: KeyRotated, background: Background) -> Words:
    lead = Phrase(
        "同一个人在同一岗位上换用新密钥；从下一条记录起，只认新的。",
        "The same person, in the same office, takes a new key; from the next entry on it alone is good.",
    )
    facts: list[Fact] = [(Phrase("停用的密钥", "the old key"), background.key(statement.data.old))]
    return Words(lead, facts, _keys(Phrase("换成的密钥", "the new key"), [statement.data.new]))


def _revoked(statement: KeyRevoked, background: Background) -> Words:
    lead = Phrase(
        "从下一条记录起，这把密钥的签名不再有效；它以前签的仍然有效。",
        "From the next entry on, signatures of this key are good no more; what it signed before stays good.",
    )
    key = Phrase("吊销的密钥", "the key"), background.key(statement.data.key)
    return Words(lead, [key, (REASON, statement.data.reason)])


def _policy(statement: PolicySet, _: Background) -> Words:
    tiers = statement.data.tiers
    with_resolution = any(tier.resolution for tier in tiers)
    headings = (
        Phrase("从", "from"),
        Phrase("到", "to"),
        Phrase("需要谁签名", "who has to sign"),
        *((Phrase("所依据的决议", "its resolution"),) if with_resolution else ()),
    )
    rows = [_tier(tier)[: len(headings)] for tier in tiers]
    lead = Phrase(
        "从下一条记录起，凭证按金额由下列岗位全部签名才能入账。",
        "From the next entry on, a voucher is posted when all these offices have signed it, by its amount.",
    )
    return Words(lead, [], Table(Phrase("审批档次", "tiers"), headings, rows))


def _tier(tier: Tier) -> tuple[Cell, ...]:
    start, end = format_fen(tier.from_fen), Phrase("不限", "no limit")
    if isinstance(tier.to_fen, int):
        to = format_fen(tier.to_fen)
        end = Phrase(f"不到 {to} 元", f"below {to} yuan")
    roles = Phrase("、".join(ROLES[role] for role in tier.roles), ", ".join(tier.roles))
    resolution = Phrase("必须写明", "has to be named") if tier.resolution else Phrase("不要求", "none")
    return Phrase(f"{start} 元起", f"{start} yuan"), end, roles, resolution


def _account(statement: AccountAdded, background: Background) -> Words:
    code, name = statement.data.code, statement.data.name
    above = parent_code(code)
    under = background.account(above) if above else Phrase("无，这是一级科目", "none: it is one of level 1")
    facts: list[Fact] = [
        (Phrase("科目编码", "code"), code),
        (Phrase("科目名称", "name"), name),
        (Phrase("上级科目", "below"), under),
    ]
    return Words(
        Phrase("从下一条记录起，可以记入这个科目。", "From the next entry on, it may be booked to."), facts
    )


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
    headings = (ACCOUNT, *((REMARKS,) if remarked else ()), DEBIT, CREDIT)
    debit, credit = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
    totals = (TOTAL, *(("",) if remarked else ()), debit, credit)
    first = background.first_period
    lead = Phrase(
        f"{period_words(first)}开始记账时，各科目原有的余额。",
        f"What each account had when the book began{f' in {first}' if first else ''}.",
    )
    caption = Phrase("期初余额（元）", "opening balances, yuan")
    return Words(lead, [], Table(caption, headings, rows, totals))


def _remarks(line: Line) -> str:
    """Return what a line says beside account and amount."""
    measured = f"{quantity_text(line.quantity_milli)} {line.unit}" if line.unit else ""
    named = (("", line.summary), ("往来：", line.party), ("项目：", line.project), ("数量：", measured))
    return "；".join(f"{name}{text}" for name, text in named if text)


def _closed(statement: PeriodClosed, _: Background) -> Words:
    month = _month(statement.data.period)
    lead = Phrase(
        f"{month.zh}已经结账，此后不能再往这个月记账。",
        f"{month.en} is closed: nothing more is booked in this month.",
    )
    return Words(lead, [(Phrase("结账的月份", "month"), month)])


def _published(statement: SheetPublished, _: Background) -> Words:
    sheet = statement.data
    month = _month(sheet.period)
    facts: list[Fact] = [
        (Phrase("公开的月份", "month"), month),
        (ROWS, str(sheet.rows)),
        (ROOT, sheet.root),
    ]
    lead = Phrase(
        f"{month.zh}的科目余额表已由会计、负责人和监督委员会签名公开；表上每个数都可以单独证明。",
        f"The trial balance of {month.en} is published under the signatures of accountant, head and supervisor; each"
        " figure of it can be proved alone.",
    )
    return Words(lead, facts)


KINDS = {
    "dividend": Phrase("分红", "dividends"),
    "labour": Phrase("劳务费", "labour"),
    "other": Phrase("其他", "other payments"),
    "subsidy": Phrase("补助", "subsidies"),
    "wages": Phrase("工资", "wages"),
}
"""The kinds of rolls in words."""


def _roll(statement: RollCommitted, background: Background) -> Words:
    roll = statement.data
    sides = {"credit": CREDIT, "debit": DEBIT}
    rows = [
        (column.name, background.account(column.account), sides[column.side], column.total_fen)
        for column in roll.columns
    ]
    lead = Phrase(
        f"{KINDS[roll.kind].zh}发放清册，共 {roll.count} 行，合计公开、各户明细不公开；"
        "领款人凭自己的一行和路径，可以核对它在清册之中，合计由持有全部明细的审计人员重算。",
        f"A roll of {KINDS[roll.kind].en} with {roll.count} rows: its totals are public, the rows are not. Whoever is"
        " paid can check that their row is in it; the totals are recomputed by an auditor who has all rows.",
    )
    facts: list[Fact] = [
        (REMARKS, roll.summary),
        (Phrase("清册编号", "id"), statement.id),
        (ROWS, str(roll.count)),
        (ROOT, roll.root),
    ]
    headings = Phrase("栏目", "column"), Phrase("记入科目", "account"), Phrase("方向", "side"), TOTAL
    return Words(lead, facts, Table(Phrase("各栏合计（元）", "totals, yuan"), headings, rows))


BASES = {
    "consent": Phrase("本人撤回同意", "the person withdrew their consent"),
    "law": Phrase("法律、行政法规规定的其他情形", "another case of the law"),
    "period": Phrase("保存期限已满", "the time for which it is kept is over"),
    "purpose": Phrase("处理目的已实现或不再必要", "its purpose is met, or needs it no more"),
    "unlawful": Phrase("违反法律或约定处理", "it was processed against the law or what was agreed"),
}
"""The legal bases of an erasure in words (个人信息保护法 art. 47)."""


def _erased(statement: SubjectErased, _: Background) -> Words:
    erasure = statement.data
    basis = BASES[erasure.basis]
    said = Phrase(
        f"《个人信息保护法》第四十七条：{basis.zh}",
        f"Personal Information Protection Law, art. 47: {basis.en}",
    )
    facts: list[Fact] = [(Phrase("依据", "basis"), said)]
    if erasure.note:
        facts.append((REMARKS, erasure.note))
    rows: list[tuple[Cell, ...]] = [(Phrase("摘要", "digest"), digest) for digest in erasure.digests]
    rows += [
        (Phrase("清册的一行", "row of a roll"), f"清册 {row.roll} 第 {row.row + 1} 行")
        for row in erasure.rows
    ]
    lead = Phrase(
        "下列摘要所代表的个人信息，连同盐和密钥都已删除；原来的签名和证明仍然有效，金额不变。",
        "The personal data behind these digests is deleted, with salts and keys; signatures and proofs stay good, and"
        " no amount changes.",
    )
    headings = Phrase("种类", "what"), Phrase("哪一项", "which")
    return Words(lead, facts, Table(Phrase("已删除的内容", "what is deleted"), headings, rows))


def _log_key_added(statement: LogKeyAdded, _: Background) -> Words:
    lead = Phrase(
        "从下一个检查点起，日志由新旧两把密钥同时签名，直到停用其中一把。",
        "From the next checkpoint on, the log is signed by both keys, until one of them is retired.",
    )
    key = Phrase("新增的日志公钥", "the new key"), statement.data.vkey
    return Words(lead, [key, (REASON, statement.data.reason)])


def _log_key_retired(statement: LogKeyRetired, _: Background) -> Words:
    lead = Phrase(
        "从下一个检查点起，日志不再用这把密钥签名；它以前签的仍然有效。",
        "From the next checkpoint on, the log is not signed by this key; what it signed before stays good.",
    )
    key = Phrase("停用的日志公钥", "the retired key"), statement.data.vkey
    return Words(lead, [key, (REASON, statement.data.reason)])


def _log_moved(statement: LogMoved, _: Background) -> Words:
    move = statement.data
    why = {
        "compromised": Phrase("密钥失窃", "key was stolen"),
        "lost": Phrase("密钥丢失", "key was lost"),
    }[move.reason]
    lead = Phrase(
        f"日志的{why.zh}，从下一个检查点起改用新的名称和密钥；全部记录原样保留。",
        f"The log's {why.en}: from the next checkpoint on it has a new name and key; all entries stay as they are.",
    )
    last = move.last
    facts: list[Fact] = [
        (Phrase("新的日志名称", "new name"), move.origin),
        (Phrase("新的日志公钥", "new key"), move.vkey),
        (
            Phrase("旧名称下仍然算数的检查点", "last good checkpoint of the old name"),
            Phrase(
                f"到前 {last.n} 条记录为止，根为 {last.r}", f"of the first {last.n} entries, with this root"
            ),
        ),
    ]
    return Words(lead, facts)


def _budget(statement: BudgetAdopted, background: Background) -> Words:
    budget, resolution = statement.data, statement.data.resolution
    body = MAJORITIES[resolution.body].said
    entitled, present, agreed = resolution.entitled, resolution.present, resolution.agreed
    facts: list[Fact] = [
        (Phrase("谁决议", "who resolved"), body),
        (Phrase("决议日期", "date"), resolution.date),
        (
            Phrase("表决", "vote"),
            Phrase(
                f"应到 {entitled}，实到 {present}，同意 {agreed}",
                f"{entitled} entitled, {present} present, {agreed} agreed",
            ),
        ),
    ]
    if resolution.name:
        facts.append((Phrase("会议记录", "minutes"), resolution.name))
    rows = [(background.account(line.account), line.planned_fen) for line in budget.lines]
    lead = Phrase(
        f"{body.zh}通过了 {budget.year} 年的收支计划；从这条记录起，收支按它核对，超出的会标明。",
        f"The plan of {budget.year} is adopted by {body.en}; from this entry on income and expense are held against it,"
        " and what goes beyond it is marked.",
    )
    headings = ACCOUNT, Phrase("全年计划", "planned")
    return Words(lead, facts, Table(Phrase("收支计划（元）", "plan, yuan"), headings, rows))


def _subtotals(statement: SubtotalsSet, background: Background) -> Words:
    used = statement.data
    rows = [(background.account(one.account), SUBTOTALS[one.subtotal]) for one in used.places]
    lead = Phrase(
        f"从 {used.year} 年起，收益及收益分配表按县里的规定计算小计；净收益和每个科目的金额不变。",
        f"From {used.year} on the sub-totals of the statement of income go by what the county lays down; neither the"
        " net surplus nor the amount of any account changes.",
    )
    headings = ACCOUNT, Phrase("先计入", "first counted in")
    return Words(
        lead, [(Phrase("依据", "by"), used.basis)], Table(Phrase("小计口径", "sub-totals"), headings, rows)
    )


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
